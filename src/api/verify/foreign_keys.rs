//! `verify.foreign_keys { db =, tables =, exclude =, not_valid =, samples = }`; `to` is another name for `db`.

use std::sync::Arc;

use mlua::Table;

use super::super::db::Db;
use super::super::sides::side;
use super::super::tables::filter;
use super::super::values::rows_of;
use super::{forgiven, samples_option};
use crate::copy::verify::{self, KeyCheck, KeyOptions, NotValid};
use crate::host::options::Options;
use crate::host::{Call, Result};
use crate::pg::Value;

const COLUMNS: [&str; 8] = [
    "key",
    "table",
    "columns",
    "parent",
    "validated",
    "orphans",
    "ok",
    "samples",
];

pub async fn foreign_keys(call: Call, table: Table) -> Result<Table> {
    let options = Options::new(call.name, Some(table));
    let db = database(&options)?;
    let tables = filter(db.context(), &options)?;
    let words = [("report", NotValid::Report), ("fail", NotValid::Fail)];
    let not_valid = options.choice("not_valid", &words)?.unwrap_or_default();
    let samples = samples_option(&options)?;
    options.finish()?;
    let context = Arc::clone(db.context());
    let options = KeyOptions {
        session: db.session()?.clone(),
        tables,
        not_valid,
        samples,
    };
    let checks = match verify::foreign_keys(&options).await {
        Err(verify::Error::Orphans(checks)) if forgiven(&context, "keys are broken") => checks,
        checked => checked?,
    };
    let rows = checks.into_iter().map(row).collect();
    Ok(rows_of(&call.lua, &COLUMNS, rows)?)
}

/// One database, by either name.
fn database(options: &Options) -> Result<Db> {
    match (options.value("db")?, options.value("to")?) {
        (Some(_), Some(_)) => Err(options.error("give one of `db` and `to`, they mean the same")),
        (None, Some(_)) => side(options, "to"),
        _ => side(options, "db"),
    }
}

fn row(check: KeyCheck) -> Vec<Value> {
    vec![
        check.key.into(),
        check.table.into(),
        check.columns.into(),
        check.parent.into(),
        Value::Bool(check.validated),
        Value::Int(i64::try_from(check.orphans).unwrap_or(i64::MAX)),
        Value::Bool(check.ok),
        if check.samples.is_empty() {
            Value::Null
        } else {
            check.samples.into()
        },
    ]
}
