//! A row as a list of its columns: what is too wide for a table.

use unicode_width::UnicodeWidthStr;

use super::cells;
use super::{GAP, Shown, Style};
use crate::progress::{Column, Tone};

pub struct Records {
    /// Their names are escaped.
    columns: Vec<Column>,
    /// Of the widest name.
    names: usize,
    /// Of the rule above each record.
    rule: usize,
    style: Style,
    number: u64,
}

impl Records {
    /// `widest`: what the widest of the first cells takes.
    pub fn new(columns: Vec<Column>, widest: usize, style: Style) -> Self {
        let names = columns.iter().map(|column| column.name.width());
        let names = names.max().unwrap_or(0);
        let rule = names + GAP.len() + widest;
        Self {
            columns,
            names,
            rule: rule.min(style.width.unwrap_or(usize::MAX)),
            style,
            number: 0,
        }
    }

    pub fn row(&mut self, out: &mut String, cells: &[Shown]) {
        self.number += 1;
        let title = format!("─[ record {} ]", self.number);
        let rest = "─".repeat(self.rule.saturating_sub(title.width()));
        out.push_str(&self.style.paint.tone(Tone::Faint, &(title + &rest)));
        out.push('\n');
        for (column, cell) in self.columns.iter().zip(cells) {
            self.field(out, &column.name, cell);
        }
    }

    fn field(&self, out: &mut String, name: &str, cell: &Shown) {
        let paint = self.style.paint;
        let room = match self.style.room() {
            Some(width) => width.saturating_sub(self.names + GAP.len()).max(1),
            None => usize::MAX,
        };
        for (number, piece) in cells::pieces(&cell.text, room).iter().enumerate() {
            let name = if number == 0 { name } else { "" };
            let start = out.len();
            out.push_str(&paint.bold(name));
            let blank = self.names.saturating_sub(name.width()) + GAP.len();
            out.extend(std::iter::repeat_n(' ', blank));
            out.push_str(&paint.tone(cell.tone, piece.text));
            if piece.breaks {
                out.push_str(&paint.tone(Tone::Faint, "+"));
            }
            out.truncate(start + out[start..].trim_end().len());
            out.push('\n');
        }
    }
}
