//! Running `pg_restore`.

use std::io::Write;
use std::path::PathBuf;

use tempfile::NamedTempFile;

use super::archive::Archive;
use super::list::Entry;
use super::program::{candidates, clean, looked_in, major, version};
use super::running::{Running, check};
use super::{Error, Result};
use crate::interrupt::race;

/// A `pg_restore` that can read an archive.
#[derive(Debug)]
pub(in crate::copy) struct Tool {
    program: PathBuf,
    archive: Archive,
}

impl Tool {
    /// The first `pg_restore` that is new enough for the archive.
    pub async fn find(archive: Archive) -> Result<Self> {
        let mut newest: Option<(u32, String, PathBuf)> = None;
        for program in candidates("pg_restore") {
            let version = version(&program).await?;
            let major = major(&version);
            // Of a version that says nothing to us the program itself will know.
            if major.is_none_or(|major| reads(major) >= archive.version) {
                return Ok(Self { program, archive });
            }
            let found = (major.unwrap_or_default(), version, program);
            if newest.as_ref().is_none_or(|newest| newest.0 < found.0) {
                newest = Some(found);
            }
        }
        Err(match newest {
            Some((_, newest, program)) => too_new(archive, newest, program),
            None => Error::NoPgRestore {
                looked_in: looked_in(),
            },
        })
    }

    /// The entries with rows and sequence positions.
    pub async fn entries(&self) -> Result<Vec<Entry>> {
        let mut command = clean(&self.program);
        command.arg("--list").arg("--").arg(&self.archive.path);
        let output = race(command.output()).await?;
        let output = output.map_err(|reason| self.cannot_run(reason))?;
        let complaints = String::from_utf8_lossy(&output.stderr);
        check(&self.archive.path, output.status, &complaints)?;
        Ok(Entry::read_all(&String::from_utf8_lossy(&output.stdout)))
    }

    /// Whether the archive can only be read from front to back.
    pub fn is_sequential(&self) -> bool {
        self.archive.sequential
    }

    /// Starts to write the script of these entries, in this order.
    pub fn start(&self, entries: &[Entry]) -> Result<Running> {
        let list = list_file(entries).map_err(|reason| self.cannot_run(reason))?;
        let mut command = clean(&self.program);
        command
            .args(["--data-only", "--file=-", "--use-list"])
            .arg(list.path());
        command.arg("--").arg(&self.archive.path);
        let child = command.spawn().map_err(|reason| self.cannot_run(reason))?;
        Ok(Running::new(child, list, &self.archive.path))
    }

    fn cannot_run(&self, reason: std::io::Error) -> Error {
        Error::CannotRun {
            program: self.program.clone(),
            reason,
        }
    }
}

/// The newest archive format that `pg_restore` of a major version reads.
fn reads(major: u32) -> (u8, u8) {
    match major {
        ..12 => (1, 13),
        12..16 => (1, 14),
        16 => (1, 15),
        17.. => (1, 16),
    }
}

/// The first major version that reads an archive format.
fn reader_of(version: (u8, u8)) -> u32 {
    (12..=17)
        .find(|major| reads(*major) >= version)
        .unwrap_or(18)
}

fn too_new(archive: Archive, newest: String, program: PathBuf) -> Error {
    let (major, minor) = archive.version;
    Error::TooNew {
        file: archive.path,
        written_by: archive
            .written_by
            .filter(|version| !version.is_empty())
            .unwrap_or_else(|| "of a newer version".to_owned()),
        format: format!("{major}.{minor}"),
        program,
        newest,
        wanted: reader_of(archive.version),
    }
}

fn list_file(entries: &[Entry]) -> std::io::Result<NamedTempFile> {
    let mut file = NamedTempFile::new()?;
    for entry in entries {
        writeln!(file, "{}", entry.line)?;
    }
    file.flush()?;
    Ok(file)
}
