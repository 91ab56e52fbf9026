//! `copy.subset { from =, to =, roots =, children =, ... }`.

use mlua::Table;

use super::super::sides::{ready_to_write, side};
use super::super::tables::filter;
use super::tables::rest;
use super::{report, shape};
use crate::copy::{self, Shape, Tables, subset_tables};
use crate::host::options::Options;
use crate::host::{Call, Result};

pub async fn subset(call: Call, table: Table) -> Result<Table> {
    let options = Options::new(call.name, Some(table));
    let (from, to) = (side(&options, "from")?, side(&options, "to")?);
    if options.value("tables")?.is_some() {
        return Err(options.error(
            "the tables follow from `roots` and the foreign keys; leave some of them out by `exclude`",
        ));
    }
    let mut filter = filter(from.context(), &options)?;
    let shape = Shape {
        roots: shape::roots(&call.lua, &options)?,
        children: shape::children(&options)?,
        ..shape::read(&call.lua, &options, &to.context().options.project)?
    };
    let said = (shape.roots.clone(), shape.children.clone());
    let tables = Tables::Matching(filter.clone());
    let mut options = rest(&options, (&from, &to), tables, shape)?;
    ready_to_write(&to).await?;
    let names = subset_tables(&options.from, &options.to, (&said.0, &said.1), &filter).await?;
    filter.tables = Some(names);
    options.tables = Tables::Matching(filter);
    let copied = copy::tables(&options).await?;
    Ok(report::to_lua(&call.lua, copied)?)
}
