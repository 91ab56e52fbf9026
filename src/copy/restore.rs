//! Rows and sequences out of a dump of pg_dump.

use std::collections::HashMap;
use std::path::PathBuf;

use super::contents::Contents;
use super::dump::{Block, Item, Running, Source};
use super::held::hold;
use super::inserts::inserts;
use super::report::Meter;
use super::sequences::Position;
use super::{
    Difference, Error, Guards, Missing, Mode, Report, Result, TableReport, Verify, load, sequences,
    settings,
};
use crate::pg::catalog::{Relation, Table, TableFilter};
use crate::pg::{Literal, Session, TableName, TxOptions, Value, ident_list, transaction};
use crate::progress::Event;

/// What [`restore`] is to do.
pub struct RestoreOptions {
    /// A dump in the custom, tar, directory or plain format, the last packed or not.
    pub file: PathBuf,
    /// Written in the transaction that is open, and not committed; else in one transaction.
    pub to: Session,
    /// Tables by their names on the target; without any, all that the dump has rows of.
    pub tables: TableFilter,
    /// Replace or append.
    pub mode: Mode,
    pub verify: Verify,
    /// What is done about foreign keys and triggers of the target.
    pub guards: Guards,
    /// Change nothing, and count the rows that would be restored.
    pub dry_run: bool,
}

/// Restores rows and moves sequences forward. Nothing else of the dump has an effect: no setting, no
/// definition.
pub async fn restore(options: &RestoreOptions) -> Result<Report> {
    let to = &options.to;
    let source = Source::open(&options.file).await?;
    let contents = Contents::choose(options, source.entries().await?).await?;
    for note in &contents.notes {
        to.reporter().event(&Event::Note(note.clone()));
    }
    for warning in &contents.warnings {
        to.reporter().event(&Event::Warning(warning.clone()));
    }
    if options.dry_run {
        return Ok(run(options, &source, &contents, None).await?.report);
    }
    transaction(to, &TxOptions::default(), async |to| {
        let settings = settings::pin(to).await?;
        let strings = plain_strings(to).await?;
        let held = hold(to, options.guards.lock_timeout, contents.care.ward()).await?;
        contents.empty(to).await?;
        let done = run(options, &source, &contents, Some(to)).await?;
        held.release(to).await?;
        let tables: Vec<&Relation> = contents.tables.values().map(|t| &t.relation).collect();
        sequences::advance(to, &tables, |sequence| {
            done.positions.get(&sequence.name).copied()
        })
        .await?;
        set_strings(to, &strings).await?;
        settings.restore(to).await?;
        Ok(done.report)
    })
    .await
}

/// Has backslashes stand for themselves in strings, as they do in dumps; what it was before.
async fn plain_strings(to: &Session) -> Result<Value> {
    let sql = "SELECT pg_catalog.current_setting('standard_conforming_strings')";
    let before = to.value(sql, &[]).await?;
    set_strings(to, &"on".into()).await?;
    Ok(before)
}

async fn set_strings(to: &Session, value: &Value) -> Result<()> {
    let sql = include_str!("../sql/set_config.sql");
    let params = [
        "standard_conforming_strings".into(),
        value.clone(),
        Value::Bool(true),
    ];
    to.query(sql, &params).await?;
    Ok(())
}

/// What came out of a dump.
#[derive(Default)]
struct Done {
    report: Report,
    /// Where the sequences were.
    positions: HashMap<TableName, Position>,
}

/// Reads the dump, rows going to `to`, or just counted.
async fn run(
    options: &RestoreOptions,
    source: &Source,
    contents: &Contents,
    to: Option<&Session>,
) -> Result<Done> {
    let mut done = Done::default();
    for entries in source.runs(&contents.entries) {
        let running = source.start(entries).await?;
        take(options, contents, running, to, &mut done).await?;
    }
    Ok(done)
}

/// Takes all that one `pg_restore` writes.
async fn take(
    options: &RestoreOptions,
    contents: &Contents,
    mut running: Running,
    to: Option<&Session>,
    done: &mut Done,
) -> Result<()> {
    match read(options, contents, &mut running, to, done).await {
        Ok(()) => Ok(running.finish().await?),
        // A program that failed ends the script early, and says why.
        Err(error) if error.is_cut_short() => {
            running.finish().await?;
            Err(error)
        }
        Err(error) => {
            running.stop().await;
            Err(error)
        }
    }
}

async fn read(
    options: &RestoreOptions,
    contents: &Contents,
    running: &mut Running,
    to: Option<&Session>,
    done: &mut Done,
) -> Result<()> {
    let mut next = running.next().await?;
    while let Some(item) = next {
        next = match item {
            Item::Position(sequence, position) => {
                done.positions.insert(sequence, position);
                running.next().await?
            }
            Item::Rows(block) => {
                let table = contents.table(&block.table)?;
                check_columns(options, table, &block.columns)?;
                let report = rows(options, table, &block, running, to).await?;
                done.report.push(report);
                running.next().await?
            }
            Item::Insert(insert) => {
                let table = contents.table(&insert.table)?;
                let (report, next) = inserts(options, contents, table, insert, running, to).await?;
                done.report.push(report);
                next
            }
            Item::LargeObject => running.next().await?,
        };
    }
    Ok(())
}

/// The rows of one block.
async fn rows(
    options: &RestoreOptions,
    table: &Table,
    block: &Block,
    running: &mut Running,
    to: Option<&Session>,
) -> Result<TableReport> {
    let shown = &table.relation.shown;
    let mut meter = Meter::start(&options.to, shown);
    let moved = async {
        let mut sink = match to {
            Some(to) => Some(to.copy_in(&write_sql(block, table)).await?),
            None => None,
        };
        while let Some((chunk, rows)) = running.chunk().await? {
            meter.passed(meter.rows() + rows, chunk.len());
            if let Some(sink) = &mut sink {
                sink.send(&chunk).await?;
            }
        }
        match sink {
            Some(sink) => Ok(sink.finish().await?),
            None => Ok(meter.rows()),
        }
    };
    let stored: Result<u64> = moved.await;
    let stored = stored.map_err(|error| error.stopped(shown, meter.rows()))?;
    let mut report = meter.report();
    report.inserted = stored;
    if options.verify != Verify::No {
        load::expect(shown, report.rows, stored)?;
    }
    Ok(meter.finish(report, false))
}

fn write_sql(block: &Block, table: &Table) -> String {
    let name = &table.relation.name;
    let columns = match block.columns.as_slice() {
        [] => String::new(),
        columns => format!(" ({})", ident_list(columns)),
    };
    let encoding = Literal(&block.encoding);
    format!("COPY {name}{columns} FROM STDIN (ENCODING {encoding})")
}

/// Names that are not given fit as they are.
pub(super) fn check_columns(
    options: &RestoreOptions,
    table: &Table,
    columns: &[String],
) -> Result<()> {
    if columns.is_empty() {
        return Ok(());
    }
    let difference = |column: &str, missing| Difference {
        table: table.relation.shown.clone(),
        column: column.to_owned(),
        missing,
    };
    let gone = columns
        .iter()
        .filter(|column| table.column(column).is_none());
    let gone = gone.map(|column| {
        let target = options.to.name().to_owned();
        difference(column, Missing::OnTarget { target })
    });
    let wanted = table
        .columns
        .iter()
        .filter(|c| c.must_be_given() && !columns.contains(&c.name));
    let wanted = wanted.map(|column| {
        let source = options.file.display().to_string();
        difference(&column.name, Missing::OnSource { source })
    });
    let differences: Vec<Difference> = gone.chain(wanted).collect();
    if differences.is_empty() {
        return Ok(());
    }
    Err(Error::Columns(differences))
}
