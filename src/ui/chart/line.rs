//! A line through the points, in the dots of braille: two by four to a character.

use std::fmt::Write as _;

use unicode_width::UnicodeWidthStr;

use super::{NARROWEST, blank, label, low_and_high, number, place};
use crate::progress::{Chart, Tone};
use crate::ui::paint::Paint;

const HEIGHT: usize = 12;
const DOTS: (usize, usize) = (2, 4);
/// The bit of each dot, by row and column.
const BITS: [[u32; 2]; 4] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];

pub fn draw(out: &mut String, chart: &Chart, width: usize, paint: Paint) {
    let values = || chart.points.iter().filter_map(|point| point.y);
    let (low, high) = low_and_high(values());
    let (top, bottom) = (number(high), number(low));
    let left = top.width().max(bottom.width());
    let cells = width.saturating_sub(left + 2).max(NARROWEST);
    let mut canvas = Canvas::new(cells);
    let mut last = None;
    for dot in dots(chart, &canvas, (low, high)) {
        // A row without a value leaves a gap.
        if let Some(dot) = dot {
            canvas.line(last.unwrap_or(dot), dot);
        }
        last = dot;
    }
    for (row, text) in canvas.rows().enumerate() {
        let scale = match row {
            0 => top.as_str(),
            row if row + 1 == HEIGHT => bottom.as_str(),
            _ => "",
        };
        let axis = paint.tone(Tone::Faint, "│");
        let text = paint.tone(Tone::Good, text.trim_end_matches('\u{2800}'));
        let _ = writeln!(out, "{}{scale} {axis}{text}", blank(left, scale));
    }
    let rule = paint.tone(Tone::Faint, &format!("└{}", "─".repeat(cells)));
    let _ = writeln!(out, "{} {rule}", " ".repeat(left));
    ends(out, chart, left + 2, cells);
}

/// The first and the last label below the axis.
fn ends(out: &mut String, chart: &Chart, indent: usize, cells: usize) {
    let end = |point: Option<&crate::progress::Point>| {
        label(
            point.and_then(|point| point.label.as_deref()),
            cells / 2 - 1,
        )
    };
    let (first, last) = (end(chart.points.first()), end(chart.points.last()));
    let between = blank(cells.saturating_sub(first.width()), &last);
    let _ = writeln!(out, "{}{first}{between}{last}", " ".repeat(indent));
}

/// Where each point is, from the lower left corner; by its number if all have one, else one behind the other.
fn dots(chart: &Chart, canvas: &Canvas, (low, high): (f64, f64)) -> Vec<Option<(usize, usize)>> {
    let along: Vec<f64> = match chart.points.iter().map(|point| point.x).collect() {
        Some(numbers) => numbers,
        None => (0..chart.points.len()).map(to_float).collect(),
    };
    let (first, last) = low_and_high(along.iter().copied());
    let points = chart.points.iter().zip(along);
    points
        .map(|(point, along)| {
            let height = place(point.y?, low, high, HEIGHT * DOTS.1);
            Some((place(along, first, last, canvas.width), height))
        })
        .collect()
}

#[expect(clippy::cast_precision_loss, reason = "the number of a row")]
fn to_float(number: usize) -> f64 {
    number as f64
}

/// Dots, rows from the top.
struct Canvas {
    width: usize,
    cells: Vec<Vec<u32>>,
}

impl Canvas {
    fn new(cells: usize) -> Self {
        Self {
            width: cells * DOTS.0,
            cells: vec![vec![0; cells]; HEIGHT],
        }
    }

    fn set(&mut self, x: usize, y: usize) {
        let y = HEIGHT * DOTS.1 - 1 - y;
        self.cells[y / DOTS.1][x / DOTS.0] |= BITS[y % DOTS.1][x % DOTS.0];
    }

    /// All dots between two, as near to the straight line as there are.
    fn line(&mut self, from: (usize, usize), to: (usize, usize)) {
        let steps = from.0.abs_diff(to.0).max(from.1.abs_diff(to.1)).max(1);
        for step in 0..=steps {
            let between =
                |from: usize, to: usize| (from * (steps - step) + to * step + steps / 2) / steps;
            self.set(between(from.0, to.0), between(from.1, to.1));
        }
    }

    fn rows(&self) -> impl Iterator<Item = String> {
        let cell = |bits: &u32| char::from_u32(0x2800 + bits).unwrap_or(' ');
        self.cells
            .iter()
            .map(move |row| row.iter().map(cell).collect())
    }
}
