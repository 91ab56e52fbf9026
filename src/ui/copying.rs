//! The tables that are being copied, and how far each is.

use std::collections::HashMap;
use std::time::Instant;

use super::escape::line;
use crate::human;

/// How many tables a display has lines for.
const SHOWN: usize = 8;

/// What is on its way.
#[derive(Default)]
pub struct Copying {
    /// Copies that have begun and not ended.
    copies: usize,
    /// What the tables of these copies are expected to have, where anybody knows.
    expected: HashMap<String, Option<u64>>,
    begun: Option<Instant>,
    /// In the order in which they began.
    running: Vec<Running>,
    done: usize,
    /// Of the tables that are done.
    rows: u64,
    bytes: u64,
}

struct Running {
    table: String,
    rows: u64,
    bytes: u64,
    seconds: f64,
}

impl Copying {
    pub fn begin(&mut self, tables: &[(String, Option<u64>)]) {
        if self.copies == 0 {
            *self = Self::default();
            self.begun = Some(Instant::now());
        }
        self.copies += 1;
        self.expected.extend(tables.iter().cloned());
    }

    /// Whether more than one table is copied, so that a report of all comes at the end.
    pub fn are_several(&self) -> bool {
        self.copies > 0 && self.expected.len() > 1
    }

    pub fn is_idle(&self) -> bool {
        self.copies == 0 && self.running.is_empty()
    }

    pub fn knows(&self, table: &str) -> bool {
        self.expected.contains_key(table)
    }

    pub fn passed(&mut self, table: &str, rows: u64, bytes: u64, seconds: f64) {
        let now = Running {
            table: table.to_owned(),
            rows,
            bytes,
            seconds,
        };
        if self.copies == 0 {
            // One table after the other, of which nobody told the end where it failed.
            self.running.clear();
        }
        match self
            .running
            .iter_mut()
            .find(|running| running.table == table)
        {
            Some(running) => *running = now,
            None => self.running.push(now),
        }
    }

    pub fn finish(&mut self, table: &str, rows: u64, bytes: u64) {
        self.running.retain(|running| running.table != table);
        if self.knows(table) {
            self.done += 1;
            self.rows += rows;
            self.bytes += bytes;
        }
    }

    pub fn end(&mut self) {
        self.copies = self.copies.saturating_sub(1);
        if self.copies == 0 {
            *self = Self::default();
        }
    }

    /// A line for each table under way, and one for all.
    pub fn lines(&self) -> Vec<String> {
        let shown = self.running.iter().take(SHOWN);
        let mut lines: Vec<String> = shown.map(|running| self.line(running)).collect();
        let more = self.running.len().saturating_sub(SHOWN);
        if more > 0 {
            lines.push(format!("and {more} more"));
        }
        lines.extend(self.sum());
        lines
    }

    /// `lat: 45%, 1,200,000 rows, 300.1 MB, 52.0 MB/s, 12 s left`
    fn line(&self, running: &Running) -> String {
        let mut parts = vec![human::rows(running.rows), human::bytes(running.bytes)];
        if running.seconds >= 1.0 {
            parts.push(format!("{}/s", human::bytes(rate(running))));
        }
        let expected = self.expected.get(&running.table).copied().flatten();
        // More than expected: the estimate is of yesterday.
        if let Some(expected) = expected.filter(|expected| running.rows < *expected) {
            let share = share(running.rows, expected);
            parts.insert(0, format!("{:.0}%", (share * 100.0).floor()));
            if running.seconds >= 1.0 && share > 0.0 {
                let left = running.seconds / share - running.seconds;
                parts.push(format!("{} left", human::seconds(left)));
            }
        }
        format!("{}: {}", line(&running.table), parts.join(", "))
    }

    /// `3 of 12 tables, 3,400,000 rows, 1.2 GB, 1 min 20 s`
    fn sum(&self) -> Option<String> {
        let begun = self.begun.filter(|_| self.are_several())?;
        let of_running = |count: fn(&Running) -> u64| self.running.iter().map(count).sum::<u64>();
        Some(format!(
            "{} of {} tables, {}, {}, {}",
            human::count(self.done as u64),
            human::count(self.expected.len() as u64),
            human::rows(self.rows + of_running(|running| running.rows)),
            human::bytes(self.bytes + of_running(|running| running.bytes)),
            human::seconds(begun.elapsed().as_secs_f64())
        ))
    }
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "nobody reads the last digit of a rate"
)]
fn rate(running: &Running) -> u64 {
    (running.bytes as f64 / running.seconds) as u64
}

#[expect(
    clippy::cast_precision_loss,
    reason = "nobody reads the last digit of a share"
)]
fn share(rows: u64, expected: u64) -> f64 {
    rows as f64 / expected as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(name: &str, rows: Option<u64>) -> (String, Option<u64>) {
        (name.to_owned(), rows)
    }

    #[test]
    fn a_table_says_how_far_it_is_where_anybody_knows() {
        let mut copying = Copying::default();
        copying.begin(&[table("lat", Some(4000))]);
        copying.passed("lat", 1000, 3_000_000, 2.0);
        assert_eq!(
            copying.lines(),
            ["lat: 25%, 1,000 rows, 3.0 MB, 1.5 MB/s, 6.0 s left"]
        );
        // More than was expected, and too early for a rate.
        copying.passed("lat", 4001, 3_000_000, 0.5);
        assert_eq!(copying.lines(), ["lat: 4,001 rows, 3.0 MB"]);
    }

    #[test]
    fn several_tables_have_a_line_each_and_one_together() {
        let mut copying = Copying::default();
        let tables: Vec<_> = (0..12).map(|n| table(&format!("t{n}"), None)).collect();
        copying.begin(&tables);
        for (name, _) in &tables {
            copying.passed(name, 10, 100, 0.1);
        }
        copying.finish("t0", 20, 200);
        copying.finish("elsewhere", 5, 5);
        let lines = copying.lines();
        assert_eq!(lines.len(), 10);
        assert_eq!(
            (lines[0].as_str(), lines[8].as_str()),
            ("t1: 10 rows, 100 B", "and 3 more")
        );
        assert!(
            lines[9].starts_with("1 of 12 tables, 130 rows, 1.3 kB, "),
            "{lines:?}"
        );
        copying.end();
        assert!(copying.lines().is_empty());
    }

    #[test]
    fn without_a_copy_around_it_only_the_last_table_is_shown() {
        let mut copying = Copying::default();
        copying.passed("a", 1, 1, 0.0);
        copying.passed("b", 2, 2, 0.0);
        assert_eq!(copying.lines(), ["b: 2 rows, 2 B"]);
    }
}
