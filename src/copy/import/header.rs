//! The line of names that a file begins with.

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

use crate::copy::files::{Format, Input, Layout};
use crate::copy::{Error, Result};

/// More than the names of 1,600 columns take.
const LONGEST: usize = 1024 * 1024;
/// What some programs begin a file with to say that it is UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

#[derive(Debug, Default, PartialEq, Eq)]
pub struct Header {
    pub names: Option<Vec<String>>,
    /// The lines that the names take.
    pub lines: u64,
}

/// Reads the names; the rows behind them are read next. A file without any bytes has none.
pub async fn read_header(input: &mut Input, format: Format, layout: &Layout) -> Result<Header> {
    let mut bytes = Vec::new();
    loop {
        let whole = match input.chunk().await? {
            Some(chunk) => {
                bytes.extend_from_slice(&chunk);
                false
            }
            None => true,
        };
        let marked = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&bytes);
        let found = match format {
            Format::Csv => csv(marked, whole, layout),
            _ => tsv(marked, whole, layout),
        };
        if let Some((names, length)) = found {
            let lines = memchr::memchr_iter(b'\n', &marked[..length]).count();
            input.put_back(&marked[length..]);
            return Ok(Header {
                names,
                lines: lines as u64,
            });
        }
        if whole || bytes.len() > LONGEST {
            return Err(Error::NoHeader {
                file: input.shown().to_owned(),
            });
        }
    }
}

/// The names, and how long they are with the end of their line; `None` where more has to come.
type Found = Option<(Option<Vec<String>>, usize)>;

fn csv(bytes: &[u8], whole: bool, layout: &Layout) -> Found {
    if whole && bytes.is_empty() {
        return Some((None, 0));
    }
    let mut reader = csv_reader(layout);
    // The end of the input is an empty piece of it.
    let mut text = vec![0; bytes.len()];
    let mut ends = vec![0; bytes.len() + 1];
    let (mut read, mut length, mut fields) = (0, 0, 0);
    loop {
        let rest = &bytes[read..];
        if rest.is_empty() && !whole {
            return None;
        }
        let (result, taken, written, ended) =
            reader.read_record(rest, &mut text[length..], &mut ends[fields..]);
        (read, length, fields) = (read + taken, length + written, fields + ended);
        match result {
            ReadRecordResult::Record => break,
            ReadRecordResult::InputEmpty if !rest.is_empty() => {}
            ReadRecordResult::InputEmpty if whole => {}
            _ => return None,
        }
    }
    // It ends a record at the carriage return.
    if bytes[..read].ends_with(b"\r") {
        match bytes.get(read) {
            Some(b'\n') => read += 1,
            None if !whole => return None,
            _ => {}
        }
    }
    let mut begin = 0;
    let mut names = Vec::with_capacity(fields);
    for end in &ends[..fields] {
        names.push(String::from_utf8_lossy(&text[begin..*end]).into_owned());
        begin = *end;
    }
    Some((Some(names), read))
}

fn csv_reader(layout: &Layout) -> Reader {
    let byte = |text: &Option<String>| text.as_ref().and_then(|text| text.bytes().next());
    let mut builder = ReaderBuilder::new();
    if let Some(delimiter) = byte(&layout.delimiter) {
        builder.delimiter(delimiter);
    }
    let quote = byte(&layout.quote).unwrap_or(b'"');
    builder.quote(quote);
    let escape = byte(&layout.escape).unwrap_or(quote);
    if escape != quote {
        builder.double_quote(false).escape(Some(escape));
    }
    builder.build()
}

fn tsv(bytes: &[u8], whole: bool, layout: &Layout) -> Found {
    if whole && bytes.is_empty() {
        return Some((None, 0));
    }
    let end = memchr::memchr(b'\n', bytes);
    let (line, length) = match end {
        Some(end) => (&bytes[..end], end + 1),
        None if whole => (bytes, bytes.len()),
        None => return None,
    };
    let line = String::from_utf8_lossy(line.strip_suffix(b"\r").unwrap_or(line)).into_owned();
    let delimiter = layout
        .delimiter
        .as_deref()
        .and_then(|text| text.chars().next());
    Some((Some(text_fields(&line, delimiter.unwrap_or('\t'))), length))
}

/// The fields of a line of the text format.
fn text_fields(line: &str, delimiter: char) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        if letter == delimiter {
            fields.push(String::new());
            continue;
        }
        let letter = match letter {
            '\\' => match letters.next() {
                Some('n') => '\n',
                Some('r') => '\r',
                Some('t') => '\t',
                Some(other) => other,
                None => '\\',
            },
            letter => letter,
        };
        if let Some(field) = fields.last_mut() {
            field.push(letter);
        }
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(found: Found) -> (Vec<String>, usize) {
        let (names, length) = found.unwrap();
        (names.unwrap(), length)
    }

    #[test]
    fn names_are_read_out_of_csv() {
        let layout = Layout::default();
        let text = "id,\"a \"\"b\"\",\n\",ü\r\n1,2,3\r\n";
        let (found, length) = names(csv(text.as_bytes(), false, &layout));
        assert_eq!(found, ["id", "a \"b\",\n", "ü"]);
        assert_eq!(&text[length..], "1,2,3\r\n");
        for cut in 0..length {
            assert_eq!(csv(&text.as_bytes()[..cut], false, &layout), None, "{cut}");
        }
        assert_eq!(
            names(csv(b"a,b", true, &layout)),
            (vec!["a".into(), "b".into()], 3)
        );
        assert_eq!(csv(b"", true, &layout), Some((None, 0)));
        let other = Layout {
            delimiter: Some(";".into()),
            quote: Some("'".into()),
            escape: Some("\\".into()),
            ..Layout::default()
        };
        let (found, _) = names(csv(b"'it\\'s';b\n", false, &other));
        assert_eq!(found, ["it's", "b"]);
    }

    #[test]
    fn names_are_read_out_of_tsv() {
        let layout = Layout::default();
        let (found, length) = names(tsv(b"id\ta\\tb\\\\\r\n1\t2\n", false, &layout));
        assert_eq!(found, ["id", "a\tb\\"]);
        assert_eq!(length, 11);
        assert_eq!(tsv(b"id\ta", false, &layout), None);
    }
}
