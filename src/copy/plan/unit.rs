//! Tables tied by foreign keys, and what is done about their keys and triggers.

use super::super::keys::{filling_order, tied};
use super::super::{CopyOptions, ForeignKeys, Mode, Result};
use super::acting;
use super::refusal::Refusal;
use super::rights::hidden;
use super::strategy::{Situation, Strategy, Way};
use super::switches::{Switches, check_names, happens, is_unwanted, switches};
use super::table::TablePlan;
use crate::human;
use crate::pg::catalog::{ForeignKey, Relation};
use crate::pg::{Session, TxOptions};
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

/// How the tables of a unit are emptied, where they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Emptying {
    Truncate,
    /// The role may not TRUNCATE one of them, or a table that keeps its rows refers to one.
    Delete,
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

    pub fn relations(&self) -> Vec<Relation> {
        self.tables
            .iter()
            .map(|table| table.target.clone())
            .collect()
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
    check_names(options, &all)?;
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
            ..situation(options, &session, &unit, &of_unit)
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
        let emptying = emptying(options, &unit, strategy.is_held_up(&unit, keys, &kept));
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
        let triggers = checked.and_then(|()| switches(options, &of_unit, replica, emptying));
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

fn emptying(options: &CopyOptions, unit: &[Relation], held_up: bool) -> Emptying {
    let may = unit.iter().all(|table| table.may.truncate);
    if options.mode == Mode::Replace && (!may || held_up) {
        Emptying::Delete
    } else {
        Emptying::Truncate
    }
}

/// What the session of the target is, and may be.
struct Role {
    is_replica: bool,
    may_be_replica: bool,
}

impl Role {
    async fn read(to: &Session) -> Result<Self> {
        let role = to
            .value(include_str!("../../sql/replication_role.sql"), &[])
            .await?;
        Ok(Self {
            is_replica: role.as_str() == Some("replica"),
            may_be_replica: may_be_replica(to).await?,
        })
    }
}

/// Tries it: extensions of the server may allow what its catalogue does not tell of.
async fn may_be_replica(to: &Session) -> Result<bool> {
    to.begin(&TxOptions::default()).await?;
    let tried = to
        .batch("SET LOCAL session_replication_role = replica")
        .await;
    to.rollback().await?;
    match tried {
        Ok(()) => Ok(true),
        Err(error) if error.sqlstate() == Some("42501") => Ok(false),
        Err(error) => Err(error.into()),
    }
}

fn situation(
    options: &CopyOptions,
    role: &Role,
    unit: &[Relation],
    triggers: &[&TriggerState],
) -> Situation {
    let wanted = options.guards.foreign_keys;
    let here = |trigger: &TriggerState| trigger.enabled.fires(role.is_replica);
    let to_silence = || {
        let unwanted = triggers
            .iter()
            .filter(|trigger| is_unwanted(options, trigger, Emptying::Truncate));
        unwanted.filter(|trigger| here(trigger))
    };
    Situation {
        wanted,
        bulk: options.mode == Mode::Replace,
        silence: to_silence().next().is_some(),
        not_otherwise: to_silence().any(|trigger| !trigger.owned),
        no_replica: no_replica(options, role, unit, triggers),
        kept: Vec::new(),
    }
}

/// Why the copy cannot be a replica's.
fn no_replica(
    options: &CopyOptions,
    role: &Role,
    unit: &[Relation],
    triggers: &[&TriggerState],
) -> Option<String> {
    if !role.may_be_replica {
        let user = &options.to.server().user;
        return Some(format!("`{user}` may not set `session_replication_role`"));
    }
    if let Some(table) = unit.iter().find(|table| table.row_security) {
        return Some(format!(
            "policies hide rows of `{}`, so that its keys could not be compared",
            table.shown
        ));
    }
    let differs = |trigger: &&&TriggerState| {
        trigger.enabled.fires(role.is_replica) != trigger.enabled.fires(true)
    };
    // Unique and exclusion constraints that are deferrable are checked by triggers of the server.
    let deferrable = |trigger: &&&TriggerState| trigger.internal && !trigger.checks_key;
    if let Some(trigger) = triggers.iter().filter(differs).find(deferrable) {
        return Some(format!(
            "`{}` has a deferrable unique or exclusion constraint, which nobody would check in the session of a replica",
            trigger.shown
        ));
    }
    let to_fire = |trigger: &&&TriggerState| {
        !trigger.internal
            && happens(options, trigger, Emptying::Truncate)
            && !is_unwanted(options, trigger, Emptying::Truncate)
    };
    let trigger = triggers.iter().filter(differs).find(to_fire)?;
    Some(format!(
        "trigger `{}` of `{}` would not do what it was asked to in the session of a replica",
        trigger.name, trigger.shown
    ))
}
