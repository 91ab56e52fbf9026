//! The one way from any text that is not ours to a terminal.
//!
//! Cells, notices, server errors, file names and remote output may hold control characters that
//! move the cursor, retitle the window or, by bidirectional marks, make a text read as what it is
//! not. All of them are shown as escapes, and known secrets are taken out first, while they still
//! look like themselves.

use std::borrow::Cow;

use crate::config::redact;

/// For a single line: line breaks and tabs are escaped too.
pub fn line(text: &str) -> String {
    escaped(&redact(text), |_| false)
}

/// For a text of several lines: line breaks and tabs stay.
pub fn block(text: &str) -> String {
    escaped(&redact(text), |c| matches!(c, '\n' | '\t'))
}

/// For a cell of a table: its line breaks stay, tabs are escaped. What needs no change is not copied.
pub fn lines(text: &str) -> Cow<'_, str> {
    let redacted = redact(text);
    let text = if redacted == text {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(redacted)
    };
    if text.chars().any(|c| is_hostile(c) && c != '\n') {
        return Cow::Owned(escaped(&text, |c| c == '\n'));
    }
    text
}

/// For a JSON document without line breaks of its own, its strings redacted already: what is
/// hostile in it stands inside strings, where `\u` is JSON's own escape.
pub fn json(document: &str) -> String {
    let mut out = String::with_capacity(document.len());
    let mut units = [0; 2];
    for c in document.chars() {
        if is_hostile(c) {
            let units = c.encode_utf16(&mut units).iter();
            out.extend(units.map(|unit| format!("\\u{unit:04x}")));
        } else {
            out.push(c);
        }
    }
    out
}

fn escaped(text: &str, allowed: impl Fn(char) -> bool) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            c if !is_hostile(c) || allowed(c) => out.push(c),
            '\n' | '\r' | '\t' => out.extend(c.escape_default()),
            c => out.extend(c.escape_unicode()),
        }
    }
    out
}

/// C0, DEL and C1 controls, line separators, and marks that reorder or hide what follows.
fn is_hostile(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{61c}'                       // Arabic letter mark
            | '\u{200e}' | '\u{200f}'       // direction marks; the joiners before them are part of words and emoji
            | '\u{2028}'..='\u{202e}'       // separators, embeddings, overrides
            | '\u{2066}'..='\u{206f}'       // isolates, deprecated controls
            | '\u{feff}'                    // byte order mark
            | '\u{fff9}'..='\u{fffb}'       // annotations
            | '\u{e0000}'..='\u{e007f}'     // tags: a whole invisible alphabet
        )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Secret;

    #[test]
    fn what_steers_a_terminal_is_shown_instead_of_sent() {
        for (text, shown) in [
            ("plain ünïcödé 漢字 👍", "plain ünïcödé 漢字 👍"),
            (
                "\u{1b}[2J\u{1b}]0;title\u{7}",
                r"\u{1b}[2J\u{1b}]0;title\u{7}",
            ),
            ("\u{9b}31m\u{7f}\0", r"\u{9b}31m\u{7f}\u{0}"),
            ("abc\u{202e}fed\u{2066}", r"abc\u{202e}fed\u{2066}"),
            ("a\r\nb\tc", r"a\r\nb\tc"),
            (
                "نمی\u{200c}خواهم \u{200f}\u{feff}",
                "نمی\u{200c}خواهم \\u{200f}\\u{feff}",
            ),
        ] {
            assert_eq!(line(text), shown);
        }
        assert_eq!(block("a\n\tb\r\u{1b}[0m"), "a\n\tb\\r\\u{1b}[0m");
    }

    #[test]
    fn secrets_are_taken_out_before_they_are_escaped() {
        Secret::new("esc\u{1b}aped");
        assert_eq!(line("a esc\u{1b}aped b"), "a [secret] b");
    }

    #[test]
    fn json_stays_json() {
        assert_eq!(
            json("\"a\u{9b}b\u{202e}\u{e0041}\""),
            r#""a\u009bb\u202e\udb40\udc41""#
        );
    }
}
