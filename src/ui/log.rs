//! `--log FILE`: all that a run tells, more than is printed, each line with its time.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use jiff::Timestamp;

use super::escape;

/// Behind the first line of an event: what a server or a row says cannot pass for an event of its own.
const CONTINUED: &str = "\n    ";

/// The file, until it cannot be written any longer.
pub struct Log {
    file: Option<File>,
    name: String,
}

impl Log {
    /// Appends to the file; a new one can be read by nobody else.
    pub fn open(path: &Path) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.append(true).create(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt;
            options.mode(0o600);
        }
        Ok(Self {
            file: Some(options.open(path)?),
            name: path.display().to_string(),
        })
    }

    /// Writes what happened, redacted and escaped. Where that fails, the reason; no more is written then.
    pub fn write(&mut self, text: &str) -> Result<(), String> {
        let Some(file) = &mut self.file else {
            return Ok(());
        };
        let text = escape::block(text.trim_end()).replace('\n', CONTINUED);
        let time = Timestamp::now().strftime("%FT%T%.3fZ");
        // One write, so that another run's lines come between these and not into them.
        let written = file.write_all(format!("{time} {text}\n").as_bytes());
        written.map_err(|error| {
            self.file = None;
            format!(
                "nothing more is written to the log `{}`: {error}",
                self.name
            )
        })
    }
}
