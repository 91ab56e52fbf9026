//! A stream that a master carries.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::UnixStream;
use tokio::net::unix::pipe;
use tokio::sync::{oneshot, watch};

use super::master::Master;
use super::mux::{Control, Reply, Request};
use crate::ssh::process::{Ending, Exit};
use crate::ssh::tail::Tail;

/// How long the other side has to end by itself what was shut down, before the channel is closed over its head.
const GRACE: Duration = Duration::from_secs(5);
/// What was written to stderr before the end is here by then.
const STDERR_LIMIT: Duration = Duration::from_millis(100);

/// A stream over a master, which it keeps alive.
///
/// Dropping it closes the channel: at once, or, after a shutdown, once the other side has ended too.
pub struct MuxStream {
    arriving: Box<dyn AsyncRead + Send + Unpin>,
    /// Dropped to say that no more comes.
    leaving: Option<Box<dyn AsyncWrite + Send + Unpin>>,
    shut_down: Arc<AtomicBool>,
    /// Dropped with the stream, which tells the task to close the channel.
    _in_use: Option<oneshot::Sender<()>>,
    _master: Arc<Master>,
}

/// Our ends of the pipes that a master reads and writes, and its own.
pub struct Pipes {
    arriving: pipe::Receiver,
    leaving: pipe::Sender,
    complaints: pipe::Receiver,
    /// stdin, stdout and stderr of the master's side.
    theirs: [OwnedFd; 3],
}

impl Pipes {
    pub fn new() -> io::Result<Self> {
        let (leaving, stdin) = pipe::pipe()?;
        let (stdout, arriving) = pipe::pipe()?;
        let (stderr, complaints) = pipe::pipe()?;
        Ok(Self {
            arriving,
            leaving,
            complaints,
            theirs: [
                stdin.into_nonblocking_fd()?,
                stdout.into_nonblocking_fd()?,
                stderr.into_nonblocking_fd()?,
            ],
        })
    }

    /// Asks for something that reads and writes these pipes.
    pub async fn ask(&self, control: &mut Control, request: Request<'_>) -> io::Result<Reply> {
        let [stdin, stdout, stderr] = self.theirs.each_ref().map(AsFd::as_fd);
        match request {
            Request::Start(_) => control.ask(request, &[stdin, stdout, stderr]).await,
            _ => control.ask(request, &[stdin, stdout]).await,
        }
    }
}

impl MuxStream {
    /// The stream that `control` has opened on `pipes`.
    pub fn of_pipes(control: Control, pipes: Pipes, master: &Arc<Master>) -> (Self, Ending) {
        let Pipes {
            arriving,
            leaving,
            complaints,
            theirs,
        } = pipes;
        // The master has its own; with ours open, no end would ever come.
        drop(theirs);
        let (in_use, dropped) = oneshot::channel();
        let (exit, exited) = watch::channel(None);
        let stderr = Tail::default();
        let shut_down = Arc::<AtomicBool>::default();
        let ending = Ending::new(exited, stderr.clone());
        let stream = Self {
            arriving: Box::new(arriving),
            leaving: Some(Box::new(leaving)),
            shut_down: Arc::clone(&shut_down),
            _in_use: Some(in_use),
            _master: Arc::clone(master),
        };
        let master = Arc::clone(master);
        tokio::spawn(async move {
            let reading = tokio::spawn(stderr.read_all(complaints));
            let code = attend(control, dropped, &shut_down).await;
            let _ = tokio::time::timeout(STDERR_LIMIT, reading).await;
            exit.send_replace(Some(code));
            // Until here the channel may have been open.
            drop(master);
        });
        (stream, ending)
    }

    /// The stream behind a connection to a forwarded socket.
    pub fn of_socket(socket: UnixStream, master: &Arc<Master>) -> Self {
        let (arriving, leaving) = socket.into_split();
        Self {
            arriving: Box::new(arriving),
            leaving: Some(Box::new(leaving)),
            shut_down: Arc::default(),
            _in_use: None,
            _master: Arc::clone(master),
        }
    }
}

/// Waits for the end of a channel; returning closes it.
async fn attend(
    mut control: Control,
    dropped: oneshot::Receiver<()>,
    shut_down: &AtomicBool,
) -> Exit {
    let mut exit = Exit::Unknown;
    let mut ended = Box::pin(async {
        while let Ok(reply) = control.reply().await {
            if let Reply::Exit(code) = reply {
                exit = Exit::Code(code);
            }
        }
    });
    tokio::select! {
        () = &mut ended => {}
        _ = dropped => {
            if shut_down.load(Ordering::SeqCst) {
                let _ = tokio::time::timeout(GRACE, &mut ended).await;
            }
        }
    }
    drop(ended);
    exit
}

impl AsyncRead for MuxStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.arriving).poll_read(cx, buf)
    }
}

impl AsyncWrite for MuxStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match &mut self.leaving {
            Some(leaving) => Pin::new(leaving).poll_write(cx, bytes),
            None => Poll::Ready(Err(io::ErrorKind::BrokenPipe.into())),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        // Nothing waits on this side of the system.
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.shut_down.store(true, Ordering::SeqCst);
        self.leaving = None;
        Poll::Ready(Ok(()))
    }
}
