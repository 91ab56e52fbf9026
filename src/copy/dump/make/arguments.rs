//! What `pg_dump` is told.

use std::collections::BTreeSet;

use super::{DumpFormat, DumpOptions, DumpPart};
use crate::copy::Result;
use crate::pg::catalog::{self, Catalog, Relation};
use crate::pg::{Session, TableName};
use crate::progress::Event;

/// So many sessions read into a folder, where there are as many cores.
const MOST_JOBS: usize = 4;

pub async fn arguments(options: &DumpOptions) -> Result<Vec<String>> {
    let format = match options.format {
        DumpFormat::Custom => "custom",
        DumpFormat::Directory => "directory",
        DumpFormat::Tar => "tar",
        DumpFormat::Plain => "plain",
    };
    let mut arguments = vec![format!("--format={format}"), "--no-password".to_owned()];
    match options.part {
        DumpPart::All => {}
        DumpPart::Schema => arguments.push("--schema-only".to_owned()),
        DumpPart::Data => arguments.push("--data-only".to_owned()),
    }
    let sections = options.sections.iter();
    arguments.extend(sections.map(|section| format!("--section={section}")));
    if options.no_owner {
        arguments.push("--no-owner".to_owned());
    }
    if options.no_privileges {
        arguments.push("--no-privileges".to_owned());
    }
    if let Some(limit) = &options.lock_timeout {
        arguments.push(format!("--lock-wait-timeout={limit}"));
    }
    if options.format == DumpFormat::Directory {
        arguments.push(format!("--jobs={}", jobs(options)));
    }
    if let Some(snapshot) = snapshot(options).await? {
        arguments.push(format!("--snapshot={snapshot}"));
    }
    arguments.extend(tables(options).await?);
    Ok(arguments)
}

fn jobs(options: &DumpOptions) -> u32 {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let usual = u32::try_from(cores.min(MOST_JOBS)).unwrap_or(1);
    options.jobs.unwrap_or(usual)
}

/// What the open transaction sees, where that stays the same.
async fn snapshot(options: &DumpOptions) -> Result<Option<String>> {
    let from = &options.from;
    if options.snapshot.is_some() || !from.in_transaction() {
        return Ok(options.snapshot.clone());
    }
    if !crate::copy::load::is_snapshot(from).await? {
        return Ok(None);
    }
    let exported = from
        .value("SELECT pg_catalog.pg_export_snapshot()", &[])
        .await?;
    Ok(exported.as_str().map(str::to_owned))
}

/// The tables by name: with those that are partitions of them, which older versions leave out, and the sequences
/// they draw from; or the tables that are left out of everything.
async fn tables(options: &DumpOptions) -> Result<Vec<String>> {
    let (from, filter) = (&options.from, &options.tables);
    if filter.tables.is_none() && filter.exclude.is_empty() {
        return Ok(Vec::new());
    }
    let catalog = Catalog::read(from).await?;
    if filter.tables.is_none() {
        return excluded(options, &catalog);
    }
    let selected = catalog.select(filter)?;
    for note in selected.notes {
        from.reporter().event(&Event::Note(note));
    }
    let chosen: BTreeSet<u32> = selected.tables.iter().map(|table| table.oid).collect();
    let is_part = |relation: &&Relation| {
        chosen.contains(&relation.oid) || relation.ancestors.iter().any(|oid| chosen.contains(oid))
    };
    let relations: Vec<&Relation> = catalog.relations().iter().filter(is_part).collect();
    let mut names: BTreeSet<TableName> = relations.iter().map(|r| r.name.clone()).collect();
    names.extend(sequences(from, &relations).await?);
    Ok(names
        .iter()
        .map(|name| format!("--table={}", pattern(name)))
        .collect())
}

async fn sequences(from: &Session, relations: &[&Relation]) -> Result<Vec<TableName>> {
    let used = catalog::sequences(from, relations.iter().map(|r| r.oid)).await?;
    Ok(used.into_iter().map(|used| used.sequence.name).collect())
}

fn excluded(options: &DumpOptions, catalog: &Catalog) -> Result<Vec<String>> {
    let mut arguments = Vec::new();
    let mut shown = Vec::new();
    for relation in catalog.relations() {
        if catalog.is_excluded(&options.tables, &relation.name)? {
            arguments.push(format!("--exclude-table={}", pattern(&relation.name)));
            shown.push(format!("`{}`", relation.shown));
        }
    }
    if !shown.is_empty() {
        let text = format!("excluded: {}", shown.join(", "));
        options.from.reporter().event(&Event::Note(text));
    }
    Ok(arguments)
}

/// A pattern that matches the name alone: in quotes every character stands for itself.
fn pattern(name: &TableName) -> String {
    name.to_string()
}
