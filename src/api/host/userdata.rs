//! Hosts, containers and compose projects as Lua holds them.

use std::sync::Arc;

use mlua::{
    AnyUserData, FromLua, Lua, MetaMethod, Table, UserData, UserDataFields, UserDataMethods, Value,
};

use super::super::Context;
use super::{compose, container, files, on, run};
use crate::host::{Call, Result, function, immediate};
use crate::machine::{self, Machine};

/// The registry keys of the tables of methods.
const HOST: &str = "runner.host";
const CONTAINER: &str = "runner.container";
const COMPOSE: &str = "runner.compose";

/// What `host(...)` returns.
#[derive(Clone)]
pub struct Host {
    pub context: Arc<Context>,
    pub machine: Machine,
}

/// What `host:container(name)` returns.
#[derive(Clone)]
pub struct Container {
    pub context: Arc<Context>,
    pub container: machine::Container,
}

/// What `host:compose(folder)` returns.
#[derive(Clone)]
pub struct Compose {
    pub context: Arc<Context>,
    pub compose: machine::Compose,
}

/// Makes the methods; before the first host reaches Lua.
pub fn install(lua: &Lua) -> mlua::Result<()> {
    lua.set_named_registry_value(HOST, methods(lua)?)?;
    lua.set_named_registry_value(CONTAINER, container::methods(lua)?)?;
    lua.set_named_registry_value(COMPOSE, compose::methods(lua)?)
}

fn methods(lua: &Lua) -> mlua::Result<Table> {
    let methods = lua.create_table()?;
    methods.set("run", function(lua, "host:run", run::run)?)?;
    methods.set("upload", function(lua, "host:upload", files::upload)?)?;
    methods.set("download", function(lua, "host:download", files::download)?)?;
    methods.set("exists", function(lua, "host:exists", files::exists)?)?;
    methods.set("read", function(lua, "host:read", files::read)?)?;
    methods.set("write", function(lua, "host:write", files::write)?)?;
    methods.set(
        "container",
        immediate(lua, "host:container", open_container)?,
    )?;
    methods.set("compose", immediate(lua, "host:compose", open_compose)?)?;
    methods.set("close", function(lua, "host:close", close)?)?;
    Ok(methods)
}

fn open_container(_: &Call, (host, name): (Host, String)) -> Result<Container> {
    Ok(Container {
        container: host.machine.container(&name)?,
        context: host.context,
    })
}

fn open_compose(_: &Call, (host, folder): (Host, String)) -> Result<Compose> {
    Ok(Compose {
        compose: host.machine.compose(&folder)?,
        context: host.context,
    })
}

async fn close(_: Call, host: Host) -> Result<()> {
    host.machine.close().await;
    Ok(())
}

impl UserData for Host {
    fn add_fields<F: UserDataFields<Self>>(fields: &mut F) {
        fields.add_meta_field(MetaMethod::Type, "host");
        add_methods(fields, HOST);
    }

    fn add_methods<M: UserDataMethods<Self>>(methods: &mut M) {
        methods.add_meta_method(MetaMethod::ToString, |_, this, ()| {
            Ok(format!("host {}", this.machine.name()))
        });
        methods.add_meta_function(MetaMethod::Close, |_, (data, _): (AnyUserData, Value)| {
            data.borrow::<Self>()?.machine.let_go();
            Ok(())
        });
    }
}

impl UserData for Container {
    fn add_fields<F: UserDataFields<Self>>(fields: &mut F) {
        fields.add_meta_field(MetaMethod::Type, "container");
        add_methods(fields, CONTAINER);
    }

    fn add_methods<M: UserDataMethods<Self>>(methods: &mut M) {
        methods.add_meta_method(MetaMethod::ToString, |_, this, ()| Ok(this.words()));
    }
}

impl UserData for Compose {
    fn add_fields<F: UserDataFields<Self>>(fields: &mut F) {
        fields.add_meta_field(MetaMethod::Type, "compose");
        add_methods(fields, COMPOSE);
    }

    fn add_methods<M: UserDataMethods<Self>>(methods: &mut M) {
        methods.add_meta_method(MetaMethod::ToString, |_, this, ()| {
            let machine = this.compose.machine();
            Ok(format!("compose {} {}", this.compose.folder(), on(machine)))
        });
    }
}

fn add_methods<T, F: UserDataFields<T>>(fields: &mut F, key: &'static str) {
    fields.add_meta_field_with(MetaMethod::Index, move |lua| {
        lua.named_registry_value::<Table>(key)
    });
}

impl FromLua for Host {
    fn from_lua(value: Value, _: &Lua) -> mlua::Result<Self> {
        borrow(&value, "what `host` returns")
    }
}

impl FromLua for Container {
    fn from_lua(value: Value, _: &Lua) -> mlua::Result<Self> {
        borrow(&value, "what `host:container` returns")
    }
}

impl FromLua for Compose {
    fn from_lua(value: Value, _: &Lua) -> mlua::Result<Self> {
        borrow(&value, "what `host:compose` returns")
    }
}

fn borrow<T: Clone + 'static>(value: &Value, wanted: &str) -> mlua::Result<T> {
    let data = value.as_userdata();
    let held = data.and_then(|data| Some(data.borrow::<T>().ok()?.clone()));
    held.ok_or_else(|| mlua::Error::FromLuaConversionError {
        from: value.type_name(),
        to: wanted.to_owned(),
        message: None,
    })
}
