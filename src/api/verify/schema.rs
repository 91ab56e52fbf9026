//! `verify.schema { from =, to =, tables =, exclude =, extra = }`.

use std::sync::Arc;

use mlua::Table;

use super::super::schema::differences_to_lua;
use super::super::sides::side;
use super::super::tables::filter;
use super::{extra, forgiven};
use crate::copy::verify::{self, SchemaOptions};
use crate::host::options::Options;
use crate::host::{Call, Result};

pub async fn schema(call: Call, table: Table) -> Result<Table> {
    let options = Options::new(call.name, Some(table));
    let from = side(&options, "from")?;
    let to = side(&options, "to")?;
    let tables = filter(from.context(), &options)?;
    let extra = extra(&options)?;
    options.finish()?;
    let context = Arc::clone(to.context());
    let options = SchemaOptions {
        from: from.session()?.clone(),
        to: to.session()?.clone(),
        tables,
        extra,
    };
    let differences = match verify::schema(&options).await {
        Err(verify::Error::Schema(found)) if forgiven(&context, "the schemas differ") => found,
        compared => compared?,
    };
    Ok(differences_to_lua(&call.lua, differences)?)
}
