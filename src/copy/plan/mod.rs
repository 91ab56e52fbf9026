//! What will be copied and how, found out before anything is changed.

mod acting;
mod chosen;
mod promises;
mod refusal;
mod report;
mod rights;
mod strategy;
mod switches;
mod table;
mod unit;
mod ward;

pub(super) use refusal::{Refusal, announce, conclude};
pub use report::{KeyEnd, PlanReport, PlannedTable, PlannedTrigger, PlannedUnit, Refused, plan};
pub(super) use strategy::Way;
pub(super) use table::{TablePlan, UpsertKey};
pub(super) use unit::Unit;
pub(super) use ward::{Care, Emptying, Purpose, Ward};

use super::columns::{Sides, match_columns};
use super::objects::Objects;
use super::shape::{Crossed, apply_masks};
use super::{CopyOptions, Error, Mode, Result, same, subset};
use crate::pg::catalog::{self, Catalog};
use chosen::{chosen, counterparts, refuse_references};
pub(super) use rights::{check_readable, hidden};
use rights::{check_rights, check_temporary};

#[derive(Debug)]
pub(super) struct Plan {
    pub units: Vec<Unit>,
    /// Lines to print: what is left out, and where the sides differ.
    pub notes: Vec<String>,
    /// Tables that are left as they are, and why.
    pub refused: Vec<Refusal>,
    /// What is copied besides rows.
    pub objects: Objects,
}

impl Plan {
    pub async fn read(options: &CopyOptions) -> Result<Self> {
        let (from, to) = (&options.from, &options.to);
        subset::check(options).await?;
        let (there, here) = (Catalog::read(from).await?, Catalog::read(to).await?);
        let (chosen, mut notes) = chosen(options, &there).await?;
        let on_missing = options.shape.on_missing;
        let (chosen, targets) = counterparts(&here, chosen, on_missing, &mut notes)?;
        let keys = catalog::foreign_keys(to).await?;
        if options.mode == Mode::Replace {
            refuse_references(&targets, &keys, to)?;
        }
        if options.mode.is_staged() {
            check_temporary(to, options.mode).await?;
        }
        let sources: Vec<_> = chosen.iter().map(|table| table.source.clone()).collect();
        let sources = catalog::tables(from, &sources).await?;
        let targets = catalog::tables(to, &targets).await?;
        let (mut differences, mut refused) = (Vec::new(), Vec::new());
        let mut tables = Vec::new();
        let sides = Sides {
            from: from.name(),
            to: to.name(),
            on_missing,
        };
        for ((source, target), chosen) in sources.into_iter().zip(targets).zip(chosen) {
            match check_rights(&source, &target, options) {
                Err(error @ (Error::RowSecurity { .. } | Error::Absent { .. })) => {
                    refused.push(Refusal::of(target.relation, error));
                    continue;
                }
                checked => checked?,
            }
            let matched = match_columns(&source, &target, &chosen.shape, sides)?;
            differences.extend_from_slice(&matched.differences);
            notes.extend_from_slice(&matched.notes);
            tables.push((source, target, chosen, matched));
        }
        let crossed = tables
            .iter_mut()
            .map(|(source, target, chosen, matched)| Crossed {
                source,
                target,
                shape: &chosen.shape,
                matched,
            });
        notes.extend(apply_masks(options, &mut crossed.collect::<Vec<_>>()).await?);
        if !differences.is_empty() {
            return Err(Error::Columns(differences));
        }
        let mut tables = tables
            .into_iter()
            .map(|(source, target, chosen, matched)| {
                TablePlan::new(source, target, chosen, matched, options)
            })
            .collect::<Result<Vec<_>>>()?;
        notes.extend(tables.iter().filter_map(TablePlan::kept_identity));
        let by_insert = tables
            .iter()
            .filter_map(|t| t.why_by_insert(to, options.mode));
        notes.extend(by_insert);
        if tables.iter().any(|table| table.by_insert) {
            check_temporary(to, options.mode).await?;
        }
        same::check(options, &tables)?;
        subset::choose(options, &mut tables).await?;
        refusal::refuse(options, &mut tables, &keys, &mut refused, &mut notes).await?;
        if options.mode == Mode::Replace {
            notes.extend(tables.iter().filter_map(TablePlan::reduced));
        }
        let objects = Objects::read(options, (&there, &here), &mut tables, &mut notes).await?;
        let units = unit::units(options, tables, &mut refused, &keys).await?;
        notes.extend(units.iter().flat_map(Unit::notes));
        notes.extend(acting::of_event_triggers(options, &units, &objects).await?);
        Ok(Self {
            units,
            notes,
            refused,
            objects,
        })
    }
}
