//! What of a dump is restored, in which order, into which tables.

use std::collections::{BTreeSet, HashMap};

use super::dump::{self, Content, Entry};
use super::{Error, RestoreOptions, Result, keys};
use crate::config::did_you_mean;
use crate::pg::TableName;
use crate::pg::catalog::{self, Catalog, ForeignKey, Relation, Table};

#[derive(Debug)]
pub(super) struct Contents {
    /// In the order of the foreign keys, the positions of sequences last.
    pub entries: Vec<Entry>,
    /// The tables that take rows, and those they are partitions of.
    pub tables: HashMap<u32, Table>,
    pub catalog: Catalog,
    pub deferred: Vec<ForeignKey>,
    pub notes: Vec<String>,
}

impl Contents {
    /// Chooses from the entries of the dump.
    pub async fn choose(options: &RestoreOptions, entries: Vec<Entry>) -> Result<Self> {
        let to = &options.to;
        let catalog = Catalog::read(to).await?;
        let mut notes = Vec::new();
        if entries
            .iter()
            .any(|entry| entry.content == Content::LargeObjects)
        {
            notes.push("the large objects of the dump are left out".to_owned());
        }
        let (positions, rows): (Vec<Entry>, Vec<Entry>) = entries
            .into_iter()
            .filter(|entry| entry.content != Content::LargeObjects)
            .partition(|entry| entry.content == Content::Position);
        let chosen = match options.tables.tables {
            Some(_) => by_pattern(options, &catalog, rows, &mut notes)?,
            None => everything(options, &catalog, rows)?,
        };
        let (rows, relations): (Vec<Entry>, Vec<Relation>) = chosen.into_iter().unzip();
        let keys = catalog::foreign_keys(to).await?;
        let arrangement = keys::arrange(&relations, &keys)?;
        let mut rows: Vec<Option<Entry>> = rows.into_iter().map(Some).collect();
        let ordered = arrangement.units.iter().flatten();
        let mut entries: Vec<Entry> = ordered.filter_map(|place| rows[*place].take()).collect();
        let relations = with_ancestors(&catalog, relations);
        let sequences = catalog::sequences(to, relations.iter().map(|r| r.oid)).await?;
        entries.extend(
            positions
                .into_iter()
                .filter(|entry| sequences.iter().any(|s| entry.may_be(&s.sequence.name))),
        );
        let tables = catalog::tables(to, &relations).await?;
        Ok(Self {
            entries,
            tables: tables.into_iter().map(|t| (t.relation.oid, t)).collect(),
            catalog,
            deferred: arrangement.deferred,
            notes,
        })
    }
}

impl Contents {
    /// The table that takes the rows of a block. The dump may have been written with
    /// `--load-via-partition-root`, its blocks naming the root of the table that the entry names. A block that
    /// nobody asked for stands in the place of one that somebody did.
    pub fn table(&self, name: &TableName) -> Result<&Table> {
        let relation = self.catalog.table(name)?;
        let unasked = || dump::Error::Script {
            line: format!("COPY {}", name.shown()),
        };
        Ok(self.tables.get(&relation.oid).ok_or_else(unasked)?)
    }
}

/// All rows of the dump but those excluded; each of their tables has to be there.
fn everything(
    options: &RestoreOptions,
    catalog: &Catalog,
    entries: Vec<Entry>,
) -> Result<Vec<(Entry, Relation)>> {
    let mut chosen = Vec::new();
    for entry in entries {
        let relation = relation_of(catalog, &entry);
        let name = relation.map_or_else(|| entry.name(), |relation| relation.name.clone());
        if catalog.is_excluded(&options.tables, &name)? {
            continue;
        }
        let relation = catalog.table(&name)?.clone();
        chosen.push((entry, relation));
    }
    if chosen.is_empty() {
        return Err(nothing(options));
    }
    Ok(chosen)
}

/// The rows of the tables selected on the target. A partitioned table is chosen with its partitions, whose
/// rows the dump has one by one.
fn by_pattern(
    options: &RestoreOptions,
    catalog: &Catalog,
    entries: Vec<Entry>,
    notes: &mut Vec<String>,
) -> Result<Vec<(Entry, Relation)>> {
    let selected = catalog.select(&options.tables)?;
    notes.extend(selected.notes);
    let wanted: BTreeSet<u32> = selected.tables.iter().map(|table| table.oid).collect();
    let mut found = BTreeSet::new();
    let mut chosen = Vec::new();
    let mut names = Vec::new();
    for entry in entries {
        let Some(relation) = relation_of(catalog, &entry) else {
            names.push(entry.name().shown());
            continue;
        };
        let tree = [relation.oid]
            .into_iter()
            .chain(relation.ancestors.iter().copied());
        let hit: Vec<u32> = tree.filter(|oid| wanted.contains(oid)).collect();
        if hit.is_empty() {
            names.push(relation.shown.clone());
        } else {
            found.extend(hit);
            chosen.push((entry, relation.clone()));
        }
    }
    let absent = selected
        .tables
        .iter()
        .find(|t| selected.named.contains(&t.oid) && !found.contains(&t.oid));
    match absent {
        Some(table) => Err(Error::from(dump::Error::NotInDump {
            suggestion: did_you_mean(&table.shown, names.iter().map(String::as_str)),
            table: table.shown.clone(),
            file: options.file.clone(),
        })),
        None if chosen.is_empty() => Err(nothing(options)),
        None => Ok(chosen),
    }
}

fn nothing(options: &RestoreOptions) -> Error {
    Error::from(dump::Error::NothingSelected {
        file: options.file.clone(),
    })
}

/// The table of the target an entry has the rows of; of several that its words can mean the longest name.
fn relation_of<'a>(catalog: &'a Catalog, entry: &Entry) -> Option<&'a Relation> {
    catalog
        .relations()
        .iter()
        .filter(|relation| entry.may_be(&relation.name))
        .max_by_key(|relation| relation.name.schema.len() + relation.name.name.len())
}

fn with_ancestors(catalog: &Catalog, relations: Vec<Relation>) -> Vec<Relation> {
    let mut seen = BTreeSet::new();
    let ancestors: Vec<u32> = relations.iter().flat_map(|r| r.ancestors.clone()).collect();
    let ancestors = ancestors
        .into_iter()
        .filter_map(|oid| catalog.by_oid(oid).cloned());
    let all = relations.into_iter().chain(ancestors);
    all.filter(|relation| seen.insert(relation.oid)).collect()
}
