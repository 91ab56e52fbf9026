//! Whether two sessions, however reached, are in the same database.

use super::{Result, Session, Value};

/// What two sessions have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kinship {
    Strangers,
    /// One is a standby of the cluster the other is in, and the database is the same.
    Standby,
    /// System identifier and database number agree, and yet they are two: a clone or a restored volume.
    Clones,
    SameDatabase,
}

/// Looks from `b` for an advisory lock taken in `a`. Addresses and names say nothing: behind a tunnel
/// production is localhost.
pub async fn kinship(a: &Session, b: &Session) -> Result<Kinship> {
    if sees_lock(a, b).await? {
        return Ok(Kinship::SameDatabase);
    }
    let (a, b) = (a.server(), b.server());
    let alike = a.system_identifier.is_some()
        && a.system_identifier == b.system_identifier
        && a.database_oid == b.database_oid;
    Ok(match alike {
        true if a.standby || b.standby => Kinship::Standby,
        true => Kinship::Clones,
        false => Kinship::Strangers,
    })
}

async fn sees_lock(a: &Session, b: &Session) -> Result<bool> {
    // Positive, so that the numbers read the same as oids in pg_locks.
    let pair = [
        Value::Int(rand::random_range(1..i64::from(i32::MAX))),
        Value::Int(rand::random_range(1..i64::from(i32::MAX))),
    ];
    let taken = a
        .value(include_str!("../sql/identity_lock.sql"), &pair)
        .await?;
    if taken.as_bool() != Some(true) {
        return Ok(false);
    }
    let [first, second] = pair.clone();
    let holder = Value::Int(a.pid());
    let seen = b
        .value(
            include_str!("../sql/identity_seen.sql"),
            &[first, second, holder],
        )
        .await;
    let unlocked = a
        .query(include_str!("../sql/identity_unlock.sql"), &pair)
        .await;
    let seen = seen?.as_bool() == Some(true);
    unlocked?;
    Ok(seen)
}
