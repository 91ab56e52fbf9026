//! `query(db, sql, ...)`, `query.format`, `query.file`.

use std::sync::Arc;

use mlua::{IntoLua, Lua, Value, Variadic};

use super::db::{Db, statements};
use super::sql::{Sql, SqlFile};
use super::{Context, format};
use crate::host::{Error, Location, function, immediate, shown};

pub fn build(lua: &Lua, context: &Arc<Context>) -> mlua::Result<Value> {
    let query = lua.create_table()?;
    query.set(
        "format",
        immediate(
            lua,
            "query.format",
            |_, (template, values): (String, Variadic<Value>)| format::format(&template, &values),
        )?,
    )?;
    let context = Arc::clone(context);
    query.set(
        "file",
        immediate(lua, "query.file", move |_, path: String| {
            let path = context.path(&path);
            let file = shown(&path);
            let text = std::fs::read_to_string(&path)
                .map_err(|error| Error::failed(format!("cannot read `{file}`: {error}")))?;
            let origin = Some(Location { file, line: 1 });
            Ok(SqlFile(Sql { text, origin }))
        })?,
    )?;
    // The first argument is the table `query` itself, which the name with a `:` leaves out of the count.
    let call = function(
        lua,
        "query:call",
        |call, (_, db, sql, params): (Value, Db, Sql, Variadic<Value>)| {
            statements::query(call, db, sql, params)
        },
    )?;
    query.set_metatable(Some(lua.create_table_from([("__call", call)])?))?;
    query.into_lua(lua)
}
