//! What of a dump is restored, in which order, into which tables.

use std::collections::{BTreeSet, HashMap};

use super::dump::{self, Content, Entry};
use super::plan::{Care, Purpose};
use super::{Error, Mode, RestoreOptions, Result, keys};
use crate::config::did_you_mean;
use crate::pg::catalog::{self, Catalog, ForeignKey, Relation, Table};
use crate::pg::{Session, TableName};

#[derive(Debug)]
pub(super) struct Contents {
    /// In the order of the foreign keys, the positions of sequences last.
    pub entries: Vec<Entry>,
    /// The tables that take rows, and those they are partitions of.
    pub tables: HashMap<u32, Table>,
    pub catalog: Catalog,
    /// What is done about keys and triggers meanwhile.
    pub care: Care,
    /// What is emptied first.
    emptied: Vec<Relation>,
    /// Tables, or their roots, with a key into themselves.
    own_parents: BTreeSet<u32>,
    pub notes: Vec<String>,
    pub warnings: Vec<String>,
}

impl Contents {
    /// Chooses from the entries of the dump.
    pub async fn choose(options: &RestoreOptions, entries: Vec<Entry>) -> Result<Self> {
        let to = &options.to;
        let catalog = Catalog::read(to).await?;
        let (mut notes, mut warnings) = (Vec::new(), Vec::new());
        if entries
            .iter()
            .any(|entry| entry.content == Content::LargeObjects)
        {
            warnings.push(format!(
                "the large objects in `{}` are left out, and columns that hold their numbers lead nowhere",
                options.file.display()
            ));
        }
        let (positions, rows): (Vec<Entry>, Vec<Entry>) = entries
            .into_iter()
            .filter(|entry| entry.content != Content::LargeObjects)
            .partition(|entry| entry.content == Content::Position);
        let (chosen, named) = match options.tables.tables {
            Some(_) => by_pattern(options, &catalog, rows, &mut notes)?,
            None => (everything(options, &catalog, rows)?, Vec::new()),
        };
        let (rows, relations): (Vec<Entry>, Vec<Relation>) = chosen.into_iter().unzip();
        let keys = catalog::foreign_keys(to).await?;
        let emptied = match options.mode {
            Mode::Replace => to_empty(&relations, named),
            _ => Vec::new(),
        };
        refuse_references(&emptied, &keys, to)?;
        let own_parents = keys.iter().filter(|key| key.child_root == key.parent_root);
        let purpose = Purpose {
            to,
            mode: options.mode,
            guards: &options.guards,
        };
        let touched = distinct(relations.iter().chain(&emptied).cloned());
        let care = Care::choose(purpose, touched, &keys).await?;
        if !care.keys.reason.is_empty() {
            notes.push(care.keys.reason.clone());
        }
        let mut rows: Vec<Option<Entry>> = rows.into_iter().map(Some).collect();
        let ordered = care.order(&relations, &keys).into_iter();
        let mut entries: Vec<Entry> = ordered.filter_map(|place| rows[place].take()).collect();
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
            care,
            emptied,
            own_parents: own_parents.map(|key| key.child_root).collect(),
            notes,
            warnings,
        })
    }
}

impl Contents {
    /// Whether rows of the table may refer to others of it.
    pub fn refers_to_itself(&self, table: &Table) -> bool {
        self.own_parents.contains(&table.relation.root())
    }

    /// Takes the rows away that are to be replaced: in one statement, since TRUNCATE refuses a table that another
    /// one refers to, even an empty one.
    pub async fn empty(&self, to: &Session) -> Result<()> {
        if self.emptied.is_empty() {
            return Ok(());
        }
        let tables: Vec<_> = self.emptied.iter().map(Relation::only).collect();
        to.batch(&format!("TRUNCATE {}", tables.join(", "))).await?;
        Ok(())
    }

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

/// The tables that the dump has rows of; of a partitioned one that was named all of it, since other partitions may
/// have had them.
fn to_empty(relations: &[Relation], named: Vec<Relation>) -> Vec<Relation> {
    let covered = |relation: &&Relation| {
        let is_covered = |oid: &u32| named.iter().any(|table| table.oid == *oid);
        !is_covered(&relation.oid) && !relation.ancestors.iter().any(is_covered)
    };
    let others: Vec<Relation> = relations.iter().filter(covered).cloned().collect();
    distinct(named.into_iter().chain(others))
}

fn refuse_references(emptied: &[Relation], keys: &[ForeignKey], to: &Session) -> Result<()> {
    match keys::reference_from_outside(emptied, keys) {
        None => Ok(()),
        Some((place, key)) => Err(Error::StillReferenced {
            table: emptied[place].shown.clone(),
            target: to.name().to_owned(),
            child: key.child_shown.clone(),
            key: key.name.name.clone(),
        }),
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

/// What of the dump goes into which table.
type Chosen = Vec<(Entry, Relation)>;

/// The rows of the tables selected on the target. A partitioned table is chosen with its partitions, whose
/// rows the dump has one by one. Gives the tables that were selected, too.
fn by_pattern(
    options: &RestoreOptions,
    catalog: &Catalog,
    entries: Vec<Entry>,
    notes: &mut Vec<String>,
) -> Result<(Chosen, Vec<Relation>)> {
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
        None => {
            let hit = |table: &Relation| found.contains(&table.oid);
            Ok((chosen, selected.tables.into_iter().filter(hit).collect()))
        }
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
    let ancestors: Vec<u32> = relations.iter().flat_map(|r| r.ancestors.clone()).collect();
    let ancestors = ancestors
        .into_iter()
        .filter_map(|oid| catalog.by_oid(oid).cloned());
    distinct(relations.into_iter().chain(ancestors))
}

fn distinct(relations: impl Iterator<Item = Relation>) -> Vec<Relation> {
    let mut seen = BTreeSet::new();
    relations
        .filter(|relation| seen.insert(relation.oid))
        .collect()
}
