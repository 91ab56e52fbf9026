//! What will be copied and how, found out before anything is changed.

mod chosen;
mod rights;
mod table;

pub(super) use table::{TablePlan, UpsertKey};

use super::columns::match_columns;
use super::keys::{self, Arrangement};
use super::{CopyOptions, Error, Mode, Result};
use crate::pg::catalog::{self, Catalog, ForeignKey};
use chosen::{check_filters, chosen, counterparts, refuse_references};
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
        let (sources, mut notes) = chosen(&Catalog::read(from).await?, &options.tables)?;
        let targets = counterparts(&Catalog::read(to).await?, &sources)?;
        let keys = catalog::foreign_keys(to).await?;
        let arrangement = keys::arrange(&targets, &keys)?;
        if options.mode == Mode::Replace {
            refuse_references(&targets, &keys, to)?;
        }
        if options.mode.is_staged() {
            check_temporary(to, options.mode).await?;
        }
        check_filters(from, &sources).await?;
        let (relations, filters): (Vec<_>, Vec<_>) = sources.into_iter().unzip();
        let sources = catalog::tables(from, &relations).await?;
        let targets = catalog::tables(to, &targets).await?;
        let mut differences = Vec::new();
        let mut tables = Vec::new();
        for ((source, target), filter) in sources.into_iter().zip(targets).zip(filters) {
            check_rights(&source, &target, options)?;
            let matched = match_columns(&source, &target, from.name(), to.name());
            differences.extend_from_slice(&matched.differences);
            notes.extend_from_slice(&matched.notes);
            tables.push((source, target, filter, matched));
        }
        if !differences.is_empty() {
            return Err(Error::Columns(differences));
        }
        let tables = tables
            .into_iter()
            .map(|(source, target, filter, matched)| {
                TablePlan::new(source, target, filter, matched, options)
            })
            .collect::<Result<Vec<_>>>()?;
        notes.extend(tables.iter().filter_map(TablePlan::kept_identity));
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
