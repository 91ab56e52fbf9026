//! `run { "program", "argument", ... }` of a host, a container and a service.

use mlua::{IntoLua, Lua, Table, Value};

use super::protect::may;
use super::userdata::Host;
use super::{on, pretended};
use crate::host::options::Options;
use crate::host::{Call, Result};
use crate::machine::{Command, Input, Ran};
use crate::ssh::process::Exit;

/// A command as the playbook wants it run.
pub struct Wanted {
    pub command: Command,
    /// Whether it changes nothing, as the playbook says: it is run in a dry run, too, and no phrase is asked.
    pub reads: bool,
    judge: Judge,
}

/// What becomes of the end of a command.
pub struct Judge {
    check: bool,
}

impl Wanted {
    /// Reads the words and options of a command. The caller may read more, and must finish.
    pub fn read(options: &Options) -> Result<Self> {
        let mut command = Command::new(options.words()?).told();
        if let Some(stdin) = options.value("stdin")? {
            let Value::String(text) = &stdin else {
                return Err(options.wrong("stdin", "a string", &stdin));
            };
            command.input = Input::Bytes(text.as_bytes().to_vec());
        }
        command.env = environment(options)?;
        command.cwd = options.string("cwd")?;
        command.timeout = options.duration("timeout")?;
        let check = options.boolean("check")?.unwrap_or(true);
        Ok(Self {
            command,
            reads: options.boolean("reads")?.unwrap_or(false),
            judge: Judge { check },
        })
    }

    pub fn split(self) -> (Command, Judge) {
        (self.command, self.judge)
    }
}

impl Judge {
    /// The result of the command.
    pub fn result(&self, lua: &Lua, ran: Ran) -> Result<Table> {
        let ran = if self.check { ran.checked()? } else { ran };
        Ok(to_lua(lua, ran)?)
    }
}

fn environment(options: &Options) -> Result<Vec<(String, String)>> {
    let Some(table) = options.table("env")? else {
        return Ok(Vec::new());
    };
    let mut variables = Vec::new();
    for pair in table.pairs::<Value, Value>() {
        let (name, value) = pair?;
        let name = name.to_string()?;
        let text = match &value {
            Value::String(text) => text.to_str().ok().map(|text| text.to_owned()),
            Value::Integer(_) | Value::Number(_) => Some(value.to_string()?),
            _ => None,
        };
        let Some(text) = text else {
            return Err(options.error(format!(
                "variable `{name}` of option `env` must be a string of UTF-8, got {}",
                value.type_name()
            )));
        };
        variables.push((name, text));
    }
    // The order of a Lua table is that of its memory.
    variables.sort();
    Ok(variables)
}

/// `host:run`
pub async fn run(call: Call, (host, table): (Host, Table)) -> Result<Table> {
    let options = Options::new(call.name, Some(table));
    let wanted = Wanted::read(&options)?;
    options.finish()?;
    let shown = wanted.command.to_string();
    let what = || format!("run {}: {shown}", on(&host.machine));
    if !wanted.reads && !may(&host.context, &host.machine, &what()).await? {
        return Ok(pretended(&call.lua)?);
    }
    let (command, judge) = wanted.split();
    let ran = host.machine.run(command).await?;
    judge.result(&call.lua, ran)
}

pub fn to_lua(lua: &Lua, ran: Ran) -> mlua::Result<Table> {
    let (code, signal) = match ran.exit {
        Exit::Code(code) => (Some(code), None),
        Exit::Signal(signal) => (None, Some(signal)),
        Exit::Unknown => (None, None),
    };
    lua.create_table_from([
        ("code", code.into_lua(lua)?),
        ("signal", signal.into_lua(lua)?),
        ("stdout", Value::String(lua.create_string(&ran.stdout)?)),
        ("stderr", ran.stderr.into_lua(lua)?),
        ("seconds", ran.seconds.into_lua(lua)?),
    ])
}
