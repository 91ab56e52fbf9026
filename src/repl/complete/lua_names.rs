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
    pub is_function: bool,
}

impl LuaNames {
    /// Those of a machine at this moment.
    pub fn of(globals: &Table) -> Self {
        let mut names = Self::default();
        for (name, value) in globals.pairs::<Value, Value>().filter_map(Result::ok) {
            let Some(name) = text(&name) else { continue };
            let global = match &value {
                Value::Table(table) => Global {
                    fields: fields(table),
                    ..Global::default()
                },
                Value::UserData(data) => Global {
                    class: data.type_name().ok().map(|name| name.to_string_lossy()),
                    ..Global::default()
                },
                other => Global {
                    is_function: other.is_function(),
                    ..Global::default()
                },
            };
            names.globals.insert(name, global);
        }
        names
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
