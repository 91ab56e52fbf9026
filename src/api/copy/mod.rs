//! The functions of `copy`, a file each.

mod dump;
mod export;
mod guards;
mod import;
mod mask;
mod plan;
mod report;
mod restore;
mod schema;
mod shape;
mod subset;
mod tables;
mod work;

use std::sync::Arc;

use mlua::{IntoLua, Lua, Table, Value};

use super::Context;
use super::sides::side;
use super::tables::{filter, select};
use crate::copy;
use crate::host::options::Options;
use crate::host::{Call, Result, function};
use crate::pg::catalog::foreign_keys;

pub fn build(lua: &Lua, _: &Arc<Context>) -> mlua::Result<Value> {
    let module = lua.create_table()?;
    module.set("order", function(lua, "copy.order", order)?)?;
    module.set("plan", function(lua, "copy.plan", plan::plan)?)?;
    module.set("tables", function(lua, "copy.tables", tables::tables)?)?;
    module.set("subset", function(lua, "copy.subset", subset::subset)?)?;
    module.set("restore", function(lua, "copy.restore", restore::restore)?)?;
    module.set("dump", function(lua, "copy.dump", dump::dump)?)?;
    module.set("export", function(lua, "copy.export", export::export)?)?;
    module.set("import", function(lua, "copy.import", import::import)?)?;
    module.set("schema", function(lua, "copy.schema", schema::schema)?)?;
    module.into_lua(lua)
}

/// The names of the selected tables, parents before children.
async fn order(call: Call, table: Table) -> Result<Vec<String>> {
    let options = Options::new(call.name, Some(table));
    let to = side(&options, "to")?;
    let filter = filter(to.context(), &options)?;
    options.finish()?;
    let tables = select(&to, &filter).await?;
    let keys = foreign_keys(to.session()?).await?;
    let ordered = copy::order(&tables, &keys);
    Ok(ordered.into_iter().map(|table| table.shown).collect())
}
