//! Values of Lua as tables to print.

use std::collections::BTreeSet;

use mlua::{Lua, Table, Value};

use super::super::json;
use crate::host::{Result, text};
use crate::progress::{self, Cell, Column};

/// The field of a metatable that lists the columns of a row, or of a list of rows, in their order.
pub const COLUMNS: &str = "__columns";

/// A list of rows by column; a list of values in one column; any other table by key, one that is a list only in part too,
/// and behind it the lists of rows that it holds, as the reports of primitives do.
pub fn to_tables(lua: &Lua, value: &Value) -> Result<Vec<progress::Table>> {
    let Value::Table(table) = value else {
        return Ok(vec![grid(lua, &["value".into()], &[vec![value.clone()]])]);
    };
    if columns(table)?.is_none() && !is_list(table) {
        return by_key(lua, table);
    }
    Ok(vec![to_table(lua, value, table)?])
}

/// Whether there is nothing in it but the values from 1 on.
fn is_list(table: &Table) -> bool {
    table.sequence_values::<Value>().count() == table.pairs::<Value, Value>().count()
}

fn to_table(lua: &Lua, value: &Value, table: &Table) -> Result<progress::Table> {
    let rows: Vec<Value> = table.sequence_values().collect::<mlua::Result<_>>()?;
    let marked = columns(table)?;
    let rows = match marked {
        // A row.
        Some(_) if rows.is_empty() && !table.is_empty() => vec![value.clone()],
        _ => rows,
    };
    if marked.is_some() || rows.iter().all(Value::is_table) {
        return by_column(lua, &columns_of_all(marked, &rows)?, &rows);
    }
    let rows: Vec<_> = rows.into_iter().map(|value| vec![value]).collect();
    Ok(grid(lua, &["value".into()], &rows))
}

fn by_column(lua: &Lua, columns: &[String], rows: &[Value]) -> Result<progress::Table> {
    let mut cells = Vec::with_capacity(rows.len());
    for row in rows {
        let row = match row {
            Value::Table(row) => columns
                .iter()
                .map(|column| cell_of(row, column))
                .collect::<mlua::Result<_>>()?,
            other => vec![other.clone()],
        };
        cells.push(row);
    }
    Ok(grid(lua, columns, &cells))
}

/// A list of plain lists has numbers for columns.
pub fn cell_of(row: &Table, column: &str) -> mlua::Result<Value> {
    match row.raw_get(column)? {
        Value::Nil => match column.parse::<i64>() {
            Ok(index) => row.raw_get(index),
            Err(_) => Ok(Value::Nil),
        },
        value => Ok(value),
    }
}

fn by_key(lua: &Lua, table: &Table) -> Result<Vec<progress::Table>> {
    let mut pairs: Vec<(Value, Value)> = table.pairs().collect::<mlua::Result<_>>()?;
    pairs.sort_by_key(|(key, _)| (place(key), text(lua, key)));
    let (lists, values): (Vec<_>, Vec<_>) = pairs
        .into_iter()
        .partition(|(_, value)| is_list_of_rows(value));
    let values: Vec<_> = values
        .into_iter()
        .map(|(key, value)| vec![key, value])
        .collect();
    let mut tables = Vec::new();
    if !values.is_empty() {
        tables.push(grid(lua, &["key".into(), "value".into()], &values));
    }
    for (key, list) in &lists {
        if let Value::Table(rows) = list {
            let table = to_table(lua, list, rows)?;
            tables.push(progress::Table {
                title: text(lua, key),
                ..table
            });
        }
    }
    Ok(tables)
}

/// Numbers in their order come before names.
fn place(key: &Value) -> i64 {
    key.as_integer().unwrap_or(i64::MAX)
}

fn is_list_of_rows(value: &Value) -> bool {
    let Some(list) = value.as_table() else {
        return false;
    };
    let mut rows = list.sequence_values::<Value>();
    list.raw_len() > 0 && rows.all(|row| row.is_ok_and(|row| row.is_table()))
}

/// The order that a list of rows, or a row, was read in.
fn columns(table: &Table) -> Result<Option<Vec<String>>> {
    match table.metatable() {
        Some(mark) => Ok(mark.raw_get(COLUMNS)?),
        None => Ok(None),
    }
}

/// `first`, then those of the results that the rows are of, in their order, and behind them what else was put into rows.
pub fn columns_of_all(first: Option<Vec<String>>, rows: &[Value]) -> Result<Vec<String>> {
    let mut known = first.unwrap_or_default();
    let mut others = BTreeSet::new();
    let mut result = std::ptr::null();
    for row in rows.iter().filter_map(Value::as_table) {
        // The rows of one result have a metatable between them.
        let mark = row.metatable().map(|mark| mark.to_pointer());
        if let Some(mark) = mark.filter(|mark| *mark != result) {
            result = mark;
            let columns = columns(row)?.unwrap_or_default();
            let new = columns.into_iter().filter(|name| !known.contains(name));
            known.extend(new.collect::<Vec<_>>());
        }
        for pair in row.pairs::<Value, Value>() {
            let key = pair?.0;
            others.insert((place(&key), key.to_string()?));
        }
    }
    let others = others.into_iter().map(|(_, name)| name);
    let new: Vec<_> = others.filter(|name| !known.contains(name)).collect();
    known.extend(new);
    Ok(known)
}

fn grid(lua: &Lua, columns: &[String], rows: &[Vec<Value>]) -> progress::Table {
    let is_number = |value: &Value| matches!(value, Value::Integer(_) | Value::Number(_));
    let is_empty = |value: &Value| value.is_nil() || value.is_null();
    let columns = columns.iter().enumerate().map(|(index, name)| Column {
        name: name.clone(),
        right: rows.iter().any(|row| row.get(index).is_some_and(is_number))
            && rows.iter().all(|row| {
                row.get(index)
                    .is_none_or(|value| is_number(value) || is_empty(value))
            }),
    });
    progress::Table {
        title: String::new(),
        columns: columns.collect(),
        rows: rows
            .iter()
            .map(|row| row.iter().map(|value| cell(lua, value)).collect())
            .collect(),
    }
}

fn cell(lua: &Lua, value: &Value) -> Cell {
    match value {
        Value::Nil => Cell::null(),
        value if value.is_null() => Cell::null(),
        Value::Table(_) => match json::from_lua(lua, value) {
            Ok(json) => Cell::json(json.to_string()),
            Err(_) => Cell::plain(text(lua, value)),
        },
        Value::Boolean(flag) => Cell::json(flag.to_string()),
        other => Cell::plain(text(lua, other)),
    }
}
