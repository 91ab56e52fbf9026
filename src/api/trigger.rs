//! `trigger.disabled(db, tables, [opts,] fn)` and `trigger.state(db, tables)`.

use std::collections::BTreeSet;
use std::sync::Arc;

use mlua::{Function, IntoLua, Lua, Table, Value};

use super::Context;
use super::db::{Db, split};
use super::tables::{Names, named};
use super::values::rows_of;
use crate::host::options::Options;
use crate::host::{Call, Entered, Result, block, function};
use crate::pg::catalog::Relation;
use crate::pg::{self, Session, TxOptions};
use crate::trigger::{self, Enabled, Guard, LOCK_TIMEOUT, TriggerState, Triggers};

pub fn build(lua: &Lua, _: &Arc<Context>) -> mlua::Result<Value> {
    let module = lua.create_table()?;
    module.set(
        "disabled",
        block(
            lua,
            "trigger.disabled",
            |call, (db, tables, first, second): (Db, Names, Value, Option<Function>)| {
                disabled(call, db, tables, first, second)
            },
        )?,
    )?;
    module.set(
        "state",
        function(lua, "trigger.state", |call, (db, tables)| {
            state(call, db, tables)
        })?,
    )?;
    module.into_lua(lua)
}

async fn disabled(
    call: Call,
    db: Db,
    names: Names,
    first: Value,
    second: Option<Function>,
) -> Result<Entered> {
    let (table, body) = split(call.name, first, second)?;
    let (transaction, options) = read(call.name, table)?;
    db.session()?;
    db.check_not_snapshot("switch triggers off on the Db")?;
    let tables = named(&db, names).await?;
    db.ensure_write().await?;
    let session = db.session()?;
    session.begin(&transaction).await?;
    match switch_off(&db, session, &tables, &options).await {
        Ok(guard) => db.enter_guarded(&call, guard, body),
        Err(error) => {
            // The error says why; a rollback that fails as well has lost the session and what it had open.
            session.rollback().await.ok();
            Err(error)
        }
    }
}

/// `None` in a dry run, which tells what would be switched off.
async fn switch_off(
    db: &Db,
    session: &Session,
    tables: &[Relation],
    options: &trigger::Options,
) -> Result<Option<Guard>> {
    if !db.context().options.dry_run {
        return Ok(Some(trigger::disable(session, tables, options).await?));
    }
    let mut notes = BTreeSet::new();
    for trigger in trigger::preview(session, tables, options).await? {
        notes.insert(if trigger.internal {
            format!("the foreign keys of `{}`", trigger.shown)
        } else {
            format!("trigger `{}` of `{}`", trigger.name, trigger.shown)
        });
    }
    for what in notes {
        let note = format!("would switch off {what} on `{}`", db.name());
        db.context().note(note);
    }
    Ok(None)
}

fn read(name: &'static str, table: Option<Table>) -> Result<(TxOptions, trigger::Options)> {
    let options = Options::new(name, table);
    let lock_timeout = options.duration("lock_timeout")?;
    let triggers = triggers(&options)?;
    let is_lease = options.choice("mode", &[("transaction", false), ("lease", true)])?;
    options.finish()?;
    if is_lease == Some(true) {
        return Err(options.error(
            "mode `lease` is not supported yet; mode `transaction` keeps the triggers off for one transaction",
        ));
    }
    let transaction = TxOptions {
        lock_timeout: lock_timeout.map(|timeout| format!("{}ms", timeout.as_millis())),
        ..TxOptions::default()
    };
    let options = trigger::Options {
        triggers,
        lock_timeout: lock_timeout.unwrap_or(LOCK_TIMEOUT),
    };
    Ok((transaction, options))
}

/// `"user"`, `"all"` or a list of names.
fn triggers(options: &Options) -> Result<Triggers> {
    match options.value("triggers")? {
        None => Ok(Triggers::User),
        Some(Value::Table(_)) => {
            let names = options.strings("triggers")?.unwrap_or_default();
            Ok(Triggers::Names(names))
        }
        Some(Value::String(_)) => {
            let words = [("user", true), ("all", false)];
            Ok(match options.choice("triggers", &words)? {
                Some(false) => Triggers::All,
                _ => Triggers::User,
            })
        }
        Some(other) => Err(options.wrong("triggers", "`user`, `all` or a list of names", &other)),
    }
}

async fn state(call: Call, db: Db, names: Names) -> Result<Table> {
    let tables = named(&db, names).await?;
    let states = trigger::state(db.session()?, &tables).await?;
    let rows = states.into_iter().filter(is_of_interest).map(|state| {
        vec![
            state.shown.into(),
            state.name.into(),
            state.enabled.word().into(),
            pg::Value::Bool(state.internal),
        ]
    });
    let columns = ["table", "name", "enabled", "internal"];
    Ok(rows_of(&call.lua, &columns, rows.collect())?)
}

/// What the server made for constraints is only news where somebody has changed it.
fn is_of_interest(state: &TriggerState) -> bool {
    !state.internal || state.enabled != Enabled::Origin
}
