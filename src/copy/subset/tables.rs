//! The tables that belong to the roots of a subset.

use std::collections::BTreeSet;

use super::super::shape::{Condition, PerTable};
use super::super::{Result, ShapeError};
use crate::config::did_you_mean;
use crate::pg::Session;
use crate::pg::catalog::{Catalog, Link, Pattern, Relation, TableFilter, links};

/// The roots, the tables that refer to them where `children` says so, and all that these refer to. Keys lead through
/// no table that is excluded.
pub async fn subset_tables(
    from: &Session,
    to: &Session,
    (roots, children): (&PerTable<Condition>, &PerTable<bool>),
    filter: &TableFilter,
) -> Result<Vec<String>> {
    let (there, here) = (Catalog::read(from).await?, Catalog::read(to).await?);
    let mut ends = ends(&links(from).await?);
    ends.extend(as_source(&there, &here, &links(to).await?));
    let roots = named(&there, "roots", roots)?.unwrap_or_default();
    let children = named(&there, "children", children)?;
    let mut left_out = BTreeSet::new();
    for relation in there.relations() {
        if there.is_excluded(filter, &relation.name)? {
            left_out.insert(relation.oid);
        }
    }
    let is_child = |oid: &u32| children.as_ref().is_none_or(|named| named.contains(oid));
    let mut all = roots;
    grow(&mut all, |all| {
        let ends = ends.iter().filter(|(_, parent)| all.contains(parent));
        let found = ends.map(|(child, _)| *child).filter(is_child);
        found.filter(|oid| !left_out.contains(oid)).collect()
    });
    grow(&mut all, |all| {
        let is_here = |oid: &u32| all.contains(oid) && !left_out.contains(oid);
        let ends = ends.iter().filter(|(child, _)| is_here(child));
        let found = ends.map(|(_, parent)| *parent);
        found.filter(|oid| !left_out.contains(oid)).collect()
    });
    let tables = there.relations().iter().filter(|r| all.contains(&r.oid));
    Ok(tables.map(|table| table.shown.clone()).collect())
}

fn grow(all: &mut BTreeSet<u32>, next: impl Fn(&BTreeSet<u32>) -> Vec<u32>) {
    loop {
        let before = all.len();
        all.extend(next(all));
        if all.len() == before {
            return;
        }
    }
}

fn ends(links: &[Link]) -> Vec<(u32, u32)> {
    let ends = links.iter();
    ends.map(|link| (link.child_root, link.parent_root))
        .collect()
}

/// Keys of the target between the tables that the source calls the same.
fn as_source(there: &Catalog, here: &Catalog, links: &[Link]) -> Vec<(u32, u32)> {
    let source = |oid: u32| {
        let found = there.counterpart(here.by_oid(oid)?);
        found.ok().map(Relation::root)
    };
    let ends = ends(links).into_iter();
    ends.filter_map(|(child, parent)| Some((source(child)?, source(parent)?)))
        .collect()
}

/// The trees of the tables that something is said about; `None` for all.
fn named<T>(
    catalog: &Catalog,
    option: &'static str,
    said: &PerTable<T>,
) -> Result<Option<BTreeSet<u32>>> {
    let PerTable::Named(entries) = said else {
        return Ok(None);
    };
    let mut found = BTreeSet::new();
    for name in entries.keys() {
        let pattern = Pattern::parse(name)?;
        let tables = || catalog.relations().iter().filter(|r| r.kind.is_table());
        let matching = tables().filter(|table| pattern.matches(table));
        let own: BTreeSet<u32> = matching.map(Relation::root).collect();
        if own.is_empty() {
            let names = tables().map(|table| table.shown.as_str());
            return Err(ShapeError::NoTable {
                option,
                name: name.to_owned(),
                source_name: catalog.target().to_owned(),
                suggestion: did_you_mean(name, names),
            }
            .into());
        }
        found.extend(own);
    }
    Ok(Some(found))
}
