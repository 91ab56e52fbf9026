//! Lines of Lua: what they give is shown, what they declare stays.

mod help;
mod last;
mod locals;

use mlua::{Function, IntoLuaMulti, MultiValue, Table, Value};

use super::classify::verbs;
use super::complete::LuaNames;
use super::session::Session;
use super::{Context, Flow, Result};
use crate::api::{Db, rows_to_lua, to_tables};
use crate::config::did_you_mean;
use crate::host::{CHUNK, Failure, Location, Machine, text};
use crate::pg::{Rows, Status};

const LOCALS: &str = include_str!("locals.lua");
/// What messages call a chunk, before its number.
const INPUT: &str = "input[";

/// The machine, and what lines leave for the next.
pub struct Lua {
    machine: Machine,
    locals: Table,
    /// Where each chunk began, in what nobody types.
    begun: Vec<Option<Location>>,
}

impl Lua {
    pub fn new(machine: Machine, context: &Context) -> Result<Self> {
        let lua = machine.lua();
        help::install(lua, context)?;
        let locals = lua.load(LOCALS).set_name(CHUNK).call(lua.globals())?;
        Ok(Self {
            machine,
            locals,
            begun: Vec::new(),
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

    /// Runs a line, as an expression where it is one.
    async fn run(&mut self, text: &str, place: Option<&Location>) -> Result<MultiValue> {
        self.begun.push(place.cloned());
        let name = format!("{INPUT}{}]", self.begun.len());
        let ran = self.run_named(&name, text).await;
        ran.map_err(|mut trouble| {
            self.locate(&mut trouble);
            trouble
        })
    }

    /// A chunk has a name of its own, so that its lines can be shown; in a file its lines are those of the file.
    fn locate(&self, failure: &mut Failure) {
        let frames = failure.trace.iter_mut().map(|frame| &mut frame.location);
        for location in frames.chain(&mut failure.location) {
            let number = location.file.strip_prefix(INPUT);
            let number = number.and_then(|name| name.strip_suffix(']')?.parse::<usize>().ok());
            let begun = number.and_then(|number| self.begun.get(number.checked_sub(1)?));
            if let Some(Some(begun)) = begun {
                location.file.clone_from(&begun.file);
                location.line += begun.line - 1;
            }
        }
    }

    async fn run_named(&mut self, name: &str, text: &str) -> Result<MultiValue> {
        let environment = self.environment()?;
        let expression = format!("return {text}");
        let expression = self
            .machine
            .load_told(name, text, &expression, &environment);
        let chunk = match expression {
            Ok(chunk) => chunk,
            Err(_) => self.statement(name, text, &environment)?,
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
        let compiled = self.machine.load(name, text, environment);
        compiled.map_err(|mut failure| {
            failure.help = failure.help.take().or_else(|| meant_as_sql(text));
            failure
        })?;
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
    /// `place` is where the line stands, if nobody types it.
    pub async fn run_lua(&mut self, line: &str, place: Option<&Location>) -> Result<Flow> {
        let before = self.db().map_or(Status::Idle, |db| db.handle().status());
        let values: Vec<Value> = self.lua.run(line, place).await?.into_iter().collect();
        for note in self.lua.take_notes() {
            self.context().warn(note);
        }
        self.echo(&values)?;
        if let Some(first) = values.first() {
            self.lua.machine().globals().set("_", first)?;
        }
        let target = self.current().map(str::to_owned);
        self.record.lua(target.as_deref(), line, before);
        Ok(Flow::GoesOn)
    }

    /// Shows values: tables as such, what stands between them on a line.
    pub fn echo(&self, values: &[Value]) -> Result {
        let lua = self.lua.machine();
        let mut line = Vec::new();
        for value in values {
            let tables = if value.is_table() {
                to_tables(lua, value)?
            } else {
                Vec::new()
            };
            match tables.as_slice() {
                [] => line.push(text(lua, value)),
                [table] if table.columns.is_empty() => line.push("{}".to_owned()),
                tables => {
                    self.echo_line(&mut line)?;
                    tables
                        .iter()
                        .try_for_each(|table| self.results.table(table))?;
                }
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

    /// Makes the rows of a statement `_`; what says so, where they were too many to be kept.
    pub fn keep_rows(&self, kept: Option<&Rows>) -> Result {
        let lua = self.lua.machine();
        let rows = match kept {
            Some(kept) => Value::Table(rows_to_lua(lua, kept)?),
            None => Value::UserData(lua.create_userdata(last::Missing)?),
        };
        Ok(lua.globals().set("_", rows)?)
    }

    /// The `db` of Lua.
    pub fn give_db(&self, db: &Db) -> Result {
        Ok(self.lua.machine().globals().set("db", db.clone())?)
    }
}

/// What helps whoever has meant `selec * from t` as SQL.
fn meant_as_sql(text: &str) -> Option<String> {
    let (word, behind) = text.trim_start().split_once(char::is_whitespace)?;
    let goes_on = behind
        .trim_start()
        .starts_with(|c: char| c.is_alphanumeric() || "_*'\"".contains(c));
    let near = did_you_mean(&word.to_ascii_uppercase(), verbs());
    let is_lua = [
        "local", "function", "return", "if", "for", "while", "repeat", "goto",
    ]
    .contains(&word);
    (goes_on && !is_lua && !near.is_empty()).then(|| format!("this is read as Lua; as SQL{near}"))
}
