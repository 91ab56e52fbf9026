//! A channel as a byte stream that keeps stderr and the exit status.
//!
//! russh's own stream drops both. A task of ours empties the channel into a small queue: if nobody reads the
//! stream, the queue fills, the task waits, and russh's window closes towards the sender.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Buf, Bytes};
use futures_util::FutureExt;
use russh::client::Msg;
use russh::{Channel, ChannelMsg, ChannelReadHalf, ChannelWriteHalf};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::{oneshot, watch};

use super::native::Native;
use super::process::{Ending, Exit};
use super::queue::{Filler, Taker, queue};
use super::tail::Tail;

/// Bytes that may wait for the reader, besides those russh keeps.
const QUEUE: usize = 512 * 1024;
const STDERR: u32 = 1;

/// How long the other side has to end by itself what was shut down, before the channel is closed over its head.
const GRACE: Duration = Duration::from_secs(5);

/// A stream over ssh; it keeps its session alive.
///
/// Dropping it closes the channel: at once, or, after a shutdown, once the other side has ended too. A host may
/// kill a command whose channel is closed, and a cancel request would die with the relay that was to deliver it.
pub struct ChannelStream {
    arriving: Taker,
    unread: VecDeque<Bytes>,
    leaving: Pin<Box<dyn AsyncWrite + Send>>,
    shut_down: Arc<AtomicBool>,
    /// Dropped with the stream, which tells the task to close the channel.
    _in_use: oneshot::Sender<()>,
    _session: Native,
}

impl ChannelStream {
    pub(super) fn new(channel: Channel<Msg>, session: Native) -> (Self, Ending) {
        let (read, write) = channel.split();
        let (queue, arriving) = queue(QUEUE);
        let (in_use, dropped) = oneshot::channel();
        let (exited, exit) = watch::channel(None);
        let stderr = Tail::default();
        let shut_down = Arc::<AtomicBool>::default();
        let stream = Self {
            arriving,
            unread: VecDeque::new(),
            leaving: Box::pin(write.make_writer()),
            shut_down: Arc::clone(&shut_down),
            _in_use: in_use,
            _session: session,
        };
        let ending = Ending::new(exit, stderr.clone());
        let sink = Sink {
            queue: Some(queue),
            stderr,
            exit: Exit::Unknown,
        };
        tokio::spawn(async move {
            let exit = attend(read, write, sink, dropped, &shut_down).await;
            exited.send_replace(Some(exit));
        });
        (stream, ending)
    }
}

/// Moves what arrives on the channel to where it belongs, until the channel is closed or nobody wants it any more.
async fn attend(
    mut read: ChannelReadHalf,
    write: ChannelWriteHalf<Msg>,
    mut sink: Sink,
    mut dropped: oneshot::Receiver<()>,
    shut_down: &AtomicBool,
) -> Exit {
    loop {
        let message = tokio::select! {
            biased;
            _ = &mut dropped => break,
            message = read.wait() => message,
        };
        if !sink.take(message) {
            return sink.exit;
        }
        // What has arrived meanwhile is handed over with it.
        while sink.has_room()
            && let Some(message) = read.wait().now_or_never()
        {
            if !sink.take(message) {
                return sink.exit;
            }
        }
        sink.hand_over().await;
    }
    sink.queue = None;
    if shut_down.load(Ordering::SeqCst) {
        let ending = async { while sink.take(read.wait().await) {} };
        let _ = tokio::time::timeout(GRACE, ending).await;
    }
    // The session may be waiting to hand us data; it must be let go before it can take the close.
    drop(read);
    let _ = write.close().await;
    sink.exit
}

/// Where the messages of a channel go.
struct Sink {
    /// Nothing once the other side has said that no more data comes.
    queue: Option<Filler>,
    stderr: Tail,
    exit: Exit,
}

impl Sink {
    /// Whether the channel is still open after this message.
    fn take(&mut self, message: Option<ChannelMsg>) -> bool {
        match message {
            None | Some(ChannelMsg::Close) => return false,
            Some(ChannelMsg::Data { data }) => {
                if let Some(queue) = &self.queue {
                    queue.push(data);
                }
            }
            Some(ChannelMsg::ExtendedData { data, ext: STDERR }) => self.stderr.push(&data),
            Some(ChannelMsg::Eof) => self.queue = None,
            Some(ChannelMsg::ExitStatus { exit_status }) => self.exit = Exit::Code(exit_status),
            Some(ChannelMsg::ExitSignal { signal_name, .. }) => {
                self.exit = Exit::Signal(format!("{signal_name:?}"));
            }
            Some(_) => {}
        }
        true
    }

    fn has_room(&self) -> bool {
        !self.queue.as_ref().is_some_and(Filler::is_full)
    }

    /// Lets the reader have what came, and waits where it has too much already.
    async fn hand_over(&self) {
        if let Some(queue) = &self.queue {
            queue.hand_over().await;
        }
    }
}

impl AsyncRead for ChannelStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let stream = &mut *self;
        while stream.unread.is_empty() {
            match ready!(stream.arriving.poll_take(cx)) {
                Some(packets) => stream.unread = packets,
                None => return Poll::Ready(Ok(())),
            }
        }
        while let Some(packet) = stream.unread.front_mut()
            && buf.remaining() > 0
        {
            let length = packet.len().min(buf.remaining());
            buf.put_slice(&packet[..length]);
            packet.advance(length);
            if packet.is_empty() {
                stream.unread.pop_front();
            }
        }
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
        self.shut_down.store(true, Ordering::SeqCst);
        self.leaving.as_mut().poll_shutdown(cx)
    }
}
