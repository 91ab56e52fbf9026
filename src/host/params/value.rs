//! The types of parameters.

use std::path::{Path, PathBuf};

use mlua::{IntoLua, Lua, Value};

use super::super::duration::number;
use super::super::options::strings;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    String,
    Integer,
    Number,
    Boolean,
    List,
    Timestamp,
    Path,
}

impl Kind {
    pub const WORDS: [(&str, Self); 7] = [
        ("string", Self::String),
        ("integer", Self::Integer),
        ("number", Self::Number),
        ("boolean", Self::Boolean),
        ("list", Self::List),
        ("timestamp", Self::Timestamp),
        ("path", Self::Path),
    ];

    pub(super) fn wanted(self) -> &'static str {
        match self {
            Self::String => "a string",
            Self::Integer => "an integer",
            Self::Number => "a number",
            Self::Boolean => "`true` or `false`",
            Self::List => "a list of strings",
            Self::Timestamp => "a timestamp such as `2026-01-31` or `2026-01-31T12:00:00Z`",
            Self::Path => "a path",
        }
    }
}

/// A value of a parameter.
#[derive(Debug, Clone, PartialEq)]
pub enum Arg {
    /// A string, a path (absolute), or a timestamp (ISO 8601).
    Text(String),
    Integer(i64),
    Number(f64),
    Boolean(bool),
    List(Vec<String>),
}

impl Arg {
    /// A word of the command line. Lists are split at commas; `here` is where relative paths start.
    pub(super) fn from_word(kind: Kind, word: &str, here: &Path) -> Option<Self> {
        match kind {
            Kind::String => Some(Self::Text(word.to_owned())),
            Kind::Integer => word.parse().ok().map(Self::Integer),
            Kind::Number => finite(word.parse().ok()?),
            Kind::Boolean => word.parse().ok().map(Self::Boolean),
            Kind::List => Some(Self::List(split(word))),
            Kind::Timestamp => timestamp(word).map(Self::Text),
            Kind::Path => Some(Self::Text(path(word, here))),
        }
    }

    /// A default written in the playbook.
    pub(super) fn from_lua(kind: Kind, value: &Value, root: &Path) -> Option<Self> {
        match (kind, value) {
            (Kind::String | Kind::Timestamp | Kind::Path, Value::String(text)) => {
                Self::from_word(kind, &text.to_str().ok()?, root)
            }
            (Kind::Integer, _) => value.as_integer().map(Self::Integer),
            (Kind::Number, _) => finite(number(value)?),
            (Kind::Boolean, _) => value.as_boolean().map(Self::Boolean),
            (Kind::List, Value::Table(list)) => strings(list).map(Self::List),
            _ => None,
        }
    }

    /// A default written in `runner.toml`.
    pub(super) fn from_toml(kind: Kind, value: &toml::Value, root: &Path) -> Option<Self> {
        match (kind, value) {
            (Kind::String | Kind::Timestamp | Kind::Path, toml::Value::String(text)) => {
                Self::from_word(kind, text, root)
            }
            (Kind::Timestamp, toml::Value::Datetime(at)) => {
                Self::from_word(kind, &at.to_string(), root)
            }
            (Kind::Integer, toml::Value::Integer(number)) => Some(Self::Integer(*number)),
            (Kind::Number, toml::Value::Float(number)) => finite(*number),
            (Kind::Number, toml::Value::Integer(number)) => {
                Self::from_word(kind, &number.to_string(), root)
            }
            (Kind::Boolean, toml::Value::Boolean(flag)) => Some(Self::Boolean(*flag)),
            (Kind::List, toml::Value::Array(list)) => list
                .iter()
                .map(|item| item.as_str().map(str::to_owned))
                .collect::<Option<_>>()
                .map(Self::List),
            _ => None,
        }
    }
}

impl std::fmt::Display for Arg {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Integer(number) => number.fmt(f),
            Self::Number(number) => number.fmt(f),
            Self::Boolean(flag) => flag.fmt(f),
            Self::List(items) => f.write_str(&items.join(",")),
        }
    }
}

impl IntoLua for Arg {
    fn into_lua(self, lua: &Lua) -> mlua::Result<Value> {
        match self {
            Self::Text(text) => text.into_lua(lua),
            Self::Integer(number) => number.into_lua(lua),
            Self::Number(number) => number.into_lua(lua),
            Self::Boolean(flag) => flag.into_lua(lua),
            Self::List(items) => items.into_lua(lua),
        }
    }
}

fn finite(number: f64) -> Option<Arg> {
    number.is_finite().then_some(Arg::Number(number))
}

fn split(word: &str) -> Vec<String> {
    word.split(',')
        .map(str::trim)
        .filter(|item| !item.is_empty())
        .map(str::to_owned)
        .collect()
}

/// ISO 8601: with an offset normalised to UTC, without one left to the session's time zone.
fn timestamp(text: &str) -> Option<String> {
    if let Ok(instant) = text.parse::<jiff::Timestamp>() {
        return Some(instant.to_string());
    }
    if let Ok(date) = text.parse::<jiff::civil::Date>()
        && text.len() == "2026-01-31".len()
    {
        return Some(date.to_string());
    }
    let at: jiff::civil::DateTime = text.parse().ok()?;
    Some(at.to_string())
}

fn path(text: &str, base: &Path) -> String {
    let path: PathBuf = base.join(text);
    std::path::absolute(&path)
        .unwrap_or(path)
        .display()
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_are_iso_8601() {
        assert_eq!(
            timestamp("2026-01-31T12:00:00+02:00").as_deref(),
            Some("2026-01-31T10:00:00Z")
        );
        assert_eq!(
            timestamp("2026-01-31 12:00:00").as_deref(),
            Some("2026-01-31T12:00:00")
        );
        assert_eq!(timestamp("2026-01-31").as_deref(), Some("2026-01-31"));
        for wrong in ["yesterday", "2026-02-30", "31.01.2026", "12:00"] {
            assert_eq!(timestamp(wrong), None, "{wrong}");
        }
    }
}
