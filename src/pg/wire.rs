//! The stream below the driver, with two faults of the driver taken out.
//!
//! The driver sends Sync with the statement of a `COPY ... FROM STDIN` and once more at its end. A server that
//! refuses the statement before it has read any data answers both; the driver takes the second answer for a
//! breach of the protocol and gives the connection up. So the first Sync goes out as Flush.
//!
//! And the driver looks for what the server refused only when all data is sent, which may be a day later. So
//! the server's messages are followed here, and an error during such a COPY is told at once.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::watch;
use tokio_postgres::tls::{ChannelBinding, TlsStream};

use super::frames::{Frames, sync_of_execute};

/// The first byte of Flush, which is otherwise as Sync.
const FLUSH: &[u8] = b"H";

const COPY_IN_RESPONSE: u8 = b'G';
const ERROR_RESPONSE: u8 = b'E';

/// What is known of a session's `COPY ... FROM STDIN`.
#[derive(Debug, Clone, Default)]
pub struct CopyWatch(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    /// The next statement to be sent is one.
    starts: AtomicBool,
    /// The server has reported an error since the last one started.
    refused: watch::Sender<bool>,
}

impl CopyWatch {
    /// The next statement is a `COPY ... FROM STDIN`.
    pub fn start(&self) {
        self.0.starts.store(true, Ordering::SeqCst);
    }

    /// Resolves once the server has refused what the COPY brings.
    pub async fn refused(&self) {
        // It cannot fail: the sender is as old as we are.
        let _ = self
            .0
            .refused
            .subscribe()
            .wait_for(|refused| *refused)
            .await;
    }

    fn hear(&self, message: u8) {
        match message {
            COPY_IN_RESPONSE => self.tell(false),
            ERROR_RESPONSE => self.tell(true),
            _ => {}
        }
    }

    fn tell(&self, refused: bool) {
        self.0.refused.send_replace(refused);
    }
}

/// A stream that the driver writes messages to.
pub struct Wire<S> {
    stream: S,
    copy: CopyWatch,
    from_server: Frames,
    /// Bytes that go out before the Sync that is to be a Flush.
    ahead: Option<usize>,
}

impl<S> Wire<S> {
    pub fn new(stream: S, copy: &CopyWatch) -> Self {
        Self {
            stream,
            copy: copy.clone(),
            from_server: Frames::default(),
            ahead: None,
        }
    }

    /// Looks for the Sync of a COPY that is about to start in what goes out.
    fn look_ahead(&mut self, bytes: &[u8]) {
        if self.copy.0.starts.load(Ordering::SeqCst) {
            self.ahead = sync_of_execute(bytes);
            let waits = self.ahead.is_none();
            self.copy.0.starts.store(waits, Ordering::SeqCst);
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Wire<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let wire = &mut *self;
        let before = buffer.filled().len();
        ready!(Pin::new(&mut wire.stream).poll_read(context, buffer))?;
        let copy = &wire.copy;
        wire.from_server
            .follow(&buffer.filled()[before..], |message| copy.hear(message));
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Wire<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let wire = &mut *self;
        // All that was written before has been answered, so that a message begins here.
        wire.look_ahead(bytes);
        let bytes = match wire.ahead {
            None => bytes,
            Some(0) => FLUSH,
            Some(ahead) => &bytes[..ahead],
        };
        let written = ready!(Pin::new(&mut wire.stream).poll_write(context, bytes))?;
        // None, once the changed byte itself is out.
        wire.ahead = wire.ahead.and_then(|ahead| ahead.checked_sub(written));
        Poll::Ready(Ok(written))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

impl<S: TlsStream + Unpin> TlsStream for Wire<S> {
    fn channel_binding(&self) -> ChannelBinding {
        self.stream.channel_binding()
    }
}
