//! `copy.subset { from =, to =, roots =, children =, ... }`.

use mlua::{Lua, Table};

use super::super::db::Db;
use super::super::sides::{ready_to_write, side};
use super::super::tables::filter;
use super::tables::rest;
use super::{report, shape};
use crate::copy::{self, CopyOptions, Shape, Tables, subset_tables};
use crate::host::options::Options;
use crate::host::{Call, Result};

pub async fn subset(call: Call, table: Table) -> Result<Table> {
    let options = Options::new(call.name, Some(table));
    let (to, options) = read(&call.lua, &options)?;
    ready_to_write(&to).await?;
    let copied = copy::tables(&with_tables(options).await?).await?;
    Ok(report::to_lua(&call.lua, copied)?)
}

/// The options without their tables, and the target they name.
pub fn read(lua: &Lua, options: &Options) -> Result<(Db, CopyOptions)> {
    let (from, to) = (side(options, "from")?, side(options, "to")?);
    if options.value("tables")?.is_some() {
        return Err(options.error(
            "the tables follow from `roots` and the foreign keys; leave some of them out by `exclude`",
        ));
    }
    let tables = Tables::Matching(filter(from.context(), options)?);
    let shape = Shape {
        roots: shape::roots(lua, options)?,
        children: shape::children(options)?,
        ..shape::read(lua, options, &to.context().options.project)?
    };
    let copied = rest(options, (&from, &to), tables, shape)?;
    Ok((to, copied))
}

/// The same with the tables that follow from the roots.
pub async fn with_tables(mut options: CopyOptions) -> Result<CopyOptions> {
    if let Tables::Matching(filter) = &mut options.tables {
        let said = (&options.shape.roots, &options.shape.children);
        let names = subset_tables(&options.from, &options.to, said, filter).await?;
        filter.tables = Some(names);
    }
    Ok(options)
}
