//! Filling tables: emptied or as they are, parents before children, counted at the end.

use super::held::hold;
use super::plan::{Emptying, TablePlan, Unit};
use super::report::Meter;
use super::stream::{Pipe, pump};
use super::{
    CopyOptions, Error, Mode, Result, TableReport, Verify, detour, same, sequences, stage,
};
use crate::pg::{Session, Value};

/// Fills the tables of the units inside the target's open transaction.
pub(super) async fn fill(options: &CopyOptions, units: &[Unit]) -> Result<Vec<TableReport>> {
    let to = &options.to;
    let mut reports = Vec::new();
    for unit in units {
        // Else whatever reads a table with policies fails, an INSERT that looks for a key among it.
        let sees = unit.has_policies();
        if sees {
            see_what_policies_show(to, true).await?;
        }
        let held = hold(to, options.guards.lock_timeout, unit.ward()).await?;
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
        if sees {
            see_what_policies_show(to, false).await?;
        }
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
        let sees = tables.iter().any(|table| table.by_insert);
        if sees {
            see_what_policies_show(to, true).await?;
        }
        sequences::forward(options, &tables).await?;
        if sees {
            see_what_policies_show(to, false).await?;
        }
    }
    Ok(reports)
}

/// Whether rows that policies hide are passed over, or reading where there may be some is an error.
pub(super) async fn see_what_policies_show(to: &Session, only: bool) -> Result<()> {
    let value = if only { "on" } else { "off" };
    to.batch(&format!("SET LOCAL row_security = {value}"))
        .await?;
    Ok(())
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
    let feeds = options.work.feeds.as_ref();
    let staged = feeds.is_some_and(|feeds| feeds.has_staged(&table.read_sql()));
    let stored = if table.by_insert && !staged {
        detour::fill(options, table, &mut meter).await?
    } else {
        let pipe = Pipe::new(options, table, &options.to, &name);
        pump(&pipe, &mut meter).await?
    };
    let mut report = meter.report();
    report.inserted = stored;
    if options.verify != Verify::No || table.by_insert {
        expect(&report.table, report.rows, stored)?;
    }
    Ok(meter.finish(report, false))
}

/// Counts the rows of all tables on both sides, now that every trigger has had its say: one that writes into
/// another table of the copy shows here. Of a table some of whose rows may be hidden, what INSERT has said counts.
async fn compare_counts(
    options: &CopyOptions,
    tables: &[&TablePlan],
    reports: &[TableReport],
) -> Result<()> {
    let shown = || tables.iter().zip(reports).filter(|(t, _)| !t.by_insert);
    let arrived = shown().map(|(table, _)| table.count_target_sql());
    let arrived = counts(&options.to, arrived).await?;
    for ((table, report), arrived) in shown().zip(arrived) {
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
