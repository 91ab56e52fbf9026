//! The first rows of a table, by which its layout is decided.

use super::aligned::Aligned;
use super::expanded::Records;
use super::{Expanded, Field, GAP, Layout, Shown, Style, cells, shown};
use crate::progress::{Column, Tone};
use crate::ui::escape;

/// As many rows are looked at,
pub const ROWS: usize = 1000;
/// or fewer where they are long.
const BYTES: usize = 1 << 20;
/// A table with columns cut to less than this is harder to read than a line for each of them.
const READABLE: usize = 20;

pub struct Sample {
    columns: Vec<Column>,
    style: Style,
    limit: usize,
    bytes: usize,
    rows: Vec<Vec<Held>>,
}

/// A cell until the layout is decided.
struct Held {
    text: String,
    tone: Tone,
}

impl Default for Sample {
    fn default() -> Self {
        let style = Style::plain(super::Format::Aligned, Expanded::Off);
        Self::new(&[], style, 0)
    }
}

impl Sample {
    pub fn new(columns: &[Column], style: Style, limit: usize) -> Self {
        let columns = columns.iter().map(|column| Column {
            name: escape::line(&column.name),
            right: column.right,
        });
        Self {
            columns: columns.collect(),
            style,
            limit,
            bytes: 0,
            rows: Vec::new(),
        }
    }

    pub fn take(&mut self, fields: &[Field]) {
        let held = |cell: Shown| Held {
            text: cell.text.into_owned(),
            tone: cell.tone,
        };
        let row: Vec<_> = shown(fields).into_iter().map(held).collect();
        self.bytes += row.iter().map(|cell| cell.text.len()).sum::<usize>();
        self.rows.push(row);
    }

    pub fn is_full(&self) -> bool {
        self.rows.len() >= self.limit || (self.limit == ROWS && self.bytes >= BYTES)
    }

    /// The layout that suits these rows; they are written with it.
    pub fn decide(self, out: &mut String) -> Layout {
        let natural = self.natural_widths();
        let mut layout = if self.suits_records(&natural) {
            let widest = natural.iter().copied().max().unwrap_or(0);
            Layout::Records(Records::new(self.columns, widest, self.style))
        } else {
            let aligned = Aligned::new(self.columns, natural, self.style);
            aligned.head(out);
            Layout::Aligned(aligned)
        };
        for row in &self.rows {
            let cells: Vec<_> = row.iter().map(Held::shown).collect();
            match &mut layout {
                Layout::Aligned(aligned) => aligned.row(out, &cells),
                Layout::Records(records) => records.row(out, &cells),
                Layout::Open(_) | Layout::Exact(_) => {}
            }
        }
        layout
    }

    fn natural_widths(&self) -> Vec<usize> {
        let names = self.columns.iter().map(|column| cells::width(&column.name));
        let mut widths: Vec<_> = names.collect();
        for row in &self.rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cells::width(&cell.text));
            }
        }
        widths
    }

    fn suits_records(&self, natural: &[usize]) -> bool {
        let Some(width) = self.style.room() else {
            return self.style.expanded == Expanded::On;
        };
        match self.style.expanded {
            Expanded::Off => false,
            Expanded::On => true,
            Expanded::Auto => {
                let least: usize = natural.iter().map(|width| *width.min(&READABLE)).sum();
                least + GAP.len() * natural.len().saturating_sub(1) > width
            }
        }
    }
}

impl Held {
    fn shown(&self) -> Shown<'_> {
        Shown {
            text: self.text.as_str().into(),
            tone: self.tone,
        }
    }
}
