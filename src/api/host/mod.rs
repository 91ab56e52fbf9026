//! `host(alias)` and `host()`: another machine by ssh, or this one.

mod compose;
mod container;
mod files;
mod protect;
mod run;
mod userdata;

use std::sync::Arc;

use mlua::{IntoLua, Lua, Table, Value};

use super::Context;
use crate::host::{Error, Result, immediate};
use crate::machine::Machine;
use userdata::Host;

pub fn build(lua: &Lua, context: &Arc<Context>) -> mlua::Result<Value> {
    userdata::install(lua)?;
    let context = Arc::clone(context);
    let host = immediate(lua, "host", move |_, alias: Option<String>| {
        host(&context, alias.as_deref())
    })?;
    host.into_lua(lua)
}

fn host(context: &Arc<Context>, alias: Option<&str>) -> Result<Host> {
    context.check_words()?;
    if let Some(alias) = alias
        && (alias.is_empty() || alias.starts_with('-'))
    {
        return Err(Error::failed(format!(
            "`host`: `{alias}` is no ssh destination; write an alias or `user@host:port`, or nothing for this machine"
        )));
    }
    Ok(Host {
        context: Arc::clone(context),
        machine: context.machine(alias),
    })
}

/// What stands for the result of something that a dry run has only told.
fn pretended(lua: &Lua) -> mlua::Result<Table> {
    lua.create_table_from([
        ("code", 0.into_lua(lua)?),
        ("stdout", "".into_lua(lua)?),
        ("stderr", "".into_lua(lua)?),
        ("bytes", 0.into_lua(lua)?),
        ("resumed", 0.into_lua(lua)?),
        ("seconds", 0.0.into_lua(lua)?),
    ])
}

/// The place in words, to stand behind a noun.
fn on(machine: &Machine) -> String {
    if machine.is_here() {
        "on this machine".to_owned()
    } else {
        format!("on `{}`", machine.name())
    }
}
