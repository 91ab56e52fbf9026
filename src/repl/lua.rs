//! Lines of Lua.

use mlua::{Table, Value};

use super::{Flow, Result, session::Session};
use crate::api::{Db, to_tables};
use crate::host::{Machine, text};
use crate::progress::Event;

/// The machine, and what lines leave for the next.
pub struct Lua {
    machine: Machine,
    globals: Table,
    lines: usize,
}

impl Lua {
    pub fn new(machine: Machine) -> Result<Self> {
        let globals = machine.lua().globals();
        Ok(Self {
            machine,
            globals,
            lines: 0,
        })
    }

    pub fn renew(&self) {
        self.machine.renew();
    }

    /// The `db` of Lua.
    pub fn set_db(&self, db: &Db) {
        // It fails for want of memory only.
        let _ = self.machine.lua().globals().set("db", db.clone());
    }

    /// Runs a chunk, an expression where it is one; what it gives.
    async fn run(&mut self, text: &str) -> Result<Vec<Value>> {
        self.lines += 1;
        let name = format!("line {}", self.lines);
        let expression = self
            .machine
            .load(&name, &format!("return {text}"), &self.globals);
        let chunk = match expression {
            Ok(chunk) => chunk,
            Err(_) => self.machine.load(&name, text, &self.globals)?,
        };
        let values = self.machine.evaluate(chunk, ()).await?;
        Ok(values.into_iter().collect())
    }
}

impl Session {
    pub async fn run_lua(&mut self, line: &str) -> Result<Flow> {
        let values = self.lua.run(line).await?;
        for value in &values {
            self.echo(value)?;
        }
        if let Some(first) = values.first() {
            let globals = self.lua.machine.lua().globals();
            globals.set("_", first)?;
        }
        Ok(Flow::GoesOn)
    }

    fn echo(&self, value: &Value) -> Result {
        let lua = self.lua.machine.lua();
        if value.is_table() {
            for table in to_tables(lua, value)? {
                self.context().tell(&Event::Show(table));
            }
        } else {
            self.tell(text(lua, value));
        }
        Ok(())
    }
}
