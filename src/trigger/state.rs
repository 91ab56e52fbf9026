//! The state each trigger is in.

use std::fmt;

use super::{Error, Result, Triggers};
use crate::pg::catalog::Relation;
use crate::pg::fields::Fields;
use crate::pg::{Ident, Session, TableName, Value};

/// When a trigger fires.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Enabled {
    /// In every session that is no replica's: the ordinary state.
    Origin,
    Always,
    /// Only where `session_replication_role` is `replica`.
    Replica,
    Disabled,
}

/// One trigger of a table or of one of its partitions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TriggerState {
    pub table: TableName,
    /// The table as the server would name it.
    pub shown: String,
    pub name: String,
    pub enabled: Enabled,
    /// Made by the server for a constraint.
    pub internal: bool,
    /// It checks a foreign key, on either side.
    pub checks_key: bool,
    /// What it fires at.
    pub events: Events,
    /// Whether the session's role may alter it.
    pub owned: bool,
    /// The table it was asked for: itself, or one that it is a partition of.
    pub given: u32,
}

/// What happens to the rows of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Events(i64);

impl Events {
    pub const INSERT: Self = Self(4);
    pub const DELETE: Self = Self(8);
    pub const UPDATE: Self = Self(16);
    pub const TRUNCATE: Self = Self(32);

    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub fn overlap(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

/// The triggers of the tables and of all their partitions, by table and name.
pub async fn state(session: &Session, tables: &[Relation]) -> Result<Vec<TriggerState>> {
    let sql = include_str!("../sql/trigger_state.sql");
    let rows = session.query(sql, &[oids(tables)]).await?.rows;
    Ok(rows.into_iter().map(TriggerState::read).collect())
}

/// The oids of tables as a parameter.
pub(super) fn oids(tables: &[Relation]) -> Value {
    Value::Array(
        tables
            .iter()
            .map(|table| i64::from(table.oid).into())
            .collect(),
    )
}

impl TriggerState {
    fn read(row: Vec<Value>) -> Self {
        let mut row = Fields::new(row);
        let _oid = row.oid();
        Self {
            table: TableName::new(row.text(), row.text()),
            shown: row.text(),
            name: row.text(),
            enabled: Enabled::read(&row.text()),
            internal: row.flag(),
            checks_key: row.flag(),
            events: Events(row.int()),
            owned: row.flag(),
            given: row.oid(),
        }
    }

    /// The statement that brings this one trigger into a state; not those of partitions, which have their own.
    pub(super) fn alter(&self, to: Enabled) -> String {
        let name = Ident(&self.name);
        format!(
            "ALTER TABLE ONLY {} {} TRIGGER {name}",
            self.table,
            to.sql()
        )
    }
}

impl Enabled {
    fn read(letter: &str) -> Self {
        match letter {
            "A" => Self::Always,
            "R" => Self::Replica,
            "D" => Self::Disabled,
            _ => Self::Origin,
        }
    }

    fn sql(self) -> &'static str {
        match self {
            Self::Origin => "ENABLE",
            Self::Always => "ENABLE ALWAYS",
            Self::Replica => "ENABLE REPLICA",
            Self::Disabled => "DISABLE",
        }
    }

    /// Whether it fires in a session, which may be a replica's.
    pub fn fires(self, replica: bool) -> bool {
        match self {
            Self::Origin => !replica,
            Self::Always => true,
            Self::Replica => replica,
            Self::Disabled => false,
        }
    }

    /// The word a playbook sees.
    pub fn word(self) -> &'static str {
        match self {
            Self::Origin => "origin",
            Self::Always => "always",
            Self::Replica => "replica",
            Self::Disabled => "disabled",
        }
    }
}

impl fmt::Display for Enabled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// Those of `all` that are to be switched off; none that is off already.
pub(super) fn choose(
    all: &[TriggerState],
    tables: &[Relation],
    triggers: &Triggers,
) -> Result<Vec<TriggerState>> {
    if let Triggers::Names(names) = triggers {
        check_names(all, tables, names)?;
    }
    let wanted = |trigger: &&TriggerState| match triggers {
        Triggers::User => !trigger.internal,
        Triggers::All => !trigger.internal || trigger.checks_key,
        Triggers::Names(names) => !trigger.internal && names.contains(&trigger.name),
        Triggers::These(these) => these
            .iter()
            .any(|other| other.table == trigger.table && other.name == trigger.name),
    };
    Ok(all
        .iter()
        .filter(|trigger| trigger.enabled != Enabled::Disabled)
        .filter(wanted)
        .cloned()
        .collect())
}

fn check_names(all: &[TriggerState], tables: &[Relation], names: &[String]) -> Result<()> {
    let known = || {
        all.iter()
            .filter(|trigger| !trigger.internal)
            .map(|t| t.name.as_str())
    };
    match names
        .iter()
        .find(|name| known().all(|other| other != *name))
    {
        None => Ok(()),
        Some(name) => Err(Error::NoTrigger {
            name: name.clone(),
            tables: shown(tables),
            suggestion: crate::config::did_you_mean(name, known()),
        }),
    }
}

/// The tables as a list to read.
pub(super) fn shown(tables: &[Relation]) -> String {
    let names: Vec<String> = tables
        .iter()
        .map(|table| format!("`{}`", table.shown))
        .collect();
    names.join(", ")
}
