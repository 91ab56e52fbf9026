//! `connect(target, { write =, warning =, database = })`: a session on a target.

use std::sync::Arc;

use mlua::{IntoLua, Lua, Table, Value};

use super::db::Db;
use super::notices::Notices;
use super::{Context, Link};
use crate::config::Target;
use crate::host::options::Options;
use crate::host::{Error, Result, function};
use crate::pg::{Access, Connector};
use crate::progress::Reporter;

pub fn build(lua: &Lua, context: &Arc<Context>) -> mlua::Result<Value> {
    let context = Arc::clone(context);
    let connect = function(
        lua,
        "connect",
        move |_, (target, table): (Value, Option<Table>)| {
            let context = Arc::clone(&context);
            async move { connect(context, &target, table).await }
        },
    )?;
    connect.into_lua(lua)
}

async fn connect(context: Arc<Context>, target: &Value, table: Option<Table>) -> Result<Db> {
    context.check_words()?;
    let options = Options::new("connect", table);
    let write = options.boolean("write")?.unwrap_or(false);
    let warning = options.string("warning")?;
    let database = options.string("database")?;
    options.finish()?;
    let mut target = resolve(&context, target)?;
    if let Some(database) = database {
        target.name = format!("{}/{database}", target.name);
        target.dsn.database = database;
    }
    let db = open(context, target, warning).await?;
    if write {
        db.ensure_write().await?;
    }
    Ok(db)
}

async fn open(context: Arc<Context>, target: Target, warning: Option<String>) -> Result<Db> {
    let link = link(&context, target)?;
    // What the server itself says about its protection is only known once it has answered.
    let careful = context.options.dry_run || link.connector.target().protect.is_some();
    let access = if careful {
        Access::ReadOnly
    } else {
        Access::ReadWrite
    };
    let session = link.connector.open(access).await?;
    context.opened(&session);
    let db = Db::new(context, session.clone(), link.notices, warning);
    if db.is_protected() {
        session.set_access(Access::ReadOnly);
    }
    Ok(db)
}

/// `connect(name)`.
pub async fn connect_named(context: &Arc<Context>, name: &str) -> Result<Db> {
    let target = context.options.project.target(name)?;
    open(Arc::clone(context), target, None).await
}

fn resolve(context: &Context, target: &Value) -> Result<Target> {
    match target {
        Value::String(name) => Ok(context.options.project.target(&name.to_string_lossy())?),
        Value::Table(keys) => Ok(context.options.project.unnamed_target(to_toml(keys)?)?),
        other => Err(Error::failed(format!(
            "`connect`: the name of a target or a table such as `{{ url = ... }}` expected, got {}",
            other.type_name()
        ))),
    }
}

fn to_toml(keys: &Table) -> Result<toml::Table> {
    let mut table = toml::Table::new();
    for pair in keys.pairs::<String, Value>() {
        let (key, value) = pair?;
        let value = match value {
            Value::String(text) => toml::Value::String(text.to_string_lossy()),
            Value::Integer(integer) => toml::Value::Integer(integer),
            Value::Boolean(flag) => toml::Value::Boolean(flag),
            other => {
                let kind = other.type_name();
                return Err(Error::failed(format!(
                    "`connect`: key `{key}` of a target cannot be a {kind}"
                )));
            }
        };
        table.insert(key, value);
    }
    Ok(table)
}

/// The way to the target, shared by all its sessions and tunnels of this run.
pub(super) fn link(context: &Context, target: Target) -> Result<Link> {
    // All that tells it from others: two without a name may be in databases of one name on hosts of one name.
    let key = format!("{target:?}");
    if let Some(link) = context.link(&key) {
        return Ok(link);
    }
    let notices = Arc::new(Notices::new(Arc::clone(&context.options.reporter)));
    let reporter: Reporter = Arc::clone(&notices) as Reporter;
    let connector = Connector::new(target, &context.application_name, reporter)?;
    let link = Link { connector, notices };
    context.keep_link(key, link.clone());
    Ok(link)
}
