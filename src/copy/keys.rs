//! The foreign keys of the target: what ties tables together, in which order they are filled, and deferring.

use super::Result;
use super::order::{Edge, connected, edges, layered};
use crate::pg::Session;
use crate::pg::catalog::{ForeignKey, Relation};

/// What ties the tables of a unit to each other.
pub(super) fn edges_between<'a>(
    unit: &[Relation],
    keys: &[&'a ForeignKey],
) -> impl Iterator<Item = (Edge, &'a ForeignKey)> {
    edges(unit, keys.iter().copied())
}

/// The tables at either end, as they are shown.
pub(super) fn tables_of<'a>(keys: &[&'a ForeignKey]) -> Vec<&'a str> {
    let mut tables: Vec<&str> = Vec::new();
    for key in keys {
        for table in [key.child_shown.as_str(), key.parent_shown.as_str()] {
            if !tables.contains(&table) {
                tables.push(table);
            }
        }
    }
    tables
}

/// Places of tables that keys tie together, whoever checks these.
pub(super) fn tied(tables: &[Relation], keys: &[ForeignKey]) -> Vec<Vec<usize>> {
    let all: Vec<Edge> = edges(tables, keys).map(|(edge, _)| edge).collect();
    connected(tables.len(), &all)
}

/// The order in which the tables of a unit are filled: parents first, as far as `keys` go.
pub(super) fn filling_order(unit: &[Relation], keys: &[&ForeignKey]) -> Vec<usize> {
    let edges: Vec<Edge> = edges_between(unit, keys).map(|(edge, _)| edge).collect();
    layered(unit.len(), &edges).into_iter().flatten().collect()
}

/// The key of a table outside the set that refers into it, which TRUNCATE would refuse, with the place of the
/// table it refers to.
pub(super) fn reference_from_outside<'a>(
    tables: &[Relation],
    keys: &'a [ForeignKey],
) -> Option<(usize, &'a ForeignKey)> {
    let is_inside = |root| tables.iter().any(|table| table.root() == root);
    keys.iter().find_map(|key| {
        let parent = tables.iter().position(|t| t.root() == key.parent_root)?;
        (!is_inside(key.child_root)).then_some((parent, key))
    })
}

/// Defers the keys until [`check`].
pub(super) async fn defer(session: &Session, keys: &[ForeignKey]) -> Result<()> {
    set(session, keys, "DEFERRED").await
}

/// Has the server check deferred keys now, and sets them to what they were declared as.
pub(super) async fn check(session: &Session, keys: &[ForeignKey]) -> Result<()> {
    set(session, keys, "IMMEDIATE").await?;
    let initially_deferred: Vec<_> = keys
        .iter()
        .filter(|k| k.initially_deferred)
        .cloned()
        .collect();
    set(session, &initially_deferred, "DEFERRED").await
}

async fn set(session: &Session, keys: &[ForeignKey], when: &str) -> Result<()> {
    if keys.is_empty() {
        return Ok(());
    }
    let names: Vec<_> = keys.iter().map(|key| key.name.to_string()).collect();
    session
        .batch(&format!("SET CONSTRAINTS {} {when}", names.join(", ")))
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests;
