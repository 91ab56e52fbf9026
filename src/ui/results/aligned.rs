//! A table: a line for each row, or as many as its tallest cell takes.
//!
//! Our own layout: it streams, and a coloured cell is measured without its colour; the crates that can do the latter
//! want all rows at once.

use unicode_width::UnicodeWidthStr;

use super::cells::{self, Piece};
use super::{GAP, Shown, Style};
use crate::progress::{Column, Tone};

/// No column is made narrower than this to fit the terminal; rather the terminal breaks the line.
const NARROWEST: usize = 8;
/// Stands in the gap behind a piece that the cell itself ends with a line break, as in psql.
const BREAK: &str = "+";

pub struct Aligned {
    /// Their names are escaped.
    columns: Vec<Column>,
    widths: Vec<usize>,
    style: Style,
}

impl Aligned {
    pub fn new(columns: Vec<Column>, natural: Vec<usize>, style: Style) -> Self {
        Self {
            columns,
            widths: fitted(natural, style.room()),
            style,
        }
    }

    pub fn head(&self, out: &mut String) {
        let names = self.columns.iter().map(|column| Shown {
            text: column.name.as_str().into(),
            tone: Tone::Plain,
        });
        self.lines(out, &names.collect::<Vec<_>>());
        let rule: Vec<_> = self.widths.iter().map(|width| "─".repeat(*width)).collect();
        // Of a result without columns there is the rule at least.
        let rule = if rule.is_empty() {
            GAP.replace(' ', "─")
        } else {
            rule.join(GAP)
        };
        let rule = self.style.paint.tone(Tone::Faint, &rule);
        out.push_str(&rule);
        out.push('\n');
    }

    pub fn row(&mut self, out: &mut String, cells: &[Shown]) {
        self.widen(cells);
        self.lines(out, cells);
    }

    /// Gives a column that a later row needs wider what room the terminal still has: the numbers of a long result
    /// grow, and a broken number reads as two.
    fn widen(&mut self, cells: &[Shown]) {
        for (index, cell) in cells.iter().enumerate().take(self.widths.len()) {
            // No text is wider than it is long.
            if cell.text.len() <= self.widths[index] {
                continue;
            }
            let wanted = cells::width(&cell.text);
            let room = match self.style.room() {
                Some(width) => width.saturating_sub(total(&self.widths)),
                None => usize::MAX,
            };
            let more = wanted.saturating_sub(self.widths[index]).min(room);
            self.widths[index] += more;
        }
    }

    fn lines(&self, out: &mut String, cells: &[Shown]) {
        let pieces: Vec<Vec<Piece>> = self
            .widths
            .iter()
            .enumerate()
            .map(|(index, width)| {
                let text = cells.get(index).map_or("", |cell| &cell.text);
                cells::pieces(text, *width)
            })
            .collect();
        let height = pieces.iter().map(Vec::len).max().unwrap_or(0);
        for number in 0..height {
            let start = out.len();
            for (index, pieces) in pieces.iter().enumerate() {
                let tone = cells.get(index).map_or(Tone::Plain, |cell| cell.tone);
                self.piece(out, index, pieces.get(number), tone);
            }
            out.truncate(start + out[start..].trim_end().len());
            out.push('\n');
        }
    }

    /// A piece in its column, and the gap behind it.
    fn piece(&self, out: &mut String, index: usize, piece: Option<&Piece>, tone: Tone) {
        let (text, breaks) = piece.map_or(("", false), |piece| (piece.text, piece.breaks));
        let blank = self.widths[index].saturating_sub(text.width());
        let text = self.style.paint.tone(tone, text);
        let (before, behind) = if self.columns[index].right {
            (blank, 0)
        } else {
            (0, blank)
        };
        out.extend(std::iter::repeat_n(' ', before));
        out.push_str(&text);
        out.extend(std::iter::repeat_n(' ', behind));
        if breaks {
            out.push_str(&self.style.paint.tone(Tone::Faint, BREAK));
            out.push_str(&GAP[BREAK.len()..]);
        } else {
            out.push_str(GAP);
        }
    }
}

fn total(widths: &[usize]) -> usize {
    widths.iter().sum::<usize>() + GAP.len() * widths.len().saturating_sub(1)
}

/// Takes from the widest column until the whole fits.
fn fitted(mut widths: Vec<usize>, available: Option<usize>) -> Vec<usize> {
    let Some(available) = available else {
        return widths;
    };
    for width in &mut widths {
        *width = (*width).min(available.max(NARROWEST));
    }
    let mut excess = total(&widths).saturating_sub(available);
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
