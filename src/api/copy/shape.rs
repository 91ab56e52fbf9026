//! What crosses in a copy: `where`, `columns`, `rename`, `mask`, `mask_seed`, `order_by`, `limit`, `on_missing`.

use std::collections::BTreeMap;

use mlua::{Lua, Table, Value};

use super::super::values::from_lua;
use super::mask;
use crate::config::{Project, Secret};
use crate::copy::{Columns, Condition, OnMissing, PerTable, Rename, Shape};
use crate::host::Result;
use crate::host::options::{Options, strings};

pub fn read(lua: &Lua, options: &Options, project: &Project) -> Result<Shape> {
    let words = [("error", OnMissing::Error), ("skip", OnMissing::Skip)];
    Ok(Shape {
        conditions: conditions(lua, options)?,
        columns: by_table(options, "columns", |value| columns(options, value))?,
        rename: by_table(options, "rename", |value| rename(options, value))?,
        order_by: order_by(options)?,
        limit: limit(options)?,
        roots: PerTable::default(),
        children: PerTable::default(),
        on_missing: options.choice("on_missing", &words)?.unwrap_or_default(),
        masks: by_table(options, "mask", |value| mask::columns(lua, options, value))?,
        mask_seed: match options.string("mask_seed")? {
            Some(seed) => Some(Secret::new(seed)),
            None => project.mask_seed()?,
        },
        sensitive: project.sensitive.clone(),
    })
}

fn conditions(lua: &Lua, options: &Options) -> Result<PerTable<Condition>> {
    match options.value("where")? {
        Some(Value::String(text)) => {
            let sql = text.to_str()?.to_owned();
            let params = Vec::new();
            Ok(PerTable::Only(Condition { sql, params }))
        }
        // `where = { "id > $1", 5 }` has no table to be about but the one that is copied.
        Some(Value::Table(list)) if list.raw_len() > 0 => {
            let value = Value::Table(list);
            Ok(PerTable::Only(condition(lua, options, "where", &value)?))
        }
        _ => by_table(options, "where", |value| {
            condition(lua, options, "where", value)
        }),
    }
}

/// `"sql"` or `{ "sql with $1", value, ... }`. A `nil` among the values ends a list in Lua; `null` is for that.
fn condition(lua: &Lua, options: &Options, name: &str, value: &Value) -> Result<Condition> {
    let wrong = || {
        let wanted = "SQL, or a list of SQL and the values of its `$1`, `$2`, by table";
        options.wrong(name, wanted, value)
    };
    if let Value::String(text) = value {
        return Ok(Condition {
            sql: text.to_str()?.to_owned(),
            params: Vec::new(),
        });
    }
    let list = value.as_table().ok_or_else(wrong)?;
    let mut values = list.sequence_values::<Value>();
    let Some(Value::String(sql)) = values.next().transpose()? else {
        return Err(wrong());
    };
    if list.pairs::<Value, Value>().count() != list.raw_len() {
        return Err(options.error(format!(
            "option `{name}`: a list of SQL and values has a gap or a name in it (NULL is `null`)"
        )));
    }
    let params = values.map(|value| from_lua(lua, &value?));
    Ok(Condition {
        sql: sql.to_str()?.to_owned(),
        params: params.collect::<Result<_>>()?,
    })
}

/// The rows that a subset begins with, by table.
pub fn roots(lua: &Lua, options: &Options) -> Result<PerTable<Condition>> {
    let roots = by_table(options, "roots", |value| {
        condition(lua, options, "roots", value)
    })?;
    if roots.is_empty() {
        return Err(options.error(
            "option `roots` says which rows to begin with, by table, as in `roots = { users = \"id < 10\" }`",
        ));
    }
    Ok(roots)
}

/// `true` for all tables, or names and patterns of some.
pub fn children(options: &Options) -> Result<PerTable<bool>> {
    match options.value("children")? {
        None | Some(Value::Boolean(false)) => Ok(PerTable::default()),
        Some(Value::Boolean(true)) => Ok(PerTable::Every(true)),
        _ => {
            let names = options.strings("children")?.unwrap_or_default();
            Ok(PerTable::Named(
                names.into_iter().map(|name| (name, true)).collect(),
            ))
        }
    }
}

/// A number for each table, or numbers by table.
fn limit(options: &Options) -> Result<PerTable<u64>> {
    let number = |value: &Value| match value {
        Value::Integer(rows) if *rows >= 0 => Ok(rows.unsigned_abs()),
        other => Err(options.wrong("limit", "a number of rows, or numbers by table", other)),
    };
    match options.value("limit")? {
        None => Ok(PerTable::default()),
        Some(Value::Table(_)) => by_table(options, "limit", number),
        Some(other) => Ok(PerTable::Every(number(&other)?)),
    }
}

/// `{ "a", "b" }`, or `{ except = { "a", "b" } }`.
fn columns(options: &Options, value: &Value) -> Result<Columns> {
    let wrong = || {
        options.wrong(
            "columns",
            "lists of columns by table, or `{ except = ... }`",
            value,
        )
    };
    let table = value.as_table().ok_or_else(wrong)?;
    if let Some(except) = table.raw_get::<Option<Table>>("except")? {
        if table.pairs::<Value, Value>().count() > 1 {
            return Err(wrong());
        }
        return Ok(Columns::Except(strings(&except).ok_or_else(wrong)?));
    }
    match strings(table) {
        Some(names) if !names.is_empty() => Ok(Columns::These(names)),
        _ => Err(wrong()),
    }
}

/// `"table"`, `{ column = "column" }`, or both: `{ "table", column = "column" }`.
fn rename(options: &Options, value: &Value) -> Result<Rename> {
    let wrong = || {
        let wanted = "the table's name on the target, or a table with those of its columns";
        options.wrong("rename", wanted, value)
    };
    if let Value::String(name) = value {
        return Ok(Rename {
            table: Some(name.to_str()?.to_owned()),
            columns: BTreeMap::new(),
        });
    }
    let mut rename = Rename::default();
    for pair in value.as_table().ok_or_else(wrong)?.pairs::<Value, Value>() {
        match pair? {
            (Value::Integer(1), Value::String(name)) => {
                rename.table = Some(name.to_str()?.to_owned());
            }
            (Value::String(old), Value::String(new)) => {
                let (old, new) = (old.to_str()?.to_owned(), new.to_str()?.to_owned());
                rename.columns.insert(old, new);
            }
            _ => return Err(wrong()),
        }
    }
    Ok(rename)
}

fn order_by(options: &Options) -> Result<PerTable<String>> {
    if let Some(Value::String(text)) = options.value("order_by")? {
        return Ok(PerTable::Every(text.to_str()?.to_owned()));
    }
    by_table(options, "order_by", |value| match value {
        Value::String(text) => Ok(text.to_str()?.to_owned()),
        other => Err(options.wrong("order_by", "SQL, or SQL by table", other)),
    })
}

/// What an option says about tables, by their names or patterns.
fn by_table<T>(
    options: &Options,
    name: &'static str,
    read: impl Fn(&Value) -> Result<T>,
) -> Result<PerTable<T>> {
    let mut tables = BTreeMap::new();
    let Some(table) = options.table(name)? else {
        return Ok(PerTable::default());
    };
    for pair in table.pairs::<Value, Value>() {
        let (key, value) = pair?;
        let Value::String(key) = key else {
            return Err(options.error(format!(
                "option `{name}` goes by table, as in `{name} = {{ lat = ... }}`"
            )));
        };
        tables.insert(key.to_str()?.to_owned(), read(&value)?);
    }
    Ok(PerTable::Named(tables))
}
