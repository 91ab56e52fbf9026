//! `copy.import { from =, to =, table =, format =, ... }`.

use mlua::Table;

use super::super::sides::{ready_to_write, side};
use super::export::{format, layout, packing};
use super::report;
use crate::copy::{self, ImportOptions, Mode, Place};
use crate::host::options::Options;
use crate::host::{Call, Result};

pub async fn import(call: Call, table: Table) -> Result<Table> {
    let options = Options::new(call.name, Some(table));
    let from = options.required("from", options.string("from")?)?;
    let to = side(&options, "to")?;
    let place = match from.as_str() {
        "-" => Place::Standard,
        path => Place::File(to.context().path(path)),
    };
    let table = options.required("table", options.string("table")?)?;
    let format = format(&options)?;
    let import = ImportOptions {
        layout: layout(&options, format, Some(&place))?,
        from: place,
        to: to.session()?.clone(),
        table,
        format,
        packing: packing(&options)?,
        columns: options.strings("columns")?,
        mode: mode(&options)?,
        sequences: options.boolean("sequences")?.unwrap_or(true),
        dry_run: to.context().options.dry_run,
    };
    options.finish()?;
    ready_to_write(&to).await?;
    let imported = Box::pin(copy::import(&import)).await?;
    Ok(report::to_lua(&call.lua, imported)?)
}

/// Without one the rows are added, which can wipe nothing.
pub fn mode(options: &Options) -> Result<Mode> {
    let words = [("append", Mode::Append), ("replace", Mode::Replace)];
    Ok(options.choice("mode", &words)?.unwrap_or(Mode::Append))
}
