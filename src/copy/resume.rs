//! A record of what a copy has committed, kept with it: `runner.copied` on the target.
//!
//! What was committed before an interruption is left as it is when the copy is run again, and the rest is read in a
//! new snapshot: the result is of two moments. The record ends with a copy that comes to its end.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use super::plan::{TablePlan, Unit};
use super::{CopyOptions, Error, Result};
use crate::pg::catalog::Relation;
use crate::pg::fields::Fields;
use crate::pg::{Session, Value};
use crate::progress::Event;
use crate::trigger::{self, bypassed_keys, check_keys};

pub(super) struct Record {
    run: String,
}

/// The record of a copy, and the units that are not in it.
pub(super) async fn take_up(
    options: &CopyOptions,
    units: Vec<Unit>,
) -> Result<(Record, Vec<Unit>, Vec<Relation>)> {
    let to = &options.to;
    let record = Record {
        run: identity(options, &units),
    };
    create(to).await?;
    let rows = to
        .query(
            include_str!("../sql/resume_read.sql"),
            &[record.run.as_str().into()],
        )
        .await?
        .rows;
    let mut since = None;
    let mut done = BTreeSet::new();
    for row in rows {
        let mut row = Fields::new(row);
        done.insert(row.text());
        since.get_or_insert(row.text());
    }
    let is_done = |unit: &Unit| unit.tables.iter().all(|table| done.contains(&key(table)));
    let (done, units): (Vec<Unit>, Vec<Unit>) = units.into_iter().partition(is_done);
    let relations = |units: &[Unit]| -> Vec<Relation> {
        let tables = units.iter().flat_map(|unit| &unit.tables);
        tables.map(|table| table.target.clone()).collect()
    };
    let Some(since) = since else {
        return Ok((record, units, Vec::new()));
    };
    let names: Vec<_> = relations(&done)
        .iter()
        .map(|table| format!("`{}`", table.shown))
        .collect();
    to.reporter().event(&Event::Warning(format!(
        "a copy that was interrupted is taken up: {} committed since {since} and stay as they are; the others are \
         of this moment",
        if names.is_empty() { "none of the tables were".to_owned() } else { format!("{} were", names.join(", ")) }
    )));
    let all = [relations(&done), relations(&units)].concat();
    Ok((
        record,
        units,
        if done.is_empty() { Vec::new() } else { all },
    ))
}

/// What tells a copy from another: the source, the mode, and what is read into which tables.
fn identity(options: &CopyOptions, units: &[Unit]) -> String {
    let from = &options.from;
    let server = from.server();
    let source = match server.system_identifier {
        Some(_) => server.identity(),
        None => format!("{} {}", from.name(), server.identity()),
    };
    let tables = units.iter().flat_map(|unit| &unit.tables);
    let tables: BTreeSet<String> = tables
        .map(|table| format!("{} <- {}", key(table), table.read_sql()))
        .collect();
    let mut hash = Sha256::new();
    for part in [source, options.mode.word().to_owned()]
        .iter()
        .chain(&tables)
    {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    let mut text = String::new();
    for byte in hash.finalize() {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

fn key(table: &TablePlan) -> String {
    table.target.name.to_string()
}

async fn create(to: &Session) -> Result<()> {
    let exists = "SELECT pg_catalog.to_regclass('runner.copied') IS NOT NULL";
    if to.value(exists, &[]).await?.as_bool() != Some(true) {
        to.batch(include_str!("../sql/resume_create.sql")).await?;
    }
    Ok(())
}

impl Record {
    /// Has tables counted as copied, in the transaction that has filled them.
    pub async fn note(&self, to: &Session, units: &[Unit]) -> Result<()> {
        let tables = units.iter().flat_map(|unit| &unit.tables);
        let tables = tables.map(|table| Value::from(key(table)));
        let params = [self.run.as_str().into(), Value::Array(tables.collect())];
        to.query(include_str!("../sql/resume_note.sql"), &params)
            .await?;
        Ok(())
    }

    /// Ends the record, once no key of the tables is broken that spans the two moments.
    pub async fn end(&self, options: &CopyOptions, two_moments: &[Relation]) -> Result<()> {
        let to = &options.to;
        if !two_moments.is_empty() {
            let keys = bypassed_keys(to, two_moments).await?;
            match check_keys(to, &keys).await {
                Err(trigger::Error::Orphans(orphans)) => {
                    return Err(Error::TwoMoments {
                        child: orphans.child,
                        parent: orphans.parent,
                        key: orphans.key,
                        values: orphans.values,
                    });
                }
                checked => checked?,
            }
        }
        to.query(
            include_str!("../sql/resume_forget.sql"),
            &[self.run.as_str().into()],
        )
        .await?;
        Ok(())
    }
}
