//! Which tables are copied, and into which.

use super::super::{Error, Result, Selection, Tables, keys};
use crate::pg::Session;
use crate::pg::catalog::{Catalog, ForeignKey, Relation};

/// A table of the source with the condition on its rows.
pub(super) type Chosen = (Relation, Option<String>);

/// The tables of the source, and what to say about those left out.
pub(super) fn chosen(catalog: &Catalog, tables: &Tables) -> Result<(Vec<Chosen>, Vec<String>)> {
    match tables {
        Tables::Matching(filter) => {
            let selected = catalog.select(filter)?;
            let tables = selected.tables.into_iter().map(|table| (table, None));
            Ok((tables.collect(), selected.notes))
        }
        Tables::Rows(selections) => {
            let find = |selection: &Selection| {
                let table = catalog.find(&selection.table)?.clone();
                Ok((table, selection.filter.clone()))
            };
            let tables = selections.iter().map(find).collect::<Result<_>>()?;
            Ok((tables, Vec::new()))
        }
    }
}

pub(super) fn counterparts(catalog: &Catalog, sources: &[Chosen]) -> Result<Vec<Relation>> {
    let find = |(source, _): &Chosen| Ok(catalog.counterpart(source)?.clone());
    sources.iter().map(find).collect()
}

pub(super) fn refuse_references(
    targets: &[Relation],
    keys: &[ForeignKey],
    to: &Session,
) -> Result<()> {
    match keys::reference_from_outside(targets, keys) {
        None => Ok(()),
        Some((place, key)) => Err(Error::Referenced {
            table: targets[place].shown.clone(),
            target: to.name().to_owned(),
            child: key.child_shown.clone(),
            key: key.name.name.clone(),
        }),
    }
}

/// Has the source parse each condition as it stands: what is read later stands in parentheses, and only one
/// whole expression is right both ways.
pub(super) async fn check_filters(from: &Session, sources: &[Chosen]) -> Result<()> {
    for (source, filter) in sources {
        if let Some(filter) = filter {
            let only = source.only();
            from.check(&format!("SELECT FROM {only} WHERE {filter}"))
                .await?;
        }
    }
    Ok(())
}
