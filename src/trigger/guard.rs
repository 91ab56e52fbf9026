//! Switching off, and putting back.

use std::collections::BTreeMap;

use super::state::{choose, state};
use super::{Enabled, Error, LockMode, Options, Result, TriggerState, Triggers, keys, lock};
use crate::pg::catalog::Relation;
use crate::pg::{self, Ident, Session, TableName, TxOptions, transaction};
use crate::progress::Event;

/// SQLSTATE `object_in_use`: a table with trigger events still to come, or an open cursor on it.
const IN_USE: &str = "55006";

/// What was switched off, and how everything was before. [`Guard::restore`] puts it back; a rollback does so
/// by itself.
#[derive(Debug)]
#[must_use = "the triggers stay off until `restore`"]
pub struct Guard {
    tables: Vec<Relation>,
    before: Vec<TriggerState>,
    off: Vec<TriggerState>,
    keys: Vec<keys::BypassedKey>,
}

/// Runs `body` with triggers of the tables switched off, in a transaction, or in a savepoint where one is
/// open. When it returns they are as they were, and keys that were bypassed have been checked; when it fails
/// everything is rolled back.
pub async fn disabled<T, E, F>(
    session: &Session,
    tables: &[Relation],
    options: &Options,
    body: F,
) -> std::result::Result<T, E>
where
    E: From<pg::Error> + From<Error>,
    F: AsyncFnOnce(&Session) -> std::result::Result<T, E>,
{
    transaction(session, &TxOptions::default(), async |tx: &Session| {
        let guard = disable(tx, tables, options).await?;
        let value = body(tx).await?;
        guard.restore(tx).await?;
        Ok(value)
    })
    .await
}

/// Locks the tables and switches triggers off, in the transaction that is open on `session`. Where there is
/// nothing to switch off, nothing is locked.
pub async fn disable(session: &Session, tables: &[Relation], options: &Options) -> Result<Guard> {
    if !session.in_transaction() {
        return Err(Error::NoTransaction);
    }
    let mut before = state(session, tables).await?;
    let mut off = choose(&before, tables, &options.triggers)?;
    if !off.is_empty() {
        lock::lock(session, tables, LockMode::Writers, options.lock_timeout).await?;
        before = state(session, tables).await?;
        off = choose(&before, tables, &options.triggers)?;
    }
    let keys = match options.triggers {
        Triggers::All if !off.is_empty() => keys::bypassed_keys(session, tables).await?,
        _ => Vec::new(),
    };
    let guard = Guard {
        tables: tables.to_vec(),
        before,
        off,
        keys,
    };
    guard.alter(session, |_| Enabled::Disabled).await?;
    guard.announce(session);
    Ok(guard)
}

impl Guard {
    /// The triggers that are off.
    pub fn off(&self) -> &[TriggerState] {
        &self.off
    }

    /// Checks the keys that were bypassed, puts every trigger back into the state it had, and reads the states
    /// again to be sure. An error means that the transaction must not commit.
    pub async fn restore(self, session: &Session) -> Result<()> {
        // What was deferred fires now, with the triggers still as the block had them.
        make_immediate(session).await?;
        keys::check_keys(session, &self.keys).await?;
        self.alter(session, |trigger| trigger.enabled).await?;
        self.assert_restored(session).await
    }

    fn announce(&self, session: &Session) {
        let mut by_table: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for trigger in self.off.iter().filter(|trigger| !trigger.internal) {
            by_table
                .entry(&trigger.shown)
                .or_default()
                .push(&trigger.name);
        }
        for (table, names) in by_table {
            let note = format!("triggers of `{table}` off: {}", names.join(", "));
            session.reporter().event(&Event::Note(note));
        }
        for key in &self.keys {
            let note = format!(
                "foreign key `{}` of `{}` is bypassed, and checked before the end",
                key.name, key.child.shown
            );
            session.reporter().event(&Event::Note(note));
        }
    }

    /// Brings every trigger that is off, or is to be, into a state. A table that is in use is released first.
    async fn alter(&self, session: &Session, to: impl Fn(&TriggerState) -> Enabled) -> Result<()> {
        let off = self.off.iter();
        let statements: Vec<String> = off.map(|trigger| trigger.alter(to(trigger))).collect();
        alter_in_use(session, &statements, |place, error| {
            refused(session, &self.off[place], error)
        })
        .await
    }

    async fn assert_restored(&self, session: &Session) -> Result<()> {
        let now = state(session, &self.tables).await?;
        let now: BTreeMap<(&TableName, &str), Enabled> = now
            .iter()
            .map(|trigger| ((&trigger.table, trigger.name.as_str()), trigger.enabled))
            .collect();
        let ours = |trigger: &&TriggerState| !trigger.internal || self.off.contains(trigger);
        for trigger in self.before.iter().filter(ours) {
            let after = now.get(&(&trigger.table, trigger.name.as_str())).copied();
            if after != Some(trigger.enabled) {
                return Err(Error::Changed {
                    table: trigger.shown.clone(),
                    trigger: trigger.name.clone(),
                    before: trigger.enabled,
                    after,
                });
            }
        }
        Ok(())
    }
}

/// Alters tables, in a savepoint. Where one is in use by this very session it is released first. `refused` makes
/// an error of what the server said to a statement, by its place.
pub async fn alter_in_use(
    session: &Session,
    statements: &[String],
    refused: impl Fn(usize, pg::Error) -> Error,
) -> Result<()> {
    match try_alter(session, statements, &refused).await {
        Err(Error::Pg(error)) if error.sqlstate() == Some(IN_USE) => {
            make_immediate(session).await?;
            session.batch("CLOSE ALL").await?;
            try_alter(session, statements, &refused).await
        }
        result => result,
    }
}

async fn try_alter(
    session: &Session,
    statements: &[String],
    refused: &impl Fn(usize, pg::Error) -> Error,
) -> Result<()> {
    transaction(session, &TxOptions::default(), async |tx: &Session| {
        for (place, statement) in statements.iter().enumerate() {
            let altered = tx.batch(statement).await;
            altered.map_err(|error| refused(place, error))?;
        }
        Ok(())
    })
    .await
}

/// Fires what is deferred; constraints that are declared as deferred are deferred again from here on.
pub async fn make_immediate(session: &Session) -> Result<()> {
    session.batch("SET CONSTRAINTS ALL IMMEDIATE").await?;
    let sql = include_str!("../sql/deferred_constraints.sql");
    let rows = session.query(sql, &[]).await?.rows;
    if rows.is_empty() {
        return Ok(());
    }
    let names: Vec<String> = rows
        .iter()
        .filter_map(|row| match &row[..] {
            [pg::Value::Text(schema), pg::Value::Text(name)] => {
                Some(format!("{}.{}", Ident(schema), Ident(name)))
            }
            _ => None,
        })
        .collect();
    let sql = format!("SET CONSTRAINTS {} DEFERRED", names.join(", "));
    Ok(session.batch(&sql).await?)
}

/// SQLSTATE `insufficient_privilege` on a system trigger has a way out, which the server does not name.
fn refused(session: &Session, trigger: &TriggerState, error: pg::Error) -> Error {
    if trigger.checks_key && error.sqlstate() == Some("42501") {
        return Error::NotAllowed {
            user: session.server().user.clone(),
            table: trigger.shown.clone(),
            trigger: trigger.name.clone(),
        };
    }
    Error::Pg(error)
}
