//! What is held of the target while tables of it are filled: their keys and triggers, and how they are emptied.

use super::super::keys::filling_order;
use super::super::{CopyOptions, Guards, Mode, Result};
use super::strategy::{Situation, Strategy, Way};
use super::switches::{Switches, check_names, happens, is_unwanted, switches};
use crate::pg::catalog::{ForeignKey, Relation};
use crate::pg::{Session, TxOptions};
use crate::trigger::{self, TriggerState};

/// What rows are brought for, and where.
#[derive(Clone, Copy)]
pub(in crate::copy) struct Purpose<'a> {
    pub to: &'a Session,
    pub mode: Mode,
    pub guards: &'a Guards,
}

/// Tables, and what is done about their keys and triggers while they are filled.
#[derive(Debug)]
pub(in crate::copy) struct Ward<'a> {
    pub tables: Vec<Relation>,
    pub keys: &'a Strategy,
    pub triggers: &'a Switches,
}

/// The same, chosen for tables whose rows do not come from a server.
#[derive(Debug)]
pub(in crate::copy) struct Care {
    tables: Vec<Relation>,
    pub keys: Strategy,
    triggers: Switches,
}

/// How tables are emptied, where they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Emptying {
    Truncate,
    /// The role may not TRUNCATE one of them, or a table that keeps its rows refers to one.
    Delete,
}

impl<'a> Purpose<'a> {
    pub(super) fn of(options: &'a CopyOptions) -> Self {
        Self {
            to: &options.to,
            mode: options.mode,
            guards: &options.guards,
        }
    }
}

impl Care {
    /// For tables that are filled, and those that are emptied before; by TRUNCATE, where they are.
    pub async fn choose(
        purpose: Purpose<'_>,
        tables: Vec<Relation>,
        keys: &[ForeignKey],
    ) -> Result<Self> {
        let all = trigger::state(purpose.to, &tables).await?;
        check_names(purpose, &all)?;
        let all: Vec<&TriggerState> = all.iter().collect();
        let role = Role::read(purpose.to).await?;
        let situation = situation(purpose, &role, &tables, &all);
        let strategy = Strategy::choose(&tables, keys, &situation)?;
        let replica = role.is_replica || strategy.way == Way::Replica;
        Ok(Self {
            triggers: switches(purpose, &all, replica, Emptying::Truncate)?,
            keys: strategy,
            tables,
        })
    }

    /// The order in which tables are filled, as places.
    pub fn order(&self, tables: &[Relation], keys: &[ForeignKey]) -> Vec<usize> {
        let held: Vec<&ForeignKey> = keys.iter().filter(|key| self.keys.holds(key)).collect();
        filling_order(tables, &held)
    }

    pub fn ward(&self) -> Ward<'_> {
        Ward {
            tables: self.tables.clone(),
            keys: &self.keys,
            triggers: &self.triggers,
        }
    }
}

pub(super) fn emptying(mode: Mode, unit: &[Relation], held_up: bool) -> Emptying {
    let may = unit.iter().all(|table| table.may.truncate);
    if mode == Mode::Replace && (!may || held_up) {
        Emptying::Delete
    } else {
        Emptying::Truncate
    }
}

/// What the session of the target is, and may be.
pub(super) struct Role {
    pub is_replica: bool,
    may_be_replica: bool,
}

impl Role {
    pub async fn read(to: &Session) -> Result<Self> {
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

pub(super) fn situation(
    purpose: Purpose<'_>,
    role: &Role,
    unit: &[Relation],
    triggers: &[&TriggerState],
) -> Situation {
    let wanted = purpose.guards.foreign_keys;
    let here = |trigger: &TriggerState| trigger.enabled.fires(role.is_replica);
    let to_silence = || {
        let unwanted = triggers
            .iter()
            .filter(|trigger| is_unwanted(purpose, trigger, Emptying::Truncate));
        unwanted.filter(|trigger| here(trigger))
    };
    Situation {
        wanted,
        bulk: purpose.mode == Mode::Replace,
        silence: to_silence().next().is_some(),
        not_otherwise: to_silence().any(|trigger| !trigger.owned),
        no_replica: no_replica(purpose, role, unit, triggers),
        kept: Vec::new(),
    }
}

/// Why the copy cannot be a replica's.
fn no_replica(
    purpose: Purpose<'_>,
    role: &Role,
    unit: &[Relation],
    triggers: &[&TriggerState],
) -> Option<String> {
    if !role.may_be_replica {
        let user = &purpose.to.server().user;
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
            && happens(purpose, trigger, Emptying::Truncate)
            && !is_unwanted(purpose, trigger, Emptying::Truncate)
    };
    let trigger = triggers.iter().filter(differs).find(to_fire)?;
    Some(format!(
        "trigger `{}` of `{}` would not do what it was asked to in the session of a replica",
        trigger.name, trigger.shown
    ))
}
