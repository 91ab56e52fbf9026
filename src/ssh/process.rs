//! How a process ended, whether it ran here or behind ssh.

use std::fmt;
use std::io;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::sync::watch;

use super::tail::Tail;

/// What `stdout` of a short command may hold: more is cut off.
const OUTPUT_LIMIT: u64 = 4 * 1024 * 1024;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Exit {
    Code(u32),
    /// The name of the signal, without `SIG` where the other side gave it so.
    Signal(String),
    /// The link to the process ended before it said how it ended.
    Unknown,
}

impl fmt::Display for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // As shells and docker tell of a signal.
            Self::Code(137) => f.write_str("was killed (exit code 137)"),
            Self::Code(143) => f.write_str("was terminated (exit code 143)"),
            Self::Code(code) => write!(f, "exited with code {code}"),
            Self::Signal(name) => write!(f, "was killed by signal {name}"),
            Self::Unknown => f.write_str("ended"),
        }
    }
}

impl From<std::process::ExitStatus> for Exit {
    fn from(status: std::process::ExitStatus) -> Self {
        #[cfg(unix)]
        if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
            return Self::Signal(signal_name(signal));
        }
        match status.code().map(u32::try_from) {
            Some(Ok(code)) => Self::Code(code),
            _ => Self::Unknown,
        }
    }
}

/// The signal's name as hosts tell it over ssh, `TERM` for 15; its number where it is none of the usual ones.
#[cfg(unix)]
fn signal_name(number: i32) -> String {
    use rustix::process::Signal;
    let usual = [
        (Signal::ABORT, "ABRT"),
        (Signal::ALARM, "ALRM"),
        (Signal::BUS, "BUS"),
        (Signal::FPE, "FPE"),
        (Signal::HUP, "HUP"),
        (Signal::ILL, "ILL"),
        (Signal::INT, "INT"),
        (Signal::KILL, "KILL"),
        (Signal::PIPE, "PIPE"),
        (Signal::QUIT, "QUIT"),
        (Signal::SEGV, "SEGV"),
        (Signal::TERM, "TERM"),
        (Signal::USR1, "USR1"),
        (Signal::USR2, "USR2"),
    ];
    let named = usual.iter().find(|(signal, _)| signal.as_raw() == number);
    named.map_or_else(|| number.to_string(), |(_, name)| (*name).to_owned())
}

/// The end of a process that may still be running, and what it wrote to stderr.
#[derive(Debug, Clone)]
pub struct Ending {
    exit: watch::Receiver<Option<Exit>>,
    stderr: Tail,
}

impl Ending {
    pub fn new(exit: watch::Receiver<Option<Exit>>, stderr: Tail) -> Self {
        Self { exit, stderr }
    }

    /// How the process ended, if it does within `limit`.
    pub async fn wait(&self, limit: Duration) -> Option<Exit> {
        let mut exit = self.exit.clone();
        let ended = tokio::time::timeout(limit, exit.wait_for(Option::is_some)).await;
        match ended {
            Ok(Ok(exit)) => exit.clone(),
            Ok(Err(_)) => Some(Exit::Unknown),
            Err(_) => None,
        }
    }

    /// The last 64 KiB of stderr.
    pub fn stderr(&self) -> String {
        self.stderr.text()
    }

    /// stderr as it comes.
    pub fn tail(&self) -> &Tail {
        &self.stderr
    }
}

/// All that a short command gave.
#[derive(Debug)]
pub struct Output {
    pub exit: Exit,
    pub stdout: String,
    pub stderr: String,
}

impl Output {
    pub fn succeeded(&self) -> bool {
        self.exit == Exit::Code(0)
    }

    /// What the command said for itself: stderr, or stdout where stderr is empty.
    pub fn complaint(&self) -> &str {
        match self.stderr.trim() {
            "" => self.stdout.trim(),
            stderr => stderr,
        }
    }
}

/// Reads a process to its end. The caller bounds the time.
pub async fn collect(stdout: impl AsyncRead + Unpin, ending: &Ending) -> io::Result<Output> {
    let mut bytes = Vec::new();
    stdout.take(OUTPUT_LIMIT).read_to_end(&mut bytes).await?;
    let exit = ending.wait(Duration::MAX).await.unwrap_or(Exit::Unknown);
    Ok(Output {
        exit,
        stdout: String::from_utf8_lossy(&bytes).into_owned(),
        stderr: ending.stderr(),
    })
}
