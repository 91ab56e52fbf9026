//! The mark that ends the rows for a server, and everything behind it is passed over without a word.

use crate::copy::files::Format;

/// A line that is too long to be the mark.
const TOO_LONG: usize = 4;
/// From this version on it ends no CSV any more.
const NOT_IN_CSV: i64 = 180_000;

/// Looks for a line of `\.` alone that something follows.
pub struct EndMark {
    looks: bool,
    /// How the line that is being read begins.
    line: Vec<u8>,
    /// Complete lines so far.
    lines: u64,
    /// The line of the mark.
    found: Option<u64>,
}

impl EndMark {
    pub fn new(format: Format, version_num: i64) -> Self {
        let looks = match format {
            Format::Csv => version_num < NOT_IN_CSV,
            Format::Tsv => true,
            Format::JsonLines | Format::Binary => false,
        };
        Self {
            looks,
            line: Vec::new(),
            lines: 0,
            found: None,
        }
    }

    /// Lines that have passed.
    pub fn lines(&self) -> u64 {
        self.lines
    }

    /// The line of a mark that rows follow.
    pub fn find(&mut self, mut bytes: &[u8]) -> Option<u64> {
        if !self.looks {
            return None;
        }
        while !bytes.is_empty() {
            if self.found.is_some() && bytes.iter().any(|byte| !byte.is_ascii_whitespace()) {
                return self.found;
            }
            let end = memchr::memchr(b'\n', bytes);
            let part = &bytes[..end.unwrap_or(bytes.len())];
            let room = TOO_LONG.saturating_sub(self.line.len()).min(part.len());
            self.line.extend_from_slice(&part[..room]);
            let Some(end) = end else { return None };
            self.lines += 1;
            if matches!(self.line.as_slice(), b"\\." | b"\\.\r") {
                self.found.get_or_insert(self.lines);
            }
            self.line.clear();
            bytes = &bytes[end + 1..];
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(format: Format, version: i64, text: &str, size: usize) -> Option<u64> {
        let mut mark = EndMark::new(format, version);
        text.as_bytes()
            .chunks(size)
            .find_map(|part| mark.find(part))
    }

    #[test]
    fn a_mark_with_rows_behind_it_is_found_however_the_bytes_come() {
        for size in 1..8 {
            let text = "1\n\\.\r\n2\n";
            assert_eq!(find(Format::Csv, 150_000, text, size), Some(2), "{size}");
            assert_eq!(find(Format::Csv, 180_000, text, size), None);
            assert_eq!(find(Format::Tsv, 180_000, text, size), Some(2));
            assert_eq!(find(Format::Tsv, 150_000, "1\n\\.\n \n\n", size), None);
            assert_eq!(
                find(Format::Tsv, 150_000, "\\.x\nx\\.\n\\\\.\n1", size),
                None
            );
        }
    }
}
