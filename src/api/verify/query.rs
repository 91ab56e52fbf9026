//! `verify.query { from =, to =, sql =, params =, name =, ordered =, samples = }`.

use std::sync::Arc;

use mlua::{FromLua, Table};

use super::super::sides::side;
use super::super::sql::Sql;
use super::super::values::{from_lua, rows_to_lua};
use super::{forgiven, samples_option};
use crate::copy::verify::{self, QueryOptions};
use crate::host::options::Options;
use crate::host::{Call, Result};

pub async fn query(call: Call, table: Table) -> Result<Table> {
    let options = Options::new(call.name, Some(table));
    let from = side(&options, "from")?;
    let to = side(&options, "to")?;
    let value = options.required("sql", options.value("sql")?)?;
    let wrong = |_| options.wrong("sql", "SQL, or what `query.file` gives", &value);
    let sql = Sql::from_lua(value.clone(), &call.lua).map_err(wrong)?;
    let params = match options.table("params")? {
        None => Vec::new(),
        Some(list) => {
            let values = list.sequence_values::<mlua::Value>();
            let values = values.map(|value| from_lua(&call.lua, &value?));
            values.collect::<Result<_>>()?
        }
    };
    let name = options.string("name")?.unwrap_or_else(|| sql.summary());
    let ordered = options.boolean("ordered")?.unwrap_or(false);
    let samples = samples_option(&options)?;
    options.finish()?;
    let context = Arc::clone(to.context());
    let options = QueryOptions {
        from: from.session()?.clone(),
        to: to.session()?.clone(),
        sql: sql.text.clone(),
        params,
        name,
        ordered,
        samples,
    };
    match verify::query(&options).await {
        Ok(rows) => Ok(rows_to_lua(&call.lua, &rows)?),
        Err(error @ (verify::Error::Query { .. } | verify::Error::QueryColumns { .. }))
            if forgiven(&context, &error.to_string()) =>
        {
            let rows = options.from.query(&options.sql, &options.params).await;
            Ok(rows_to_lua(
                &call.lua,
                &rows.map_err(|error| sql.blame(error))?,
            )?)
        }
        Err(verify::Error::Pg(error)) => Err(sql.blame(*error)),
        Err(error) => Err(error.into()),
    }
}
