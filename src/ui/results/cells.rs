//! What a cell takes of a line: its width as a terminal shows it, and its pieces where it takes several.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// A part of a cell that stands on one line.
pub struct Piece<'a> {
    pub text: &'a str,
    /// The cell itself has a line break here; otherwise it had to be broken, or has ended.
    pub breaks: bool,
}

/// The width of the widest line.
pub fn width(text: &str) -> usize {
    let width = |line: &str| {
        if line.is_ascii() {
            line.len()
        } else {
            line.width()
        }
    };
    text.split('\n').map(width).max().unwrap_or(0)
}

/// The lines of `text`, in pieces of at most `width` columns, broken after a space where one is in the second half.
pub fn pieces(text: &str, width: usize) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    for line in text.split('\n') {
        let mut rest = line;
        loop {
            let full = prefix(rest, width);
            if full == rest.len() {
                break;
            }
            let at = match rest[..full].rfind(' ') {
                _ if rest[full..].starts_with(' ') => full + 1,
                Some(space) if space * 2 >= full => space + 1,
                _ => full,
            };
            pieces.push(Piece {
                text: rest[..at].trim_end(),
                breaks: false,
            });
            rest = &rest[at..];
        }
        pieces.push(Piece {
            text: rest,
            breaks: true,
        });
    }
    if let Some(last) = pieces.last_mut() {
        last.breaks = false;
    }
    pieces
}

/// How many bytes of `text` fill at most `width` columns; at least one character as people count them.
pub fn prefix(text: &str, width: usize) -> usize {
    // Most text is plain, and one cell may have millions of lines. One byte more is looked at: what follows may belong
    // to the last character.
    let head = &text.as_bytes()[..text.len().min(width.saturating_add(1))];
    if width > 0 && head.iter().all(|byte| (0x20..0x7f).contains(byte)) {
        return text.len().min(width);
    }
    let mut used = 0;
    for (at, cluster) in text.grapheme_indices(true) {
        used += cluster.width();
        if used > width && at > 0 {
            return at;
        }
    }
    text.len()
}
