//! `host:compose(folder)`.

use mlua::{Lua, Table};

use super::super::json;
use super::container::tail;
use super::on;
use super::pretended;
use super::protect::may;
use super::run::{Wanted, to_lua};
use super::userdata::Compose;
use crate::host::options::Options;
use crate::host::{Call, Result, function};
use crate::machine::{Ran, Up};

pub fn methods(lua: &Lua) -> mlua::Result<Table> {
    let methods = lua.create_table()?;
    methods.set("ps", function(lua, "compose:ps", ps)?)?;
    methods.set("pull", function(lua, "compose:pull", pull)?)?;
    methods.set("up", function(lua, "compose:up", up)?)?;
    methods.set("stop", function(lua, "compose:stop", stop)?)?;
    methods.set("restart", function(lua, "compose:restart", restart)?)?;
    methods.set("exec", function(lua, "compose:exec", exec)?)?;
    methods.set("logs", function(lua, "compose:logs", logs)?)?;
    Ok(methods)
}

type Args = (Compose, Option<Table>);

impl Compose {
    /// Whether a call that changes the project may be made.
    async fn may(&self, verb: &str, services: &[String]) -> Result<bool> {
        let services = services.join(" ");
        let words = format!("{verb} {services}");
        let what = format!("run compose in {}: {}", self.words(), words.trim_end());
        may(&self.context, self.compose.machine(), &what).await
    }

    pub fn words(&self) -> String {
        let machine = self.compose.machine();
        format!("`{}` {}", self.compose.folder(), on(machine))
    }
}

/// The services, as words of the options; none means all.
fn services(call: &Call, table: Option<Table>) -> Result<Vec<String>> {
    let options = Options::new(call.name, table);
    let services = options.words()?;
    options.finish()?;
    Ok(services)
}

async fn ps(call: Call, (it, table): Args) -> Result<Table> {
    let services = services(&call, table)?;
    let list = call.lua.create_table()?;
    for container in it.compose.ps(&services).await? {
        let row = call.lua.create_table()?;
        let text = |pointer| container.pointer(pointer).and_then(|it| it.as_str());
        row.set("service", text("/Config/Labels/com.docker.compose.service"))?;
        row.set(
            "name",
            text("/Name").map(|name| name.trim_start_matches('/')),
        )?;
        row.set("id", text("/Id"))?;
        row.set("image", text("/Config/Image"))?;
        row.set("state", text("/State/Status"))?;
        row.set("health", text("/State/Health/Status"))?;
        list.raw_push(row)?;
    }
    Ok(json::array(&call.lua, list)?)
}

/// A call that takes nothing but services.
async fn simple<F>(
    call: Call,
    (it, table): Args,
    verb: &str,
    work: impl FnOnce(Compose, Vec<String>) -> F,
) -> Result<Table>
where
    F: Future<Output = Result<Ran, crate::machine::Error>>,
{
    let services = services(&call, table)?;
    if !it.may(verb, &services).await? {
        return Ok(pretended(&call.lua)?);
    }
    Ok(to_lua(&call.lua, work(it, services).await?)?)
}

async fn pull(call: Call, args: Args) -> Result<Table> {
    let work = |it: Compose, services: Vec<String>| async move { it.compose.pull(&services).await };
    simple(call, args, "pull", work).await
}

async fn stop(call: Call, args: Args) -> Result<Table> {
    let work = |it: Compose, services: Vec<String>| async move { it.compose.stop(&services).await };
    simple(call, args, "stop", work).await
}

async fn restart(call: Call, args: Args) -> Result<Table> {
    let work =
        |it: Compose, services: Vec<String>| async move { it.compose.restart(&services).await };
    simple(call, args, "restart", work).await
}

async fn up(call: Call, (it, table): Args) -> Result<Table> {
    let options = Options::new(call.name, table);
    let services = options.words()?;
    let how = Up {
        force_recreate: options.boolean("force_recreate")?.unwrap_or(false),
        no_deps: options.boolean("no_deps")?.unwrap_or(false),
    };
    options.finish()?;
    if !it.may("up", &services).await? {
        return Ok(pretended(&call.lua)?);
    }
    Ok(to_lua(&call.lua, it.compose.up(&services, how).await?)?)
}

async fn logs(call: Call, (it, table): Args) -> Result<Table> {
    let options = Options::new(call.name, table);
    let services = options.words()?;
    let tail = tail(&options)?;
    options.finish()?;
    Ok(to_lua(&call.lua, it.compose.logs(&services, tail).await?)?)
}

async fn exec(call: Call, (it, table): (Compose, Table)) -> Result<Table> {
    let options = Options::new(call.name, Some(table));
    let service = options.required("service", options.string("service")?)?;
    let wanted = Wanted::read(&options)?;
    options.finish()?;
    let shown = wanted.command.to_string();
    let verb = format!("exec {service} {shown}");
    if !wanted.reads && !it.may(&verb, &[]).await? {
        return Ok(pretended(&call.lua)?);
    }
    let (command, judge) = wanted.split();
    let ran = it.compose.exec(&service, command).await?;
    judge.result(&call.lua, ran)
}
