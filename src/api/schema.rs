//! `schema.read(db)` and `schema.diff { from =, to =, tables =, exclude = }`: values, whatever they say.

use std::collections::HashMap;
use std::sync::Arc;

use mlua::{IntoLua, Lua, Table, Value};
use serde_json::{Map, Value as Json};

use super::Context;
use super::db::Db;
use super::json;
use super::sides::side;
use super::tables::filter;
use super::values::rows_of;
use crate::copy::schema::{self, Difference, Kind, Schema};
use crate::host::options::Options;
use crate::host::{Call, Result, function};
use crate::pg;

/// What every schema has a list of, and what stands in it.
const LISTS: [(&str, &[Kind]); 11] = [
    ("schemas", &[Kind::Schema]),
    ("extensions", &[Kind::Extension]),
    ("types", &[Kind::Type]),
    ("sequences", &[Kind::Sequence]),
    ("tables", &[Kind::Table]),
    ("views", &[Kind::View]),
    ("materialized_views", &[Kind::MaterializedView]),
    (
        "functions",
        &[Kind::Function, Kind::Procedure, Kind::Aggregate],
    ),
    ("event_triggers", &[Kind::EventTrigger]),
    ("publications", &[Kind::Publication]),
    ("statistics", &[Kind::Statistics]),
];

/// What every table has a list of; views have some of it, too.
const PARTS: [(&str, Kind); 6] = [
    ("columns", Kind::Column),
    ("constraints", Kind::Constraint),
    ("indexes", Kind::Index),
    ("triggers", Kind::Trigger),
    ("policies", Kind::Policy),
    ("rules", Kind::Rule),
];

pub fn build(lua: &Lua, _: &Arc<Context>) -> mlua::Result<Value> {
    let module = lua.create_table()?;
    module.set("read", function(lua, "schema.read", read)?)?;
    module.set("diff", function(lua, "schema.diff", diff)?)?;
    module.into_lua(lua)
}

async fn read(call: Call, db: Db) -> Result<Value> {
    let schema = Box::pin(schema::read(db.session()?)).await?;
    Ok(json::to_lua(&call.lua, &document(schema))?)
}

async fn diff(call: Call, table: Table) -> Result<Table> {
    let options = Options::new(call.name, Some(table));
    let from = side(&options, "from")?;
    let to = side(&options, "to")?;
    let tables = filter(from.context(), &options)?;
    options.finish()?;
    let differences = Box::pin(schema::diff(from.session()?, to.session()?, &tables)).await?;
    Ok(differences_to_lua(&call.lua, differences)?)
}

/// `{ { kind =, name =, difference =, from =, to = }, ... }`
pub fn differences_to_lua(lua: &Lua, differences: Vec<Difference>) -> mlua::Result<Table> {
    let columns = ["kind", "name", "difference", "from", "to"];
    let text = |text: Option<String>| text.map_or(pg::Value::Null, pg::Value::Text);
    let rows = differences.into_iter().map(|it| {
        vec![
            it.kind.word().into(),
            it.name.into(),
            it.difference.word().into(),
            text(it.from),
            text(it.to),
        ]
    });
    rows_of(lua, &columns, rows.collect())
}

/// Lists by kind, the parts of tables in their tables.
fn document(schema: Schema) -> Json {
    let mut parts: HashMap<(String, Kind), Vec<Json>> = HashMap::new();
    let mut whole = Vec::new();
    for object in schema.objects {
        let is_part = PARTS.iter().any(|(_, kind)| *kind == object.kind);
        match (object.part_of, is_part) {
            (Some(table), true) => {
                let part = Json::Object(object.properties);
                parts.entry((table, object.kind)).or_default().push(part);
            }
            (_, _) => whole.push((object.kind, object.name, object.properties)),
        }
    }
    let mut lists: Map<String, Json> = Map::new();
    for (list, kinds) in LISTS {
        let of_kind = whole.iter().filter(|(kind, ..)| kinds.contains(kind));
        let entries = of_kind.map(|(kind, name, properties)| {
            let mut entry: Map<String, Json> = Map::new();
            entry.insert("name".to_owned(), name.as_str().into());
            if kinds.len() > 1 {
                entry.insert("kind".to_owned(), kind.word().into());
            }
            entry.extend(properties.clone());
            if kind.is_relation() {
                entry.extend(PARTS.iter().map(|(list, part)| {
                    let parts = parts.remove(&(name.clone(), *part));
                    ((*list).to_owned(), parts.unwrap_or_default().into())
                }));
            }
            Json::Object(entry)
        });
        let entries: Vec<Json> = entries.collect();
        lists.insert(list.to_owned(), entries.into());
    }
    Json::Object(lists)
}
