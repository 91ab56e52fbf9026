//! `mask = { users = { email = { mask = "email" }, name = "upper(name)", note = function(row) ... end, id = false } }`.

use std::collections::BTreeMap;
use std::sync::Arc;

use mlua::{Function, Lua, Value};

use super::super::values::{from_lua, to_lua};
use crate::config::did_you_mean;
use crate::copy::{Mask, Named, Row, RowFunction};
use crate::host::options::Options;
use crate::host::{Error, Result};
use crate::pg;

/// The masks of one table's columns.
pub fn columns(lua: &Lua, options: &Options, value: &Value) -> Result<BTreeMap<String, Mask>> {
    let wrong = || options.wrong("mask", "masks of columns, by table", value);
    let mut masks = BTreeMap::new();
    for pair in value.as_table().ok_or_else(wrong)?.pairs::<Value, Value>() {
        let (column, value) = pair?;
        let column = column.as_string().ok_or_else(wrong)?.to_str()?.to_owned();
        let mask = mask(lua, options, &column, &value)?;
        masks.insert(column, mask);
    }
    Ok(masks)
}

fn mask(lua: &Lua, options: &Options, column: &str, value: &Value) -> Result<Mask> {
    match value {
        Value::Boolean(false) => Ok(Mask::AsIs),
        Value::String(sql) => Ok(Mask::Sql(sql.to_str()?.to_owned())),
        Value::Function(function) => Ok(Mask::Function(called(lua, function.clone()))),
        Value::Table(table) => {
            let word = table.raw_get::<Option<String>>("mask")?.unwrap_or_default();
            let only = table.pairs::<Value, Value>().count() == 1;
            let named = Named::WORDS.iter().find(|(name, _)| only && *name == word);
            let named = named.ok_or_else(|| unknown(options, column, &word))?;
            Ok(Mask::Named(named.1))
        }
        other => Err(options.error(format!(
            "option `mask`: `{column}` must be SQL, `{{ mask = \"email\" }}`, a function or false, got {}",
            other.type_name()
        ))),
    }
}

fn unknown(options: &Options, column: &str, word: &str) -> Error {
    let words: Vec<String> = Named::WORDS
        .iter()
        .map(|(name, _)| format!("`{name}`"))
        .collect();
    let hint = did_you_mean(word, Named::WORDS.iter().map(|(name, _)| *name));
    options.error(format!(
        "option `mask`: `{column}` must be `{{ mask = ... }}` with one of {}, got `{word}`{hint}",
        words.join(", ")
    ))
}

/// A function of the playbook. It runs while the rows pass, so it cannot wait for anything.
fn called(lua: &Lua, function: Function) -> RowFunction {
    let lua = lua.clone();
    let call = move |row: &Row<'_>| -> Result<pg::Value> {
        let table = lua.create_table_with_capacity(0, row.columns.len())?;
        for (column, value) in row.columns.iter().zip(row.values) {
            table.raw_set(column.as_str(), to_lua(&lua, value)?)?;
        }
        from_lua(&lua, &function.call::<Value>(table)?)
    };
    RowFunction(Arc::new(move |row| {
        call(row).map_err(|error| {
            let text = error.message();
            let text = text.split("\nstack traceback:").next().unwrap_or(text);
            text.to_owned()
        })
    }))
}
