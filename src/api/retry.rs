//! `retry([{ times =, delay = },] fn)`: again, when `fn` raises.
//!
//! The loop is Lua, so that `fn` runs in the coroutine of its caller; `pcall` there raises an interruption
//! again instead of trying once more.

use std::sync::Arc;
use std::time::Duration;

use mlua::{Function, Lua, Table, Value};

use super::Context;
use crate::host::options::Options;
use crate::host::{CHUNK, Error, Result, immediate};

const SOURCE: &str = include_str!("retry.lua");

pub fn build(lua: &Lua, context: &Arc<Context>) -> mlua::Result<Value> {
    let dry_run = context.options.dry_run;
    let plan = immediate(
        lua,
        "retry",
        move |_, (first, second): (Value, Option<Function>)| plan(first, second, dry_run),
    )?;
    let context = Arc::clone(context);
    let warn = immediate(lua, "retry", move |_, text: String| {
        context.warn(text);
        Ok(())
    })?;
    lua.load(SOURCE).set_name(CHUNK).call((plan, warn))
}

/// The function, how often it may run, and the pause in seconds.
fn plan(first: Value, second: Option<Function>, dry_run: bool) -> Result<(Function, i64, f64)> {
    let (table, body): (Option<Table>, _) = match (first, second) {
        (Value::Function(body), None) => (None, body),
        (Value::Table(table), Some(body)) => (Some(table), body),
        _ => return Err(Error::failed("`retry`: options and a function expected")),
    };
    let options = Options::new("retry", table);
    let times = options.integer("times")?.unwrap_or(3);
    let delay = options.duration("delay")?.unwrap_or(Duration::from_secs(1));
    options.finish()?;
    if times < 1 {
        return Err(options.error("option `times` must be at least 1"));
    }
    // A dry run shows what would be done, not how patiently.
    let times = if dry_run { 1 } else { times };
    Ok((body, times, delay.as_secs_f64()))
}
