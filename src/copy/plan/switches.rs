//! Which triggers of users fire for the rows of a copy, and which are switched off for its time.

use super::super::{Error, Mode, Result, SwitchedOff};
use super::ward::{Emptying, Purpose};
use crate::config::did_you_mean;
use crate::human;
use crate::trigger::{Events, TriggerState};

/// What becomes of the triggers of users on the tables of a unit.
#[derive(Debug, Clone, Default)]
pub(crate) struct Switches {
    /// Switched off for the time of the copy.
    pub off: Vec<TriggerState>,
    /// What will fire because that was asked for.
    pub firing: Vec<TriggerState>,
}

/// Whether the copy does what the trigger fires at.
pub(super) fn happens(purpose: Purpose<'_>, trigger: &TriggerState, emptying: Emptying) -> bool {
    let events = match purpose.mode {
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
pub(super) fn is_unwanted(
    purpose: Purpose<'_>,
    trigger: &TriggerState,
    emptying: Emptying,
) -> bool {
    !trigger.internal
        && happens(purpose, trigger, emptying)
        && match &purpose.guards.triggers {
            SwitchedOff::User => true,
            SwitchedOff::Names(names) => names.contains(&trigger.name),
            SwitchedOff::Nothing => false,
        }
}

/// Of the triggers of a unit. It is refused where some are not to fire that the role may not switch off: they could
/// rewrite what arrives.
pub(super) fn switches(
    purpose: Purpose<'_>,
    triggers: &[&TriggerState],
    replica: bool,
    emptying: Emptying,
) -> Result<Switches> {
    let mut switches = Switches::default();
    let would_fire = triggers.iter().filter(|trigger| {
        !trigger.internal && trigger.enabled.fires(replica) && happens(purpose, trigger, emptying)
    });
    let mut stuck = Vec::new();
    for trigger in would_fire {
        let place = match is_unwanted(purpose, trigger, emptying) {
            false => &mut switches.firing,
            true if trigger.owned => &mut switches.off,
            true => &mut stuck,
        };
        place.push((*trigger).clone());
    }
    if stuck.is_empty() {
        return Ok(switches);
    }
    Err(Error::Triggers {
        role: purpose.to.server().user.clone(),
        triggers: names_of(&stuck),
    })
}

fn names_of(triggers: &[TriggerState]) -> String {
    let names: Vec<String> = triggers
        .iter()
        .map(|trigger| format!("{} of {}", trigger.name, trigger.shown))
        .collect();
    human::some(&names, 5)
}

pub(super) fn check_names(purpose: Purpose<'_>, triggers: &[TriggerState]) -> Result<()> {
    let SwitchedOff::Names(names) = &purpose.guards.triggers else {
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
