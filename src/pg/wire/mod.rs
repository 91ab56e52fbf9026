//! The stream below the driver, with two faults of the driver taken out, and with a way past it.
//!
//! The driver sends Sync with the statement of a `COPY ... FROM STDIN` and once more at its end. A server that
//! refuses the statement before it has read any data answers both; the driver takes the second answer for a
//! breach of the protocol and gives the connection up. So the first Sync goes out as Flush.
//!
//! And the driver looks for what the server refused only when all data is sent, which may be a day later. So
//! the server's messages are followed here, and an error during such a COPY is told at once.
//!
//! COPY data does not go through the driver: `line.rs` says how. And what the driver does not pass on, a session is told
//! from here: `told.rs`.

mod data;
mod frames;
mod line;
mod merge;
mod told;
mod watch;

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, Weak};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_postgres::tls::{ChannelBinding, TlsStream};

use frames::sync_of_execute;
use line::Line;
use watch::{Splice, locked};

pub use data::CopyData;
pub use told::Status;
pub use watch::{CopyWatch, Tap};

/// The first byte of Flush, which is otherwise as Sync.
const FLUSH: &[u8] = b"H";

/// A stream that the driver writes messages to.
pub struct Wire<S> {
    /// Before the line, whose sessions it tells that it goes.
    _end: End,
    line: Arc<Mutex<Line<S>>>,
    copy: CopyWatch,
    /// Bytes that go out before the Sync that is to be a Flush.
    ahead: Option<usize>,
}

/// Tells whoever waits for the line that the driver has ended.
struct End(Weak<Mutex<dyn Splice>>);

impl Drop for End {
    fn drop(&mut self) {
        if let Some(line) = self.0.upgrade() {
            locked(&line).close();
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Send + Unpin + 'static> Wire<S> {
    pub fn new(stream: S, copy: &CopyWatch) -> Self {
        let line = Arc::new(Mutex::new(Line::new(stream)));
        let splice: Weak<Mutex<Line<S>>> = Arc::downgrade(&line);
        copy.use_line(splice.clone());
        Self {
            _end: End(splice),
            line,
            copy: copy.clone(),
            ahead: None,
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Wire<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        locked(&self.line).poll_read(context, buffer, &self.copy)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Wire<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let wire = &mut *self;
        let mut line = locked(&wire.line);
        ready!(line.poll_leave_for_driver(context))?;
        // All that was written before has been answered, so that a message begins here.
        let found = wire.copy.look_out(|| sync_of_execute(bytes));
        wire.ahead = found.or(wire.ahead);
        let bytes = match wire.ahead {
            None => bytes,
            Some(0) => FLUSH,
            Some(ahead) => &bytes[..ahead],
        };
        let written = ready!(Pin::new(&mut line.stream).poll_write(context, bytes))?;
        // None, once the changed byte itself is out.
        wire.ahead = wire.ahead.and_then(|ahead| ahead.checked_sub(written));
        Poll::Ready(Ok(written))
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut line = locked(&self.line);
        if line.is_sending() {
            // The driver has sent nothing since, and the stream wakes one task that writes.
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut line.stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut locked(&self.line).stream).poll_shutdown(context)
    }
}

impl<S: TlsStream + Unpin> TlsStream for Wire<S> {
    fn channel_binding(&self) -> ChannelBinding {
        locked(&self.line).stream.channel_binding()
    }
}
