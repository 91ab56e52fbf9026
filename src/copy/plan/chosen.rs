//! Which tables are copied, and into which.

use super::super::shape::{self, OnMissing, TableShape};
use super::super::{CopyOptions, Error, Result, Selection, ShapeError, Tables, keys};
use crate::pg::catalog::{Catalog, ForeignKey, Relation};
use crate::pg::{self, Session};

/// A table of the source with what is said about its rows and columns.
#[derive(Debug)]
pub(super) struct Chosen {
    pub source: Relation,
    pub shape: TableShape,
    /// A condition on its rows.
    pub filter: Option<String>,
    /// Which of them a subset begins with.
    pub root: Option<String>,
}

/// The tables of the source, and what to say about them.
pub(super) async fn chosen(
    options: &CopyOptions,
    catalog: &Catalog,
) -> Result<(Vec<Chosen>, Vec<String>)> {
    let from = &options.from;
    let (tables, mut notes) = selected(catalog, &options.tables)?;
    let (sources, filters): (Vec<Relation>, Vec<Option<String>>) = tables.into_iter().unzip();
    let (shapes, said) = shape::resolve(&options.shape, catalog, &sources)?;
    notes.extend(said);
    let mut chosen = Vec::with_capacity(sources.len());
    for ((source, filter), shape) in sources.into_iter().zip(filters).zip(shapes) {
        let own = filter.map(|sql| shape::Condition {
            sql,
            params: Vec::new(),
        });
        let conditions: Vec<_> = own.iter().chain(&shape.condition).collect();
        let filter = shape::check_conditions(from, &source, &conditions).await?;
        let root: Vec<_> = shape.root.iter().collect();
        let root = shape::check_conditions(from, &source, &root).await?;
        if let Some(order_by) = &shape.order_by {
            shape::check_order(from, &source, order_by).await?;
        }
        chosen.push(Chosen {
            source,
            shape,
            filter,
            root,
        });
    }
    Ok((chosen, notes))
}

/// A table with the condition of its [`Selection`].
pub(super) type Selected = (Relation, Option<String>);

/// The tables that are asked for.
pub(super) fn selected(catalog: &Catalog, tables: &Tables) -> Result<(Vec<Selected>, Vec<String>)> {
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

/// The tables of the target they go into, with those that have one.
pub(super) fn counterparts(
    catalog: &Catalog,
    chosen: Vec<Chosen>,
    on_missing: OnMissing,
    notes: &mut Vec<String>,
) -> Result<(Vec<Chosen>, Vec<Relation>)> {
    let mut pairs: (Vec<Chosen>, Vec<Relation>) = (Vec::new(), Vec::new());
    let mut skipped = Vec::new();
    for table in chosen {
        let found = match &table.shape.target {
            Some(name) => catalog.find(name),
            None => catalog.counterpart(&table.source),
        };
        let target = match found {
            Err(pg::Error::NoTable { name, .. }) if on_missing == OnMissing::Skip => {
                let target = catalog.target();
                notes.push(format!("`{name}` is not on `{target}` and left out"));
                skipped.push(format!("`{name}`"));
                continue;
            }
            found => found?,
        };
        if let Some(place) = pairs.1.iter().position(|other| other.oid == target.oid) {
            return Err(Error::from(ShapeError::SameTarget {
                one: pairs.0[place].source.shown.clone(),
                other: table.source.shown,
                table: target.shown.clone(),
                target: catalog.target().to_owned(),
            }));
        }
        pairs.0.push(table);
        pairs.1.push(target.clone());
    }
    if pairs.0.is_empty() {
        return Err(Error::from(ShapeError::NothingThere {
            target: catalog.target().to_owned(),
            tables: skipped.join(", "),
        }));
    }
    Ok(pairs)
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
