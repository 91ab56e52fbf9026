//! The objects of a database out of its catalogues, in a few statements whatever their number.

use std::collections::{BTreeSet, HashMap};

use serde_json::Map;

use super::{Kind, Object};
use crate::pg::catalog::{Catalog, TableFilter};
use crate::pg::fields::Fields;
use crate::pg::{Isolation, Result, Session, TxOptions, Value, transaction};

const STATEMENTS: [&str; 9] = [
    include_str!("../../sql/schema_relations.sql"),
    include_str!("../../sql/schema_columns.sql"),
    include_str!("../../sql/schema_constraints.sql"),
    include_str!("../../sql/schema_indexes.sql"),
    include_str!("../../sql/schema_sequences.sql"),
    include_str!("../../sql/schema_routines.sql"),
    include_str!("../../sql/schema_triggers.sql"),
    include_str!("../../sql/schema_types.sql"),
    include_str!("../../sql/schema_others.sql"),
];

/// All that users made in a database: sorted by kind and name, but the columns of a table as it has them. Without
/// what extensions brought, owners, privileges and comments.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Schema {
    pub objects: Vec<Object>,
}

/// Reads the schema in the transaction that is open, or in one snapshot.
pub async fn read(session: &Session) -> Result<Schema> {
    selected(session, &TableFilter::default()).await
}

/// What a filter means: with `tables` those tables and views with their parts alone; else all but what is excluded.
/// A name that is not there selects nothing.
pub(super) async fn selected(session: &Session, filter: &TableFilter) -> Result<Schema> {
    let snapshot = TxOptions {
        isolation: Some(Isolation::RepeatableRead),
        read_only: true,
        ..TxOptions::default()
    };
    transaction(session, &snapshot, async |session: &Session| {
        let catalog = Catalog::read(session).await?;
        let taken = catalog.matching(filter)?;
        let before = set_search_path(session, None).await?;
        let found = found(session).await?;
        set_search_path(session, Some(before)).await?;
        Ok(arranged(found, &taken, filter.tables.is_none()))
    })
    .await
}

/// An object with the number of the relation it is or belongs to.
struct Found {
    object: Object,
    relation: u32,
}

async fn found(session: &Session) -> Result<Vec<Found>> {
    let mut found = Vec::new();
    for sql in STATEMENTS {
        for row in session.query(sql, &[]).await?.rows {
            let mut row = Fields::new(row);
            let Some(kind) = Kind::read(&row.text()) else {
                continue;
            };
            let relation = row.oid();
            let name = row.text();
            let properties = match row.value() {
                Value::Json(serde_json::Value::Object(properties)) => properties,
                _ => Map::new(),
            };
            let object = Object {
                kind,
                name,
                part_of: None,
                properties,
            };
            found.push(Found { object, relation });
        }
    }
    Ok(found)
}

/// `everything` tells that what belongs to no relation is taken too.
fn arranged(found: Vec<Found>, taken: &BTreeSet<u32>, everything: bool) -> Schema {
    let relations = found.iter().filter(|it| it.object.kind.is_relation());
    let names: HashMap<u32, String> = relations
        .map(|it| (it.relation, it.object.name.clone()))
        .collect();
    let is_taken = |it: &Found| match it.relation {
        0 => everything,
        relation => taken.contains(&relation),
    };
    let mut objects: Vec<Object> = found
        .into_iter()
        .filter(is_taken)
        .map(|it| {
            let part = !it.object.kind.is_relation();
            Object {
                part_of: names.get(&it.relation).filter(|_| part).cloned(),
                ..it.object
            }
        })
        .collect();
    // Stable: columns come in the order of their table.
    objects.sort_by_cached_key(|object| match object.kind {
        Kind::Column => (object.kind, object.part_of.clone().unwrap_or_default()),
        kind => (kind, object.name.clone()),
    });
    Schema { objects }
}

/// Sets the search path until the transaction ends, to nothing without one; gives what it was.
pub(super) async fn set_search_path(session: &Session, path: Option<Value>) -> Result<Value> {
    let sql = "SELECT pg_catalog.current_setting('search_path')";
    let before = session.value(sql, &[]).await?;
    let sql = include_str!("../../sql/set_config.sql");
    let path = path.unwrap_or_else(|| "".into());
    let params = ["search_path".into(), path, Value::Bool(true)];
    session.query(sql, &params).await?;
    Ok(before)
}
