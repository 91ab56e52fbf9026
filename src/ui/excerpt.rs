//! One line of a source and the place of the caret under it.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::error::{SourceSpan, SqlSpan};
use super::escape;

/// A tab is as wide as this, so that the caret stands where the eye looks for it.
const TAB: &str = "    ";
const CUT: &str = "…";

/// A line with its place, not yet escaped.
pub struct Excerpt {
    pub place: String,
    /// 1-based.
    pub line: usize,
    text: String,
    /// 0-based, in characters.
    column: Option<usize>,
}

impl Excerpt {
    /// The line without its indentation, which tells nothing where it stands alone.
    pub fn of_source(span: &SourceSpan) -> Self {
        let text = span.text.trim_start();
        let indent = span.text.chars().count() - text.chars().count();
        Self {
            place: format!("{}:{}", span.file, span.line),
            line: span.line,
            text: text.to_owned(),
            column: span
                .column
                .and_then(|column| column.checked_sub(1 + indent)),
        }
    }

    /// 1-based, in characters.
    pub fn column(&self) -> Option<usize> {
        self.column.map(|column| column + 1)
    }

    /// The line of the statement on which the position is; without one the first that is not blank.
    pub fn of_sql(span: &SqlSpan) -> Self {
        let (index, column) = match span.position {
            Some(position) => {
                let before: String = span.text.chars().take(position.saturating_sub(1)).collect();
                let line = before.rsplit('\n').next().unwrap_or("");
                (before.matches('\n').count(), Some(line.chars().count()))
            }
            None => (
                span.text
                    .lines()
                    .position(|line| !line.trim().is_empty())
                    .unwrap_or(0),
                None,
            ),
        };
        let (place, line) = match &span.origin {
            Some((file, first)) => (format!("{file}:{}", first + index), first + index),
            None => (format!("SQL line {}", index + 1), index + 1),
        };
        let text = span.text.lines().nth(index).unwrap_or("").to_owned();
        Self {
            place,
            line,
            text,
            column,
        }
    }

    /// The line as it may be printed in `width` columns, and how far the caret is indented under
    /// it. `None` for a blank line.
    pub fn shown(&self, width: usize) -> Option<(String, Option<usize>)> {
        if self.text.trim().is_empty() {
            return None;
        }
        let clean = |text: &str| escape::line(&text.trim_end_matches('\r').replace('\t', TAB));
        let whole = clean(&self.text);
        let caret = self.column.and_then(|column| {
            let at = self
                .text
                .char_indices()
                .nth(column)
                .map_or(self.text.len(), |(at, _)| at);
            let (before, after) = self.text.split_at(at);
            // A secret that the caret would cut in two is not recognised in its halves: then there
            // is no caret.
            let before = clean(before);
            (format!("{before}{}", clean(after)) == whole).then(|| before.width())
        });
        Some(cut(&whole, caret, width))
    }
}

/// The part of `text` around the caret that fits `width`, with the caret's new place.
fn cut(text: &str, caret: Option<usize>, width: usize) -> (String, Option<usize>) {
    // Below this nothing could be recognised; the terminal may break the line.
    let width = width.max(40);
    if text.width() <= width {
        return (text.to_owned(), caret);
    }
    let from = caret.unwrap_or(0).saturating_sub(width / 2);
    let from = from.min(text.width() - width);
    let (mut shown, mut column) = (String::new(), 0);
    for c in text.chars() {
        let next = column + c.width().unwrap_or(0);
        if column >= from && next <= from + width {
            shown.push(c);
        }
        column = next;
    }
    if column > from + width {
        shown.pop();
        shown.push_str(CUT);
    }
    if from > 0 {
        shown.replace_range(..shown.chars().next().map_or(0, char::len_utf8), CUT);
    }
    (shown, caret.map(|caret| caret - from))
}
