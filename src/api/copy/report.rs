//! What a copy did, as playbooks read it.

use mlua::{Lua, Table};

use super::super::values::rows_of;
use crate::copy::{Report, TableReport};
use crate::pg::Value;

const COLUMNS: [&str; 9] = [
    "table", "inserted", "updated", "deleted", "equal", "skipped", "rows", "bytes", "seconds",
];

/// `{ tables = { { table =, inserted =, ... }, ... }, rows = }`
pub fn to_lua(lua: &Lua, report: Report) -> mlua::Result<Table> {
    let all = lua.create_table()?;
    all.raw_set("rows", report.rows)?;
    let rows = report.tables.into_iter().map(row).collect();
    all.raw_set("tables", rows_of(lua, &COLUMNS, rows)?)?;
    Ok(all)
}

fn row(table: TableReport) -> Vec<Value> {
    let count = |number: u64| Value::Int(i64::try_from(number).unwrap_or(i64::MAX));
    vec![
        table.table.into(),
        count(table.inserted),
        count(table.updated),
        count(table.deleted),
        count(table.equal),
        count(table.skipped),
        count(table.rows),
        count(table.bytes),
        Value::Float(table.seconds),
    ]
}
