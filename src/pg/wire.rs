//! The stream below the driver, with one fault of the driver taken out.
//!
//! The driver sends Sync with the statement of a `COPY ... FROM STDIN`, and, when the server refuses it before
//! any data (no such table, no privilege, a read-only transaction), CopyFail and Sync once more. The server
//! answers both, the driver takes the second answer for a breach of the protocol and gives the connection
//! up. So those bytes are kept from the server while a COPY is only about to start.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use futures_util::future::BoxFuture;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_postgres::tls::{ChannelBinding, TlsConnect, TlsStream};

/// CopyFail with an empty reason, and Sync.
const FAIL: &[u8] = b"f\0\0\0\x05\0S\0\0\0\x04";

/// Whether a `COPY ... FROM STDIN` is about to start.
#[derive(Debug, Clone, Default)]
pub struct CopyStart(Arc<AtomicBool>);

impl CopyStart {
    pub fn set(&self, starting: bool) {
        self.0.store(starting, Ordering::SeqCst);
    }
}

/// A stream that the driver writes messages to, none but whole ones at a time.
pub struct Wire<S> {
    stream: S,
    copy: CopyStart,
}

impl<S> Wire<S> {
    pub fn new(stream: S, copy: &CopyStart) -> Self {
        Self {
            stream,
            copy: copy.clone(),
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Wire<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Wire<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        // All that was written before has been answered, so that these bytes stand at the front.
        if bytes.starts_with(FAIL) && self.copy.0.swap(false, Ordering::SeqCst) {
            return Poll::Ready(Ok(FAIL.len()));
        }
        Pin::new(&mut self.stream).poll_write(context, bytes)
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

/// TLS whose stream is a [`Wire`].
pub struct WireTls<C> {
    pub connect: C,
    pub copy: CopyStart,
}

impl<S, C> TlsConnect<S> for WireTls<C>
where
    C: TlsConnect<S>,
    C::Stream: Send + 'static,
    C::Future: Send + 'static,
    C::Error: Send + 'static,
{
    type Stream = Wire<C::Stream>;
    type Error = C::Error;
    type Future = BoxFuture<'static, Result<Self::Stream, Self::Error>>;

    fn connect(self, stream: S) -> Self::Future {
        let connecting = self.connect.connect(stream);
        Box::pin(async move { Ok(Wire::new(connecting.await?, &self.copy)) })
    }
}
