//! Which tables and columns are compared, and by which key.

use super::hash::{Side, Terms};
use super::{By, Contents, Error, Except, Reading, Result, VerifyOptions, encoding, form};
use crate::config::did_you_mean;
use crate::pg::catalog::{Catalog, Key, Relation, Table, tables};
use crate::pg::{self, Session};
use crate::progress::Event;

/// One table as it is compared.
pub(super) struct TablePlan {
    pub shown: String,
    pub source: Side,
    pub target: Side,
}

impl TablePlan {
    /// `columns` are names that both sides have; `filter` is on the rows of the source.
    fn new(
        source: &Table,
        target: &Table,
        columns: &[String],
        filter: Option<&str>,
        one_encoding: bool,
    ) -> Self {
        let forms = |names: &[String]| -> Vec<String> {
            let sides = names
                .iter()
                .filter_map(|name| Some((source.column(name)?, target.column(name)?)));
            sides
                .map(|(source, target)| form::compared(source, target))
                .collect()
        };
        let key = key(source, target).map(|names| forms(&names));
        let terms = Terms::new(&forms(columns), key.as_deref());
        Self {
            shown: source.relation.shown.clone(),
            source: terms.of(&source.relation, filter, one_encoding),
            target: terms.of(&target.relation, None, one_encoding),
        }
    }
}

impl TablePlan {
    /// Rows that change on the way, by a key of the target.
    fn of_reading(
        source: &Table,
        target: &Table,
        (columns, read): (&[String], &Reading),
        one_encoding: bool,
    ) -> Self {
        let form = |name: &String| {
            let place = columns.iter().position(|column| column == name)?;
            let here = target.column(name)?;
            // What is computed on the way is given the form that the target has.
            let there = read.columns[place].as_ref();
            let there = there.and_then(|name| source.column(name)).unwrap_or(here);
            Some(form::compared(there, here))
        };
        let forms = |names: &[String]| names.iter().map(form).collect::<Option<Vec<String>>>();
        let keys = target.keys.iter().map(|key| {
            let names: Vec<String> = key.names().into_iter().map(str::to_owned).collect();
            forms(&names)
        });
        let key = keys.flatten().next();
        let terms = Terms::new(&forms(columns).unwrap_or_default(), key.as_deref());
        Self {
            shown: source.relation.shown.clone(),
            source: terms.of_query(&read.sql, one_encoding),
            target: terms.of(&target.relation, None, one_encoding),
        }
    }
}

/// The tables that a filter selects at the source.
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
    left_out.check(&sources)?;
    let one_encoding = match options.by {
        By::Count => true,
        By::Content => encoding::is_one(from, to, &mut notes).await?,
    };
    let mut plans = Vec::with_capacity(sources.len());
    for (source, target) in sources.iter().zip(&targets) {
        let columns = match options.by {
            By::Count => Vec::new(),
            By::Content => columns(source, target, &left_out, &mut notes),
        };
        plans.push(TablePlan::new(source, target, &columns, None, one_encoding));
    }
    for note in notes {
        to.reporter().event(&Event::Note(note));
    }
    Ok(plans)
}

/// Tables that a caller has matched already.
pub(super) async fn given(
    contents: &[Contents],
    from: &Session,
    to: &Session,
) -> Result<Vec<TablePlan>> {
    let relations = |side: fn(&Contents) -> &Relation| -> Vec<Relation> {
        contents.iter().map(|table| side(table).clone()).collect()
    };
    let sources = tables(from, &relations(|table| &table.source)).await?;
    let targets = tables(to, &relations(|table| &table.target)).await?;
    let one_encoding = encoding::is_one(from, to, &mut Vec::new()).await?;
    let sides = sources.iter().zip(&targets).zip(contents);
    let plans = sides.map(|((source, target), table)| {
        if let Some(read) = &table.read {
            return TablePlan::of_reading(source, target, (&table.columns, read), one_encoding);
        }
        let filter = table.filter.as_deref();
        TablePlan::new(source, target, &table.columns, filter, one_encoding)
    });
    Ok(plans.collect())
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
