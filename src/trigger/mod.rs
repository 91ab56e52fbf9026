//! Triggers switched off for a while, and put back exactly as they were.
//!
//! All of it happens in one transaction: nobody else ever sees a table without its triggers, and whatever ends
//! the transaction early also ends the change.

mod error;
mod guard;
mod keys;
mod lock;
mod state;

pub use error::{Error, Holder, Orphans};
pub use guard::{Guard, alter_in_use, disable, disabled, make_immediate};
pub use keys::{BypassedKey, bypassed_keys, check_keys};
pub use lock::{LockMode, lock};
pub use state::{Enabled, Events, TriggerState, state};

use std::time::Duration;

use crate::pg::Session;
use crate::pg::catalog::Relation;

pub type Result<T> = std::result::Result<T, Error>;

/// Which triggers, and how long to wait for their tables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    pub triggers: Triggers,
    /// How long to ask for the lock before giving up and naming who holds it.
    pub lock_timeout: Duration,
}

/// Long enough for an ordinary statement of somebody else to end, short enough to sit and wait for.
pub const LOCK_TIMEOUT: Duration = Duration::from_secs(5);

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Triggers {
    /// Those that users made; foreign keys stay checked.
    #[default]
    User,
    /// Foreign keys too. Takes a superuser, and the keys are checked before the transaction may commit.
    /// Deferrable unique and exclusion constraints stay checked: what they bypass nobody would find.
    All,
    /// Triggers of users by name, on whichever of the tables has them.
    Names(Vec<String>),
    /// Those that [`state`] told of, whatever they are in by now.
    These(Vec<TriggerState>),
}

impl Default for Options {
    fn default() -> Self {
        Self {
            triggers: Triggers::default(),
            lock_timeout: LOCK_TIMEOUT,
        }
    }
}

/// What [`disable`] would switch off; nothing is locked or changed.
pub async fn preview(
    session: &Session,
    tables: &[Relation],
    options: &Options,
) -> Result<Vec<TriggerState>> {
    let all = state(session, tables).await?;
    state::choose(&all, tables, &options.triggers)
}
