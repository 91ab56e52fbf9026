//! The rows of INSERT statements, which a dump may have in place of COPY.

use std::fmt::Write as _;

use super::contents::Contents;
use super::dump::{Insert, Item, Running};
use super::report::Meter;
use super::restore::check_columns;
use super::{RestoreOptions, Result, TableReport, Verify, load};
use crate::pg::catalog::Table;
use crate::pg::{Ident, Session, ident_list};
use crate::progress::Event;

/// As much as is sent of INSERT statements at a time.
const BATCH: usize = 64 * 1024;

/// The rows of the INSERT statements into one table, and what follows them.
pub(super) async fn inserts(
    options: &RestoreOptions,
    contents: &Contents,
    table: &Table,
    first: Insert,
    running: &mut Running,
    to: Option<&Session>,
) -> Result<(TableReport, Option<Item>)> {
    let shown = &table.relation.shown;
    if first.columns.is_none() {
        options.to.reporter().event(&Event::Warning(format!(
            "the rows of `{shown}` come without the names of their columns, and are taken in the order that the \
             target has"
        )));
    }
    let mut meter = Meter::start(&options.to, shown);
    // A row may refer to one of a later statement, and the server checks behind each.
    let stage = match to {
        Some(to) if contents.refers_to_itself(table) => {
            Some(Stage::create(to, table, first.columns.clone()).await?)
        }
        _ => None,
    };
    let into = match &stage {
        Some(stage) => stage.name.clone(),
        None => table.relation.name.to_string(),
    };
    let moved = async {
        let (stored, next) =
            move_inserts(table, &into, first, options, running, to, &mut meter).await?;
        match stage {
            Some(stage) => Ok((stage.merge().await?, next)),
            None => Ok((stored, next)),
        }
    };
    let moved: Result<_> = moved.await;
    let (stored, next) = moved.map_err(|error| error.stopped(shown, meter.rows()))?;
    let mut report = meter.report();
    report.inserted = stored;
    if options.verify != Verify::No {
        load::expect(shown, report.rows, stored)?;
    }
    Ok((meter.finish(report, false), next))
}

async fn move_inserts(
    table: &Table,
    into: &str,
    first: Insert,
    options: &RestoreOptions,
    running: &mut Running,
    to: Option<&Session>,
    meter: &mut Meter,
) -> Result<(u64, Option<Item>)> {
    let (mut batch, mut stored, mut checked) = (String::new(), 0, None);
    let of = first.table.clone();
    let mut next = Some(Item::Insert(first));
    loop {
        let insert = match next {
            Some(Item::Insert(insert)) if insert.table == of => insert,
            other => {
                next = other;
                break;
            }
        };
        if checked != insert.columns {
            check_columns(
                options,
                table,
                insert.columns.as_deref().unwrap_or_default(),
            )?;
            checked.clone_from(&insert.columns);
        }
        let _ = writeln!(batch, "INSERT INTO {into}{}", insert.rest);
        meter.passed(meter.rows() + insert.rows, insert.rest.len());
        if batch.len() >= BATCH {
            stored += send(to, &mut batch).await?;
        }
        next = running.next().await?;
    }
    stored += send(to, &mut batch).await?;
    Ok((if to.is_some() { stored } else { meter.rows() }, next))
}

/// Sends what has come together; the rows that were stored of it.
async fn send(to: Option<&Session>, batch: &mut String) -> Result<u64> {
    let stored = match to {
        Some(to) if !batch.is_empty() => to.batch_counted(batch).await?,
        _ => 0,
    };
    batch.clear();
    Ok(stored)
}

/// Where the rows wait until all are there.
struct Stage<'a> {
    to: &'a Session,
    table: &'a Table,
    columns: Vec<String>,
    /// As SQL.
    name: String,
}

impl<'a> Stage<'a> {
    /// `columns` are those that the statements name.
    async fn create(
        to: &'a Session,
        table: &'a Table,
        columns: Option<Vec<String>>,
    ) -> Result<Self> {
        let name = format!("pg_temp.{}", Ident("runner_inserts"));
        let all: Vec<&str> = table.columns.iter().map(|c| c.name.as_str()).collect();
        // What the server computes is there too, since statements without names have a DEFAULT for it.
        to.batch(&format!(
            "CREATE TEMPORARY TABLE {name} ON COMMIT DROP AS SELECT {} FROM {} WITH NO DATA",
            ident_list(&all),
            table.relation.only()
        ))
        .await?;
        let stored = table.columns.iter().filter(|column| !column.generated);
        let is_given = |name: &String| columns.as_ref().is_none_or(|given| given.contains(name));
        let columns = stored.map(|column| column.name.clone()).filter(is_given);
        Ok(Self {
            to,
            table,
            columns: columns.collect(),
            name,
        })
    }

    /// Stores them with one statement; how many there were.
    async fn merge(self) -> Result<u64> {
        let (table, list) = (&self.table.relation.name, ident_list(&self.columns));
        let sql = format!(
            "INSERT INTO {table} ({list}) OVERRIDING SYSTEM VALUE SELECT {list} FROM {}",
            self.name
        );
        let stored = self.to.execute(&sql, &[]).await?;
        self.to.batch(&format!("DROP TABLE {}", self.name)).await?;
        Ok(stored)
    }
}
