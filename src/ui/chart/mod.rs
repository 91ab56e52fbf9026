//! Charts of characters. Our own: the crates that draw in a terminal draw functions and bring its colours along, and
//! neither a bar nor the labels of a row are in them.

mod bars;
mod line;

use unicode_width::UnicodeWidthStr;

use super::escape;
use super::paint::Paint;
use super::results::prefix;
use crate::progress::{Cell, Chart, ChartKind, Column, Table};

/// For a file or a pipe.
const UNKNOWN_WIDTH: usize = 80;
/// There is always so much for the drawing itself.
const NARROWEST: usize = 10;

/// The chart as lines, each ended by a line break.
pub fn render(chart: &Chart, width: Option<usize>, paint: Paint) -> String {
    // A terminal breaks the line behind its last column.
    let width = width.unwrap_or(UNKNOWN_WIDTH).saturating_sub(1);
    let mut out = String::new();
    if !chart.title.is_empty() {
        out.push_str(&paint.bold(&escape::line(&chart.title)));
        out.push('\n');
    }
    if chart.points.iter().all(|point| point.y.is_none()) {
        out.push_str("(nothing to draw)\n");
        return out;
    }
    match chart.kind {
        ChartKind::Bar => bars::draw(&mut out, chart, width, paint),
        ChartKind::Line => line::draw(&mut out, chart, width, paint),
    }
    out
}

/// What is drawn, for programs.
pub fn table(chart: &Chart) -> Table {
    let number = |value: f64| Cell::plain(value.to_string());
    let rows = chart.points.iter().map(|point| {
        let x = Cell {
            text: point.label.clone(),
            ..Cell::plain("")
        };
        vec![x, point.y.map_or_else(Cell::null, number)]
    });
    let numbers = chart.points.iter().all(|point| point.x.is_some());
    Table {
        title: String::new(),
        columns: vec![
            Column {
                name: chart.x.clone(),
                right: numbers,
            },
            Column::right(&chart.y),
        ],
        rows: rows.collect(),
    }
}

/// A number with as many digits as anybody reads off a chart.
fn number(value: f64) -> String {
    let text = if value.fract() == 0.0 && value.abs() < 1e15 {
        format!("{value:.0}")
    } else if value.abs() >= 1e15 || value.abs() < 1e-3 {
        format!("{value:.2e}")
    } else if value.abs() >= 1000.0 {
        format!("{value:.1}")
    } else {
        format!("{value:.3}")
    };
    if text.contains('.') && !text.contains('e') {
        return text.trim_end_matches('0').trim_end_matches('.').to_owned();
    }
    text
}

fn low_and_high(values: impl Iterator<Item = f64>) -> (f64, f64) {
    values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
        (low.min(value), high.max(value))
    })
}

/// Which of `cells` places from 0 on stands for `value`, between two values.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a share of a few hundred places"
)]
fn place(value: f64, low: f64, high: f64, cells: usize) -> usize {
    let last = cells.saturating_sub(1);
    let (span, scale) = (high - low, last as f64);
    // The difference of two large values may be none, or no number.
    if span <= 0.0 || !span.is_finite() {
        return last / 2;
    }
    (((value - low) / span * scale).round().max(0.0) as usize).min(last)
}

/// The label of a point, at most `width` wide.
fn label(text: Option<&str>, width: usize) -> String {
    let text = text.map_or_else(|| "<null>".to_owned(), escape::line);
    let cut = prefix(&text, width);
    if cut == text.len() {
        return text;
    }
    let cut = prefix(&text, width.saturating_sub(1));
    format!("{}…", &text[..cut])
}

fn blank(width: usize, text: &str) -> String {
    " ".repeat(width.saturating_sub(text.width()))
}

#[cfg(test)]
mod tests;
