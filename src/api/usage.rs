//! `usage(message)`: the playbook was called wrongly; ends the run with exit code 2.

use std::sync::Arc;

use mlua::{IntoLua, Lua, Value};

use super::Context;
use crate::host::{Error, immediate};

pub fn build(lua: &Lua, _: &Arc<Context>) -> mlua::Result<Value> {
    let usage = immediate(lua, "usage", |_, message: String| {
        Err::<(), _>(Error::usage(message))
    })?;
    usage.into_lua(lua)
}
