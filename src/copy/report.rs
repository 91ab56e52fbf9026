//! What a copy did, and saying so while it goes on.

use std::time::{Duration, Instant};

use crate::human;
use crate::pg::Session;
use crate::progress::{Cell, Column, Event, Reporter, Table, Tone};

/// What a copy did, or in a dry run would do.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Report {
    /// In the order in which they were filled.
    pub tables: Vec<TableReport>,
    /// Rows that crossed, of all tables.
    pub rows: u64,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct TableReport {
    /// As any primitive takes it.
    pub table: String,
    pub inserted: u64,
    pub updated: u64,
    /// Rows that `mirror` deleted; those emptied by `replace` in a dry run only: TRUNCATE counts nothing.
    pub deleted: u64,
    /// Rows that were there already as the source has them, and were left alone.
    pub equal: u64,
    /// Rows that mode `insert` left out, for others on the target with their key or another unique value.
    pub skipped: u64,
    /// Rows that crossed.
    pub rows: u64,
    pub bytes: u64,
    pub seconds: f64,
}

impl Report {
    pub(super) fn push(&mut self, table: TableReport) {
        self.rows += table.rows;
        self.tables.push(table);
    }
}

/// A number of a table's report that is worth a column.
type Count = (&'static str, fn(&TableReport) -> u64);

const COUNTS: [Count; 6] = [
    ("rows", |table| table.rows),
    ("new", |table| table.inserted),
    ("changed", |table| table.updated),
    ("equal", |table| table.equal),
    ("skipped", |table| table.skipped),
    ("deleted", |table| table.deleted),
];

impl Report {
    /// All tables with what became of their rows, and the sum, for the end of a copy that took so long. A column that
    /// would hold nothing but zeros, or just the rows once more, is left out.
    pub(super) fn table(&self, title: String, seconds: f64) -> Table {
        let is_told = |(name, count): &&Count| {
            *name == "rows"
                || self.tables.iter().any(|table| {
                    count(table) > 0 && !(*name == "new" && count(table) == table.rows)
                })
        };
        let counts: Vec<&Count> = COUNTS.iter().filter(is_told).collect();
        let row = |name: Cell, of: &dyn Fn(fn(&TableReport) -> u64) -> u64, seconds: f64| {
            let counts = counts.iter().map(|(_, count)| human::count(of(*count)));
            let cells = counts.chain([
                human::bytes(of(|table| table.bytes)),
                human::seconds(seconds),
            ]);
            [name].into_iter().chain(cells.map(Cell::plain)).collect()
        };
        let tables = self.tables.iter().map(|table| {
            row(
                Cell::plain(&table.table),
                &|count| count(table),
                table.seconds,
            )
        });
        let all = |count: fn(&TableReport) -> u64| self.tables.iter().map(count).sum();
        let sum = format!("{} tables", human::count(self.tables.len() as u64));
        let sum = row(Cell::toned(sum, Tone::Faint), &all, seconds);
        let names = counts
            .iter()
            .map(|(name, _)| *name)
            .chain(["bytes", "time"]);
        Table {
            title,
            columns: [Column::left("table")]
                .into_iter()
                .chain(names.map(Column::right))
                .collect(),
            rows: tables.chain([sum]).collect(),
        }
    }
}

impl TableReport {
    /// Takes what became of more rows of the same table.
    pub(super) fn add(&mut self, more: &Self) {
        self.table.clone_from(&more.table);
        self.inserted += more.inserted;
        self.updated += more.updated;
        self.deleted += more.deleted;
        self.equal += more.equal;
        self.rows += more.rows;
        self.bytes += more.bytes;
        self.seconds += more.seconds;
    }

    /// `12,000 rows, 3.1 MB`, and of staged rows what became of them.
    fn summary(&self, staged: bool) -> String {
        let mut text = human::rows(self.rows);
        if self.bytes > 0 {
            text = format!("{text}, {}", human::bytes(self.bytes));
        }
        if staged {
            let [inserted, updated, equal] =
                [self.inserted, self.updated, self.equal].map(human::count);
            text = format!("{text}: {inserted} new, {updated} changed, {equal} equal");
            if self.skipped > 0 {
                text = format!("{text}, {} skipped", human::count(self.skipped));
            }
        }
        if self.deleted > 0 {
            let verb = if staged { "deleted" } else { "emptied" };
            text = format!("{text}; {} {verb}", human::rows(self.deleted));
        }
        text
    }
}

/// How often a table's progress is told at most.
const PACE: Duration = Duration::from_millis(100);

/// Counts what passes for one table and tells the listener now and then.
pub(super) struct Meter {
    reporter: Reporter,
    table: String,
    start: Instant,
    told: Instant,
    rows: u64,
    bytes: u64,
}

impl Meter {
    pub fn start(session: &Session, table: &str) -> Self {
        let now = Instant::now();
        Self {
            reporter: session.reporter().clone(),
            table: table.to_owned(),
            start: now,
            told: now,
            rows: 0,
            bytes: 0,
        }
    }

    /// So many rows in all, and so many bytes more.
    pub fn passed(&mut self, rows: u64, bytes: usize) {
        self.rows = rows;
        self.bytes += bytes as u64;
        let now = Instant::now();
        if now.duration_since(self.told) < PACE {
            return;
        }
        self.told = now;
        self.reporter.event(&Event::Copying {
            table: self.table.clone(),
            rows: self.rows,
            bytes: self.bytes,
            seconds: now.duration_since(self.start).as_secs_f64(),
        });
    }

    /// The exact number, once the last row has passed.
    pub fn count_rows(&mut self, rows: u64) {
        self.rows = rows;
    }

    pub fn table(&self) -> &str {
        &self.table
    }

    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// The table's report so far, to be completed by the mode.
    pub fn report(&self) -> TableReport {
        TableReport {
            table: self.table.clone(),
            rows: self.rows,
            bytes: self.bytes,
            seconds: self.start.elapsed().as_secs_f64(),
            ..TableReport::default()
        }
    }

    /// Tells that the table is done.
    pub fn finish(&self, mut report: TableReport, staged: bool) -> TableReport {
        report.seconds = self.start.elapsed().as_secs_f64();
        self.reporter.event(&Event::Copied {
            table: self.table.clone(),
            summary: report.summary(staged),
            rows: report.rows,
            bytes: report.bytes,
            seconds: report.seconds,
        });
        report
    }
}
