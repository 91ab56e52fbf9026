//! `copy.restore { from =, to =, tables = }`: rows out of a dump.

use mlua::{Table, Value};

use super::super::sides::{ready_to_write, side};
use super::super::tables::filter;
use super::import::mode;
use super::tables::verify;
use super::{guards, report};
use crate::copy::{self, RestoreOptions, Verify};
use crate::host::options::Options;
use crate::host::{Call, Result};

pub async fn restore(call: Call, table: Table) -> Result<Table> {
    let options = Options::new(call.name, Some(table));
    let file = match options.value("from")? {
        Some(Value::UserData(_)) => {
            return Err(options.error(
                "option `from` is the path of a dump here; rows of a Db are copied by `copy.tables`",
            ));
        }
        _ => options.required("from", options.string("from")?)?,
    };
    let to = side(&options, "to")?;
    let tables = filter(to.context(), &options)?;
    let verify = verify(&options)?;
    if verify == Verify::Content {
        return Err(options.error(
            "option `verify` cannot be `content`: a dump has no server that could compare its rows",
        ));
    }
    let mode = mode(&options)?;
    let guards = guards::read(&options)?;
    options.not_yet(&["jobs", "atomic", "columns", "rename", "where"])?;
    options.finish()?;
    ready_to_write(&to).await?;
    let restored = copy::restore(&RestoreOptions {
        file: to.context().path(&file),
        to: to.session()?.clone(),
        tables,
        mode,
        verify,
        guards,
        dry_run: to.context().options.dry_run,
    })
    .await?;
    Ok(report::to_lua(&call.lua, restored)?)
}
