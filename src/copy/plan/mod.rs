//! What will be copied and how, found out before anything is changed.

mod chosen;
mod report;
mod rights;
mod table;

pub use report::{KeyEnd, PlanReport, PlannedTable, PlannedTrigger, PlannedUnit, Refused, plan};
pub(super) use table::{TablePlan, UpsertKey};

use super::columns::match_columns;
use super::keys::{self, Arrangement};
use super::objects::Objects;
use super::{CopyOptions, Error, Mode, Result};
use crate::pg::catalog::{self, Catalog, ForeignKey};
use chosen::{check_filters, chosen, counterparts, refuse_references};
use rights::{check_rights, check_temporary};

#[derive(Debug)]
pub(super) struct Plan {
    pub units: Vec<Unit>,
    /// Lines to print: what is left out, and where the sides differ.
    pub notes: Vec<String>,
    /// What is copied besides rows.
    pub objects: Objects,
}

/// Tables tied by foreign keys, which are filled in one transaction.
#[derive(Debug)]
pub(super) struct Unit {
    /// Parents before children.
    pub tables: Vec<TablePlan>,
    pub deferred: Vec<ForeignKey>,
}

impl Unit {
    /// How its foreign keys are kept, and why so.
    pub fn strategy(&self) -> (&'static str, String) {
        if self.deferred.is_empty() {
            return ("order", "parents before children".to_owned());
        }
        let names = self
            .deferred
            .iter()
            .map(|key| format!("`{}`", key.name.name));
        let names: Vec<String> = names.collect();
        (
            "defer",
            format!("{} until the rows are there", names.join(", ")),
        )
    }
}

impl Plan {
    pub async fn read(options: &CopyOptions) -> Result<Self> {
        let (from, to) = (&options.from, &options.to);
        let (there, here) = (Catalog::read(from).await?, Catalog::read(to).await?);
        let (sources, mut notes) = chosen(&there, &options.tables)?;
        let targets = counterparts(&here, &sources)?;
        let keys = catalog::foreign_keys(to).await?;
        let arrangement = keys::arrange(&targets, &keys)?;
        if options.mode == Mode::Replace {
            refuse_references(&targets, &keys, to)?;
        }
        if options.mode == Mode::Upsert {
            check_temporary(to).await?;
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
        let mut tables = tables
            .into_iter()
            .map(|(source, target, filter, matched)| {
                TablePlan::new(source, target, filter, matched, options)
            })
            .collect::<Result<Vec<_>>>()?;
        notes.extend(tables.iter().filter_map(TablePlan::kept_identity));
        let objects = Objects::read(options, (&there, &here), &mut tables, &mut notes).await?;
        Ok(Self {
            units: units(tables, arrangement),
            notes,
            objects,
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
