//! `log(...)`: a line of the playbook's own among the progress, on stderr.

use std::sync::Arc;

use mlua::{IntoLua, Lua, MultiValue, Value};

use super::Context;
use crate::host::{immediate, text};
use crate::progress::Event;

pub fn build(lua: &Lua, context: &Arc<Context>) -> mlua::Result<Value> {
    let context = Arc::clone(context);
    let log = immediate(lua, "log", move |call, values: MultiValue| {
        let words: Vec<_> = values.iter().map(|value| text(&call.lua, value)).collect();
        context.tell(&Event::Log(words.join(" ")));
        Ok(())
    })?;
    log.into_lua(lua)
}
