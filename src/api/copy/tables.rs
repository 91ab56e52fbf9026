//! `copy.tables { from =, to =, tables =, mode =, ... }`.

use mlua::{Lua, Table, Value};

use super::super::db::Db;
use super::super::sides::{from_value, ready_to_write, side};
use super::super::tables::filter;
use super::super::watermark::Changed;
use super::{guards, report, shape, work};
use crate::copy::{self, CopyOptions, Mode, Selection, Shape, Tables, Verify};
use crate::host::options::Options;
use crate::host::{Call, Result};

pub async fn tables(call: Call, table: Table) -> Result<Table> {
    let options = Options::new(call.name, Some(table));
    let (to, options) = read(&call.lua, &options)?;
    ready_to_write(&to).await?;
    let copied = copy::tables(&options).await?;
    Ok(report::to_lua(&call.lua, copied)?)
}

/// The options, and the target they name.
pub fn read(lua: &Lua, options: &Options) -> Result<(Db, CopyOptions)> {
    let (from, tables) = source(options)?;
    let to = side(options, "to")?;
    let shape = shape::read(lua, options, &to.context().options.project)?;
    let copied = rest(options, (&from, &to), tables, shape)?;
    Ok((to, copied))
}

/// What is the same wherever the rows come from.
pub fn rest(
    options: &Options,
    (from, to): (&Db, &Db),
    tables: Tables,
    shape: Shape,
) -> Result<CopyOptions> {
    let mode = mode(options)?;
    let verify = verify(options)?;
    let guards = guards::read(options)?;
    let work = work::read(options)?;
    let sequences = options.boolean("sequences")?;
    let refresh = options.boolean("refresh")?;
    options.finish()?;
    Ok(CopyOptions {
        from: from.session()?.clone(),
        to: to.session()?.clone(),
        tables,
        mode,
        verify,
        shape,
        guards,
        work,
        sequences: sequences.unwrap_or(true),
        refresh: refresh.unwrap_or(true),
        dry_run: to.context().options.dry_run,
    })
}

/// Where the rows come from, and which they are.
fn source(options: &Options) -> Result<(Db, Tables)> {
    let value = options.required("from", options.value("from")?)?;
    if let Some(from) = from_value(&value) {
        let tables = Tables::Matching(filter(from.context(), options)?);
        return Ok((from, tables));
    }
    if let Some(changed) = value
        .as_userdata()
        .and_then(|data| data.borrow::<Changed>().ok())
    {
        if options.value("where")?.is_some() {
            // The mark would pass over rows that this leaves out.
            return Err(options.error(
                "rows that `changed` chose take no `where`; give it to `marks:changed`, which keeps a mark for each",
            ));
        }
        if options.value("limit")?.is_some() {
            return Err(options.error(
                "rows that `changed` chose take no `limit`: the mark would pass over those it leaves out",
            ));
        }
        if options
            .value("tables")?
            .or(options.value("exclude")?)
            .is_some()
        {
            return Err(
                options.error("rows that `changed` chose are of its one table; leave `tables` out")
            );
        }
        let rows = Selection {
            table: changed.changed.table.shown.clone(),
            filter: changed.changed.filter.clone(),
        };
        return Ok((changed.from.clone(), Tables::Rows(vec![rows])));
    }
    if matches!(value, Value::String(_)) {
        return Err(options.error(
            "option `from` is a Db, a snapshot or what `changed` returned; a dump is read by `copy.restore`",
        ));
    }
    Err(options.wrong(
        "from",
        "a Db, a snapshot or what `changed` returned",
        &value,
    ))
}

/// Without one the rows are added, which can wipe nothing.
fn mode(options: &Options) -> Result<Mode> {
    let words = [
        ("replace", Mode::Replace),
        ("append", Mode::Append),
        ("insert", Mode::Insert),
        ("upsert", Mode::Upsert),
        ("mirror", Mode::Mirror),
    ];
    Ok(options.choice("mode", &words)?.unwrap_or(Mode::Append))
}

/// `"count"`, `"content"` or false.
pub fn verify(options: &Options) -> Result<Verify> {
    if let Some(Value::Boolean(flag)) = options.value("verify")? {
        return Ok(if flag { Verify::Count } else { Verify::No });
    }
    let words = [("count", Verify::Count), ("content", Verify::Content)];
    Ok(options.choice("verify", &words)?.unwrap_or(Verify::Count))
}
