//! From what is asked for to what is read.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::LazyLock;

use super::super::super::columns::Match;
use super::super::super::{CopyOptions, Result};
use super::super::read::check_expression;
use super::super::{Error, TableShape};
use super::named::Slot;
use super::rows::RowMasks;
use super::sensitive::Crossing;
use super::{Mask, Named, refuse_unmasked};
use crate::config::did_you_mean;
use crate::pg::Session;
use crate::pg::catalog::{Link, Table, links};
use crate::pg::fields::Fields;

/// A table whose columns have been matched.
pub(in crate::copy) struct Crossed<'a> {
    pub source: &'a Table,
    pub target: &'a Table,
    pub shape: &'a TableShape,
    pub matched: &'a mut Match,
}

/// A column by the place of its table and its name at the source.
type Place = (usize, String);

/// A named mask with what its values have to be.
type Fitted = (Named, Slot);

/// Without `mask_seed` a value has another mask in each run.
static OF_THIS_RUN: LazyLock<String> = LazyLock::new(|| format!("{:032x}", rand::random::<u128>()));

/// Puts the masks in the place of the columns; lines about it. Refuses what cannot be, and sensitive columns that
/// nothing is said about.
pub(in crate::copy) async fn apply(
    options: &CopyOptions,
    tables: &mut [Crossed<'_>],
) -> Result<Vec<String>> {
    check_names(tables)?;
    let mut notes = Vec::new();
    let mut named = named_masks(&options.to, tables).await?;
    if !named.is_empty() {
        inherit(&links(&options.from).await?, tables, &mut named, &mut notes);
    }
    check_encoding(&options.from, &named).await?;
    let seed = options.shape.mask_seed.as_ref();
    let seed = seed.map_or(OF_THIS_RUN.as_str(), |seed| seed.expose());
    if options.shape.mask_seed.is_none() && named.values().any(|(named, _)| *named != Named::Null) {
        notes.push(
            "`[copy] mask_seed` is not set, so the masks of this run are not those of the next"
                .to_owned(),
        );
    }
    for (place, table) in tables.iter_mut().enumerate() {
        for index in 0..table.matched.reads.len() {
            let column = table.matched.reads[index].name.clone();
            if let Some((mask, slot)) = named.get(&(place, column.clone())) {
                table.take_named(index, *mask, slot, seed)?;
                continue;
            }
            match table.shape.masks.get(&column).map(|said| &said.mask) {
                None | Some(Mask::Named(_)) => {}
                Some(Mask::AsIs) => table.matched.reads[index].excused = true,
                Some(Mask::Sql(sql)) => {
                    check_expression(&options.from, &table.source.relation, &column, sql).await?;
                    // The line break ends a trailing comment.
                    table.replace(index, format!("({sql}\n)"));
                }
                Some(Mask::Function(function)) => table.call(index, function.clone()),
            }
        }
    }
    refuse_unmasked(&options.shape.sensitive, tables.iter().flat_map(crossings))?;
    Ok(notes)
}

fn crossings<'t>(table: &'t Crossed<'_>) -> impl Iterator<Item = Crossing<'t>> {
    let pairs = table.matched.reads.iter().zip(&table.matched.columns);
    let (source, target) = (&table.source.relation, &table.target.relation);
    pairs.map(move |(read, column)| Crossing {
        places: [(&source.name, &read.name), (&target.name, &column.name)],
        table: &source.shown,
        excused: read.excused,
    })
}

/// A column that is misspelt would cross as it is.
fn check_names(tables: &[Crossed<'_>]) -> Result<()> {
    let mut found: HashMap<(&str, &str), bool> = HashMap::new();
    for table in tables {
        for (column, said) in &table.shape.masks {
            let is_there = table.source.column(column).is_some();
            if said.by_name && !is_there {
                let names = table.source.columns.iter().map(|c| c.name.as_str());
                return Err(Error::NoColumn {
                    option: "mask",
                    table: table.source.relation.shown.clone(),
                    column: column.clone(),
                    suggestion: did_you_mean(column, names),
                }
                .into());
            }
            for pattern in said.instead_of.iter().chain([&said.pattern]) {
                *found.entry((pattern, column)).or_default() |= is_there;
            }
        }
    }
    match found.into_iter().find(|(_, found)| !found) {
        None => Ok(()),
        Some(((pattern, column), _)) => Err(Error::NoColumn {
            option: "mask",
            table: pattern.to_owned(),
            column: column.to_owned(),
            suggestion: String::new(),
        }
        .into()),
    }
}

/// The named masks that were asked for.
async fn named_masks(to: &Session, tables: &[Crossed<'_>]) -> Result<HashMap<Place, Fitted>> {
    let mut named = HashMap::new();
    for (place, table) in tables.iter().enumerate() {
        let masks = table.shape.masks.iter();
        let wanted: BTreeMap<&String, Named> = masks
            .filter_map(|(column, said)| match said.mask {
                Mask::Named(mask) => Some((column, mask)),
                _ => None,
            })
            .collect();
        if wanted.is_empty() {
            continue;
        }
        let slots = slots(to, table.target.relation.oid).await?;
        for (read, column) in table.matched.reads.iter().zip(&table.matched.columns) {
            if let (Some(mask), Some(slot)) = (wanted.get(&read.name), slots.get(&column.name)) {
                named.insert((place, read.name.clone()), (*mask, slot.clone()));
            }
        }
    }
    Ok(named)
}

async fn slots(session: &Session, table: u32) -> Result<HashMap<String, Slot>> {
    let sql = include_str!("../../../sql/copy_mask_columns.sql");
    let rows = session.query(sql, &[i64::from(table).into()]).await?.rows;
    let slot = |row| {
        let mut row = Fields::new(row);
        let name = row.text();
        let slot = Slot {
            type_name: row.text(),
            length: usize::try_from(row.value().as_int().unwrap_or(-1)).ok(),
            unique: row.flag(),
        };
        (name, slot)
    };
    Ok(rows.into_iter().map(slot).collect())
}

/// A column that refers to a masked one holds the same values, and has to hold the same masks.
fn inherit(
    links: &[Link],
    tables: &[Crossed<'_>],
    named: &mut HashMap<Place, Fitted>,
    notes: &mut Vec<String>,
) {
    let mut ties = Vec::new();
    for (child, parent) in (0..tables.len()).flat_map(|c| (0..tables.len()).map(move |p| (c, p))) {
        let root = |place: usize| tables[place].source.relation.root();
        let own = links
            .iter()
            .filter(|link| link.child_root == root(child) && link.parent_root == root(parent));
        ties.extend(own.flat_map(|link| &link.columns).map(|columns| {
            (
                (child, columns.child.clone()),
                (parent, columns.parent.clone()),
            )
        }));
    }
    let mut said = HashSet::new();
    // Each round goes one key further; more rounds than keys would go round in a circle.
    for _ in 0..=ties.len() {
        let mut changed = false;
        for (child, parent) in &ties {
            let Some(fitted) = named.get(parent).cloned() else {
                continue;
            };
            let has_own = tables[child.0].shape.masks.contains_key(&child.1);
            match named.get(child) {
                Some(own) if own.0 != fitted.0 || *own == fitted => continue,
                None if has_own => continue,
                _ => {}
            }
            if !has_own && said.insert(child.clone()) {
                let shown = |place: &Place| {
                    format!("`{}`.`{}`", tables[place.0].source.relation.shown, place.1)
                };
                notes.push(format!(
                    "{} is masked as {} is, which it refers to",
                    shown(child),
                    shown(parent)
                ));
            }
            named.insert(child.clone(), fitted);
            changed = true;
        }
        if !changed {
            return;
        }
    }
}

/// `keep-format` goes by the numbers of characters.
async fn check_encoding(from: &Session, named: &HashMap<Place, Fitted>) -> Result<()> {
    if named.values().all(|(mask, _)| *mask != Named::KeepFormat) {
        return Ok(());
    }
    let sql = "SELECT pg_catalog.current_setting('server_encoding')";
    let encoding = from.value(sql, &[]).await?;
    match encoding.as_str() {
        Some("UTF8") => Ok(()),
        other => Err(Error::KeepFormatEncoding {
            source_name: from.name().to_owned(),
            encoding: other.unwrap_or_default().to_owned(),
        }
        .into()),
    }
}

impl Crossed<'_> {
    fn take_named(&mut self, index: usize, mask: Named, slot: &Slot, seed: &str) -> Result<()> {
        let column = self.matched.reads[index].name.clone();
        let refused = |reason: String| Error::Mask {
            table: self.source.relation.shown.clone(),
            column: column.clone(),
            reason,
        };
        let target = &self.matched.columns[index];
        if mask == Named::Null && target.not_null {
            return Err(refused("it is NOT NULL on the target".to_owned()).into());
        }
        let sql = mask.sql(&column, slot, seed).map_err(refused)?;
        self.replace(index, sql);
        Ok(())
    }

    /// Reads the expression in place of the column.
    fn replace(&mut self, index: usize, sql: String) {
        let read = &mut self.matched.reads[index];
        read.sql = sql;
        read.plain = false;
        read.excused = true;
        // Of whatever type it is.
        read.type_oid = 0;
        self.matched.binary = false;
    }

    fn call(&mut self, index: usize, function: super::RowFunction) {
        let matched = &mut *self.matched;
        matched.binary = false;
        matched.reads[index].excused = true;
        matched.reads[index].called = true;
        let masks = matched.row_masks.get_or_insert_with(|| RowMasks {
            table: self.source.relation.shown.clone(),
            names: Vec::new(),
            types: Vec::new(),
            functions: Vec::new(),
        });
        masks.functions.push((index, function));
    }
}
