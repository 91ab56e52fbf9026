//! The tables that a playbook names: patterns and groups, resolved on one side.

use mlua::{FromLua, Lua, Value};

use super::Context;
use super::db::Db;
use crate::host::Result;
use crate::host::options::{Options, strings};
use crate::pg::catalog::{Catalog, Relation, TableFilter};

/// Table names as an argument of their own: a list, or one string for a list of one.
pub struct Names(pub Vec<String>);

impl FromLua for Names {
    fn from_lua(value: Value, _: &Lua) -> mlua::Result<Self> {
        let wrong = || mlua::Error::FromLuaConversionError {
            from: value.type_name(),
            to: "a list of table names".to_owned(),
            message: None,
        };
        let names = match &value {
            Value::String(name) => Some(vec![name.to_str()?.to_owned()]),
            Value::Table(list) => strings(list),
            _ => None,
        };
        names.map(Self).ok_or_else(wrong)
    }
}

/// What the options `tables` and `exclude` select, with `[copy] exclude` and the groups of `runner.toml`.
pub fn filter(context: &Context, options: &Options) -> Result<TableFilter> {
    let mut exclude = context.options.project.exclude.clone();
    exclude.extend(options.strings("exclude")?.unwrap_or_default());
    Ok(TableFilter {
        tables: options.strings("tables")?,
        exclude,
        groups: context.options.project.groups.clone(),
    })
}

/// The tables of a selection as `db` has them; what was left out is printed.
pub async fn select(db: &Db, filter: &TableFilter) -> Result<Vec<Relation>> {
    let selected = Catalog::read(db.session()?).await?.select(filter)?;
    for note in selected.notes {
        db.context().note(note);
    }
    Ok(selected.tables)
}

/// The tables of these names, groups and patterns.
pub async fn named(db: &Db, names: Names) -> Result<Vec<Relation>> {
    let filter = TableFilter {
        tables: Some(names.0),
        exclude: Vec::new(),
        groups: db.context().options.project.groups.clone(),
    };
    select(db, &filter).await
}
