//! `json.encode`, `json.decode`, and the marks that keep arrays and objects apart.

use std::sync::Arc;

use mlua::{IntoLua, Lua, Table, Value};
use serde_json::Value as Json;

use super::Context;
use crate::host::{Error, Result, immediate};

/// The registry keys of the two metatables.
const ARRAY: &str = "runner.json.array";
const OBJECT: &str = "runner.json.object";

/// Deeper than any document a person writes, and shallow enough for the stack.
const DEEPEST: usize = 128;

pub fn build(lua: &Lua, _: &Arc<Context>) -> mlua::Result<Value> {
    for (key, name) in [(ARRAY, "json array"), (OBJECT, "json object")] {
        let mark = lua.create_table_from([("__name", name)])?;
        lua.set_named_registry_value(key, mark)?;
    }
    let json = lua.create_table()?;
    json.set(
        "encode",
        immediate(lua, "json.encode", |call, value: Value| {
            Ok(from_lua(&call.lua, &value)?.to_string())
        })?,
    )?;
    json.set(
        "decode",
        immediate(lua, "json.decode", |call, text: mlua::LuaString| {
            let json: Json = serde_json::from_slice(&text.as_bytes())
                .map_err(|error| Error::failed(format!("`json.decode`: {error}")))?;
            Ok(to_lua(&call.lua, &json)?)
        })?,
    )?;
    json.set(
        "array",
        immediate(lua, "json.array", |call, table: Table| {
            Ok(array(&call.lua, table)?)
        })?,
    )?;
    json.set(
        "object",
        immediate(lua, "json.object", |call, table: Table| {
            Ok(marked(&call.lua, table, OBJECT)?)
        })?,
    )?;
    json.into_lua(lua)
}

/// Marks a table as an array, so that it stays one when it is empty.
pub fn array(lua: &Lua, table: Table) -> mlua::Result<Table> {
    marked(lua, table, ARRAY)
}

fn marked(lua: &Lua, table: Table, key: &str) -> mlua::Result<Table> {
    table.set_metatable(Some(lua.named_registry_value(key)?))?;
    Ok(table)
}

/// A document as tables, which remember whether they were arrays or objects.
pub fn to_lua(lua: &Lua, json: &Json) -> mlua::Result<Value> {
    match json {
        Json::Null => Ok(Value::NULL),
        Json::Bool(flag) => flag.into_lua(lua),
        Json::Number(number) => number_to_lua(lua, number),
        Json::String(text) => text.as_str().into_lua(lua),
        Json::Array(items) => {
            let table = lua.create_table_with_capacity(items.len(), 0)?;
            for item in items {
                table.raw_push(to_lua(lua, item)?)?;
            }
            array(lua, table)?.into_lua(lua)
        }
        Json::Object(members) => {
            let table = lua.create_table_with_capacity(0, members.len())?;
            for (key, value) in members {
                table.raw_set(key.as_str(), to_lua(lua, value)?)?;
            }
            marked(lua, table, OBJECT)?.into_lua(lua)
        }
    }
}

/// A number that neither integer nor float can hold stays the text it was.
fn number_to_lua(lua: &Lua, number: &serde_json::Number) -> mlua::Result<Value> {
    let text = number.to_string();
    if let Ok(integer) = text.parse::<i64>() {
        return integer.into_lua(lua);
    }
    match text.parse::<f64>() {
        Ok(float) if decimal(&text) == decimal(&format!("{float:e}")) => float.into_lua(lua),
        _ => text.into_lua(lua),
    }
}

/// The significant digits of a number and the power of ten they are multiplied with, sign included.
fn decimal(text: &str) -> Option<(bool, String, i64)> {
    let (negative, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    let trimmed = digits.trim_end_matches('0');
    let dropped = i64::try_from(digits.len() - trimmed.len()).ok()?;
    let places = i64::try_from(fraction.len()).ok()?;
    let exponent: i64 = exponent.parse().ok()?;
    let significant = trimmed.trim_start_matches('0').to_owned();
    if significant.is_empty() {
        return Some((negative, significant, 0));
    }
    Some((negative, significant, exponent + dropped - places))
}

/// A Lua value as a document. Without a mark a table is an array if its keys are 1..n and n > 0.
pub fn from_lua(lua: &Lua, value: &Value) -> Result<Json> {
    encode(lua, value, 0)
}

fn encode(lua: &Lua, value: &Value, depth: usize) -> Result<Json> {
    if depth > DEEPEST {
        return Err(Error::failed(
            "json: nested too deeply, or a table that holds itself",
        ));
    }
    match value {
        Value::Nil => Ok(Json::Null),
        value if value.is_null() => Ok(Json::Null),
        Value::Boolean(flag) => Ok(Json::Bool(*flag)),
        Value::Integer(integer) => Ok(Json::from(*integer)),
        Value::Number(float) => serde_json::Number::from_f64(*float)
            .map(Json::Number)
            .ok_or_else(|| Error::failed(format!("json: `{float}` is no number of json"))),
        Value::String(text) => match text.to_str() {
            Ok(text) => Ok(Json::String(text.to_owned())),
            Err(_) => Err(Error::failed("json: a string is not UTF-8")),
        },
        Value::Table(table) if is_array(lua, table)? => (1..=table.raw_len())
            .map(|index| encode(lua, &table.raw_get(index)?, depth + 1))
            .collect::<Result<_>>()
            .map(Json::Array),
        Value::Table(table) => object(lua, table, depth),
        other => Err(Error::failed(format!(
            "json: a {} has no form in json",
            other.type_name()
        ))),
    }
}

fn object(lua: &Lua, table: &Table, depth: usize) -> Result<Json> {
    let mut members = Vec::new();
    for pair in table.pairs::<Value, Value>() {
        let (key, value) = pair?;
        let key = match &key {
            Value::String(key) => key.to_string_lossy(),
            Value::Integer(key) => key.to_string(),
            other => {
                let kind = other.type_name();
                return Err(Error::failed(format!(
                    "json: a {kind} cannot be the key of an object"
                )));
            }
        };
        members.push((key, encode(lua, &value, depth + 1)?));
    }
    // The order of a Lua table is that of its memory; a fixed one makes equal documents equal texts.
    members.sort_by(|(left, _), (right, _)| left.cmp(right));
    Ok(Json::Object(members.into_iter().collect()))
}

fn is_array(lua: &Lua, table: &Table) -> Result<bool> {
    if let Some(mark) = table.metatable() {
        if mark == lua.named_registry_value::<Table>(ARRAY)? {
            return Ok(true);
        }
        if mark == lua.named_registry_value::<Table>(OBJECT)? {
            return Ok(false);
        }
    }
    let length = table.raw_len();
    Ok(length > 0 && table.pairs::<Value, Value>().count() == length)
}
