//! A child process that does not outlive us.
//!
//! On Linux the kernel signals the child when the *thread* that spawned it ends, so each child has a thread
//! that does nothing but wait for it. `setpriv` (util-linux) asks for that signal, since asking ourselves
//! between fork and exec would be unsafe code. Elsewhere `sweep` finds the orphan at the next start.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::{LazyLock, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tokio::sync::watch;

/// A running child and the thread that waits for it.
#[derive(Debug)]
pub struct Keeper {
    pid: Pid,
    ended: watch::Receiver<Option<ExitStatus>>,
    thread: Option<JoinHandle<()>>,
}

impl Keeper {
    pub fn spawn(mut command: Command) -> io::Result<Self> {
        let (started, start) = mpsc::sync_channel(1);
        let (end, ended) = watch::channel(None);
        let thread =
            std::thread::Builder::new()
                .name("keeper".into())
                .spawn(move || match command.spawn() {
                    Ok(mut child) => {
                        let _ = started.send(Ok(child.id()));
                        end.send_replace(child.wait().ok());
                    }
                    Err(error) => {
                        let _ = started.send(Err(error));
                    }
                })?;
        let id = start.recv().map_err(io::Error::other)??;
        let pid = i32::try_from(id)
            .ok()
            .and_then(Pid::from_raw)
            .ok_or_else(|| io::Error::other(format!("process id {id} out of range")))?;
        Ok(Self {
            pid,
            ended,
            thread: Some(thread),
        })
    }

    pub fn pid(&self) -> i32 {
        self.pid.as_raw_nonzero().get()
    }

    /// The status it ended with; `None` while it runs.
    pub fn status(&self) -> Option<ExitStatus> {
        *self.ended.borrow()
    }

    /// Sends a signal unless the child has ended: its number may belong to somebody else by then.
    pub fn signal(&self, signal: Signal) {
        if self.is_running() {
            // Fails only where the child has ended in between.
            let _ = kill_process(self.pid, signal);
        }
    }

    /// Whether it ended within `limit`.
    pub async fn ends_within(&mut self, limit: Duration) -> bool {
        // The channel closes when the thread ends, which it does once the child has.
        let ended = async { while self.ended.changed().await.is_ok() {} };
        tokio::time::timeout(limit, ended).await.is_ok()
    }

    /// Sends a signal and waits for the end, for those who cannot await.
    pub fn end_with(&mut self, signal: Signal) {
        self.signal(signal);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }

    fn is_running(&self) -> bool {
        self.ended.has_changed().is_ok() && self.status().is_none()
    }
}

/// A command for `program` that ends with `signal` (`INT`, `TERM`) when the thread that spawned it ends.
pub fn dies_with_us(program: &Path, signal: &str) -> Command {
    static SETPRIV: LazyLock<Option<PathBuf>> = LazyLock::new(find_setpriv);
    match &*SETPRIV {
        Some(setpriv) => {
            let mut command = Command::new(setpriv);
            command.args(["--pdeathsig", signal, "--"]).arg(program);
            command
        }
        None => Command::new(program),
    }
}

/// The `setpriv` that knows `--pdeathsig`; busybox has one that does not.
fn find_setpriv() -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?)
        .map(|folder| folder.join("setpriv"))
        .filter(|program| program.is_file())
        .find(|program| {
            Command::new(program)
                .args(["--pdeathsig", "INT", "--", "true"])
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status()
                .is_ok_and(|status| status.success())
        })
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::io::{Read, Write};
    use std::os::unix::process::ExitStatusExt;

    use super::*;

    #[test]
    fn a_child_dies_with_the_thread_that_spawned_it() {
        let spawn = || {
            let mut child = dies_with_us(Path::new("cat"), "TERM")
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .spawn()
                .unwrap();
            // Once it answers, `setpriv` has done its part.
            child.stdin.as_mut().unwrap().write_all(b"x").unwrap();
            let answer = child.stdout.as_mut().unwrap();
            answer.read_exact(&mut [0]).unwrap();
            child
        };
        let mut child = std::thread::spawn(spawn).join().unwrap();
        // Not `wait`, which would close its stdin and so end it.
        let status = loop {
            if let Some(status) = child.try_wait().unwrap() {
                break status;
            }
            std::thread::sleep(Duration::from_millis(5));
        };
        assert_eq!(status.signal(), Some(Signal::TERM.as_raw()));
    }
}
