//! Rows of tables or of a query into files, or to stdout.

mod sql;
mod unescape;

use std::path::PathBuf;

use super::files::{Error as FileError, Format, Layout, NewFolder, Output, Packing, Place};
use super::report::Meter;
use super::{Error, Result, settings};
use crate::pg::catalog::{Catalog, Relation, TableFilter};
use crate::pg::{CopyOut, Isolation, Session, TxOptions, Value, transaction};
use crate::progress::{Content, Event};
use sql::Reading;
pub(super) use sql::copy_options;
use unescape::Unescape;

/// What [`export`] is to do.
pub struct ExportOptions {
    /// Read in the transaction that is open; else in a snapshot taken for the export.
    pub from: Session,
    pub rows: Rows,
    pub to: Goal,
    pub format: Option<Format>,
    pub packing: Option<Packing>,
    pub layout: Layout,
    /// Replace what is there.
    pub overwrite: bool,
    /// Write nothing, and count the rows.
    pub dry_run: bool,
}

/// Which rows are exported.
pub enum Rows {
    Tables {
        filter: TableFilter,
        /// These columns in this order, of a single table; else all but those that the server computes.
        columns: Option<Vec<String>>,
        condition: Option<Query>,
        order_by: Option<String>,
        limit: Option<u64>,
    },
    Query(Query),
}

/// SQL with the values of its parameters.
#[derive(Debug, Clone, Default)]
pub struct Query {
    pub sql: String,
    pub params: Vec<Value>,
}

/// Where the rows go.
#[derive(Debug, Clone)]
pub enum Goal {
    One(Place),
    /// A file for each table.
    Folder(PathBuf),
}

/// What an export has written.
#[derive(Debug, Clone, PartialEq)]
pub struct Exported {
    /// The table's name; `query` for what a query gave.
    pub table: String,
    /// `stdout`, or a path.
    pub file: String,
    pub rows: u64,
    /// Before they are packed.
    pub bytes: u64,
    pub seconds: f64,
}

/// Exports rows. Every file is whole, or not there; a folder of files likewise.
pub async fn export(options: &ExportOptions) -> Result<Vec<Exported>> {
    let snapshot = TxOptions {
        isolation: Some(Isolation::RepeatableRead),
        read_only: true,
        ..TxOptions::default()
    };
    transaction(&options.from, &snapshot, async |from| {
        let settings = settings::pin(from).await?;
        let exported = match (&options.rows, &options.to) {
            (Rows::Query(_), Goal::Folder(path)) => {
                return Err(Error::from(FileError::IsFolder { file: path.clone() }));
            }
            (Rows::Query(_), Goal::One(place)) => vec![one(options, None, place).await?],
            (Rows::Tables { filter, .. }, goal) => {
                let tables = tables(from, filter).await?;
                match goal {
                    Goal::One(place) => vec![only(options, &tables, place).await?],
                    Goal::Folder(path) => several(options, &tables, path).await?,
                }
            }
        };
        settings.restore(from).await?;
        Ok(exported)
    })
    .await
}

async fn tables(from: &Session, filter: &TableFilter) -> Result<Vec<Relation>> {
    let selected = Catalog::read(from).await?.select(filter)?;
    for note in selected.notes {
        from.reporter().event(&Event::Note(note));
    }
    Ok(selected.tables)
}

async fn only(options: &ExportOptions, tables: &[Relation], place: &Place) -> Result<Exported> {
    match tables {
        [table] => one(options, Some(table), place).await,
        _ => Err(Error::SeveralTables {
            count: tables.len(),
            file: place.shown("stdout"),
        }),
    }
}

/// A file for each table, all of one moment.
async fn several(
    options: &ExportOptions,
    tables: &[Relation],
    path: &std::path::Path,
) -> Result<Vec<Exported>> {
    let (format, packing) = (
        options.format.unwrap_or(Format::Csv),
        options.packing.unwrap_or(Packing::Plain),
    );
    let suffix = format!(".{}{}", format.suffix(), packing.suffix());
    let folder = if options.dry_run {
        None
    } else {
        Some(NewFolder::create(path, options.overwrite)?)
    };
    let mut exported = Vec::new();
    for table in tables {
        let name = super::files::file_name(&table.shown, &suffix);
        let shown = path.join(&name);
        let file = match &folder {
            Some(folder) => folder.file(&name)?,
            None => shown.clone(),
        };
        let mut done = one(options, Some(table), &Place::File(file)).await?;
        done.file = shown.display().to_string();
        exported.push(done);
    }
    if let Some(folder) = folder {
        folder.finish()?;
    }
    Ok(exported)
}

/// The rows of a table, or of the query, into one file.
async fn one(options: &ExportOptions, table: Option<&Relation>, place: &Place) -> Result<Exported> {
    let format = match &options.to {
        Goal::One(place) => Format::of(options.format, place)?,
        Goal::Folder(_) => options.format.unwrap_or(Format::Csv),
    };
    let from = &options.from;
    let reading = Reading::plan(from, &options.rows, table, format, &options.layout).await?;
    let name = table.map_or("query", |table| table.shown.as_str());
    let mut meter = Meter::start(from, name);
    let bytes = if options.dry_run {
        meter.count_rows(reading.count(from).await?);
        0
    } else {
        let packing = Packing::of(options.packing, place);
        let content = match format {
            Format::Csv | Format::Tsv => Content::Text,
            Format::JsonLines => Content::JsonLines,
            Format::Binary => Content::Binary,
        };
        let reporter = from.reporter();
        let output = Output::create(place, packing, content, options.overwrite, reporter)?;
        let quiet = *place == Place::Standard;
        let written = write(from, &reading, output, &mut meter, quiet).await;
        written.map_err(|error| error.stopped(name, 0))?
    };
    let report = meter.report();
    let report = super::TableReport { bytes, ..report };
    let report = meter.finish(report, false);
    Ok(Exported {
        table: report.table,
        file: place.shown("stdout"),
        rows: report.rows,
        bytes,
        seconds: report.seconds,
    })
}

/// Moves all rows; the bytes that were written. When the file fails or the run is interrupted, the COPY is ended
/// at its server.
async fn write(
    from: &Session,
    reading: &Reading,
    mut output: Output,
    meter: &mut Meter,
    quiet: bool,
) -> Result<u64> {
    output.write(&reading.header).await?;
    let mut out = from.copy_out(&reading.sql).await?;
    match forward(reading, &mut out, &mut output, meter, quiet).await {
        Ok(()) => {}
        Err(error @ Error::File(_)) => {
            out.abort().await;
            return Err(error);
        }
        Err(error) if error.is_interrupted() => {
            out.abort().await;
            return Err(error);
        }
        Err(error) => return Err(error),
    }
    meter.count_rows(out.messages().saturating_sub(reading.no_rows));
    let bytes = output.written();
    output.finish().await?;
    Ok(bytes)
}

async fn forward(
    reading: &Reading,
    out: &mut CopyOut,
    output: &mut Output,
    meter: &mut Meter,
    quiet: bool,
) -> Result<()> {
    let mut unescape = Unescape::default();
    let mut line = Vec::new();
    while let Some(chunk) = out.chunk().await? {
        let payload = chunk.payload();
        if !quiet {
            // What is told while rows go to stdout would stand between them on a terminal.
            meter.passed(out.messages(), payload.len());
        }
        if reading.escaped {
            line.clear();
            unescape.feed(payload, &mut line);
            output.write(&line).await?;
        } else {
            output.write(payload).await?;
        }
    }
    Ok(())
}
