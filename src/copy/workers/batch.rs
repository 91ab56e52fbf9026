//! A table in several commits, where that is asked for.

use super::super::plan::Unit;
use super::super::range::Range;
use super::super::{CopyOptions, TableReport};
use super::run::names;
use super::shares::{Sizes, size};
use crate::human;
use crate::progress::Event;

/// What a row takes at a guess, where nobody has counted the rows yet.
const ROW: u64 = 128;

/// A unit for each commit of about so many rows. None where all has to be in one: tables that keys tie, and a table
/// whose rows cannot be told by where they stand.
pub(super) fn parts(units: &[Unit], rows: u64, sizes: &Sizes) -> Option<Vec<Unit>> {
    let [unit] = units else { return None };
    let [table] = unit.tables.as_slice() else {
        return None;
    };
    if !table.is_divisible() {
        return None;
    }
    let size = size(sizes, table);
    let pages = size.pages?;
    let all = table.source.estimate.unwrap_or(size.bytes / ROW).max(1);
    let part = (u128::from(pages) * u128::from(rows) / u128::from(all)).max(1);
    let ranges = Range::split(pages, u64::try_from(part).unwrap_or(u64::MAX));
    let unit = |range| Unit {
        tables: vec![table.part(Some(range))],
        ..unit.clone()
    };
    Some(ranges.into_iter().map(unit).collect())
}

pub(super) fn tell_why_not(options: &CopyOptions, units: &[Unit]) {
    let why = "keys tie them, or their rows cannot be told apart by where they stand";
    let note = format!(
        "{} in one commit, whatever `batch` says: {why}",
        names(units)
    );
    options.to.reporter().event(&Event::Note(note));
}

pub(super) fn tell_committed(options: &CopyOptions, units: &[Unit], done: &TableReport) {
    let rows = human::rows(done.rows);
    let warning = format!("{}: {rows} were committed before and stay", names(units));
    options.to.reporter().event(&Event::Warning(warning));
}
