//! `verify = "content"`: what arrived holds what was read.

use super::plan::TablePlan;
use super::verify::{self, Contents, Reading};
use super::{CopyOptions, Error, Mode, Result, Verify};

/// Refuses what cannot be compared.
pub(super) fn check(options: &CopyOptions, tables: &[TablePlan]) -> Result<()> {
    if options.verify != Verify::Content {
        return Ok(());
    }
    let refuse = |why| {
        let option = "verify = \"content\"";
        Err(Error::Work { option, why })
    };
    if options.mode == Mode::Insert {
        return refuse("in mode `insert`, where rows of the target may differ and stay");
    }
    if options.work.batch.is_some() {
        return refuse("with `batch`: each commit would compare the whole table");
    }
    if tables.iter().any(|table| table.row_masks.is_some()) {
        return refuse("with functions in `mask`, whose values the source does not know");
    }
    Ok(())
}

/// Compares the rows of tables that have been filled, before they are committed.
pub(super) async fn compare(options: &CopyOptions, tables: &[&TablePlan]) -> Result<()> {
    let contents: Vec<Contents> = tables.iter().map(|table| contents(table)).collect();
    let checks = verify::contents(&options.from, &options.to, &contents);
    let mut checks = Box::pin(checks).await.map_err(own)?;
    for (check, table) in checks.iter_mut().zip(tables) {
        // Beside the rows that were copied there may be others.
        let may_be_more = match options.mode {
            Mode::Replace => false,
            Mode::Mirror => table.filter.is_some(),
            Mode::Append | Mode::Insert | Mode::Upsert => true,
        };
        check.ok = check.missing == 0 && check.different == 0 && (may_be_more || check.extra == 0);
    }
    if checks.iter().all(|check| check.ok) {
        return Ok(());
    }
    Err(own(verify::Error::Mismatch(checks)))
}

fn contents(table: &TablePlan) -> Contents {
    let mut pairs = table.columns.iter().zip(&table.reads);
    let is_plain = pairs.all(|(column, read)| read.plain && column.name == read.name);
    let columns = table.reads.iter();
    let columns = columns.map(|read| read.plain.then(|| read.name.clone()));
    let read = (!is_plain).then(|| Reading {
        sql: table.source_sql(),
        columns: columns.collect(),
    });
    Contents {
        source: table.source.clone(),
        target: table.target.clone(),
        columns: table
            .column_names()
            .into_iter()
            .map(str::to_owned)
            .collect(),
        filter: table.filter.clone(),
        read,
    }
}

fn own(error: verify::Error) -> Error {
    match error {
        verify::Error::Pg(error) => Error::Pg(error),
        verify::Error::Copy(error) => *error,
        error => Error::Verify(Box::new(error)),
    }
}
