//! A docker client as a child process of ours.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::process::{ChildStderr, ChildStdin, ChildStdout, Command};
use tokio::sync::{oneshot, watch};

use super::place::Children;
use crate::ssh::process::{Ending, Exit};
use crate::ssh::{Leader, Pipes, Tail};

/// How long a client may go on after its stdin was closed: a relay gives its server three seconds.
pub const GRACE: Duration = Duration::from_secs(5);
/// Somebody else may hold stderr open.
const STDERR_LIMIT: Duration = Duration::from_millis(100);

/// stdin and stdout of a child. Dropping it closes both and lets the child end by itself, or else kills it.
#[derive(Debug)]
pub struct ChildStream {
    stdin: Option<ChildStdin>,
    stdout: ChildStdout,
    /// Dropped with the stream, which tells the child's keeper.
    _in_use: oneshot::Sender<()>,
}

impl ChildStream {
    /// Closes stdin.
    pub fn hang_up(&mut self) {
        self.stdin = None;
    }
}

pub fn spawn(argv: &[&str], children: &Children) -> io::Result<(ChildStream, Ending)> {
    let [program, arguments @ ..] = argv else {
        return Err(io::ErrorKind::InvalidInput.into());
    };
    let mut command = Command::new(program);
    let (child, pipes) = Leader::spawn_piped(command.args(arguments))?;
    let Pipes {
        stdin,
        stdout,
        stderr,
    } = pipes;
    let (in_use, dropped) = oneshot::channel();
    let (exit, exited) = watch::channel(None);
    let tail = Tail::default();
    let ending = Ending::new(exited, tail.clone());
    children.add(tokio::spawn(keep(child, stderr, tail, dropped, exit)));
    let stream = ChildStream {
        stdin: Some(stdin),
        stdout,
        _in_use: in_use,
    };
    Ok((stream, ending))
}

/// Looks after the child: reads its stderr, sees it end, and kills it if it outlives its stream for too long.
async fn keep(
    mut child: Leader,
    stderr: ChildStderr,
    tail: Tail,
    dropped: oneshot::Receiver<()>,
    exit: watch::Sender<Option<Exit>>,
) {
    let reading = tokio::spawn(tail.read_all(stderr));
    let status = tokio::select! {
        status = child.0.wait() => status,
        _ = dropped => {
            if tokio::time::timeout(GRACE, child.0.wait()).await.is_err() {
                child.kill();
            }
            child.0.wait().await
        }
    };
    let _ = tokio::time::timeout(STDERR_LIMIT, reading).await;
    exit.send_replace(Some(status.map_or(Exit::Unknown, Exit::from)));
}

impl AsyncRead for ChildStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stdout).poll_read(cx, buf)
    }
}

impl AsyncWrite for ChildStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        match &mut self.stdin {
            Some(stdin) => Pin::new(stdin).poll_write(cx, buf),
            None => Poll::Ready(Err(io::ErrorKind::BrokenPipe.into())),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.stdin {
            Some(stdin) => Pin::new(stdin).poll_flush(cx),
            None => Poll::Ready(Ok(())),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        // tokio's own shutdown of a pipe does not close it.
        self.hang_up();
        Poll::Ready(Ok(()))
    }
}
