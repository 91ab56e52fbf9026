//! What can go wrong with triggers.

use std::fmt;

use super::Enabled;
use crate::{human, pg};

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Pg(#[from] pg::Error),
    #[error(
        "{tables} could not be locked within {}: {}; end that session or give a longer `lock_timeout`",
        human::seconds(*.seconds), list(.holders)
    )]
    LockTimeout {
        /// As a list to read.
        tables: String,
        seconds: f64,
        /// Who was in the way at the last try, as far as the server tells.
        holders: Vec<Holder>,
    },
    #[error("triggers are switched off for the length of a transaction, and none is open")]
    NoTransaction,
    #[error("none of {tables} has a trigger `{name}` made by a user{suggestion}")]
    NoTrigger {
        name: String,
        tables: String,
        suggestion: String,
    },
    #[error(
        "`{user}` may not switch off `{trigger}` of `{table}`, which checks a foreign key: that takes a superuser; \
         with `triggers = \"user\"` the keys stay checked"
    )]
    NotAllowed {
        user: String,
        table: String,
        trigger: String,
    },
    #[error(
        "trigger `{trigger}` of `{table}` was {before} and would be left {}; its transaction was rolled back",
        word(*.after)
    )]
    Changed {
        table: String,
        trigger: String,
        before: Enabled,
        /// `None` where it is gone.
        after: Option<Enabled>,
    },
    #[error("{0}")]
    Orphans(Box<Orphans>),
}

/// Somebody who holds a lock that ours conflicts with, or stands in line for one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    pub table: String,
    /// `None` for a prepared transaction, which no session holds.
    pub pid: Option<i64>,
    pub application: String,
    pub user: String,
    /// As `pg_stat_activity` says: `idle in transaction`.
    pub state: String,
    /// Since when, as a time to read.
    pub since: String,
    pub query: String,
    /// Not granted yet.
    pub waits: bool,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verb = if self.waits { "waited for" } else { "held" };
        let Some(pid) = self.pid else {
            return write!(f, "`{}` is {verb} by a prepared transaction", self.table);
        };
        write!(f, "`{}` is {verb} by process {pid}", self.table)?;
        if !self.application.is_empty() {
            write!(f, " ({})", self.application)?;
        }
        write!(f, " of `{}`", self.user)?;
        if !self.state.is_empty() {
            write!(f, ", {} since {}", self.state, self.since)?;
        }
        if !self.query.is_empty() {
            write!(f, ": {}", self.query)?;
        }
        Ok(())
    }
}

/// Children without a parent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Orphans {
    pub key: String,
    pub child: String,
    /// The child's columns, as a list to read.
    pub columns: String,
    pub parent: String,
    pub values: Vec<String>,
    /// There are others than those in `values`.
    pub more: bool,
}

impl fmt::Display for Orphans {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let values: Vec<String> = self
            .values
            .iter()
            .map(|value| format!("({value})"))
            .collect();
        write!(
            f,
            "foreign key `{}`: rows of `{}` have no parent in `{}`: {} = {}{}; its transaction was rolled back",
            self.key,
            self.child,
            self.parent,
            self.columns,
            values.join(", "),
            if self.more { " and others" } else { "" }
        )
    }
}

fn list(holders: &[Holder]) -> String {
    if holders.is_empty() {
        return "somebody held a lock on it".to_owned();
    }
    let lines: Vec<String> = holders.iter().map(ToString::to_string).collect();
    lines.join("; ")
}

fn word(after: Option<Enabled>) -> String {
    after.map_or_else(|| "dropped".to_owned(), |state| state.to_string())
}

#[cfg(test)]
mod texts {
    use super::*;

    #[test]
    fn what_is_hard_to_provoke_says_what_where_and_what_now() {
        for (error, text) in [
            (
                Error::LockTimeout {
                    tables: "`lat`".into(),
                    seconds: 5.0,
                    holders: Vec::new(),
                },
                "`lat` could not be locked within 5.0 s: somebody held a lock on it; end that session or give a longer `lock_timeout`",
            ),
            (
                Error::NoTransaction,
                "triggers are switched off for the length of a transaction, and none is open",
            ),
            (
                Error::NotAllowed {
                    user: "app".into(),
                    table: "lat".into(),
                    trigger: "t".into(),
                },
                r#"`app` may not switch off `t` of `lat`, which checks a foreign key: that takes a superuser; with `triggers = "user"` the keys stay checked"#,
            ),
        ] {
            assert_eq!(error.to_string(), text);
        }
    }
}
