//! Tables: aligned by what a terminal makes of each character, and no wider than it.
//!
//! Our own layout, because a coloured cell must be measured without its colour, and the crates that
//! can do so bring a terminal library along.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::escape;
use super::paint::Paint;
use crate::progress::{Cell, Table, Tone};

const GAP: &str = "  ";
/// No column is made narrower than this to fit the terminal; rather the terminal breaks the line.
const NARROWEST: usize = 8;
/// Unlike any text a cell can hold by itself in most databases, and shown faint.
const NULL: &str = "<null>";

/// The table as lines, each ended by a line break. `width` is the terminal's; `None` where nothing
/// needs to fit.
pub fn render(table: &Table, width: Option<usize>, paint: Paint) -> String {
    let header: Vec<_> = table
        .columns
        .iter()
        .map(|column| escape::line(&column.name))
        .collect();
    let rows: Vec<Vec<_>> = table
        .rows
        .iter()
        .map(|row| row.iter().map(text).collect())
        .collect();
    let widths = fitted(natural_widths(&header, &rows), width);
    let mut out = String::new();
    if !table.title.is_empty() {
        out.push_str(&paint.bold(&escape::line(&table.title)));
        out.push('\n');
    }
    let layout = Layout {
        table,
        widths: &widths,
        paint,
    };
    layout.row(&mut out, &header, |_| Tone::Plain);
    let rule: Vec<_> = widths.iter().map(|width| "─".repeat(*width)).collect();
    out.push_str(&paint.tone(Tone::Faint, &rule.join(GAP)));
    out.push('\n');
    for (texts, row) in rows.iter().zip(&table.rows) {
        layout.row(&mut out, texts, |index| {
            row.get(index).map_or(Tone::Plain, |cell| cell.tone)
        });
    }
    if table.rows.is_empty() {
        out.push_str(&paint.tone(Tone::Faint, "(no rows)"));
        out.push('\n');
    }
    out
}

struct Layout<'a> {
    table: &'a Table,
    widths: &'a [usize],
    paint: Paint,
}

impl Layout<'_> {
    /// One row, of as many lines as its tallest cell needs.
    fn row(&self, out: &mut String, texts: &[String], tone: impl Fn(usize) -> Tone) {
        let cells: Vec<_> = self
            .widths
            .iter()
            .enumerate()
            .map(|(index, width)| wrapped(texts.get(index).map_or("", String::as_str), *width))
            .collect();
        let height = cells.iter().map(Vec::len).max().unwrap_or(0);
        for number in 0..height {
            let mut line = String::new();
            for (index, cell) in cells.iter().enumerate() {
                let part = cell.get(number).copied().unwrap_or("");
                let blank = " ".repeat(self.widths[index].saturating_sub(part.width()));
                let part = self.paint.tone(tone(index), part);
                line.push_str(if index > 0 { GAP } else { "" });
                if self.table.columns[index].right {
                    line.push_str(&blank);
                    line.push_str(&part);
                } else {
                    line.push_str(&part);
                    line.push_str(&blank);
                }
            }
            out.push_str(line.trim_end());
            out.push('\n');
        }
    }
}

fn text(cell: &Cell) -> String {
    cell.text
        .as_deref()
        .map_or_else(|| NULL.to_owned(), escape::line)
}

fn natural_widths(header: &[String], rows: &[Vec<String>]) -> Vec<usize> {
    let mut widths: Vec<_> = header.iter().map(|name| name.width()).collect();
    for row in rows {
        for (width, text) in widths.iter_mut().zip(row) {
            *width = (*width).max(text.width());
        }
    }
    widths
}

/// Takes from the widest column until the whole fits.
fn fitted(mut widths: Vec<usize>, available: Option<usize>) -> Vec<usize> {
    let Some(available) = available else {
        return widths;
    };
    let gaps = GAP.len() * widths.len().saturating_sub(1);
    let mut excess = (widths.iter().sum::<usize>() + gaps).saturating_sub(available);
    while excess > 0 {
        let Some(widest) = widths.iter_mut().max() else {
            break;
        };
        if *widest <= NARROWEST {
            break;
        }
        *widest -= 1;
        excess -= 1;
    }
    widths
}

/// `text` in pieces of at most `width` columns, broken after a space where one is in the second
/// half.
pub fn wrapped(text: &str, width: usize) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while rest.width() > width {
        let full = prefix(rest, width);
        let at = match rest[..full].rfind(' ') {
            Some(space) if space * 2 >= full => space + 1,
            _ => full,
        };
        pieces.push(rest[..at].trim_end());
        rest = &rest[at..];
    }
    pieces.push(rest);
    pieces
}

/// How many bytes of `text` fill at most `width` columns; at least one character.
pub fn prefix(text: &str, width: usize) -> usize {
    let mut used = 0;
    for (at, c) in text.char_indices() {
        used += c.width().unwrap_or(0);
        if used > width && at > 0 {
            return at;
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::progress::Column;

    const PLAIN: Paint = Paint { on: false };

    fn table() -> Table {
        Table {
            title: "verified".to_owned(),
            columns: vec![
                Column::left("table"),
                Column::right("rows"),
                Column::left("state"),
            ],
            rows: vec![
                vec![
                    Cell::plain("public.lat"),
                    Cell::plain("12,000"),
                    Cell::toned("same", Tone::Good),
                ],
                vec![Cell::plain("漢字"), Cell::plain("7"), Cell::null()],
            ],
        }
    }

    #[test]
    fn columns_are_aligned_by_what_is_seen() {
        let expected = "\
verified
table         rows  state
──────────  ──────  ──────
public.lat  12,000  same
漢字             7  <null>
";
        assert_eq!(render(&table(), None, PLAIN), expected);
    }

    #[test]
    fn colour_does_not_move_a_column() {
        let shown = render(&table(), None, Paint { on: true });
        assert!(
            shown.contains("public.lat  12,000  \u{1b}[32msame\u{1b}[0m\n"),
            "{shown}"
        );
    }

    #[test]
    fn a_table_fits_the_terminal() {
        let table = Table {
            title: String::new(),
            columns: vec![Column::left("id"), Column::left("text")],
            rows: vec![vec![
                Cell::plain("1"),
                Cell::plain("the quick brown fox jumpsoverthelazydog"),
            ]],
        };
        let expected = "\
id  text
──  ────────────────
1   the quick brown
    fox jumpsoverthe
    lazydog
";
        assert_eq!(render(&table, Some(20), PLAIN), expected);
    }

    #[test]
    fn hostile_cells_and_names_are_escaped_and_no_rows_are_told() {
        let mut table = Table {
            title: String::new(),
            columns: vec![Column::left("a\u{1b}[31m")],
            rows: vec![vec![Cell::plain("x\ny\u{202e}")]],
        };
        let escaped = "a\\u{1b}[31m\n────────────\nx\\ny\\u{202e}\n";
        assert_eq!(render(&table, None, PLAIN), escaped);
        table.rows.clear();
        assert_eq!(
            render(&table, None, PLAIN),
            "a\\u{1b}[31m\n───────────\n(no rows)\n"
        );
    }
}
