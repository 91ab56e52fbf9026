//! `sleep(duration)`

use std::sync::Arc;

use mlua::{IntoLua, Lua, Value};

use super::Context;
use crate::host::{Error, Result, duration, function};
use crate::interrupt;

pub fn build(lua: &Lua, _: &Arc<Context>) -> mlua::Result<Value> {
    let sleep = function(lua, "sleep", |_, length: Value| async move {
        let length = read(&length)?;
        interrupt::race(tokio::time::sleep(length)).await?;
        Ok(())
    })?;
    sleep.into_lua(lua)
}

fn read(length: &Value) -> Result<std::time::Duration> {
    let wrong = || {
        Error::failed(format!(
            "`sleep`: a duration expected, got {}",
            length.type_name()
        ))
    };
    duration::from_lua(length)
        .ok_or_else(wrong)?
        .map_err(|error| Error::failed(format!("`sleep`: {error}")))
}
