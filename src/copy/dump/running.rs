//! A dump while it is read.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;

use bytes::Bytes;
use tempfile::NamedTempFile;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, ChildStderr};
use tokio::task::JoinHandle;

use super::script::{Item, Script};
use super::{Error, Result};
use crate::interrupt::race;

/// As much of what the program complains about as is kept.
const COMPLAINTS: u64 = 64 * 1024;

/// A script that is being read: of a running `pg_restore`, which is killed when this is dropped, or of a file.
pub(in crate::copy) struct Running {
    script: Script,
    program: Option<Program>,
    /// The places of the items that are taken out of a file; the others were not chosen.
    wanted: Option<BTreeSet<usize>>,
    archive: PathBuf,
}

struct Program {
    child: Child,
    complaints: Option<JoinHandle<String>>,
    /// Which entries to restore; removed when the program is done.
    _list: NamedTempFile,
}

impl Running {
    /// `child` has its outputs piped.
    pub(super) fn new(mut child: Child, list: NamedTempFile, archive: &Path) -> Self {
        let stdout: Box<dyn AsyncRead + Send + Unpin> = match child.stdout.take() {
            Some(stdout) => Box::new(stdout),
            None => Box::new(tokio::io::empty()),
        };
        let program = Program {
            complaints: child.stderr.take().map(|stderr| tokio::spawn(keep(stderr))),
            child,
            _list: list,
        };
        Self {
            script: Script::new(stdout, archive),
            program: Some(program),
            wanted: None,
            archive: archive.to_owned(),
        }
    }

    pub(super) fn of_file(script: Script, wanted: BTreeSet<usize>, archive: &Path) -> Self {
        Self {
            script,
            program: None,
            wanted: Some(wanted),
            archive: archive.to_owned(),
        }
    }

    /// The next item that was chosen; `None` at the end.
    pub async fn next(&mut self) -> Result<Option<Item>> {
        loop {
            let item = self.script.next().await?;
            let (Some(_), Some(wanted)) = (&item, &self.wanted) else {
                return Ok(item);
            };
            let place = self.script.place();
            if wanted.contains(&place) {
                return Ok(item);
            }
            // What follows the last one is not read: it was, when the entries were.
            if wanted.last().is_none_or(|last| *last < place) {
                return Ok(None);
            }
        }
    }

    /// Some of the rows of the item given last; see [`Script::chunk`].
    pub async fn chunk(&mut self) -> Result<Option<(Bytes, u64)>> {
        self.script.chunk().await
    }

    /// Waits for the end, and says what went wrong if anything did.
    pub async fn finish(self) -> Result<()> {
        let Some(mut program) = self.program else {
            return Ok(());
        };
        let status = race(program.child.wait()).await?;
        let complaints = match program.complaints.take() {
            Some(complaints) => complaints.await.unwrap_or_default(),
            None => String::new(),
        };
        match status {
            Ok(status) => check(&self.archive, status, &complaints),
            Err(reason) => Err(failed(&self.archive, reason.to_string(), &complaints)),
        }
    }

    /// Kills the program and waits until it is gone.
    pub async fn stop(self) {
        if let Some(mut program) = self.program
            && let Err(error) = program.child.kill().await
        {
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
