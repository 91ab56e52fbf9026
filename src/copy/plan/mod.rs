//! What will be copied and how, found out before anything is changed.

mod chosen;
mod rights;
mod table;

pub(super) use table::{TablePlan, UpsertKey};

use super::columns::{Sides, match_columns};
use super::keys::{self, Arrangement};
use super::{CopyOptions, Error, Mode, Result};
use crate::pg::catalog::{self, Catalog, ForeignKey};
use chosen::{chosen, counterparts, refuse_references};
use rights::{check_rights, check_temporary};

#[derive(Debug)]
pub(super) struct Plan {
    pub units: Vec<Unit>,
    /// Lines to print: what is left out, and where the sides differ.
    pub notes: Vec<String>,
}

/// Tables tied by foreign keys, which are filled in one transaction.
#[derive(Debug)]
pub(super) struct Unit {
    /// Parents before children.
    pub tables: Vec<TablePlan>,
    pub deferred: Vec<ForeignKey>,
}

impl Plan {
    pub async fn read(options: &CopyOptions) -> Result<Self> {
        let (from, to) = (&options.from, &options.to);
        let (chosen, mut notes) = chosen(options).await?;
        let on_missing = options.shape.on_missing;
        let there = Catalog::read(to).await?;
        let (chosen, targets) = counterparts(&there, chosen, on_missing, &mut notes)?;
        let keys = catalog::foreign_keys(to).await?;
        let arrangement = keys::arrange(&targets, &keys)?;
        if options.mode == Mode::Replace {
            refuse_references(&targets, &keys, to)?;
        }
        if options.mode == Mode::Upsert {
            check_temporary(to).await?;
        }
        let sources: Vec<_> = chosen.iter().map(|table| table.source.clone()).collect();
        let sources = catalog::tables(from, &sources).await?;
        let targets = catalog::tables(to, &targets).await?;
        let mut differences = Vec::new();
        let mut tables = Vec::new();
        let sides = Sides {
            from: from.name(),
            to: to.name(),
            on_missing,
        };
        for ((source, target), chosen) in sources.into_iter().zip(targets).zip(chosen) {
            check_rights(&source, &target, options)?;
            let matched = match_columns(&source, &target, &chosen.shape, sides)?;
            differences.extend_from_slice(&matched.differences);
            notes.extend_from_slice(&matched.notes);
            tables.push((source, target, chosen, matched));
        }
        if !differences.is_empty() {
            return Err(Error::Columns(differences));
        }
        let tables = tables
            .into_iter()
            .map(|(source, target, chosen, matched)| {
                TablePlan::new(source, target, chosen, matched, options)
            })
            .collect::<Result<Vec<_>>>()?;
        notes.extend(tables.iter().filter_map(TablePlan::kept_identity));
        if options.mode == Mode::Replace {
            notes.extend(tables.iter().filter_map(TablePlan::reduced));
        }
        Ok(Self {
            units: units(tables, arrangement),
            notes,
        })
    }
}

fn units(tables: Vec<TablePlan>, arrangement: Arrangement) -> Vec<Unit> {
    let mut tables: Vec<Option<TablePlan>> = tables.into_iter().map(Some).collect();
    let unit = |places: Vec<usize>| {
        // Every place stands in exactly one unit.
        let tables: Vec<TablePlan> = places.iter().filter_map(|p| tables[*p].take()).collect();
        let is_inside = |key: &&ForeignKey| {
            tables
                .iter()
                .any(|table| table.target.root() == key.child_root)
        };
        Unit {
            deferred: arrangement
                .deferred
                .iter()
                .filter(is_inside)
                .cloned()
                .collect(),
            tables,
        }
    };
    arrangement.units.into_iter().map(unit).collect()
}
