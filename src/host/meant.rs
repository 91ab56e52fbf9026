//! "did you mean" for what Lua found to be nil: a misspelt global, a function that its table has not, a method.

use mlua::{Lua, Table, Value};

use super::failure::Failure;
use super::point::{From, named, places, without_texts};
use super::state::State;
use crate::config::closest;

/// What was probably meant, where the failure is a name that means nothing.
pub fn help(lua: &Lua, state: &State, failure: &Failure) -> Option<String> {
    if !failure.message.contains("a nil value (") {
        return None;
    }
    let (from, name) = named(&failure.message)?;
    let line = without_texts(failure.source_line.as_deref()?);
    let (path, mut candidates) = match from {
        From::Nothing => (String::new(), globals(lua, state, failure)),
        From::Field => fields(lua, state, &line, name)?,
    };
    candidates.retain(|candidate| candidate != name);
    let near = closest(name, candidates.iter().map(String::as_str))?;
    Some(format!("did you mean `{path}{near}`"))
}

/// The names that mean something in the file: globals, and what it declares `local`.
fn globals(lua: &Lua, state: &State, failure: &Failure) -> Vec<String> {
    let mut names = keys(&lua.globals());
    let source = failure
        .location
        .as_ref()
        .and_then(|location| state.source(&location.file));
    for line in source.iter().flat_map(|text| text.lines()) {
        let Some(rest) = line.trim_start().strip_prefix("local ") else {
            continue;
        };
        let rest = rest.strip_prefix("function ").unwrap_or(rest);
        let declared = rest.split(['=', '(']).next().unwrap_or_default();
        let words = declared.split(',').map(|word| word.split('<').next());
        names.extend(words.flatten().map(|word| word.trim().to_owned()));
    }
    names
}

/// The names that the value before `name` could have, and how it is written.
fn fields(lua: &Lua, state: &State, line: &str, name: &str) -> Option<(String, Vec<String>)> {
    let at = places(line, name, From::Field).next()?;
    let before = line[..at].trim_end();
    let Some(before) = before.strip_suffix('.') else {
        return Some((String::new(), state.methods()));
    };
    let is_path = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
    let start = before.rfind(|c| !is_path(c)).map_or(0, |at| {
        at + before[at..].chars().next().map_or(1, char::len_utf8)
    });
    let path = &before[start..];
    let mut table = lua.globals();
    for part in path.split('.') {
        table = match table.raw_get(part) {
            Ok(Value::Table(inner)) => inner,
            _ => return None,
        };
    }
    Some((format!("{path}."), keys(&table)))
}

fn keys(table: &Table) -> Vec<String> {
    table
        .pairs::<Value, Value>()
        .filter_map(|pair| {
            pair.ok()?
                .0
                .as_string()
                .map(mlua::LuaString::to_string_lossy)
        })
        .collect()
}
