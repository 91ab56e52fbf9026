//! Tables tied by foreign keys, and what is done about their keys and triggers.

use super::super::keys::{filling_order, tied};
use super::super::{CopyOptions, Error, ForeignKeys, Mode, Result, SwitchedOff};
use super::refusal::Refusal;
use super::rights::hidden;
use super::strategy::{Situation, Strategy, Way};
use super::table::TablePlan;
use crate::config::did_you_mean;
use crate::human;
use crate::pg::catalog::{ForeignKey, Relation};
use crate::pg::{Session, TxOptions};
use crate::trigger::{self, Events, TriggerState};

/// Tables that are filled in one transaction.
#[derive(Debug, Clone)]
pub(crate) struct Unit {
    /// Parents before children.
    pub tables: Vec<TablePlan>,
    pub keys: Strategy,
    pub triggers: Switches,
    pub emptying: Emptying,
}

/// How the tables of a unit are emptied, where they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Emptying {
    Truncate,
    /// The role may not TRUNCATE one of them, or a table that keeps its rows refers to one.
    Delete,
}

/// What becomes of the triggers of users on the tables of a unit.
#[derive(Debug, Clone, Default)]
pub(crate) struct Switches {
    /// Switched off for the time of the copy.
    pub off: Vec<TriggerState>,
    /// Not to fire, and yet they will: the role does not own their tables.
    pub unwanted: Vec<TriggerState>,
    /// What will fire because that was asked for.
    pub firing: Vec<TriggerState>,
}

impl Unit {
    /// Lines to print before it is filled.
    pub fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if !self.keys.reason.is_empty() {
            notes.push(self.keys.reason.clone());
        }
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
    let triggers = trigger::state(&options.to, &targets).await?;
    check_names(options, &triggers)?;
    let kept = kept_roots(options, refused);
    let session = Role::read(&options.to).await?;
    let mut tables: Vec<Option<TablePlan>> = tables.into_iter().map(Some).collect();
    let mut units = Vec::new();
    for places in tied(&targets, keys) {
        let unit: Vec<Relation> = places.iter().map(|place| targets[*place].clone()).collect();
        let is_of_unit = |trigger: &&TriggerState| unit.iter().any(|t| t.oid == trigger.given);
        let of_unit: Vec<&TriggerState> = triggers.iter().filter(is_of_unit).collect();
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
        let held: Vec<&ForeignKey> = keys.iter().filter(|key| strategy.holds(key)).collect();
        let order = filling_order(&unit, &held);
        // Every place stands in exactly one unit.
        let tables = order
            .iter()
            .filter_map(|place| tables[places[*place]].take());
        units.push(Unit {
            tables: tables.collect(),
            triggers: switches(options, &of_unit, replica, emptying)?,
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
    let silence = triggers
        .iter()
        .any(|trigger| here(trigger) && is_unwanted(options, trigger, Emptying::Truncate));
    Situation {
        wanted,
        bulk: options.mode == Mode::Replace,
        silence,
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

/// Whether the copy does what the trigger fires at.
fn happens(options: &CopyOptions, trigger: &TriggerState, emptying: Emptying) -> bool {
    let events = match options.mode {
        Mode::Append | Mode::Insert => Events::INSERT,
        // What moves a unique value may delete a row and insert it again, but only where nobody would notice.
        Mode::Upsert => Events::INSERT.and(Events::UPDATE),
        Mode::Replace if emptying == Emptying::Delete => Events::INSERT.and(Events::DELETE),
        Mode::Mirror => Events::INSERT.and(Events::UPDATE).and(Events::DELETE),
        Mode::Replace => Events::INSERT.and(Events::TRUNCATE),
    };
    trigger.events.overlap(events)
}

/// A trigger of a user's that is not to fire.
fn is_unwanted(options: &CopyOptions, trigger: &TriggerState, emptying: Emptying) -> bool {
    !trigger.internal
        && happens(options, trigger, emptying)
        && match &options.guards.triggers {
            SwitchedOff::Possible | SwitchedOff::User => true,
            SwitchedOff::Names(names) => names.contains(&trigger.name),
            SwitchedOff::Nothing => false,
        }
}

fn switches(
    options: &CopyOptions,
    triggers: &[&TriggerState],
    replica: bool,
    emptying: Emptying,
) -> Result<Switches> {
    let mut switches = Switches::default();
    let would_fire = triggers.iter().filter(|trigger| {
        !trigger.internal && trigger.enabled.fires(replica) && happens(options, trigger, emptying)
    });
    for trigger in would_fire {
        let place = match is_unwanted(options, trigger, emptying) {
            false => &mut switches.firing,
            true if trigger.owned => &mut switches.off,
            true => &mut switches.unwanted,
        };
        place.push((*trigger).clone());
    }
    let explicit = options.guards.triggers != SwitchedOff::Possible;
    if explicit && !switches.unwanted.is_empty() {
        return Err(Error::Triggers {
            role: options.to.server().user.clone(),
            triggers: names_of(&switches.unwanted),
        });
    }
    Ok(switches)
}

impl Switches {
    /// What fires against the wish, as a line.
    pub fn warning(&self, to: &Session) -> Option<String> {
        if self.unwanted.is_empty() {
            return None;
        }
        let user = &to.server().user;
        let names = names_of(&self.unwanted);
        Some(format!(
            "`{user}` may not switch off {names}, which will fire for the rows that are copied"
        ))
    }
}

fn names_of(triggers: &[TriggerState]) -> String {
    let names: Vec<String> = triggers
        .iter()
        .map(|trigger| format!("{} of {}", trigger.name, trigger.shown))
        .collect();
    human::some(&names, 5)
}

fn check_names(options: &CopyOptions, triggers: &[TriggerState]) -> Result<()> {
    let SwitchedOff::Names(names) = &options.guards.triggers else {
        return Ok(());
    };
    let known: Vec<&str> = triggers
        .iter()
        .filter(|trigger| !trigger.internal)
        .map(|trigger| trigger.name.as_str())
        .collect();
    match names.iter().find(|name| !known.contains(&name.as_str())) {
        None => Ok(()),
        Some(name) => Err(Error::NoTrigger {
            name: name.clone(),
            suggestion: did_you_mean(name, known),
        }),
    }
}
