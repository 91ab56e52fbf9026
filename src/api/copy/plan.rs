//! `copy.plan { ... }`: what `copy.tables`, or with `roots` `copy.subset`, would do with the same options.

use mlua::{Lua, Table};
use serde_json::json;

use super::super::values::{rows_of, to_lua};
use super::subset;
use super::tables::read;
use crate::copy::{self, PlanReport, PlannedTable};
use crate::host::options::Options;
use crate::host::{Call, Result};
use crate::pg::Value;

const TABLE: [&str; 15] = [
    "table",
    "target",
    "mode",
    "rows",
    "counted",
    "bytes",
    "unit",
    "strategy",
    "reason",
    "format",
    "keys_in",
    "keys_out",
    "triggers",
    "differences",
    "may_not",
];

pub async fn plan(call: Call, table: Table) -> Result<Table> {
    let options = Options::new(call.name, Some(table));
    let is_subset = options.value("roots")?.is_some();
    if !is_subset && options.value("children")?.is_some() {
        return Err(options.error("option `children` goes with `roots`"));
    }
    let (_, options) = if is_subset {
        subset::read(&call.lua, &options)?
    } else {
        read(&call.lua, &options)?
    };
    let options = if is_subset {
        subset::with_tables(options).await?
    } else {
        options
    };
    let planned = Box::pin(copy::plan(&options)).await?;
    Ok(returned(&call.lua, planned)?)
}

fn returned(lua: &Lua, plan: PlanReport) -> mlua::Result<Table> {
    let all = lua.create_table()?;
    all.raw_set("rows", plan.rows)?;
    all.raw_set("bytes", plan.bytes)?;
    let tables = plan.tables.into_iter().map(row).collect();
    all.raw_set("tables", rows_of(lua, &TABLE, tables)?)?;
    let units = plan.units.into_iter().map(|unit| {
        vec![
            unit.tables.into(),
            Value::from(unit.strategy),
            unit.reason.into(),
        ]
    });
    let columns = ["tables", "strategy", "reason"];
    all.raw_set("units", rows_of(lua, &columns, units.collect())?)?;
    let refused = plan.refused.into_iter();
    let refused = refused.map(|r| vec![r.table.map_or(Value::Null, Value::from), r.reason.into()]);
    all.raw_set(
        "refused",
        rows_of(lua, &["table", "reason"], refused.collect())?,
    )?;
    all.raw_set("excluded", to_lua(lua, &plan.excluded.into())?)?;
    all.raw_set("views", to_lua(lua, &plan.views.into())?)?;
    Ok(all)
}

fn row(table: PlannedTable) -> Vec<Value> {
    let count = |number: u64| Value::Int(i64::try_from(number).unwrap_or(i64::MAX));
    let keys = |keys: Vec<copy::KeyEnd>| {
        let keys = keys.into_iter();
        Value::Json(
            keys.map(|end| json!({ "key": end.key, "table": end.table }))
                .collect(),
        )
    };
    let triggers = table.triggers.into_iter().map(|trigger| {
        json!({
            "name": trigger.name,
            "state": trigger.state,
            "fires": trigger.fires,
            "switched_off": trigger.switched_off,
        })
    });
    vec![
        table.table.into(),
        table.target.into(),
        table.mode.into(),
        table.rows.map_or(Value::Null, count),
        Value::Bool(table.counted),
        count(table.bytes),
        table.unit.map_or(Value::Null, |unit| count(unit as u64)),
        table.strategy.into(),
        table.reason.into(),
        table.format.into(),
        keys(table.keys_in),
        keys(table.keys_out),
        Value::Json(triggers.collect()),
        table.differences.into(),
        table.may_not.into(),
    ]
}
