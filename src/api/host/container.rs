//! `host:container(name)`.

use std::time::Duration;

use mlua::{IntoLua, Lua, Table, Value};

use super::super::json;
use super::files::{mode, to_lua};
use super::protect::may;
use super::run::{Wanted, to_lua as ran_to_lua};
use super::userdata::Container;
use super::{on, pretended};
use crate::host::options::Options;
use crate::host::{Call, Result, function};

/// How often, and how long in between, `wait_healthy` looks where nothing else is said.
const TRIES: u32 = 30;
const EVERY: Duration = Duration::from_secs(2);

pub fn methods(lua: &Lua) -> mlua::Result<Table> {
    let methods = lua.create_table()?;
    methods.set("run", function(lua, "container:run", run)?)?;
    methods.set("copy_in", function(lua, "container:copy_in", copy_in)?)?;
    methods.set("copy_out", function(lua, "container:copy_out", copy_out)?)?;
    methods.set("inspect", function(lua, "container:inspect", inspect)?)?;
    methods.set("logs", function(lua, "container:logs", logs)?)?;
    let wait_healthy = function(lua, "container:wait_healthy", wait_healthy)?;
    methods.set("wait_healthy", wait_healthy)?;
    Ok(methods)
}

impl Container {
    /// The container and its machine in words.
    pub fn words(&self) -> String {
        let machine = self.container.machine();
        format!("container `{}` {}", self.container.name(), on(machine))
    }

    async fn may(&self, what: &str) -> Result<bool> {
        may(&self.context, self.container.machine(), what).await
    }
}

async fn run(call: Call, (it, table): (Container, Table)) -> Result<Table> {
    let options = Options::new(call.name, Some(table));
    let wanted = Wanted::read(&options)?;
    options.finish()?;
    let shown = wanted.command.to_string();
    if !wanted.reads && !it.may(&format!("run in {}: {shown}", it.words())).await? {
        return Ok(pretended(&call.lua)?);
    }
    let (command, judge) = wanted.split();
    let ran = it.container.run(command).await?;
    judge.result(&call.lua, ran)
}

async fn copy_in(
    call: Call,
    (it, local, path, table): (Container, String, String, Option<Table>),
) -> Result<Table> {
    let mode = mode(&call, table)?;
    let what = format!("copy `{local}` to `{path}` in {}", it.words());
    if !it.may(&what).await? {
        return Ok(pretended(&call.lua)?);
    }
    let local = it.context.path(&local);
    let moved = it.container.copy_in(&local, &path, mode).await?;
    Ok(to_lua(&call.lua, moved)?)
}

/// Changes nothing there; but a dry run changes nothing here either.
async fn copy_out(call: Call, (it, path, local): (Container, String, String)) -> Result<Table> {
    if it.context.options.dry_run {
        let words = it.words();
        it.context
            .note(format!("would copy `{path}` in {words} to `{local}`"));
        return Ok(pretended(&call.lua)?);
    }
    let local = it.context.path(&local);
    let moved = it.container.copy_out(&path, &local).await?;
    Ok(to_lua(&call.lua, moved)?)
}

async fn inspect(call: Call, it: Container) -> Result<Value> {
    let value = it.container.inspect().await?;
    Ok(json::to_lua(&call.lua, &value)?)
}

async fn logs(call: Call, (it, table): (Container, Option<Table>)) -> Result<Table> {
    let options = Options::new(call.name, table);
    let tail = tail(&options)?;
    options.finish()?;
    let ran = it.container.logs(tail).await?;
    Ok(ran_to_lua(&call.lua, ran)?)
}

/// How many lines of a log.
pub fn tail(options: &Options) -> Result<Option<u64>> {
    let Some(tail) = options.integer("tail")? else {
        return Ok(None);
    };
    let tail = u64::try_from(tail);
    Ok(Some(tail.map_err(|_| {
        options.error("option `tail` must be a number of lines")
    })?))
}

async fn wait_healthy(call: Call, (it, table): (Container, Option<Table>)) -> Result<Table> {
    let options = Options::new(call.name, table);
    let tries = match options.integer("tries")?.map(u32::try_from) {
        None => TRIES,
        Some(Ok(tries @ 1..)) => tries,
        Some(_) => return Err(options.error("option `tries` must be 1 or more")),
    };
    let every = options.duration("every")?.unwrap_or(EVERY);
    options.finish()?;
    // What it waits for may be the outcome of calls that were only told.
    if it.context.options.dry_run {
        it.context
            .note(format!("would wait until {} is healthy", it.words()));
        return Ok(pretended(&call.lua)?);
    }
    let health = it.container.wait_healthy(tries, every).await?;
    let lua = &call.lua;
    Ok(lua.create_table_from([
        ("tries", health.tries.into_lua(lua)?),
        ("seconds", health.seconds.into_lua(lua)?),
    ])?)
}
