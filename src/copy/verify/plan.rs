//! Which tables and columns are compared, and by which key.

use super::hash::Side;
use super::{Error, Except, Result, VerifyOptions};
use crate::config::did_you_mean;
use crate::pg::catalog::{Catalog, Key, Relation, Table, tables};
use crate::pg::{self, Session};
use crate::progress::Event;

pub(super) struct TablePlan {
    pub shown: String,
    pub source: Side,
    pub target: Side,
}

pub(super) async fn read(
    options: &VerifyOptions,
    from: &Session,
    to: &Session,
) -> Result<Vec<TablePlan>> {
    let catalog = Catalog::read(from).await?;
    let selected = catalog.select(&options.tables)?;
    let mut notes = selected.notes;
    let there = Catalog::read(to).await?;
    let counterpart = |source: &Relation| there.counterpart(source).cloned();
    let targets = selected.tables.iter().map(counterpart);
    let targets: Vec<Relation> = targets.collect::<pg::Result<_>>()?;
    let sources = tables(from, &selected.tables).await?;
    let targets = tables(to, &targets).await?;
    let left_out = LeftOut::read(&catalog, &options.except)?;
    let one_encoding = encoding(from).await? == encoding(to).await?;
    left_out.check(&sources)?;
    let mut plans = Vec::with_capacity(sources.len());
    for (source, target) in sources.iter().zip(&targets) {
        let columns = columns(source, target, &left_out, &mut notes);
        let key = key(source, target);
        plans.push(TablePlan {
            shown: source.relation.shown.clone(),
            source: Side::new(&source.relation, &columns, key.as_deref(), one_encoding),
            target: Side::new(&target.relation, &columns, key.as_deref(), one_encoding),
        });
    }
    for note in notes {
        to.reporter().event(&Event::Note(note));
    }
    Ok(plans)
}

/// The columns both sides have, as the target orders them, but what is left out and what a side computes.
fn columns(
    source: &Table,
    target: &Table,
    left_out: &LeftOut,
    notes: &mut Vec<String>,
) -> Vec<String> {
    let oid = source.relation.oid;
    let is_left_out = |name: &str| left_out.has(oid, name);
    let one_sided = |one: &Table, other: &Table| -> Vec<String> {
        let names = one.columns.iter().map(|column| column.name.as_str());
        let missing = names.filter(|name| other.column(name).is_none() && !is_left_out(name));
        missing.map(|name| format!("`{name}`")).collect()
    };
    let uncompared = [one_sided(source, target), one_sided(target, source)].concat();
    if !uncompared.is_empty() {
        let table = &source.relation.shown;
        let names = uncompared.join(", ");
        notes.push(format!(
            "`{table}`: {names} is on one side only and was not compared"
        ));
    }
    target
        .columns
        .iter()
        .filter(|column| !column.generated && !is_left_out(&column.name))
        .filter(|column| {
            source
                .column(&column.name)
                .is_some_and(|there| !there.generated)
        })
        .map(|column| column.name.clone())
        .collect()
}

/// The columns of a key that both sides have; the source's primary key before others.
fn key(source: &Table, target: &Table) -> Option<Vec<String>> {
    let names = |key: &Key| -> Vec<String> { key.names().into_iter().map(str::to_owned).collect() };
    let sorted = |key: &Key| {
        let mut names = names(key);
        names.sort();
        names
    };
    let shared = |key: &&Key| target.keys.iter().any(|other| sorted(other) == sorted(key));
    source.keys.iter().find(shared).map(names)
}

/// [`Except`] by the source's tables.
struct LeftOut {
    everywhere: Vec<String>,
    tables: Vec<(u32, Vec<String>)>,
}

impl LeftOut {
    fn read(catalog: &Catalog, except: &Except) -> Result<Self> {
        let mut tables = Vec::new();
        for (name, columns) in &except.tables {
            tables.push((catalog.find(name)?.oid, columns.clone()));
        }
        Ok(Self {
            everywhere: except.everywhere.clone(),
            tables,
        })
    }

    fn has(&self, table: u32, column: &str) -> bool {
        let named = self.tables.iter().filter(|(oid, _)| *oid == table);
        let mut all = named
            .flat_map(|(_, columns)| columns)
            .chain(&self.everywhere);
        all.any(|name| name == column)
    }

    /// A slip in a name would let a difference pass for one, or fail a run for nothing.
    fn check(&self, sources: &[Table]) -> Result<()> {
        for (oid, columns) in &self.tables {
            let Some(table) = sources.iter().find(|table| table.relation.oid == *oid) else {
                continue;
            };
            if let Some(column) = columns.iter().find(|name| table.column(name).is_none()) {
                let names = table.columns.iter().map(|column| column.name.as_str());
                return Err(Error::NoColumn {
                    table: table.relation.shown.clone(),
                    column: column.clone(),
                    suggestion: did_you_mean(column, names),
                });
            }
        }
        let known = || {
            sources
                .iter()
                .flat_map(|table| &table.columns)
                .map(|column| column.name.as_str())
        };
        let stray = self
            .everywhere
            .iter()
            .find(|name| known().all(|other| other != *name));
        match stray {
            None => Ok(()),
            Some(column) => Err(Error::NoColumnAnywhere {
                column: column.clone(),
                suggestion: did_you_mean(column, known()),
            }),
        }
    }
}

/// In which the server keeps text.
pub(in crate::copy) async fn encoding(session: &Session) -> pg::Result<pg::Value> {
    let sql = "SELECT pg_catalog.current_setting('server_encoding')";
    session.value(sql, &[]).await
}
