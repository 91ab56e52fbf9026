//! Rows out of files, or of stdin, into a table: all of them or none.

mod end_mark;
mod header;
mod json;
mod lines;
mod plain;

use super::files::{Format, Input, Layout, Packing, Place};
use super::plan::hidden;
use super::report::Meter;
use super::{Error, Mode, Report, Result, keys, sequences, settings};
use crate::pg::catalog::{self, Catalog, Table};
use crate::pg::{Access, Ident, Session, TxOptions, ident_list, transaction};

/// What an object of JSON lines names its columns under that hold JSON's own null, and not SQL's.
pub(super) const JSON_NULLS: &str = "$json_null";

/// What [`import`] is to do.
pub struct ImportOptions {
    pub from: Place,
    /// Written in the transaction that is open, and not committed; else in one transaction.
    pub to: Session,
    /// One table, as any primitive takes it.
    pub table: String,
    pub format: Option<Format>,
    pub packing: Option<Packing>,
    pub layout: Layout,
    /// The columns of the file in their order; else its first line names them, or they are all of the table's.
    pub columns: Option<Vec<String>>,
    /// Replace or append.
    pub mode: Mode,
    /// Whether the sequences of the table are moved past the numbers that came.
    pub sequences: bool,
    /// Change nothing, and count the rows that would come.
    pub dry_run: bool,
}

/// A table that takes rows in the open transaction of a session.
struct Taking<'a> {
    to: &'a Session,
    table: &'a Table,
    /// As SQL.
    name: String,
}

/// Imports a file.
pub async fn import(options: &ImportOptions) -> Result<Report> {
    let format = Format::of(options.format, &options.from)?;
    let packing = Packing::of(options.packing, &options.from);
    let mut input = Input::open(&options.from, packing)?;
    let to = &options.to;
    let relation = Catalog::read(to).await?.find(&options.table)?.clone();
    check_rights(options, &relation)?;
    let tables = catalog::tables(to, std::slice::from_ref(&relation)).await?;
    let table = &tables[0];
    if options.mode == Mode::Replace {
        check_references(to, &relation).await?;
    }
    if options.dry_run {
        return Ok(report_of(
            try_out(options, format, &mut input, table).await?,
        ));
    }
    let done = transaction(to, &TxOptions::default(), async |to| {
        let settings = settings::pin(to).await?;
        if options.mode == Mode::Replace {
            to.batch(&format!("TRUNCATE {}", relation.only())).await?;
        }
        let taking = Taking {
            to,
            table,
            name: relation.name.to_string(),
        };
        let done = taking.take(options, format, &mut input).await?;
        if options.sequences {
            sequences::advance(to, &[&relation], |_| None).await?;
        }
        settings.restore(to).await?;
        Ok::<_, Error>(done)
    })
    .await?;
    Ok(report_of(done))
}

fn report_of(table: super::TableReport) -> Report {
    let mut report = Report::default();
    report.push(table);
    report
}

/// Takes the rows into a table of the same columns that nobody else sees, in a session of its own.
async fn try_out(
    options: &ImportOptions,
    format: Format,
    input: &mut Input,
    table: &Table,
) -> Result<super::TableReport> {
    let (aside, plainly) = (
        options.to.sibling(Access::ReadWrite).await?,
        TxOptions::default(),
    );
    let tried = transaction(&aside, &plainly, async |to: &Session| {
        settings::pin(to).await?;
        let name = format!("pg_temp.{}", Ident("runner_import"));
        let stored = table.columns.iter().filter(|column| !column.generated);
        let columns: Vec<&str> = stored.map(|column| column.name.as_str()).collect();
        to.batch(&format!(
            "CREATE TEMPORARY TABLE {name} ON COMMIT DROP AS SELECT {} FROM {} WITH NO DATA",
            ident_list(&columns),
            table.relation.only()
        ))
        .await?;
        let taking = Taking { to, table, name };
        taking.take(options, format, input).await
    });
    let tried = tried.await;
    aside.close();
    tried
}

fn check_rights(options: &ImportOptions, relation: &catalog::Relation) -> Result<()> {
    let (table, to) = (relation.shown.clone(), &options.to);
    let (target, role) = (to.name().to_owned(), to.server().user.clone());
    if relation.row_security {
        return Err(hidden(relation, to, "COPY is refused there"));
    }
    let verb = match options.mode {
        _ if !relation.may.insert => "INSERT into",
        Mode::Replace if !relation.may.truncate => "TRUNCATE",
        _ => return Ok(()),
    };
    Err(Error::NotAllowed {
        role,
        verb,
        table,
        target,
    })
}

/// Refuses to empty a table that others refer to.
async fn check_references(to: &Session, relation: &catalog::Relation) -> Result<()> {
    let keys = catalog::foreign_keys(to).await?;
    match keys::reference_from_outside(std::slice::from_ref(relation), &keys) {
        None => Ok(()),
        Some((_, key)) => Err(Error::StillReferenced {
            table: relation.shown.clone(),
            target: to.name().to_owned(),
            child: key.child_shown.clone(),
            key: key.name.name.clone(),
        }),
    }
}

impl Taking<'_> {
    async fn take(
        &self,
        options: &ImportOptions,
        format: Format,
        input: &mut Input,
    ) -> Result<super::TableReport> {
        let mut meter = Meter::start(self.to, &self.table.relation.shown);
        let rows = match format {
            Format::JsonLines => self.json_lines(options, input, &mut meter).await?,
            _ => self.plain(options, format, input, &mut meter).await?,
        };
        meter.count_rows(rows);
        let mut report = meter.report();
        report.inserted = rows;
        report.bytes = input.read();
        Ok(meter.finish(report, false))
    }
}
