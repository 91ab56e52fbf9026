//! How a result is written, for people and for programs: its columns first, then its rows one by one.
//!
//! Memory is bounded however many rows there are: a table takes its widths from the first of them.

mod aligned;
mod cells;
mod exact;
mod expanded;
mod output;
mod sample;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::io;

use super::escape;
use super::paint::Paint;
use crate::progress::{Cell, Column, Table, Tone};
use aligned::Aligned;
pub use cells::{pieces, prefix};
use exact::Exact;
use expanded::Records;
pub use output::Output;
use sample::Sample;

/// Columns stand so far apart.
const GAP: &str = "  ";
/// Unlike any text a cell can hold by itself in most databases, and shown faint.
const NULL: &str = "<null>";

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Format {
    /// For people: control characters are shown as escapes, wherever it goes.
    #[default]
    Aligned,
    /// As `psql --csv` writes it: NULL is empty, and so is an empty text.
    Csv,
    /// As `COPY` writes text: NULL is `\N`.
    Tsv,
    /// An object per row and line.
    Json,
}

/// Whether a row has a line for each of its columns.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Expanded {
    #[default]
    Off,
    On,
    /// Where a table would be too wide for the terminal.
    Auto,
}

#[derive(Debug, Clone, Copy)]
pub struct Style {
    pub format: Format,
    pub expanded: Expanded,
    /// The terminal's; `None` for a file or a pipe, where nothing needs to fit.
    pub width: Option<usize>,
    pub paint: Paint,
}

impl Style {
    /// For a file, or for another program.
    pub fn plain(format: Format, expanded: Expanded) -> Self {
        Self {
            format,
            expanded,
            width: None,
            paint: Paint { on: false },
        }
    }

    /// What a line may take of the terminal: its last column is left to the mark of a line break.
    fn room(&self) -> Option<usize> {
        self.width.map(|width| width.saturating_sub(1).max(1))
    }
}

/// One value of a row.
#[derive(Debug, Clone, Copy, Default)]
pub struct Field<'a> {
    /// `None` for NULL.
    pub text: Option<&'a str>,
    /// How it is written in JSON, where that is no string: a number, `true`, an object. A number in a column of
    /// numbers finds that form by itself.
    pub json: Option<&'a str>,
    pub tone: Tone,
}

impl<'a> Field<'a> {
    pub fn text(text: &'a str) -> Self {
        Self {
            text: Some(text),
            ..Self::default()
        }
    }
}

impl<'a> From<&'a Cell> for Field<'a> {
    fn from(cell: &'a Cell) -> Self {
        let text = cell.text.as_deref();
        Self {
            text,
            json: text.filter(|_| cell.is_json),
            tone: cell.tone,
        }
    }
}

/// Takes a result and writes it as it comes.
///
/// An error of the kind [`io::ErrorKind::BrokenPipe`] says that whoever read it has seen enough (a pager was quit, a
/// program ended): no more rows are wanted, and nothing has failed.
pub struct Writer {
    layout: Layout,
    out: Output,
    text: String,
    rows: u64,
}

impl Writer {
    pub fn new(columns: &[Column], style: Style, out: Output) -> io::Result<Self> {
        let mut text = String::new();
        let layout = Layout::new(columns, style, sample::ROWS, &mut text);
        let mut writer = Self {
            layout,
            out,
            text,
            rows: 0,
        };
        writer.pass_on()?;
        Ok(writer)
    }

    /// Rows that have been taken so far.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    pub fn row(&mut self, fields: &[Field]) -> io::Result<()> {
        self.rows += 1;
        self.layout.row(&mut self.text, fields);
        self.pass_on()
    }

    /// Shows the rows that have come. To be called when no other has come for a moment, so that nobody waits for the
    /// hundredth to see the first.
    pub fn settle(&mut self) -> io::Result<()> {
        self.layout.decide(&mut self.text);
        self.pass_on()?;
        self.out.settle()
    }

    /// Ends the result with `footer`, which only people read; waits until it has been read, where that is in a pager.
    pub fn finish(mut self, footer: &str) -> io::Result<()> {
        self.layout.decide(&mut self.text);
        if !matches!(self.layout, Layout::Exact(_)) && !footer.is_empty() {
            self.text.push_str(footer);
            self.text.push('\n');
        }
        self.pass_on()?;
        self.out.finish()
    }

    fn pass_on(&mut self) -> io::Result<()> {
        let written = self.out.write_all(self.text.as_bytes());
        self.text.clear();
        written
    }
}

/// A whole table as text, below its title.
pub fn render(table: &Table, style: Style) -> String {
    let mut out = String::new();
    let for_people = style.format == Format::Aligned;
    if for_people && !table.title.is_empty() {
        out.push_str(&style.paint.bold(&escape::line(&table.title)));
        out.push('\n');
    }
    let mut layout = Layout::new(&table.columns, style, usize::MAX, &mut out);
    for row in &table.rows {
        let fields: Vec<_> = row.iter().map(Field::from).collect();
        layout.row(&mut out, &fields);
    }
    layout.decide(&mut out);
    if for_people && table.rows.is_empty() {
        out.push_str(&style.paint.tone(Tone::Faint, "(no rows)"));
        out.push('\n');
    }
    out
}

enum Layout {
    /// Not decided as long as the first rows come.
    Open(Sample),
    Aligned(Aligned),
    Records(Records),
    Exact(Exact),
}

impl Layout {
    /// `rows`: how many are looked at for the widths of a table.
    fn new(columns: &[Column], style: Style, rows: usize, out: &mut String) -> Self {
        if style.format == Format::Aligned {
            return Self::Open(Sample::new(columns, style, rows));
        }
        let exact = Exact::new(columns, style);
        exact.head(out);
        Self::Exact(exact)
    }

    fn row(&mut self, out: &mut String, fields: &[Field]) {
        match self {
            Self::Open(sample) => {
                sample.take(fields);
                if sample.is_full() {
                    self.decide(out);
                }
            }
            Self::Aligned(aligned) => aligned.row(out, &shown(fields)),
            Self::Records(records) => records.row(out, &shown(fields)),
            Self::Exact(exact) => exact.row(out, fields),
        }
    }

    /// Fixes the widths by the rows that have come, and writes those.
    fn decide(&mut self, out: &mut String) {
        if let Self::Open(sample) = self {
            *self = std::mem::take(sample).decide(out);
        }
    }
}

fn shown<'a>(fields: &[Field<'a>]) -> Vec<Shown<'a>> {
    fields.iter().map(Shown::of).collect()
}

/// A cell as people see it, escaped; line breaks are left.
struct Shown<'a> {
    text: Cow<'a, str>,
    tone: Tone,
}

impl<'a> Shown<'a> {
    fn of(field: &Field<'a>) -> Self {
        match field.text {
            Some(text) => Self {
                text: escape::lines(text),
                tone: field.tone,
            },
            None => Self {
                text: Cow::Borrowed(NULL),
                tone: Tone::Faint,
            },
        }
    }
}
