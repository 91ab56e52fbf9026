//! `copy.export { from =, table = | tables = | sql =, to =, format =, ... }`.

use std::path::Path;

use mlua::{Lua, Table, Value};

use super::super::sides::side;
use super::super::sql::Sql;
use super::super::tables::filter;
use super::super::values::{from_lua, rows_of};
use super::super::{Context, db::Db};
use crate::copy::{
    self, ExportOptions, Exported, Format, Goal, Layout, Packing, Place, Query, Rows,
};
use crate::host::options::Options;
use crate::host::{Call, Result};
use crate::pg;

/// What says which rows of tables are meant, and goes without `sql`.
const OF_TABLES: [&str; 7] = [
    "table", "tables", "exclude", "columns", "where", "order_by", "limit",
];

pub async fn export(call: Call, table: Table) -> Result<Table> {
    let options = Options::new(call.name, Some(table));
    let from = side(&options, "from")?;
    let rows = rows(&call.lua, &options, &from)?;
    let to = goal(&options, from.context(), &rows)?;
    let format = format(&options)?;
    let layout = layout(&options, format, first_place(&to))?;
    let packing = packing(&options)?;
    let overwrite = options.boolean("overwrite")?.unwrap_or(false);
    options.finish()?;
    let export = ExportOptions {
        from: from.session()?.clone(),
        rows,
        to,
        format,
        packing,
        layout,
        overwrite,
        dry_run: from.context().options.dry_run,
    };
    report(&call.lua, Box::pin(copy::export(&export)).await?)
}

fn rows(lua: &Lua, options: &Options, from: &Db) -> Result<Rows> {
    if let Some(value) = options.value("sql")? {
        let Sql { text, .. } = mlua::FromLua::from_lua(value, lua)?;
        for name in OF_TABLES {
            if options.value(name)?.is_some() {
                return Err(options.error(format!("option `{name}` goes without `sql`")));
            }
        }
        return Ok(Rows::Query(Query {
            sql: text,
            params: params(lua, options)?,
        }));
    }
    if options.value("params")?.is_some() {
        return Err(options
            .error("option `params` goes with `sql`; conditions have their values beside them"));
    }
    let one = options.string("table")?;
    let mut filter = filter(from.context(), options)?;
    match (one, &filter.tables) {
        (Some(_), Some(_)) => {
            return Err(options.error("options `table` and `tables` exclude each other"));
        }
        (Some(table), None) => filter.tables = Some(vec![table]),
        (None, Some(_)) => {}
        (None, None) => {
            return Err(options.error("one of the options `table`, `tables` and `sql` is missing"));
        }
    }
    let limit = options.integer("limit")?.map(|limit| {
        let wrong = |_| options.error(format!("option `limit` must be 0 or more, got {limit}"));
        u64::try_from(limit).map_err(wrong)
    });
    Ok(Rows::Tables {
        filter,
        columns: options.strings("columns")?,
        condition: condition(lua, options)?,
        order_by: options.string("order_by")?,
        limit: limit.transpose()?,
    })
}

/// `"sql"` or `{ "sql with $1", value, ... }`.
fn condition(lua: &Lua, options: &Options) -> Result<Option<Query>> {
    let wanted = "a condition, or a list of one and its values";
    match options.value("where")? {
        None => Ok(None),
        Some(Value::String(sql)) => Ok(Some(Query {
            sql: sql.to_str()?.to_owned(),
            params: Vec::new(),
        })),
        Some(value @ Value::Table(_)) => {
            let table = value.as_table().cloned();
            let mut values = values(lua, table.as_ref())?.into_iter();
            match values.next() {
                Some(pg::Value::Text(sql)) => Ok(Some(Query {
                    sql,
                    params: values.collect(),
                })),
                _ => Err(options.wrong("where", wanted, &value)),
            }
        }
        Some(other) => Err(options.wrong("where", wanted, &other)),
    }
}

fn params(lua: &Lua, options: &Options) -> Result<Vec<pg::Value>> {
    values(lua, options.table("params")?.as_ref())
}

fn values(lua: &Lua, table: Option<&Table>) -> Result<Vec<pg::Value>> {
    let Some(table) = table else {
        return Ok(Vec::new());
    };
    let values = table.sequence_values::<Value>();
    values.map(|value| from_lua(lua, &value?)).collect()
}

/// Several tables go into a folder, which is said by a `/` at its end unless it is there.
fn goal(options: &Options, context: &Context, rows: &Rows) -> Result<Goal> {
    let to = options.required("to", options.string("to")?)?;
    if to == "-" {
        return Ok(Goal::One(Place::Standard));
    }
    let path = context.path(&to);
    let is_folder = to.ends_with('/') || path.is_dir();
    if is_folder && matches!(rows, Rows::Tables { .. }) {
        // Its name without what only says that it is one.
        let path: &Path = &path;
        return Ok(Goal::Folder(path.components().collect()));
    }
    Ok(Goal::One(Place::File(path)))
}

fn first_place(goal: &Goal) -> Option<&Place> {
    match goal {
        Goal::One(place) => Some(place),
        Goal::Folder(_) => None,
    }
}

pub fn format(options: &Options) -> Result<Option<Format>> {
    let words = [
        ("csv", Format::Csv),
        ("tsv", Format::Tsv),
        ("jsonl", Format::JsonLines),
        ("binary", Format::Binary),
    ];
    options.choice("format", &words)
}

pub fn packing(options: &Options) -> Result<Option<Packing>> {
    let words = [
        ("gzip", Packing::Gzip),
        ("zstd", Packing::Zstd),
        ("none", Packing::Plain),
    ];
    options.choice("compress", &words)
}

/// How fields stand, refused where the format has no such thing.
pub fn layout(options: &Options, given: Option<Format>, place: Option<&Place>) -> Result<Layout> {
    let layout = Layout {
        header: options.boolean("header")?,
        delimiter: options.string("delimiter")?,
        null: options.string("null")?,
        quote: options.string("quote")?,
        escape: options.string("escape")?,
    };
    let format = match place {
        Some(place) => Format::of(given, place).ok(),
        None => given.or(Some(Format::Csv)),
    };
    let used = [
        ("header", layout.header.is_some(), false),
        ("delimiter", layout.delimiter.is_some(), false),
        ("null", layout.null.is_some(), false),
        ("quote", layout.quote.is_some(), true),
        ("escape", layout.escape.is_some(), true),
    ];
    for (name, given, only_csv) in used {
        let fits = match format {
            Some(Format::Csv) | None => true,
            Some(Format::Tsv) => !only_csv,
            Some(Format::JsonLines | Format::Binary) => false,
        };
        if given && !fits {
            let formats = if only_csv { "`csv`" } else { "`csv` and `tsv`" };
            return Err(options.error(format!("option `{name}` goes with {formats} only")));
        }
    }
    let single = [
        ("delimiter", &layout.delimiter),
        ("quote", &layout.quote),
        ("escape", &layout.escape),
    ];
    for (name, value) in single {
        if let Some(value) = value
            && value.len() != 1
        {
            return Err(options.error(format!("option `{name}` must be one ASCII character")));
        }
    }
    Ok(layout)
}

const COLUMNS: [&str; 5] = ["table", "file", "rows", "bytes", "seconds"];

/// `{ files = { { table =, file =, rows =, ... }, ... }, rows = }`
fn report(lua: &Lua, exported: Vec<Exported>) -> Result<Table> {
    let count = |number: u64| pg::Value::Int(i64::try_from(number).unwrap_or(i64::MAX));
    let rows: u64 = exported.iter().map(|file| file.rows).sum();
    let row = |file: Exported| {
        vec![
            file.table.into(),
            file.file.into(),
            count(file.rows),
            count(file.bytes),
            pg::Value::Float(file.seconds),
        ]
    };
    let files = exported.into_iter().map(row).collect();
    let report = lua.create_table()?;
    report.raw_set("rows", rows)?;
    report.raw_set("files", rows_of(lua, &COLUMNS, files)?)?;
    Ok(report)
}
