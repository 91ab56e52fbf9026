//! Tables tied by foreign keys, and what is done about their keys and triggers.

use super::super::keys::{filling_order, tied};
use super::super::{CopyOptions, ForeignKeys, Mode, Result};
use super::acting;
use super::refusal::Refusal;
use super::rights::hidden;
use super::strategy::{Situation, Strategy, Way};
use super::switches::{Switches, check_names, switches};
use super::table::TablePlan;
use super::ward::{Emptying, Purpose, Role, Ward, emptying, situation};
use crate::human;
use crate::pg::catalog::{ForeignKey, Relation};
use crate::trigger::{self, TriggerState};

/// Tables that are filled in one transaction.
#[derive(Debug, Clone)]
pub(crate) struct Unit {
    /// Parents before children.
    pub tables: Vec<TablePlan>,
    pub keys: Strategy,
    pub triggers: Switches,
    pub emptying: Emptying,
    /// Lines about rules that act on its rows.
    pub rules: Vec<String>,
}

impl Unit {
    /// Lines to print before it is filled.
    pub fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if !self.keys.reason.is_empty() {
            notes.push(self.keys.reason.clone());
        }
        notes.extend(self.rules.iter().cloned());
        if self.emptying == Emptying::Delete {
            let tables: Vec<&str> = self
                .tables
                .iter()
                .map(|t| t.target.shown.as_str())
                .collect();
            notes.push(format!(
                "emptied by DELETE, since TRUNCATE is not possible: {}",
                human::some(&tables, 5)
            ));
        }
        notes
    }

    /// Whether those of one of its tables hold for the role.
    pub fn has_policies(&self) -> bool {
        self.tables.iter().any(|table| table.by_insert)
    }

    /// What is held of the target while it is filled.
    pub fn ward(&self) -> Ward<'_> {
        Ward {
            tables: self.tables.iter().map(|t| t.target.clone()).collect(),
            keys: &self.keys,
            triggers: &self.triggers,
        }
    }
}

/// The tables in units, each in the order in which it is filled.
pub(super) async fn units(
    options: &CopyOptions,
    tables: Vec<TablePlan>,
    refused: &mut Vec<Refusal>,
    keys: &[ForeignKey],
) -> Result<Vec<Unit>> {
    let targets: Vec<Relation> = tables.iter().map(|table| table.target.clone()).collect();
    let all = trigger::state(&options.to, &targets).await?;
    let purpose = Purpose::of(options);
    check_names(purpose, &all)?;
    let kept = kept_roots(options, refused);
    let session = Role::read(&options.to).await?;
    let rules = acting::rules(&options.to, &targets).await?;
    let mut tables: Vec<Option<TablePlan>> = tables.into_iter().map(Some).collect();
    let mut units = Vec::new();
    for places in tied(&targets, keys) {
        let unit: Vec<Relation> = places.iter().map(|place| targets[*place].clone()).collect();
        let is_of_unit = |trigger: &&TriggerState| unit.iter().any(|t| t.oid == trigger.given);
        let of_unit: Vec<&TriggerState> = all.iter().filter(is_of_unit).collect();
        let situation = Situation {
            kept: kept.clone(),
            ..situation(purpose, &session, &unit, &of_unit)
        };
        let strategy = match Strategy::choose(&unit, keys, &situation) {
            // The others can be copied; a way that was asked for is for all.
            Err(error) if situation.wanted == ForeignKeys::Auto => {
                let targets = unit;
                refused.push(Refusal { targets, error });
                continue;
            }
            chosen => chosen?,
        };
        let emptying = emptying(options.mode, &unit, strategy.is_held_up(&unit, keys, &kept));
        let hides = unit.iter().find(|table| table.row_security);
        if let (Emptying::Delete, Some(table)) = (emptying, hides) {
            let so = "DELETE would not empty it, and TRUNCATE is not possible";
            let error = hidden(table, &options.to, so);
            refused.push(Refusal {
                targets: unit,
                error,
            });
            continue;
        }
        let replica = session.is_replica || strategy.way == Way::Replica;
        let checked = acting::check(options, &unit, &rules, replica);
        let triggers = checked.and_then(|()| switches(purpose, &of_unit, replica, emptying));
        let triggers = match triggers {
            Ok(triggers) => triggers,
            Err(error) => {
                let targets = unit;
                refused.push(Refusal { targets, error });
                continue;
            }
        };
        let held: Vec<&ForeignKey> = keys.iter().filter(|key| strategy.holds(key)).collect();
        let order = filling_order(&unit, &held);
        // Every place stands in exactly one unit.
        let tables = order
            .iter()
            .filter_map(|place| tables[places[*place]].take());
        units.push(Unit {
            tables: tables.collect(),
            rules: acting::of_rules(options, &unit, (&rules, replica), emptying),
            triggers,
            keys: strategy,
            emptying,
        });
    }
    Ok(units)
}

/// The tables that keep their rows while others are emptied.
fn kept_roots(options: &CopyOptions, refused: &[Refusal]) -> Vec<u32> {
    if options.mode != Mode::Replace {
        return Vec::new();
    }
    let kept = refused.iter().flat_map(|refusal| &refusal.targets);
    kept.map(Relation::root).collect()
}
