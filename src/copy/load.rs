//! Filling tables: emptied or as they are, parents before children, counted at the end.

use super::held::hold;
use super::plan::{Emptying, TablePlan, Unit};
use super::report::Meter;
use super::stream::{Pipe, pump};
use super::{CopyOptions, Error, Mode, Result, TableReport, Verify, same, sequences, stage};
use crate::pg::{Session, Value};

/// Fills the tables of the units inside the target's open transaction.
pub(super) async fn fill(options: &CopyOptions, units: &[Unit]) -> Result<Vec<TableReport>> {
    let to = &options.to;
    let mut reports = Vec::new();
    for unit in units {
        let held = hold(options, unit).await?;
        if options.mode == Mode::Replace {
            empty(to, unit).await?;
        }
        if options.mode.is_staged() {
            reports.extend(stage::fill(options, unit).await?);
        } else {
            for table in &unit.tables {
                reports.push(load(options, table).await?);
            }
        }
        held.release(to).await?;
    }
    let tables: Vec<&TablePlan> = units.iter().flat_map(|unit| &unit.tables).collect();
    if options.mode == Mode::Replace && options.verify != Verify::No {
        compare_counts(options, &tables, &reports).await?;
    }
    if options.verify == Verify::Content {
        same::compare(options, &tables).await?;
    }
    // Last, since it keeps everybody else from drawing numbers until the commit.
    if options.sequences {
        sequences::forward(options, &tables).await?;
    }
    Ok(reports)
}

/// One statement for the whole unit: TRUNCATE refuses a table that another one refers to, even an empty one.
async fn empty(to: &Session, unit: &Unit) -> Result<()> {
    let tables = unit.tables.iter().map(|table| table.target.only());
    let sql = match unit.emptying {
        Emptying::Truncate => format!("TRUNCATE {}", tables.collect::<Vec<_>>().join(", ")),
        // Children before parents.
        Emptying::Delete => {
            let statements = tables.rev().map(|table| format!("DELETE FROM {table}"));
            statements.collect::<Vec<_>>().join("; ")
        }
    };
    to.batch(&sql).await?;
    Ok(())
}

async fn load(options: &CopyOptions, table: &TablePlan) -> Result<TableReport> {
    let mut meter = Meter::start(&options.to, &table.target.shown);
    let name = table.target.name.to_string();
    let pipe = Pipe::new(options, table, &options.to, &name);
    let stored = pump(&pipe, &mut meter).await?;
    let mut report = meter.report();
    report.inserted = stored;
    if options.verify != Verify::No {
        expect(&report.table, report.rows, stored)?;
    }
    Ok(meter.finish(report, false))
}

/// Counts the rows of all tables on both sides, now that every trigger has had its say: one that writes into
/// another table of the copy shows here.
async fn compare_counts(
    options: &CopyOptions,
    tables: &[&TablePlan],
    reports: &[TableReport],
) -> Result<()> {
    let arrived = tables.iter().map(|table| table.count_target_sql());
    let arrived = counts(&options.to, arrived).await?;
    for ((table, report), arrived) in tables.iter().zip(reports).zip(arrived) {
        expect(&table.target.shown, report.rows, arrived)?;
    }
    Ok(())
}

/// Whether all statements of the open transaction see one moment.
pub(super) async fn is_snapshot(session: &Session) -> Result<bool> {
    let isolation = include_str!("../sql/transaction_isolation.sql");
    let isolation = session.value(isolation, &[]).await?;
    Ok(isolation.as_str() != Some("read committed"))
}

/// The results of several counting statements, in one go.
pub(super) async fn counts(
    session: &Session,
    statements: impl Iterator<Item = String>,
) -> Result<Vec<u64>> {
    let statements: Vec<_> = statements.map(|sql| format!("({sql}\n)")).collect();
    if statements.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!("SELECT ARRAY[{}]", statements.join(", "));
    let Value::Array(counts) = session.value(&sql, &[]).await? else {
        return Ok(Vec::new());
    };
    let number = |count: &Value| u64::try_from(count.as_int().unwrap_or_default());
    Ok(counts
        .iter()
        .map(|count| number(count).unwrap_or_default())
        .collect())
}

pub(super) fn expect(table: &str, sent: u64, arrived: u64) -> Result<()> {
    if sent == arrived {
        return Ok(());
    }
    Err(Error::Count {
        table: table.to_owned(),
        sent,
        arrived,
    })
}
