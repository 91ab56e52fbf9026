//! A program of this machine as a child of ours, ended with all it started when nobody waits for it any more.

use std::io;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::process::{ChildStderr, ChildStdin, ChildStdout, Command};
use tokio::sync::watch;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::ssh::process::{Ending, Exit};
use crate::ssh::{Leader, Tail};

/// How long a program has between being asked to end and being killed.
const GRACE: Duration = Duration::from_secs(3);
/// Somebody else may hold stderr open.
const STDERR_LIMIT: Duration = Duration::from_millis(100);

pub struct Child {
    pub stdin: ChildStdin,
    pub stdout: ChildStdout,
    pub ending: Ending,
    /// Dropped, it ends the child.
    pub alive: DropGuard,
}

pub fn spawn(mut command: Command) -> io::Result<Child> {
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut leader = Leader::spawn(&mut command)?;
    let pipes = &mut leader.0;
    let (Some(stdin), Some(stdout), Some(stderr)) =
        (pipes.stdin.take(), pipes.stdout.take(), pipes.stderr.take())
    else {
        return Err(io::ErrorKind::BrokenPipe.into());
    };
    let (exit, exited) = watch::channel(None);
    let tail = Tail::default();
    let ending = Ending::new(exited, tail.clone());
    let unwanted = CancellationToken::new();
    let alive = unwanted.clone().drop_guard();
    tokio::spawn(async move {
        let reading = tokio::spawn(read_all(stderr, tail));
        let status = end(leader, &unwanted).await;
        let _ = tokio::time::timeout(STDERR_LIMIT, reading).await;
        exit.send_replace(Some(status.map_or(Exit::Unknown, Exit::from)));
    });
    Ok(Child {
        stdin,
        stdout,
        ending,
        alive,
    })
}

/// Waits for the end, and brings it about once the child is unwanted.
async fn end(mut leader: Leader, unwanted: &CancellationToken) -> io::Result<ExitStatus> {
    tokio::select! {
        status = leader.0.wait() => status,
        () = unwanted.cancelled() => leader.end(GRACE).await,
    }
}

async fn read_all(mut stderr: ChildStderr, tail: Tail) {
    let mut buffer = [0; 8192];
    while let Ok(length @ 1..) = stderr.read(&mut buffer).await {
        tail.push(&buffer[..length]);
    }
}
