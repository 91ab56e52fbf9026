//! A child process of ours that goes with its whole group.

use std::io;

#[cfg(unix)]
use rustix::process::{Pid, Signal, kill_process_group};
use tokio::process::{Child, Command};

/// A child that leads a process group, killed with it where it has not ended before.
#[derive(Debug)]
pub struct Leader(pub Child);

impl Leader {
    /// Starts it out of the terminal's reach: a Ctrl-C must not end it before the work over it is undone.
    pub fn spawn(command: &mut Command) -> io::Result<Self> {
        #[cfg(unix)]
        command.process_group(0);
        command.kill_on_drop(true).spawn().map(Self)
    }

    /// What a program is may be a script, whose own children would go on.
    pub fn kill(&mut self) {
        #[cfg(unix)]
        if let Some(pid) = self
            .0
            .id()
            .and_then(|id| Pid::from_raw(id.try_into().ok()?))
        {
            // It fails only where all have ended in this moment.
            let _ = kill_process_group(pid, Signal::KILL);
        }
        #[cfg(not(unix))]
        let _ = self.0.start_kill();
    }
}

impl Drop for Leader {
    fn drop(&mut self) {
        self.kill();
    }
}
