//! Lines of Lua: what they give is shown, what they declare stays.

mod help;
mod locals;

use mlua::{Function, IntoLuaMulti, MultiValue, Table, Value};

use super::complete::LuaNames;
use super::session::Session;
use super::{Context, Flow, Result};
use crate::api::{Db, rows_to_lua, to_tables};
use crate::host::{CHUNK, Failure, Machine, text};
use crate::pg::Rows;

const LOCALS: &str = include_str!("locals.lua");

/// The machine, and what lines leave for the next.
pub struct Lua {
    machine: Machine,
    locals: Table,
    lines: usize,
}

impl Lua {
    pub fn new(machine: Machine, context: &Context) -> Result<Self> {
        let lua = machine.lua();
        help::install(lua, context)?;
        let locals = lua.load(LOCALS).set_name(CHUNK).call(lua.globals())?;
        Ok(Self {
            machine,
            locals,
            lines: 0,
        })
    }

    pub fn renew(&self) {
        self.machine.renew();
    }

    /// What went wrong beside the last failure, or without one.
    pub fn take_notes(&self) -> Vec<String> {
        self.machine.take_notes()
    }

    /// What a line sees: the locals of those before it, and the globals behind them.
    fn environment(&self) -> Result<Table> {
        Ok(self.locals.get::<Function>("environment")?.call(())?)
    }

    /// Gives a variable a value.
    pub fn set(&self, name: &str, value: impl mlua::IntoLua) -> Result {
        Ok(self.environment()?.set(name, value)?)
    }

    /// What it knows by name: the globals, and the locals of the lines before.
    pub fn names(&self) -> LuaNames {
        let mut names = LuaNames::of(&self.machine.lua().globals());
        // What cannot be asked for is not completed.
        let _ = self.add_locals(&mut names);
        names
    }

    fn add_locals(&self, names: &mut LuaNames) -> Result {
        let environment = self.environment()?;
        let locals: Vec<String> = self.locals.get::<Function>("names")?.call(())?;
        for name in locals {
            let value: Value = environment.get(name.as_str())?;
            names.add(name, &value);
        }
        Ok(())
    }

    pub fn machine(&self) -> &mlua::Lua {
        self.machine.lua()
    }

    /// Runs a line: an expression, where it is one.
    async fn run(&mut self, text: &str) -> Result<MultiValue> {
        self.lines += 1;
        let name = format!("line {}", self.lines);
        let environment = self.environment()?;
        let expression = format!("return {text}");
        let expression = self
            .machine
            .load_told(&name, text, &expression, &environment);
        let chunk = match expression {
            Ok(chunk) => chunk,
            Err(_) => self.statement(&name, text, &environment)?,
        };
        let keep: Function = self.locals.get("keep")?;
        Ok(self.machine.evaluate(chunk, keep).await?)
    }

    /// The error of a line is that of the line as it was typed.
    #[expect(
        clippy::result_large_err,
        reason = "made once for a line that is typed"
    )]
    fn statement(
        &self,
        name: &str,
        text: &str,
        environment: &Table,
    ) -> std::result::Result<Function, Failure> {
        self.machine.load(name, text, environment)?;
        self.machine
            .load_told(name, text, &locals::told(text), environment)
    }

    /// Runs a file as a playbook would be: its locals stay its own.
    pub async fn run_file(&self, name: &str, text: &str) -> Result<MultiValue> {
        let globals = self.machine.lua().globals();
        let chunk = self.machine.load(name, text, &globals)?;
        Ok(self.machine.evaluate(chunk, ()).await?)
    }

    /// Runs Lua of ours.
    pub async fn call(&self, text: &str, args: impl IntoLuaMulti) -> Result<MultiValue> {
        let chunk = self
            .machine
            .lua()
            .load(text)
            .set_name(CHUNK)
            .into_function()?;
        Ok(self.machine.evaluate(chunk, args).await?)
    }

    /// Whether a line does nothing but give a value: `x + 1`, and not `f(x)`.
    pub fn only_gives(&self, text: &str) -> bool {
        let compiles = |text: &str| self.machine.lua().load(text).into_function().is_ok();
        compiles(&format!("return {text}")) && !compiles(text)
    }

    /// Closes what lines have declared `<close>`.
    pub async fn close(&self) -> Result {
        let close: Function = self.locals.get("close")?;
        self.machine.evaluate(close, ()).await?;
        Ok(())
    }
}

impl Session {
    pub async fn run_lua(&mut self, line: &str) -> Result<Flow> {
        let values: Vec<Value> = self.lua.run(line).await?.into_iter().collect();
        for note in self.lua.take_notes() {
            self.context().warn(note);
        }
        self.echo(&values)?;
        if let Some(first) = values.first() {
            self.lua.machine().globals().set("_", first)?;
        }
        let target = self.current().map(str::to_owned);
        self.record.lua(target.as_deref(), line);
        Ok(Flow::GoesOn)
    }

    /// Shows values: tables as such, what stands between them on a line.
    pub fn echo(&self, values: &[Value]) -> Result {
        let lua = self.lua.machine();
        let mut line = Vec::new();
        for value in values {
            if value.is_table() {
                self.echo_line(&mut line)?;
                for table in to_tables(lua, value)? {
                    self.results.table(&table)?;
                }
            } else {
                line.push(text(lua, value));
            }
        }
        self.echo_line(&mut line)
    }

    fn echo_line(&self, texts: &mut Vec<String>) -> Result {
        if !texts.is_empty() {
            self.results.print(&texts.join("\t"))?;
            texts.clear();
        }
        Ok(())
    }

    /// Makes the rows of a statement `_`, where they were few enough to be kept.
    pub fn keep_rows(&self, kept: Option<&Rows>) -> Result {
        let lua = self.lua.machine();
        let rows = match kept {
            Some(kept) => Value::Table(rows_to_lua(lua, kept)?),
            None => Value::Nil,
        };
        Ok(lua.globals().set("_", rows)?)
    }

    /// The `db` of Lua.
    pub fn give_db(&self, db: &Db) -> Result {
        Ok(self.lua.machine().globals().set("db", db.clone())?)
    }
}
