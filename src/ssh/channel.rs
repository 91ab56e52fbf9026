//! A channel as a byte stream that keeps stderr and the exit status.
//!
//! russh's own stream drops both. A task of ours empties the channel into a small queue: if nobody reads the
//! stream, the queue fills, the task waits, and russh's window closes towards the sender.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use russh::client::Msg;
use russh::{Channel, ChannelMsg, ChannelReadHalf, ChannelWriteHalf};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::{mpsc, oneshot, watch};

use super::client::Session;
use super::process::{Ending, Exit};
use super::tail::Tail;

/// Packets of at most 32 KiB that may wait for the reader, besides those russh keeps.
const QUEUE: usize = 16;
const STDERR: u32 = 1;

/// A stream over ssh. Dropping it closes the channel; it keeps its session alive.
pub struct ChannelStream {
    arriving: mpsc::Receiver<Bytes>,
    unread: Bytes,
    leaving: Pin<Box<dyn AsyncWrite + Send>>,
    /// Dropped with the stream, which tells the task to close the channel.
    _in_use: oneshot::Sender<()>,
    _session: Session,
}

impl ChannelStream {
    pub(super) fn new(channel: Channel<Msg>, session: Session) -> (Self, Ending) {
        let (read, write) = channel.split();
        let (queue, arriving) = mpsc::channel(QUEUE);
        let (in_use, dropped) = oneshot::channel();
        let (exit, exited) = watch::channel(None);
        let stderr = Tail::default();
        let stream = Self {
            arriving,
            unread: Bytes::new(),
            leaving: Box::pin(write.make_writer()),
            _in_use: in_use,
            _session: session,
        };
        let ending = Ending::new(exited, stderr.clone());
        tokio::spawn(empty(read, write, queue, dropped, exit, stderr));
        (stream, ending)
    }
}

/// Moves what arrives on the channel to where it belongs, until the channel is closed or nobody wants it any more.
async fn empty(
    mut read: ChannelReadHalf,
    write: ChannelWriteHalf<Msg>,
    queue: mpsc::Sender<Bytes>,
    mut dropped: oneshot::Receiver<()>,
    exit: watch::Sender<Option<Exit>>,
    stderr: Tail,
) {
    let mut queue = Some(queue);
    let mut ended = Exit::Unknown;
    loop {
        let message = tokio::select! {
            biased;
            _ = &mut dropped => {
                // The session may be waiting to hand us data; it must be let go before it can take the close.
                drop(read);
                let _ = write.close().await;
                break;
            }
            message = read.wait() => message,
        };
        match message {
            None | Some(ChannelMsg::Close) => break,
            Some(ChannelMsg::Data { data }) => {
                if let Some(queue) = &queue {
                    // It fails only when the stream is dropped, which the next round sees.
                    let _ = queue.send(data).await;
                }
            }
            Some(ChannelMsg::ExtendedData { data, ext: STDERR }) => stderr.push(&data),
            Some(ChannelMsg::Eof) => queue = None,
            Some(ChannelMsg::ExitStatus { exit_status }) => ended = Exit::Code(exit_status),
            Some(ChannelMsg::ExitSignal { signal_name, .. }) => {
                ended = Exit::Signal(format!("{signal_name:?}"));
            }
            Some(_) => {}
        }
    }
    exit.send_replace(Some(ended));
}

impl AsyncRead for ChannelStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        while self.unread.is_empty() {
            match ready!(self.arriving.poll_recv(cx)) {
                Some(bytes) => self.unread = bytes,
                None => return Poll::Ready(Ok(())),
            }
        }
        let length = self.unread.len().min(buf.remaining());
        buf.put_slice(&self.unread[..length]);
        self.unread.advance(length);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for ChannelStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        // russh takes an empty write for an error.
        if buf.is_empty() {
            return Poll::Ready(Ok(0));
        }
        self.leaving.as_mut().poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.leaving.as_mut().poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.leaving.as_mut().poll_shutdown(cx)
    }
}
