//! `copy.schema { from =, to =, section =, clean =, rows =, tables =, exclude =, verify =, lock_timeout = }`.

use std::time::Duration;

use mlua::{Table, Value};

use super::super::sides::{ready_to_write, side};
use super::super::tables::filter;
use super::report;
use crate::copy::schema::{self, Check, SchemaOptions, Section};
use crate::host::options::Options;
use crate::host::{Call, Result};

/// Long enough for an ordinary statement of somebody else to end, short enough for others to stand in line.
const LOCK_TIMEOUT: Duration = Duration::from_secs(5);

pub async fn schema(call: Call, table: Table) -> Result<Table> {
    let options = Options::new(call.name, Some(table));
    let from = side(&options, "from")?;
    let to = side(&options, "to")?;
    let words = [
        ("pre-data", Section::PreData),
        ("post-data", Section::PostData),
    ];
    let section = options.choice("section", &words)?.unwrap_or_default();
    let clean = options.boolean("clean")?.unwrap_or(false);
    let rows = options.boolean("rows")?.unwrap_or(false);
    let verify = check(&options)?;
    let lock_timeout = options.duration("lock_timeout")?.unwrap_or(LOCK_TIMEOUT);
    let tables = filter(from.context(), &options)?;
    options.finish()?;
    if rows && section != Section::All {
        return Err(options.error(
            "`rows` come between the two sections, so it goes without `section`; for one of them copy rows by \
             `copy.tables`",
        ));
    }
    from.session()?;
    ready_to_write(&to).await?;
    let done = Box::pin(schema::copy(&SchemaOptions {
        from: from.session()?.clone(),
        to: to.session()?.clone(),
        tables,
        section,
        clean,
        rows,
        verify,
        lock_timeout: format!("{}ms", lock_timeout.as_millis()),
        snapshot: from.exported_snapshot().map(str::to_owned),
        dry_run: to.context().options.dry_run,
    }))
    .await?;
    let result = report::to_lua(&call.lua, done.report)?;
    result.raw_set("dropped", done.dropped)?;
    result.raw_set("statements", done.statements)?;
    Ok(result)
}

/// `"count"`, `"content"` or false.
fn check(options: &Options) -> Result<Check> {
    if let Some(Value::Boolean(flag)) = options.value("verify")? {
        return Ok(if flag { Check::Count } else { Check::No });
    }
    let words = [("count", Check::Count), ("content", Check::Content)];
    Ok(options.choice("verify", &words)?.unwrap_or_default())
}
