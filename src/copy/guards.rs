//! What is done about the foreign keys and the triggers of the target while rows arrive.

use std::time::Duration;

use crate::trigger::LOCK_TIMEOUT;

#[derive(Debug, Clone)]
pub struct Guards {
    pub triggers: SwitchedOff,
    pub foreign_keys: ForeignKeys,
    /// How long a lock that somebody else holds is asked for, where triggers are switched or keys dropped.
    pub lock_timeout: Duration,
}

impl Default for Guards {
    fn default() -> Self {
        Self {
            triggers: SwitchedOff::default(),
            foreign_keys: ForeignKeys::default(),
            lock_timeout: LOCK_TIMEOUT,
        }
    }
}

/// Which triggers do not fire for the rows of a copy.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum SwitchedOff {
    /// Those that users made. Where the role may not switch one off, its table is not copied.
    #[default]
    User,
    /// These, on whichever of the tables has them.
    Names(Vec<String>),
    /// None.
    Nothing,
}

/// How foreign keys are kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ForeignKeys {
    /// The first way that is possible, in the order of the others.
    #[default]
    Auto,
    /// By no trigger, as in the session of a replica, and then by one comparison.
    Replica,
    /// Parents before children.
    Order,
    /// Deferred, where they are deferrable.
    Defer,
    /// Dropped, and added again just as they were.
    Drop,
}

impl ForeignKeys {
    pub fn word(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Replica => "replica",
            Self::Order => "order",
            Self::Defer => "defer",
            Self::Drop => "drop",
        }
    }
}
