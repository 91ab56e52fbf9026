//! How foreign keys of the target are kept while rows arrive: parents before children; inside a cycle the
//! deferrable keys are deferred, and a cycle without one is refused.

use super::order::{Edge, connected, edges, layered};
use super::{Error, Result};
use crate::pg::Session;
use crate::pg::catalog::{ForeignKey, Relation};

/// How a set of tables is filled.
#[derive(Debug)]
pub(super) struct Arrangement {
    /// Places of tables that keys tie together, each unit in the order in which it is filled.
    pub units: Vec<Vec<usize>>,
    /// Keys to defer while the unit of their tables is filled.
    pub deferred: Vec<ForeignKey>,
}

pub(super) fn arrange(tables: &[Relation], keys: &[ForeignKey]) -> Result<Arrangement> {
    let all: Vec<(Edge, &ForeignKey)> = edges(tables, keys).collect();
    let checked: Vec<_> = all.iter().filter(|(_, key)| key.checked).copied().collect();
    let cycle_of = numbered(tables.len(), &layered(tables.len(), &places(&checked)));
    let (deferred, held): (Vec<_>, Vec<_>) =
        checked.into_iter().partition(|((child, parent), key)| {
            key.deferrable && cycle_of[*child] == cycle_of[*parent]
        });
    let groups = layered(tables.len(), &places(&held));
    if let Some(cycle) = groups.iter().find(|group| group.len() > 1) {
        return Err(refusal(cycle, tables, &held));
    }
    let rank = numbered(tables.len(), &groups);
    let mut units = connected(tables.len(), &places(&all));
    for unit in &mut units {
        unit.sort_by_key(|place| rank[*place]);
    }
    let mut deferred: Vec<ForeignKey> = deferred.into_iter().map(|(_, key)| key.clone()).collect();
    deferred.dedup();
    Ok(Arrangement { units, deferred })
}

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

fn places(edges: &[(Edge, &ForeignKey)]) -> Vec<Edge> {
    edges.iter().map(|(edge, _)| *edge).collect()
}

/// The number of the group each place is in.
fn numbered(count: usize, groups: &[Vec<usize>]) -> Vec<usize> {
    let mut number = vec![0; count];
    for (index, group) in groups.iter().enumerate() {
        for place in group {
            number[*place] = index;
        }
    }
    number
}

fn refusal(cycle: &[usize], tables: &[Relation], held: &[(Edge, &ForeignKey)]) -> Error {
    let quoted = |names: Vec<&str>| {
        let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
        names.join(", ")
    };
    let inside = held
        .iter()
        .filter(|((child, parent), _)| cycle.contains(child) && cycle.contains(parent));
    Error::Cycle {
        tables: quoted(cycle.iter().map(|t| tables[*t].shown.as_str()).collect()),
        keys: quoted(inside.map(|(_, key)| key.name.name.as_str()).collect()),
    }
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
