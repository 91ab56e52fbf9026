//! A `pg_dump` on this machine while it runs.

use std::path::Path;
use std::process::ExitStatus;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::{Child, ChildStderr, ChildStdout, Command};

use super::DumpError;
use crate::copy::Result;
use crate::copy::files::Output;
use crate::interrupt::{interrupted, shielded};
use crate::progress::{Event, Reporter};

/// How long it may take to cancel what it reads, and to end, before it is killed.
const GOODBYE_WITHIN: Duration = Duration::from_secs(5);
/// More than an error of its takes.
const LONGEST_LINE: usize = 16 * 1024;

/// Runs it to its end. On an interruption, and where `out` takes no more, it is ended.
pub async fn run(
    mut command: Command,
    program: &Path,
    reporter: &Reporter,
    out: Option<&mut Output>,
) -> Result<()> {
    if out.is_none() {
        command.stdout(std::process::Stdio::null());
    }
    // Ctrl-C at the terminal is told to it by us, and not to those that it has started besides.
    #[cfg(unix)]
    command.process_group(0);
    let mut child = command.spawn().map_err(|reason| DumpError::CannotRun {
        program: program.to_owned(),
        reason,
    })?;
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let mut first_error = None;
    let working = async {
        let (taken, ()) = tokio::join!(take(stdout, out), hear(stderr, reporter, &mut first_error));
        taken
    };
    let taken = tokio::select! {
        biased;
        () = interrupted() => Err(DumpError::Interrupted.into()),
        taken = working => taken,
    };
    if let Err(error) = taken {
        shielded(end(&mut child)).await;
        return Err(error);
    }
    let status = child.wait().await.map_err(|reason| DumpError::CannotRun {
        program: program.to_owned(),
        reason,
    })?;
    check(status, first_error)
}

fn check(status: ExitStatus, first_error: Option<String>) -> Result<()> {
    if status.success() {
        return Ok(());
    }
    Err(DumpError::DumpFailed {
        status: status.to_string(),
        message: first_error.unwrap_or_else(|| "it said nothing".to_owned()),
    }
    .into())
}

async fn take(stdout: Option<ChildStdout>, out: Option<&mut Output>) -> Result<()> {
    let (Some(mut stdout), Some(out)) = (stdout, out) else {
        return Ok(());
    };
    let mut bytes = vec![0; 64 * 1024];
    loop {
        match stdout.read(&mut bytes).await {
            Ok(0) | Err(_) => return Ok(()),
            Ok(length) => out.write(&bytes[..length]).await?,
        }
    }
}

/// Tells its warnings, and keeps the first error.
async fn hear(stderr: Option<ChildStderr>, reporter: &Reporter, first: &mut Option<String>) {
    let Some(stderr) = stderr else { return };
    let mut stderr = BufReader::new(stderr);
    let mut line = Vec::new();
    loop {
        line.clear();
        match stderr.read_until(b'\n', &mut line).await {
            Ok(0) | Err(_) => return,
            Ok(_) => {}
        }
        line.truncate(LONGEST_LINE);
        let text = String::from_utf8_lossy(&line);
        let text = text.trim();
        if let Some((_, warning)) = text.split_once("warning: ") {
            reporter.event(&Event::Warning(format!("pg_dump: {warning}")));
        } else if let Some((_, error)) = text.split_once("error: ") {
            first.get_or_insert_with(|| error.to_owned());
        }
    }
}

/// Asks it to end, so that it cancels what its sessions do, and kills it where it does not.
async fn end(child: &mut Child) {
    #[cfg(unix)]
    {
        use rustix::process::{Pid, Signal, kill_process_group};
        let id = child.id().and_then(|id| i32::try_from(id).ok());
        if let Some(group) = id.and_then(Pid::from_raw) {
            let _ = kill_process_group(group, Signal::TERM);
            if tokio::time::timeout(GOODBYE_WITHIN, child.wait())
                .await
                .is_ok()
            {
                return;
            }
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
    if let Err(error) = child.kill().await {
        tracing::debug!(%error, "killing pg_dump");
    }
}
