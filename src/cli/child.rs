//! A program that has the terminal while we wait: Ctrl-C is its own, other signals are passed on to it.

use std::io;
use std::process::ExitStatus;

use tokio::process::Command;

/// How a program ended.
#[derive(Debug)]
pub enum Ended {
    Exited(ExitStatus),
    /// By a signal to us, which was passed on.
    #[cfg(unix)]
    Signalled(i32),
}

#[cfg(unix)]
pub use unix::attend;

/// What a program is sent when a signal ends us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Farewell {
    /// The signal of a terminal that closes: a shell passes that on to what it runs, and ignores others.
    HangUp,
    /// The signal that came.
    TheSame,
}

#[cfg(not(unix))]
pub async fn attend(mut command: Command, _: Farewell) -> io::Result<Ended> {
    Ok(Ended::Exited(command.spawn()?.wait().await?))
}

#[cfg(unix)]
mod unix {
    use std::time::Duration;

    use rustix::process::{Pid, Signal, kill_process};
    use tokio::process::Child;
    use tokio::signal::unix::{SignalKind, signal};

    use super::{Command, Ended, Farewell, io};

    /// How long a program may take to end before it is killed.
    const GOODBYE_WITHIN: Duration = Duration::from_secs(2);

    /// Runs the program to its end.
    pub async fn attend(mut command: Command, farewell: Farewell) -> io::Result<Ended> {
        let (hangup, terminate) = (SignalKind::hangup(), SignalKind::terminate());
        let (mut disconnected, mut terminated) = (signal(hangup)?, signal(terminate)?);
        // Having a handler is what keeps the signal from ending us.
        let _interrupt = signal(SignalKind::interrupt())?;
        let mut child = command.spawn()?;
        let (came, passed_on) = tokio::select! {
            status = child.wait() => return Ok(Ended::Exited(status?)),
            _ = disconnected.recv() => (hangup, Signal::HUP),
            _ = terminated.recv() => (terminate, match farewell {
                Farewell::HangUp => Signal::HUP,
                Farewell::TheSame => Signal::TERM,
            }),
        };
        end(&mut child, passed_on).await?;
        Ok(Ended::Signalled(came.as_raw_value()))
    }

    async fn end(child: &mut Child, signal: Signal) -> io::Result<()> {
        let id = child.id().and_then(|id| i32::try_from(id).ok());
        if let Some(pid) = id.and_then(Pid::from_raw) {
            kill_process(pid, signal)?;
        }
        match tokio::time::timeout(GOODBYE_WITHIN, child.wait()).await {
            Ok(status) => status.map(drop),
            Err(_) => child.kill().await,
        }
    }
}
