//! A `pg_restore` at work.

use std::path::{Path, PathBuf};
use std::process::ExitStatus;

use tempfile::NamedTempFile;
use tokio::io::AsyncReadExt;
use tokio::process::{Child, ChildStderr, ChildStdout};
use tokio::task::JoinHandle;

use super::script::Script;
use super::{Error, Result};
use crate::interrupt::race;

/// As much of what the program complains about as is kept.
const COMPLAINTS: u64 = 64 * 1024;

/// A running `pg_restore` and the script it writes. Dropped, it is killed.
pub(in crate::copy) struct Running {
    pub script: Script<ChildStdout>,
    child: Child,
    complaints: Option<JoinHandle<String>>,
    archive: PathBuf,
    /// Which entries to restore; removed when the program is done.
    _list: NamedTempFile,
}

impl Running {
    /// `child` has its outputs piped.
    pub(super) fn new(mut child: Child, list: NamedTempFile, archive: &Path) -> Self {
        Self {
            script: Script::new(child.stdout.take(), archive),
            complaints: child.stderr.take().map(|stderr| tokio::spawn(keep(stderr))),
            child,
            archive: archive.to_owned(),
            _list: list,
        }
    }

    /// Waits for the end, and says what went wrong if anything did.
    pub async fn finish(mut self) -> Result<()> {
        let status = race(self.child.wait()).await?;
        let complaints = match self.complaints.take() {
            Some(complaints) => complaints.await.unwrap_or_default(),
            None => String::new(),
        };
        match status {
            Ok(status) => check(&self.archive, status, &complaints),
            Err(reason) => Err(failed(&self.archive, reason.to_string(), &complaints)),
        }
    }

    /// Kills the program and waits until it is gone.
    pub async fn stop(mut self) {
        if let Err(error) = self.child.kill().await {
            tracing::debug!(%error, "killing pg_restore");
        }
    }
}

/// An error with the first thing a program complained about, unless it ended well.
pub(super) fn check(archive: &Path, status: ExitStatus, complaints: &str) -> Result<()> {
    if status.success() {
        return Ok(());
    }
    Err(failed(archive, status.to_string(), complaints))
}

fn failed(archive: &Path, status: String, complaints: &str) -> Error {
    let first = complaints.lines().find(|line| !line.trim().is_empty());
    let first = first.unwrap_or("it said nothing");
    let message = first
        .split_once("error: ")
        .map_or(first, |(_, message)| message);
    Error::Failed {
        file: archive.to_owned(),
        status,
        message: message.to_owned(),
    }
}

async fn keep(mut stderr: ChildStderr) -> String {
    let mut text = Vec::new();
    let kept = (&mut stderr).take(COMPLAINTS).read_to_end(&mut text).await;
    // The rest has to be read all the same, or the program would wait for ever to write it.
    if kept.is_ok() {
        tokio::io::copy(&mut stderr, &mut tokio::io::sink())
            .await
            .ok();
    }
    String::from_utf8_lossy(&text).into_owned()
}
