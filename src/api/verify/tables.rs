//! `verify.tables { from =, to =, tables =, by =, extra =, except = }`.

use std::collections::BTreeMap;
use std::sync::Arc;

use mlua::{Table, Value};

use super::super::sides::side;
use super::super::tables::filter;
use super::super::values::rows_of;
use super::{extra, forgiven, samples_option};
use crate::copy::verify::{self, By, Class, Except, TableCheck, VerifyOptions};
use crate::host::options::{Options, strings};
use crate::host::{Call, Result};
use crate::pg;

const COLUMNS: [&str; 8] = [
    "table",
    "from",
    "to",
    "missing",
    "different",
    "extra",
    "ok",
    "samples",
];

pub async fn tables(call: Call, table: Table) -> Result<Table> {
    let options = Options::new(call.name, Some(table));
    let from = side(&options, "from")?;
    let to = side(&options, "to")?;
    let words = [("count", By::Count), ("content", By::Content)];
    let by = options.choice("by", &words)?;
    let extra = extra(&options)?;
    let tables = filter(from.context(), &options)?;
    let except = except(&options)?;
    let samples = samples_option(&options)?;
    options.finish()?;
    let context = Arc::clone(to.context());
    let options = VerifyOptions {
        from: from.session()?.clone(),
        to: to.session()?.clone(),
        tables,
        by: by.unwrap_or_default(),
        extra,
        except,
        samples,
    };
    let checks = match verify::tables(&options).await {
        Err(verify::Error::Mismatch(checks)) if forgiven(&context, "the tables differ") => checks,
        checked => checked?,
    };
    let rows = checks.iter().map(row).collect();
    Ok(rows_of(&call.lua, &COLUMNS, rows)?)
}

fn row(check: &TableCheck) -> Vec<pg::Value> {
    let count = |number: u64| pg::Value::Int(i64::try_from(number).unwrap_or(i64::MAX));
    vec![
        check.table.as_str().into(),
        count(check.from),
        count(check.to),
        count(check.missing),
        count(check.different),
        count(check.extra),
        pg::Value::Bool(check.ok),
        samples(check),
    ]
}

/// `{ missing = { "(3)", ... }, ... }`; nothing where no row is named.
fn samples(check: &TableCheck) -> pg::Value {
    let classes = [Class::Missing, Class::Different, Class::Extra];
    let named = classes.map(|class| (class, check.named(class).collect::<Vec<_>>()));
    let named = named.into_iter().filter(|(_, rows)| !rows.is_empty());
    let object: serde_json::Map<_, _> = named
        .map(|(class, rows)| (class.word().to_owned(), rows.into()))
        .collect();
    if object.is_empty() {
        return pg::Value::Null;
    }
    pg::Value::Json(object.into())
}

/// A list of columns for all tables, or columns by table.
fn except(options: &Options) -> Result<Except> {
    let wrong =
        |value: &Value| options.wrong("except", "a list of columns, or columns by table", value);
    let Some(value) = options.value("except")? else {
        return Ok(Except::default());
    };
    if let Value::String(column) = &value {
        let everywhere = vec![column.to_string_lossy()];
        return Ok(Except {
            everywhere,
            ..Except::default()
        });
    }
    let Value::Table(table) = &value else {
        return Err(wrong(&value));
    };
    if let Some(everywhere) = strings(table) {
        return Ok(Except {
            everywhere,
            ..Except::default()
        });
    }
    let mut tables = BTreeMap::new();
    for pair in table.pairs::<Value, Value>() {
        let (Value::String(name), columns) = pair? else {
            return Err(wrong(&value));
        };
        let columns = match &columns {
            Value::String(column) => Some(vec![column.to_string_lossy()]),
            Value::Table(list) => strings(list),
            _ => None,
        };
        tables.insert(
            name.to_string_lossy(),
            columns.ok_or_else(|| wrong(&value))?,
        );
    }
    Ok(Except {
        tables,
        ..Except::default()
    })
}
