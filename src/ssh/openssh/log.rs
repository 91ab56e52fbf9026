//! What an `ssh` has said so far: in a file, as it goes into the background.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use crate::ssh::refusal::Refusal;

/// The last lines tell what went wrong; before them may stand a banner of any length.
const LINES: usize = 6;
const READ_LIMIT: usize = 64 * 1024;
/// How often it is looked for what is sure to be written in a moment.
const LOOKS: u32 = 20;
const PAUSE: Duration = Duration::from_millis(10);

#[derive(Debug)]
pub struct Log {
    file: File,
    path: PathBuf,
}

impl Log {
    pub fn create(path: PathBuf) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        let file = options
            .read(true)
            .append(true)
            .create_new(true)
            .open(&path)?;
        Ok(Self { file, path })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// For what the programs that ssh starts have to say.
    pub fn stderr(&self) -> io::Result<Stdio> {
        Ok(self.file.try_clone()?.into())
    }

    /// Where the next line will stand.
    pub fn end(&self) -> u64 {
        self.file.metadata().map_or(0, |metadata| metadata.len())
    }

    /// The last lines written from `place` on that say something.
    pub fn since(&self, place: u64) -> Vec<String> {
        let end = self.end();
        let first = place.max(end.saturating_sub(READ_LIMIT as u64));
        let mut bytes = vec![0; READ_LIMIT];
        let read = self.file.read_at(&mut bytes, first).unwrap_or(0);
        let text = String::from_utf8_lossy(&bytes[..read]);
        let lines: Vec<String> = text.lines().filter_map(meaningful).collect();
        lines[lines.len().saturating_sub(LINES)..].to_vec()
    }

    /// The refusal of a channel written from `place` on. It is there, or will be in a moment.
    pub async fn refusal(&self, place: u64) -> Option<Refusal> {
        for _ in 0..LOOKS {
            let lines = self.since(place);
            let refusal = lines.iter().find_map(|line| Refusal::in_log(line));
            if refusal.is_some() {
                return refusal;
            }
            tokio::time::sleep(PAUSE).await;
        }
        None
    }
}

/// A line without the frame of ssh's warnings, if anything is left.
fn meaningful(line: &str) -> Option<String> {
    let line = line.trim().trim_matches('@').trim();
    (!line.is_empty()).then(|| line.to_owned())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn the_last_lines_are_told_without_their_frame() {
        let folder = tempfile::tempdir().unwrap();
        let log = Log::create(folder.path().join("log")).unwrap();
        (&log.file).write_all(b"before\r\n").unwrap();
        let place = log.end();
        (&log.file)
            .write_all(b"@@@@@@\r\n@  WARNING: CHANGED!  @\r\n\r\nOffending key\r\n")
            .unwrap();
        assert_eq!(log.since(place), ["WARNING: CHANGED!", "Offending key"]);
    }
}
