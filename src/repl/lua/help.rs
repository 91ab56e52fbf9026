//! `help(x)`: what the declarations tell about a function, a module, a value or a name.

use std::sync::Arc;

use mlua::{Table, Value};

use crate::api::Context;
use crate::docs;
use crate::host::{Error, Result, immediate};
use crate::progress::Event;

/// Makes it a global.
pub fn install(lua: &mlua::Lua, context: &Arc<Context>) -> mlua::Result<()> {
    let context = Arc::clone(context);
    let help = immediate(lua, "help", move |call, value: Value| {
        let page = match name_of(&call.lua.globals(), &value)? {
            None => docs::overview(),
            Some(name) => docs::page(docs::lookup(&name).ok_or_else(|| unknown(&name))?),
        };
        context.tell(&Event::Page(Box::new(page)));
        Ok(())
    })?;
    lua.globals().set("help", help)
}

fn unknown(name: &str) -> Error {
    let near = docs::similar(name).map(|name| format!(", did you mean `{name}`"));
    Error::failed(format!(
        "there is no help for `{name}`{}; `help()` lists what there is",
        near.unwrap_or_default()
    ))
}

/// What a value is called; nothing where nothing was asked about.
fn name_of(globals: &Table, value: &Value) -> Result<Option<String>> {
    let name = match value {
        Value::Nil => return Ok(None),
        Value::String(text) => Some(text.to_string_lossy()),
        Value::UserData(data) => Some(data.type_name()?.to_string_lossy()),
        value => found(globals, value),
    };
    let named = || {
        Error::failed(format!(
            "this {} is none that is declared; give its name: `help \"copy.tables\"`",
            value.type_name()
        ))
    };
    name.map(Some).ok_or_else(named)
}

/// The global that is `value`, or the one in which it stands.
fn found(globals: &Table, value: &Value) -> Option<String> {
    let place = value.to_pointer();
    let is_it = |other: &Value| !place.is_null() && other.to_pointer() == place;
    let declared = |name: &String| docs::lookup(name).is_some();
    let pairs = |table: &Table| {
        let pairs = table
            .pairs::<Value, Value>()
            .filter_map(std::result::Result::ok);
        let named = pairs.filter_map(|(name, value)| {
            let name = name.as_string()?.to_str().ok()?.to_owned();
            Some((name, value))
        });
        named.collect::<Vec<_>>()
    };
    for (name, global) in pairs(globals) {
        if is_it(&global) && declared(&name) {
            return Some(name);
        }
        let Some(module) = global.as_table() else {
            continue;
        };
        for (field, value) in pairs(module) {
            let full = format!("{name}.{field}");
            if is_it(&value) && declared(&full) {
                return Some(full);
            }
        }
    }
    None
}
