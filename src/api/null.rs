//! `null`: SQL NULL inside tables, where `nil` would be no entry at all.

use std::sync::Arc;

use mlua::{LightUserData, Lua, Value};

use super::Context;

pub fn build(lua: &Lua, _: &Arc<Context>) -> mlua::Result<Value> {
    // Light userdata have one metatable between them; no other ever reaches a playbook.
    let shown = lua.create_function(|_, _: Value| Ok("null"))?;
    let mark = lua.create_table_from([("__tostring", shown)])?;
    mark.set("__name", "null")?;
    lua.set_type_metatable::<LightUserData>(Some(mark));
    Ok(Value::NULL)
}
