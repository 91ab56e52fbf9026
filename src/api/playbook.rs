//! `playbook { summary =, positional =, params = }`: the declared parameters, read from the command line.

use std::sync::Arc;

use mlua::{IntoLua, Lua, Table, Value};

use super::Context;
use crate::host::params::{Declaration, Defaults, Given, parse, usage};
use crate::host::{Call, Error, Kind, Result, immediate, shown};
use crate::progress::Event;

pub fn build(lua: &Lua, context: &Arc<Context>) -> mlua::Result<Value> {
    let context = Arc::clone(context);
    immediate(lua, "playbook", move |call, table: Table| {
        read(call, &context, table)
    })?
    .into_lua(lua)
}

fn read(call: &Call, context: &Context, table: Table) -> Result<Table> {
    let declaration = Declaration::read(table, &context.options.project.root)?;
    context.words_are_read();
    let file = shown(&context.options.file);
    let stem = context.stem();
    let defaults = Defaults {
        playbook: &stem,
        table: context.options.project.playbooks.get(&stem),
        root: &context.options.project.root,
    };
    match parse(
        &declaration,
        &context.options.words,
        &Context::here(),
        &defaults,
    ) {
        Ok(Given::Args(args)) => Ok(call.lua.create_table_from(args)?),
        Ok(Given::Help) => {
            context.tell(&Event::Print(usage(&declaration, &file)));
            call.state.request_exit(0);
            Err(Error::new(Kind::Exit(0), "the help was printed"))
        }
        Err(problem) => Err(Error::usage(format!(
            "{problem}; see `runner {file} --help`"
        ))),
    }
}
