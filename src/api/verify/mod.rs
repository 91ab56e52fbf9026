//! `verify.tables`, `verify.schema`, `verify.foreign_keys`, `verify.query`: each prints what it found, returns it, and
//! raises where the sides are not as they should be.

mod foreign_keys;
mod query;
mod schema;
mod tables;

use std::sync::Arc;

use mlua::{IntoLua, Lua, Value};

use super::Context;
use crate::copy::verify::{Extra, SAMPLES};
use crate::host::options::Options;
use crate::host::{Result, function};

pub fn build(lua: &Lua, _: &Arc<Context>) -> mlua::Result<Value> {
    let module = lua.create_table()?;
    module.set("tables", function(lua, "verify.tables", tables::tables)?)?;
    module.set("schema", function(lua, "verify.schema", schema::schema)?)?;
    module.set(
        "foreign_keys",
        function(lua, "verify.foreign_keys", foreign_keys::foreign_keys)?,
    )?;
    module.set("query", function(lua, "verify.query", query::query)?)?;
    module.into_lua(lua)
}

/// What is of a difference in a dry run: what the run would have copied is missing, of course.
fn forgiven(context: &Context, what: &str) -> bool {
    if context.options.dry_run {
        context.note(format!("{what}, which does not end a dry run"));
    }
    context.options.dry_run
}

/// Whether what only the target has is a mismatch.
fn extra(options: &Options) -> Result<Extra> {
    let words = [("fail", Extra::Fail), ("report", Extra::Report)];
    Ok(options.choice("extra", &words)?.unwrap_or_default())
}

/// How many differing rows are named.
fn samples_option(options: &Options) -> Result<usize> {
    match options.integer("samples")? {
        None => Ok(SAMPLES),
        Some(number) => usize::try_from(number).map_err(|_| {
            options.error(format!("option `samples` must be 0 or more, got {number}"))
        }),
    }
}
