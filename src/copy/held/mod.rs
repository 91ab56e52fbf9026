//! The keys and triggers of a unit while it is filled, and putting everything back as it was.

mod dropped;

use super::plan::{Unit, Way};
use super::{CopyOptions, Result, keys};
use crate::pg::catalog::Relation;
use crate::pg::{Literal, Session};
use crate::trigger::{self, BypassedKey, Guard, LockMode, Options, Triggers};
use dropped::Dropped;

/// What is not as usual while a unit is filled. [`Held::release`] puts it back; a rollback does so by itself.
#[must_use = "keys and triggers stay off until `release`"]
pub(super) struct Held<'a> {
    unit: &'a Unit,
    /// What `session_replication_role` was.
    role: Option<String>,
    guard: Option<Guard>,
    dropped: Option<Dropped>,
    compared: Vec<BypassedKey>,
}

/// Makes the target ready for the rows of the unit, in the transaction that is open.
pub(super) async fn hold<'a>(options: &CopyOptions, unit: &'a Unit) -> Result<Held<'a>> {
    let to = &options.to;
    let mut held = Held {
        unit,
        role: None,
        guard: None,
        dropped: None,
        compared: Vec::new(),
    };
    // The strongest locks first: who asks for more of what he holds is half of a deadlock.
    if !unit.keys.dropped.is_empty() {
        let ends = ends(to, unit).await?;
        trigger::lock(to, &ends, LockMode::Everybody, options.guards.lock_timeout).await?;
    }
    if unit.keys.way == Way::Replica {
        held.compared = compared(to, unit).await?;
        held.role = Some(become_replica(to).await?);
    }
    held.guard = switch_off(options, unit).await?;
    if !unit.keys.dropped.is_empty() {
        held.dropped = Some(Dropped::drop(to, &unit.keys.dropped).await?);
    }
    keys::defer(to, &unit.keys.deferred).await?;
    Ok(held)
}

impl Held<'_> {
    /// Checks what was not checked, and puts everything back. An error means that the transaction must not
    /// commit.
    pub async fn release(self, to: &Session) -> Result<()> {
        keys::check(to, &self.unit.keys.deferred).await?;
        if let Some(dropped) = self.dropped {
            // Rows of deferred constraints that wait would hold up the ALTER.
            dropped.restore(to).await?;
        }
        if let Some(guard) = self.guard {
            guard.restore(to).await?;
        }
        if let Some(role) = &self.role {
            set_role(to, role).await?;
        }
        trigger::check_keys(to, &self.compared).await?;
        Ok(())
    }
}

/// The tables at both ends of the keys that are dropped.
async fn ends(to: &Session, unit: &Unit) -> Result<Vec<Relation>> {
    let catalog = crate::pg::catalog::Catalog::read(to).await?;
    let oids = unit
        .keys
        .dropped
        .iter()
        .flat_map(|key| [key.child, key.parent]);
    let mut tables: Vec<Relation> = Vec::new();
    for oid in oids {
        if tables.iter().all(|table| table.oid != oid) {
            tables.extend(catalog.by_oid(oid).cloned());
        }
    }
    Ok(tables)
}

async fn compared(to: &Session, unit: &Unit) -> Result<Vec<BypassedKey>> {
    let keys = trigger::bypassed_keys(to, &unit.relations()).await?;
    let is_meant = |key: &BypassedKey| unit.keys.compared.contains(&key.oid);
    Ok(keys.into_iter().filter(is_meant).collect())
}

/// Returns what the session was.
async fn become_replica(to: &Session) -> Result<String> {
    let role = to
        .value(include_str!("../../sql/replication_role.sql"), &[])
        .await?;
    let role = role.as_str().unwrap_or("origin").to_owned();
    set_role(to, "replica").await?;
    Ok(role)
}

async fn set_role(to: &Session, role: &str) -> Result<()> {
    let role = Literal(role);
    to.batch(&format!("SET LOCAL session_replication_role = {role}"))
        .await?;
    Ok(())
}

async fn switch_off(options: &CopyOptions, unit: &Unit) -> Result<Option<Guard>> {
    let off = &unit.triggers.off;
    if off.is_empty() {
        return Ok(None);
    }
    let mut tables = unit.relations();
    tables.retain(|table| off.iter().any(|trigger| trigger.given == table.oid));
    let how = Options {
        triggers: Triggers::These(off.clone()),
        lock_timeout: options.guards.lock_timeout,
    };
    Ok(Some(trigger::disable(&options.to, &tables, &how).await?))
}
