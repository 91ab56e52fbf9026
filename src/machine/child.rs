//! A program of this machine as a child of ours, ended with all it started when nobody waits for it any more.

use std::io;
use std::process::ExitStatus;
use std::time::Duration;

use tokio::process::{ChildStdin, ChildStdout, Command};
use tokio::sync::watch;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::ssh::process::{Ending, Exit};
use crate::ssh::{Leader, Pipes, Tail};

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
    let (leader, pipes) = Leader::spawn_piped(&mut command)?;
    let Pipes {
        stdin,
        stdout,
        stderr,
    } = pipes;
    let (exit, exited) = watch::channel(None);
    let tail = Tail::default();
    let ending = Ending::new(exited, tail.clone());
    let unwanted = CancellationToken::new();
    let alive = unwanted.clone().drop_guard();
    tokio::spawn(async move {
        let reading = tokio::spawn(tail.read_all(stderr));
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
