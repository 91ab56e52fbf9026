//! `tunnel.open { target = }` or `{ ssh =, docker =, host =, port =, local_port = }`, and the tunnel it returns.
//!
//! What passes through a tunnel cannot be read-only, so a protected server asks for its phrase before one is
//! opened. In a dry run the way is gone and the port is there, and clients are told why they are not let through.

use std::sync::Arc;

use mlua::{
    FromLua, Function, IntoLua, Lua, MetaMethod, Table, UserData, UserDataFields, UserDataMethods,
    Value,
};

use super::db::access::{Guarded, phrase_of};
use super::{Context, connect};
use crate::config::Target;
use crate::host::options::Options;
use crate::host::{Call, Result, closer, function};
use crate::pg::tunnel::{Environment, Listen, Tunnel, reach};

/// The registry keys of the methods, and of what ends a `<close>` variable.
const METHODS: &str = "runner.tunnel";
const CLOSER: &str = "runner.tunnel.close";

/// The keys of a target without a name that a tunnel takes, besides `port`.
const TARGET_KEYS: [&str; 9] = [
    "url",
    "ssh",
    "docker",
    "host",
    "user",
    "password",
    "database",
    "sslmode",
    "sslrootcert",
];
const IN_A_DRY_RUN: &str = "this is a dry run: nothing passes the tunnel";

/// Opens a tunnel that is closed with the run. Asks for the phrase of a protected server first.
pub async fn open(context: &Context, target: Target, at: Listen) -> Result<Arc<Tunnel>> {
    let connector = connect::link(context, target)?.connector;
    let reached = reach(&connector).await?;
    let dry_run = context.options.dry_run;
    if !dry_run && let Some(phrase) = phrase_of(reached.server(), connector.target()) {
        let guarded = Guarded {
            name: connector.name(),
            server: reached.server(),
            phrase: &phrase,
            purpose: "open a tunnel to",
            warning: None,
        };
        guarded.confirm(context).await?;
    }
    let closed = dry_run.then_some(IN_A_DRY_RUN);
    let tunnel = Arc::new(reached.listen(at, closed).await?);
    context.opened_tunnel(Arc::clone(&tunnel));
    Ok(tunnel)
}

pub fn build(lua: &Lua, context: &Arc<Context>) -> mlua::Result<Value> {
    lua.set_named_registry_value(METHODS, methods(lua)?)?;
    let ended = |handle: Handle| async move {
        handle.0.close().await;
        Ok(())
    };
    lua.set_named_registry_value(CLOSER, closer(lua, "tunnel", ended)?)?;
    let context = Arc::clone(context);
    let open = function(lua, "tunnel.open", move |call, table: Table| {
        let context = Arc::clone(&context);
        async move {
            context.check_words()?;
            let (target, at) = read(&context, &call, table)?;
            let tunnel = open(&context, target, at).await?;
            if context.options.dry_run {
                context.note(format!("tunnel to `{}`: {IN_A_DRY_RUN}", tunnel.name()));
            }
            Ok(Handle(tunnel))
        }
    })?;
    lua.create_table_from([("open", open)])?.into_lua(lua)
}

/// The target and where to listen.
fn read(context: &Context, call: &Call, table: Table) -> Result<(Target, Listen)> {
    let options = Options::new(call.name, Some(table));
    let name = options.string("target")?;
    let local_port = options.integer("local_port")?.map(|port| {
        let port = u16::try_from(port).ok().filter(|port| *port > 0);
        port.ok_or_else(|| options.error("option `local_port` must be from 1 to 65535"))
    });
    let at = Listen::Port(local_port.transpose()?);
    let mut keys = toml::Table::new();
    for key in TARGET_KEYS {
        if let Some(text) = options.string(key)? {
            keys.insert(key.to_owned(), toml::Value::String(text));
        }
    }
    if let Some(port) = options.integer("port")? {
        keys.insert("port".to_owned(), toml::Value::Integer(port));
    }
    options.finish()?;
    let project = &context.options.project;
    let target = match (name, keys.keys().next()) {
        (Some(_), Some(key)) => {
            return Err(options.error(format!("`target` says it all; `{key}` goes without it")));
        }
        (Some(name), None) => project.target(&name)?,
        (None, Some(_)) => project.unnamed_target(keys)?,
        (None, None) => return Err(options.error("option `target` is missing")),
    };
    Ok((target, at))
}

fn methods(lua: &Lua) -> mlua::Result<Table> {
    let close = function(lua, "tunnel:close", |_, handle: Handle| async move {
        handle.0.close().await;
        Ok(())
    })?;
    lua.create_table_from([("close", close)])
}

/// What `tunnel.open` returns.
#[derive(Clone)]
struct Handle(Arc<Tunnel>);

impl Handle {
    /// The variables of libpq.
    fn environment(&self, lua: &Lua) -> Result<Table> {
        let Environment { set, .. } = self.0.environment()?;
        let table = lua.create_table()?;
        for (name, value) in set {
            table.set(name, value.to_string_lossy().into_owned())?;
        }
        Ok(table)
    }
}

impl UserData for Handle {
    fn add_fields<F: UserDataFields<Self>>(fields: &mut F) {
        fields.add_meta_field(MetaMethod::Type, "tunnel");
        fields.add_meta_field_with(MetaMethod::Index, |lua| {
            lua.named_registry_value::<Table>(METHODS)
        });
        fields.add_meta_field_with(MetaMethod::Close, |lua| {
            lua.named_registry_value::<Function>(CLOSER)
        });
        fields.add_field_method_get("port", |_, this| Ok(this.0.port()));
        fields.add_field_method_get("url", |_, this| Ok(this.0.url()));
        fields.add_field_method_get("env", |lua, this| {
            this.environment(lua).map_err(mlua::Error::external)
        });
    }

    fn add_methods<M: UserDataMethods<Self>>(methods: &mut M) {
        methods.add_meta_method(MetaMethod::ToString, |_, this, ()| {
            Ok(format!("tunnel {}", this.0.name()))
        });
    }
}

impl FromLua for Handle {
    fn from_lua(value: Value, _: &Lua) -> mlua::Result<Self> {
        let from = value.type_name();
        let data = value.as_userdata();
        let handle = data.and_then(|data| data.borrow::<Self>().ok().map(|handle| handle.clone()));
        handle.ok_or_else(|| mlua::Error::FromLuaConversionError {
            from,
            to: "what `tunnel.open` returns".to_owned(),
            message: None,
        })
    }
}
