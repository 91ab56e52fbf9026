//! The keys and triggers of tables while they are filled, and putting everything back as it was.

mod dropped;

use std::time::Duration;

use super::plan::{Ward, Way};
use super::{Result, keys};
use crate::pg::catalog::Relation;
use crate::pg::{Literal, Session};
use crate::trigger::{self, BypassedKey, Guard, LockMode, Options, Triggers};
use dropped::Dropped;

/// What is not as usual while tables are filled. [`Held::release`] puts it back; a rollback does so by itself.
#[must_use = "keys and triggers stay off until `release`"]
pub(super) struct Held<'a> {
    ward: Ward<'a>,
    /// What `session_replication_role` was.
    role: Option<String>,
    guard: Option<Guard>,
    dropped: Option<Dropped>,
    compared: Vec<BypassedKey>,
}

/// Makes the target ready for the rows, in the transaction that is open.
pub(super) async fn hold<'a>(
    to: &Session,
    lock_timeout: Duration,
    ward: Ward<'a>,
) -> Result<Held<'a>> {
    let mut held = Held {
        ward,
        role: None,
        guard: None,
        dropped: None,
        compared: Vec::new(),
    };
    let ward = &held.ward;
    // The strongest locks first: who asks for more of what he holds is half of a deadlock.
    if !ward.keys.dropped.is_empty() {
        let ends = ends(to, ward).await?;
        trigger::lock(to, &ends, LockMode::Everybody, lock_timeout).await?;
    }
    if ward.keys.way == Way::Replica {
        held.compared = compared(to, ward).await?;
        held.role = Some(become_replica(to).await?);
    }
    held.guard = switch_off(to, lock_timeout, ward).await?;
    if !ward.keys.dropped.is_empty() {
        held.dropped = Some(Dropped::drop(to, &ward.keys.dropped).await?);
    }
    keys::defer(to, &ward.keys.deferred).await?;
    Ok(held)
}

impl Held<'_> {
    /// Checks what was not checked, and puts everything back. An error means that the transaction must not
    /// commit.
    pub async fn release(self, to: &Session) -> Result<()> {
        keys::check(to, &self.ward.keys.deferred).await?;
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
async fn ends(to: &Session, ward: &Ward<'_>) -> Result<Vec<Relation>> {
    let catalog = crate::pg::catalog::Catalog::read(to).await?;
    let dropped = ward.keys.dropped.iter();
    let oids = dropped.flat_map(|key| [key.child, key.parent]);
    let mut tables: Vec<Relation> = Vec::new();
    for oid in oids {
        if tables.iter().all(|table| table.oid != oid) {
            tables.extend(catalog.by_oid(oid).cloned());
        }
    }
    Ok(tables)
}

async fn compared(to: &Session, ward: &Ward<'_>) -> Result<Vec<BypassedKey>> {
    let keys = trigger::bypassed_keys(to, &ward.tables).await?;
    let is_meant = |key: &BypassedKey| ward.keys.compared.contains(&key.oid);
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

async fn switch_off(
    to: &Session,
    lock_timeout: Duration,
    ward: &Ward<'_>,
) -> Result<Option<Guard>> {
    let off = &ward.triggers.off;
    if off.is_empty() {
        return Ok(None);
    }
    let mut tables = ward.tables.clone();
    tables.retain(|table| off.iter().any(|trigger| trigger.given == table.oid));
    let how = Options {
        triggers: Triggers::These(off.clone()),
        lock_timeout,
    };
    Ok(Some(trigger::disable(to, &tables, &how).await?))
}
