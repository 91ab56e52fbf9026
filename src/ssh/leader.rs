//! A child process of ours that goes with its whole group.

use std::io;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

#[cfg(unix)]
use rustix::process::{Pid, Signal, kill_process_group};
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};

/// A child that leads a process group, killed with it where it has not ended before.
#[derive(Debug)]
pub struct Leader(pub Child);

/// What a child reads and writes.
#[derive(Debug)]
pub struct Pipes {
    pub stdin: ChildStdin,
    pub stdout: ChildStdout,
    pub stderr: ChildStderr,
}

impl Leader {
    /// Starts it out of the terminal's reach: a Ctrl-C must not end it before the work over it is undone.
    pub fn spawn(command: &mut Command) -> io::Result<Self> {
        #[cfg(unix)]
        command.process_group(0);
        command.kill_on_drop(true).spawn().map(Self)
    }

    /// The same with pipes for all it reads and writes.
    pub fn spawn_piped(command: &mut Command) -> io::Result<(Self, Pipes)> {
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut leader = Self::spawn(command)?;
        let Child {
            stdin,
            stdout,
            stderr,
            ..
        } = &mut leader.0;
        match (stdin.take(), stdout.take(), stderr.take()) {
            (Some(stdin), Some(stdout), Some(stderr)) => {
                let pipes = Pipes {
                    stdin,
                    stdout,
                    stderr,
                };
                Ok((leader, pipes))
            }
            _ => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }

    /// What a program is may be a script, whose own children would go on.
    pub fn kill(&mut self) {
        #[cfg(unix)]
        if let Some(group) = self.group() {
            // It fails only where all have ended in this moment.
            let _ = kill_process_group(group, Signal::KILL);
        }
        #[cfg(not(unix))]
        let _ = self.0.start_kill();
    }

    /// Asks all of the group to end, and kills after `grace` what has not; then waits.
    pub async fn end(&mut self, grace: Duration) -> io::Result<ExitStatus> {
        #[cfg(unix)]
        if let Some(group) = self.group() {
            let _ = kill_process_group(group, Signal::TERM);
            let ended = tokio::time::timeout(grace, self.0.wait()).await;
            // What it started may have stayed.
            let _ = kill_process_group(group, Signal::KILL);
            if let Ok(status) = ended {
                return status;
            }
        }
        #[cfg(not(unix))]
        let _ = grace;
        self.kill();
        self.0.wait().await
    }

    /// Nothing once it has ended: its number may be somebody else's then.
    #[cfg(unix)]
    fn group(&self) -> Option<Pid> {
        Pid::from_raw(self.0.id()?.try_into().ok()?)
    }
}

impl Drop for Leader {
    fn drop(&mut self) {
        self.kill();
    }
}
