//! The mark that ends the rows for a server, and everything behind it is passed over without a word.

use crate::copy::files::{Format, Layout};

/// A line that is too long to be the mark.
const TOO_LONG: usize = 4;
/// From this version on it ends no CSV any more.
const NOT_IN_CSV: i64 = 180_000;

/// Follows the lines of a file: looks for one of `\.` alone that something follows, and counts what the server does
/// not.
pub struct EndMark {
    looks: bool,
    /// Around fields of CSV, and before such a quote within one, where that is another character.
    quote: Option<u8>,
    escape: Option<u8>,
    within_quotes: bool,
    escaped: bool,
    /// How the line that is being read begins.
    line: Vec<u8>,
    /// Lines so far, and how many of them ended within quotes before any row was complete.
    lines: u64,
    rows: u64,
    uncounted: u64,
    /// The line of the mark.
    found: Option<u64>,
}

impl EndMark {
    pub fn new(format: Format, layout: &Layout, version_num: i64) -> Self {
        let byte = |text: &Option<String>| text.as_ref().and_then(|text| text.bytes().next());
        let is_csv = format == Format::Csv;
        let quote = is_csv.then(|| byte(&layout.quote).unwrap_or(b'"'));
        Self {
            looks: match format {
                Format::Csv => version_num < NOT_IN_CSV,
                Format::Tsv => true,
                Format::JsonLines | Format::Binary => false,
            },
            quote,
            escape: byte(&layout.escape).filter(|escape| Some(*escape) != quote),
            within_quotes: false,
            escaped: false,
            line: Vec::new(),
            lines: 0,
            rows: 0,
            uncounted: 0,
            found: None,
        }
    }

    /// Rows that have passed, lines of text that is not quoted.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// The line that the server means by `line`: it does not know how lines end before the first row has.
    pub fn true_line(&self, line: u64) -> u64 {
        if line > 1 {
            line + self.uncounted
        } else {
            line
        }
    }

    /// The line of a mark that rows follow.
    pub fn find(&mut self, mut bytes: &[u8]) -> Option<u64> {
        while !bytes.is_empty() {
            if self.found.is_some() && bytes.iter().any(|byte| !byte.is_ascii_whitespace()) {
                return self.found;
            }
            if std::mem::take(&mut self.escaped) {
                self.keep(&bytes[..1]);
                bytes = &bytes[1..];
                continue;
            }
            let quote = self.quote.unwrap_or(b'\n');
            let special = memchr::memchr3(b'\n', quote, self.escape.unwrap_or(quote), bytes);
            let Some(place) = special else {
                self.keep(bytes);
                return None;
            };
            self.keep(&bytes[..place]);
            match bytes[place] {
                b'\n' => self.end_line(),
                byte if Some(byte) == self.quote => {
                    self.within_quotes = !self.within_quotes;
                    self.keep(b"\"");
                }
                byte => {
                    self.escaped = self.within_quotes;
                    self.keep(&[byte]);
                }
            }
            bytes = &bytes[place + 1..];
        }
        None
    }

    fn keep(&mut self, bytes: &[u8]) {
        let room = TOO_LONG.saturating_sub(self.line.len()).min(bytes.len());
        self.line.extend_from_slice(&bytes[..room]);
    }

    fn end_line(&mut self) {
        self.lines += 1;
        if self.within_quotes {
            self.uncounted += u64::from(self.rows == 0);
            // More than a mark: it would begin a row.
            self.line = vec![b'"'; TOO_LONG];
            return;
        }
        self.rows += 1;
        if self.looks && matches!(self.line.as_slice(), b"\\." | b"\\.\r") {
            self.found.get_or_insert(self.lines);
        }
        self.line.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(format: Format, version: i64, text: &str, size: usize) -> Option<u64> {
        let mut mark = EndMark::new(format, &Layout::default(), version);
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
            let quoted = "1,\"a\n\\.\n\"\"\n\\.\nb\"\n\"\\.\"\n2\n";
            assert_eq!(find(Format::Csv, 150_000, quoted, size), None);
        }
    }

    #[test]
    fn lines_within_the_first_row_are_counted_where_the_server_does_not() {
        let layout = Layout {
            escape: Some("\\".to_owned()),
            ..Layout::default()
        };
        let mut mark = EndMark::new(Format::Csv, &layout, 150_000);
        mark.find(b"1,\"a\n\\\"\nb\"\n2,\"c\nd\"\n3\n");
        assert_eq!(
            (mark.rows(), mark.true_line(1), mark.true_line(2)),
            (3, 1, 4)
        );
    }
}
