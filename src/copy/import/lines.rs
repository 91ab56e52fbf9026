//! Where in a file something is wrong.

use crate::copy::Error;
use crate::pg;

/// The error with its file, and its line and column where the server tells them; `line` makes the file's line of
/// what the server has counted.
pub fn at(error: Error, file: &str, line: impl Fn(u64) -> u64) -> Error {
    let place = match &error {
        // It was counted in the file itself.
        Error::EndMark { line: found } => Some((line(1) - 1 + found, None)),
        error => error.pg().and_then(place),
    };
    let is_mark = matches!(error, Error::EndMark { .. });
    let place = place.map(|(found, column)| (if is_mark { found } else { line(found) }, column));
    in_file(error, file, place)
}

/// The same where the line is known otherwise.
pub fn in_file(error: Error, file: &str, place: Option<(u64, Option<String>)>) -> Error {
    let is_of_rows = matches!(error, Error::EndMark { .. })
        || error.pg().is_some_and(|error| error.server().is_some());
    if !is_of_rows {
        return error;
    }
    let (line, column) = place.map_or((None, None), |(line, column)| (Some(line), column));
    Error::InFile {
        file: file.to_owned(),
        line,
        column,
        source: Box::new(error),
    }
}

/// `COPY lat, line 3, column id: "x"`: a name may have all of this in it, so what stands last counts.
fn place(error: &pg::Error) -> Option<(u64, Option<String>)> {
    let context = error.server()?.context.as_deref()?;
    let line = context
        .lines()
        .rev()
        .find(|line| line.starts_with("COPY "))?;
    let (_, behind) = line.split_once(", line ")?;
    let digits = behind.find(|c: char| !c.is_ascii_digit());
    let (number, behind) = behind.split_at(digits.unwrap_or(behind.len()));
    let column = behind.strip_prefix(", column ").map(|behind| {
        let end = behind.find(": ").unwrap_or(behind.len());
        behind[..end].to_owned()
    });
    Some((number.parse().ok()?, column))
}
