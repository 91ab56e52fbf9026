//! `help(value)`: what `runner help NAME` prints, for a function, a module, a Db, or a name.

use std::sync::Arc;

use mlua::{IntoLua, Lua, Table, Value};

use super::Context;
use crate::docs::{self, Entry};
use crate::host::{Error, Result, immediate, text};
use crate::progress::Event;

pub fn build(lua: &Lua, context: &Arc<Context>) -> mlua::Result<Value> {
    let context = Arc::clone(context);
    let help = immediate(lua, "help", move |call, value: Value| {
        let page = match about(&call.lua, &value)? {
            Some(entry) => docs::page(entry),
            None => docs::overview(),
        };
        context.tell(&Event::Page(Box::new(page)));
        Ok(())
    })?;
    help.into_lua(lua)
}

/// The entry of what was given; `None` where nothing was.
fn about(lua: &Lua, value: &Value) -> Result<Option<&'static Entry>> {
    let found = match value {
        Value::Nil => return Ok(None),
        Value::String(name) => {
            let name = name.to_string_lossy();
            let hint = || docs::similar(&name).map(|near| format!(", did you mean `{near}`"));
            let unknown = || {
                format!(
                    "there is no help about `{name}`{}",
                    hint().unwrap_or_default()
                )
            };
            return docs::lookup(&name)
                .map(Some)
                .ok_or_else(|| Error::failed(unknown()));
        }
        Value::UserData(data) => data
            .metatable()?
            .get::<Option<String>>("__name")?
            .as_deref()
            .and_then(docs::class),
        value => by_identity(lua, value)?,
    };
    let unknown = || {
        let shown = text(lua, value);
        Error::failed(format!(
            "there is no help about {shown}; `help()` lists what there is help about"
        ))
    };
    found.map(Some).ok_or_else(unknown)
}

/// The entry whose name leads to this very value.
fn by_identity(lua: &Lua, value: &Value) -> Result<Option<&'static Entry>> {
    for entry in docs::entries() {
        if entry.is_called() && named(lua, &entry.name)?.as_ref() == Some(value) {
            return Ok(Some(entry));
        }
    }
    Ok(None)
}

/// What a declared name stands for: a global, a field of one, a method, or a module that was required.
fn named(lua: &Lua, name: &str) -> mlua::Result<Option<Value>> {
    let (owner, member) = match name.split_once(['.', ':']) {
        Some((owner, member)) => (owner, Some(member)),
        None => (name, None),
    };
    let globals = lua.globals();
    let owner = if name.contains(':') {
        lua.named_registry_value(&format!("runner.{}", owner.to_lowercase()))?
    } else {
        match globals.raw_get::<Value>(owner)? {
            Value::Nil => globals
                .get::<Table>("package")?
                .get::<Table>("loaded")?
                .raw_get(owner)?,
            global => global,
        }
    };
    match (member, owner) {
        (None, Value::Nil) => Ok(None),
        (None, owner) => Ok(Some(owner)),
        (Some(member), Value::Table(owner)) => Ok(Some(owner.raw_get(member)?)),
        (Some(_), _) => Ok(None),
    }
}
