//! Values between a server and Lua.

use mlua::{IntoLua, Lua, LuaString, Table, Value};

use super::json;
use super::show::COLUMNS;
use crate::host::{CHUNK, Error, Result};
use crate::pg;

/// The registry key of the function that makes the metatable of rows from their columns.
const ROW: &str = "runner.row";

const SOURCE: &str = include_str!("values.lua");

/// Prepares a machine for rows.
pub fn install(lua: &Lua) -> mlua::Result<()> {
    let row: mlua::Function = lua.load(SOURCE).set_name(CHUNK).eval()?;
    lua.set_named_registry_value(ROW, row)
}

/// NULL is nil here and `null` inside arrays, where nil would be no element.
pub fn to_lua(lua: &Lua, value: &pg::Value) -> mlua::Result<Value> {
    match value {
        pg::Value::Null => Ok(Value::Nil),
        pg::Value::Bool(flag) => flag.into_lua(lua),
        pg::Value::Int(integer) => integer.into_lua(lua),
        pg::Value::Float(float) => float.into_lua(lua),
        pg::Value::Text(text) => text.as_str().into_lua(lua),
        pg::Value::Bytes(bytes) => lua.create_string(bytes)?.into_lua(lua),
        pg::Value::Json(json) => json::to_lua(lua, json),
        pg::Value::Array(items) => {
            let table = lua.create_table_with_capacity(items.len(), 0)?;
            for item in items {
                let item = match item {
                    pg::Value::Null => Value::NULL,
                    item => to_lua(lua, item)?,
                };
                table.raw_push(item)?;
            }
            json::array(lua, table)?.into_lua(lua)
        }
    }
}

/// A parameter. What a table stands for, an array or a document, the type of the parameter decides.
pub fn from_lua(lua: &Lua, value: &Value) -> Result<pg::Value> {
    Ok(match value {
        Value::Nil => pg::Value::Null,
        value if value.is_null() => pg::Value::Null,
        Value::Boolean(flag) => pg::Value::Bool(*flag),
        Value::Integer(integer) => pg::Value::Int(*integer),
        Value::Number(float) => pg::Value::Float(*float),
        Value::String(text) => match text.to_str() {
            Ok(text) => pg::Value::Text(text.to_owned()),
            Err(_) => pg::Value::Bytes(text.as_bytes().to_vec()),
        },
        Value::Table(_) => pg::Value::Json(json::from_lua(lua, value)?),
        other => {
            let kind = other.type_name();
            return Err(Error::failed(format!(
                "a {kind} cannot be a parameter of a statement"
            )));
        }
    })
}

/// Makes the rows of one result: they share their keys and the metatable that keeps the order of columns.
pub struct RowMaker {
    keys: Vec<LuaString>,
    mark: Table,
}

impl RowMaker {
    pub fn new(lua: &Lua, columns: &[pg::Column]) -> mlua::Result<Self> {
        let keys: Vec<_> = keys(columns)
            .iter()
            .map(|key| lua.create_string(key))
            .collect::<mlua::Result<_>>()?;
        let list = lua.create_sequence_from(keys.iter().cloned())?;
        let mark = lua
            .named_registry_value::<mlua::Function>(ROW)?
            .call(list)?;
        Ok(Self { keys, mark })
    }

    pub fn row(&self, lua: &Lua, values: &[pg::Value]) -> mlua::Result<Table> {
        let row = lua.create_table_with_capacity(0, values.len())?;
        for (key, value) in self.keys.iter().zip(values) {
            row.raw_set(key, to_lua(lua, value)?)?;
        }
        row.set_metatable(Some(self.mark.clone()))?;
        Ok(row)
    }
}

/// The names of the columns. A second one of a name is told apart by its number, or it would hide the first:
/// `id`, `id (2)`.
fn keys(columns: &[pg::Column]) -> Vec<String> {
    let mut keys: Vec<String> = Vec::with_capacity(columns.len());
    for column in columns {
        let mut key = column.name.clone();
        for number in 2.. {
            if !keys.contains(&key) {
                break;
            }
            key = format!("{} ({number})", column.name);
        }
        keys.push(key);
    }
    keys
}

/// All rows of a result, as a list that knows its columns even when it is empty.
pub fn rows_to_lua(lua: &Lua, rows: &pg::Rows) -> mlua::Result<Table> {
    let maker = RowMaker::new(lua, &rows.columns)?;
    let list = lua.create_table_with_capacity(rows.rows.len(), 0)?;
    for row in &rows.rows {
        list.raw_push(maker.row(lua, row)?)?;
    }
    let mark = lua.create_table()?;
    mark.raw_set(COLUMNS, maker.mark.raw_get::<Value>(COLUMNS)?)?;
    list.set_metatable(Some(mark))?;
    Ok(list)
}

/// A result of our own making, of the same shape.
pub fn rows_of(lua: &Lua, columns: &[&str], rows: Vec<Vec<pg::Value>>) -> mlua::Result<Table> {
    let column = |name: &&str| pg::Column {
        name: (*name).to_owned(),
        type_name: String::new(),
        numeric: false,
    };
    let columns = columns.iter().map(column).collect();
    rows_to_lua(lua, &pg::Rows { columns, rows })
}
