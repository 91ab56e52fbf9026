//! `upload`, `download`, `exists`, `read` and `write` of a host.

use mlua::{IntoLua, Lua, LuaString, Table};

use super::protect::may;
use super::userdata::Host;
use super::{on, pretended};
use crate::host::options::Options;
use crate::host::{Call, Result};
use crate::human;
use crate::machine::Moved;

pub async fn upload(
    call: Call,
    (host, local, remote, table): (Host, String, String, Option<Table>),
) -> Result<Table> {
    let mode = mode(&call, table)?;
    let what = format!("upload `{local}` to `{remote}` {}", on(&host.machine));
    if !may(&host.context, &host.machine, &what).await? {
        return Ok(pretended(&call.lua)?);
    }
    let local = host.context.path(&local);
    let moved = host.machine.upload(&local, &remote, mode).await?;
    Ok(to_lua(&call.lua, moved)?)
}

/// Changes nothing there; but a dry run changes nothing here either.
pub async fn download(call: Call, (host, remote, local): (Host, String, String)) -> Result<Table> {
    if host.context.options.dry_run {
        let place = on(&host.machine);
        host.context
            .note(format!("would download `{remote}` {place} to `{local}`"));
        return Ok(pretended(&call.lua)?);
    }
    let local = host.context.path(&local);
    let moved = host.machine.download(&remote, &local).await?;
    Ok(to_lua(&call.lua, moved)?)
}

pub async fn exists(_: Call, (host, path): (Host, String)) -> Result<bool> {
    Ok(host.machine.exists(&path).await?)
}

pub async fn read(call: Call, (host, path): (Host, String)) -> Result<LuaString> {
    let bytes = host.machine.read(&path).await?;
    Ok(call.lua.create_string(bytes)?)
}

pub async fn write(
    call: Call,
    (host, path, text, table): (Host, String, LuaString, Option<Table>),
) -> Result<()> {
    let mode = mode(&call, table)?;
    let bytes = text.as_bytes().to_vec();
    let size = human::bytes(bytes.len() as u64);
    let what = format!("write {size} to `{path}` {}", on(&host.machine));
    if may(&host.context, &host.machine, &what).await? {
        host.machine.write(&path, bytes, mode).await?;
    }
    Ok(())
}

/// `mode = "640"`: in octal digits, for which Lua has no number.
pub fn mode(call: &Call, table: Option<Table>) -> Result<Option<u32>> {
    let options = Options::new(call.name, table);
    let digits = options.string("mode")?;
    options.finish()?;
    let Some(digits) = digits else {
        return Ok(None);
    };
    match u32::from_str_radix(&digits, 8) {
        Ok(mode) if mode <= 0o7777 => Ok(Some(mode)),
        _ => Err(options.error(format!(
            "option `mode` must be octal digits such as `640`, got `{digits}`"
        ))),
    }
}

pub fn to_lua(lua: &Lua, moved: Moved) -> mlua::Result<Table> {
    lua.create_table_from([
        ("bytes", moved.bytes.into_lua(lua)?),
        ("resumed", moved.resumed.into_lua(lua)?),
        ("seconds", moved.seconds.into_lua(lua)?),
    ])
}
