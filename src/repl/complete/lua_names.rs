//! The names that Lua knows at a moment, so that nobody has to ask it while someone types.

use std::collections::BTreeMap;

use mlua::{Table, Value};

/// More fields of one table are not kept.
const FIELDS: usize = 500;

#[derive(Debug, Clone, Default)]
pub struct LuaNames {
    pub globals: BTreeMap<String, Global>,
}

/// What a global holds.
#[derive(Debug, Clone, Default)]
pub struct Global {
    /// The names in it, where it is a table.
    pub fields: Vec<String>,
    /// The class whose methods it has: `Db`.
    pub class: Option<String>,
}

impl LuaNames {
    /// The globals of a machine at this moment.
    pub fn of(globals: &Table) -> Self {
        let mut names = Self::default();
        for (name, value) in globals.pairs::<Value, Value>().filter_map(Result::ok) {
            if let Some(name) = text(&name) {
                names.add(name, &value);
            }
        }
        names
    }

    pub fn add(&mut self, name: String, value: &Value) {
        let class = match value {
            Value::UserData(data) => data.type_name().ok(),
            _ => None,
        };
        let global = Global {
            fields: value.as_table().map(fields).unwrap_or_default(),
            class: class.and_then(|class| Some(class.to_str().ok()?.to_owned())),
        };
        self.globals.insert(name, global);
    }
}

fn fields(table: &Table) -> Vec<String> {
    let names = table.pairs::<Value, Value>().filter_map(Result::ok);
    let names = names.filter_map(|(name, _)| text(&name));
    names.take(FIELDS).collect()
}

fn text(value: &Value) -> Option<String> {
    value
        .as_string()
        .and_then(|name| Some(name.to_str().ok()?.to_owned()))
}
