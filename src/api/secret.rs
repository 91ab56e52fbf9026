//! `secret(name)`: a value of `.env` or the environment, from then on shown nowhere.

use std::sync::Arc;

use mlua::{IntoLua, Lua, Value};

use super::Context;
use crate::host::immediate;

pub fn build(lua: &Lua, context: &Arc<Context>) -> mlua::Result<Value> {
    let context = Arc::clone(context);
    // The playbook gets a plain string: everything that prints removes it by its text.
    let secret = immediate(lua, "secret", move |_, name: String| {
        let secret = context.options.project.secret(&name)?;
        Ok(secret.expose().to_owned())
    })?;
    secret.into_lua(lua)
}
