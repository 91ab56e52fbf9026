//! A program of this machine as a child of ours, ended with all it started when nobody waits for it any more.

use std::io;
use std::process::Stdio;
use std::time::Duration;

#[cfg(unix)]
use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::AsyncReadExt;
use tokio::process::{ChildStderr, ChildStdin, ChildStdout, Command};
use tokio::sync::watch;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::ssh::Tail;
use crate::ssh::process::{Ending, Exit};

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
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    // A Ctrl-C at the terminal is for us, who end the child in our own time.
    #[cfg(unix)]
    command.process_group(0);
    let mut leader = Leader(command.spawn()?);
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
        let status = leader.end(&unwanted).await;
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

/// A child that leads a process group.
struct Leader(tokio::process::Child);

impl Leader {
    /// Waits for the end, and brings it about once the child is unwanted.
    async fn end(&mut self, unwanted: &CancellationToken) -> io::Result<std::process::ExitStatus> {
        #[cfg(unix)]
        let group = self.group();
        tokio::select! {
            status = self.0.wait() => return status,
            () = unwanted.cancelled() => {}
        }
        #[cfg(unix)]
        if let Some(group) = group {
            // It fails only where all have ended in this moment.
            let _ = kill_process_group(group, Signal::TERM);
            let status = tokio::time::timeout(GRACE, self.0.wait()).await;
            // What it started may have stayed.
            let _ = kill_process_group(group, Signal::KILL);
            if let Ok(status) = status {
                return status;
            }
        }
        let _ = self.0.start_kill();
        self.0.wait().await
    }

    #[cfg(unix)]
    fn group(&self) -> Option<Pid> {
        Pid::from_raw(self.0.id()?.try_into().ok()?)
    }
}

/// The runtime may end before the child does.
#[cfg(unix)]
impl Drop for Leader {
    fn drop(&mut self) {
        if let Some(group) = self.group() {
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}

async fn read_all(mut stderr: ChildStderr, tail: Tail) {
    let mut buffer = [0; 8192];
    while let Ok(length @ 1..) = stderr.read(&mut buffer).await {
        tail.push(&buffer[..length]);
    }
}
