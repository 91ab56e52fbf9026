//! Lines out of a stream, as they come.

use crate::progress::{Event, Reporter};

/// A line longer than this is told in parts.
const LONGEST: usize = 4096;

/// Tells the lines of one stream; keeps the part of a line that has no end yet.
pub struct Lines<'a> {
    reporter: &'a Reporter,
    source: &'a str,
    rest: Vec<u8>,
}

impl<'a> Lines<'a> {
    /// `source` stands before each line: the machine, or the container on it.
    pub fn new(reporter: &'a Reporter, source: &'a str) -> Self {
        Self {
            reporter,
            source,
            rest: Vec::new(),
        }
    }

    pub fn push(&mut self, mut bytes: &[u8]) {
        // Programs that draw a progress bar end its states with a carriage return.
        while let Some(end) = bytes.iter().position(|byte| matches!(byte, b'\n' | b'\r')) {
            self.rest.extend(&bytes[..end]);
            self.tell();
            bytes = &bytes[end + 1..];
        }
        self.rest.extend(bytes);
        while self.rest.len() > LONGEST {
            let more = self.rest.split_off(LONGEST);
            self.tell();
            self.rest = more;
        }
    }

    fn tell(&mut self) {
        let line = std::mem::take(&mut self.rest);
        let line = String::from_utf8_lossy(&line);
        if !line.trim().is_empty() {
            self.reporter.event(&Event::Output {
                source: self.source.to_owned(),
                line: line.into_owned(),
            });
        }
    }
}

/// The last line may have no end.
impl Drop for Lines<'_> {
    fn drop(&mut self) {
        self.tell();
    }
}
