//! What will be copied and how, found out before anything is changed.

mod chosen;
mod report;
mod rights;
mod strategy;
mod table;
mod unit;

pub use report::{KeyEnd, PlanReport, PlannedTable, PlannedTrigger, PlannedUnit, Refused, plan};
pub(super) use strategy::Way;
pub(super) use table::{TablePlan, UpsertKey};
pub(super) use unit::Unit;

use super::columns::match_columns;
use super::objects::Objects;
use super::{CopyOptions, Error, Mode, Result};
use crate::pg::catalog::{self, Catalog};
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

impl Plan {
    pub async fn read(options: &CopyOptions) -> Result<Self> {
        let (from, to) = (&options.from, &options.to);
        let (there, here) = (Catalog::read(from).await?, Catalog::read(to).await?);
        let (sources, mut notes) = chosen(&there, &options.tables)?;
        let targets = counterparts(&here, &sources)?;
        let keys = catalog::foreign_keys(to).await?;
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
        let units = unit::units(options, tables, &keys).await?;
        notes.extend(units.iter().filter_map(Unit::note));
        Ok(Self {
            units,
            notes,
            objects,
        })
    }
}
