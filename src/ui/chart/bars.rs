//! A bar for each row, its label before it and its number behind.

use unicode_width::UnicodeWidthStr;

use super::{NARROWEST, blank, label, low_and_high, number, place};
use crate::progress::{Chart, Tone};
use crate::ui::paint::Paint;

const BAR: &str = "█";

pub fn draw(out: &mut String, chart: &Chart, width: usize, paint: Paint) {
    let most_of_label = (width / 3).max(NARROWEST);
    let labels: Vec<_> = chart
        .points
        .iter()
        .map(|point| label(point.label.as_deref(), most_of_label))
        .collect();
    let numbers: Vec<_> = chart
        .points
        .iter()
        .map(|point| point.y.map_or_else(|| "<null>".to_owned(), number))
        .collect();
    let widest = |texts: &[String]| texts.iter().map(|text| text.width()).max().unwrap_or(0);
    let (left, right) = (widest(&labels), widest(&numbers));
    let cells = width.saturating_sub(left + right + 4).max(NARROWEST);
    let (low, high) = low_and_high(chart.points.iter().filter_map(|point| point.y));
    // Bars begin at zero, wherever that is.
    let (low, high) = (low.min(0.0), high.max(0.0));
    let zero = place(0.0, low, high, cells + 1);
    for ((point, label), number) in chart.points.iter().zip(&labels).zip(&numbers) {
        let end = point
            .y
            .map_or(zero, |value| place(value, low, high, cells + 1));
        let (from, to) = (zero.min(end), zero.max(end));
        let tone = if end < zero { Tone::Bad } else { Tone::Good };
        let bar = paint.tone(tone, &BAR.repeat(to - from));
        let (before, behind) = (" ".repeat(from), " ".repeat(cells - to));
        let tone = if point.y.is_some() {
            Tone::Plain
        } else {
            Tone::Faint
        };
        let line = format!(
            "{label}{}  {before}{bar}{behind}  {}{}",
            blank(left, label),
            blank(right, number),
            paint.tone(tone, number)
        );
        out.push_str(&line);
        out.push('\n');
    }
}
