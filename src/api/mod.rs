//! The Lua surface: one file per global, thin. Arguments in, domain call, value out.

mod advice;
mod confirm;
mod connect;
mod context;
mod copy;
mod db;
mod error;
mod format;
mod help;
mod host;
mod json;
mod log;
mod notices;
mod notify;
mod null;
mod phrase;
mod playbook;
mod query;
mod report;
mod retry;
mod run;
mod schema;
mod secret;
mod show;
mod sides;
mod sleep;
mod sql;
mod step;
mod tables;
mod trigger;
mod tunnel;
mod usage;
mod values;
mod verify;
mod watermark;

use std::sync::Arc;

use mlua::{Lua, Table, Value};

use crate::host::State;

pub use advice::advise;
pub use connect::connect_named;
pub use context::{Context, Link, RunOptions};
pub use db::Db;
pub use report::report;
pub use run::{interactive, run_playbook};
pub use show::to_tables;
pub use tunnel::open as open_tunnel;
pub use values::{rows_to_lua, to_lua};

type Builder = fn(&Lua, &Arc<Context>) -> mlua::Result<Value>;

/// Every global beside Lua's own, with what makes it. `stdlib/meta/NAME.lua` declares each.
const GLOBALS: &[(&str, Builder)] = &[
    ("confirm", confirm::build),
    ("connect", connect::build),
    ("copy", copy::build),
    ("help", help::build),
    ("host", host::build),
    ("json", json::build),
    ("log", log::build),
    ("notify", notify::build),
    ("null", null::build),
    ("playbook", playbook::build),
    ("query", query::build),
    ("retry", retry::build),
    ("schema", schema::build),
    ("secret", secret::build),
    ("show", show::build),
    ("sleep", sleep::build),
    ("step", step::build),
    ("trigger", trigger::build),
    ("tunnel", tunnel::build),
    ("usage", usage::build),
    ("verify", verify::build),
    ("watermark", watermark::build),
];

/// The methods of each class, by the name they are kept under.
const METHODS: &[&str] = &[
    "runner.db",
    "runner.tunnel",
    "runner.marks",
    "runner.host",
    "runner.container",
    "runner.compose",
];

/// Globals that the machine itself brings.
const PRELUDE: &[&str] = &["defer"];

/// The names of all globals, for help and completion.
pub fn global_names() -> impl Iterator<Item = &'static str> {
    let built = GLOBALS.iter().map(|(name, _)| *name);
    built.chain(PRELUDE.iter().copied())
}

fn install(lua: &Lua, context: &Arc<Context>) -> mlua::Result<()> {
    values::install(lua)?;
    db::install(lua)?;
    let globals = lua.globals();
    for (name, build) in GLOBALS {
        globals.set(*name, build(lua, context)?)?;
    }
    let state = State::of(lua);
    for key in METHODS {
        let methods: Table = lua.named_registry_value(key)?;
        let names = methods.pairs::<String, Value>();
        state.learn_methods(names.filter_map(|pair| Some(pair.ok()?.0)));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
