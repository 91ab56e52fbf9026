//! Reading the one table of named options that a primitive takes.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use mlua::{Function, Integer, Table, Value};

use super::duration;
use super::error::{Error, Result};
use crate::config::did_you_mean;

/// An options table while it is read. Every getter makes its name known; [`Options::finish`] refuses the
/// rest, because an ignored typo has wiped tables before.
pub struct Options {
    call: &'static str,
    table: Option<Table>,
    known: RefCell<Vec<&'static str>>,
    /// Whether the entries without a name were asked for.
    words: Cell<bool>,
}

impl Options {
    /// `call` is the primitive's name in messages; no table is an empty one.
    pub fn new(call: &'static str, table: Option<Table>) -> Self {
        Self {
            call,
            table,
            known: RefCell::default(),
            words: Cell::default(),
        }
    }

    /// The entries without a name, `{ "ls", "-l" }`: strings, or numbers as Lua writes them.
    pub fn words(&self) -> Result<Vec<String>> {
        self.words.set(true);
        let Some(table) = &self.table else {
            return Ok(Vec::new());
        };
        let word = |(place, value): (usize, mlua::Result<Value>)| {
            let place = place + 1;
            match value? {
                Value::String(text) => match text.to_str() {
                    Ok(text) => Ok(text.to_owned()),
                    Err(_) => Err(self.error(format!("word {place} is not UTF-8"))),
                },
                number @ (Value::Integer(_) | Value::Number(_)) => Ok(number.to_string()?),
                other => {
                    let got = other.type_name();
                    Err(self.error(format!("word {place} must be a string, got {got}")))
                }
            }
        };
        table.sequence_values().enumerate().map(word).collect()
    }

    pub fn value(&self, name: &'static str) -> Result<Option<Value>> {
        self.known.borrow_mut().push(name);
        let value = match &self.table {
            Some(table) => table.raw_get(name)?,
            None => Value::Nil,
        };
        Ok((!value.is_nil()).then_some(value))
    }

    pub fn string(&self, name: &'static str) -> Result<Option<String>> {
        self.read(name, "a string", |value| match value {
            Value::String(text) => text.to_str().ok().map(|text| text.to_owned()),
            _ => None,
        })
    }

    pub fn boolean(&self, name: &'static str) -> Result<Option<bool>> {
        self.read(name, "a boolean", Value::as_boolean)
    }

    pub fn integer(&self, name: &'static str) -> Result<Option<Integer>> {
        self.read(name, "an integer", Value::as_integer)
    }

    pub fn function(&self, name: &'static str) -> Result<Option<Function>> {
        self.read(name, "a function", |value| value.as_function().cloned())
    }

    pub fn table(&self, name: &'static str) -> Result<Option<Table>> {
        self.read(name, "a table", |value| value.as_table().cloned())
    }

    /// A list of strings; one string stands for a list of one.
    pub fn strings(&self, name: &'static str) -> Result<Option<Vec<String>>> {
        self.read(name, "a list of strings", |value| match value {
            Value::String(text) => Some(vec![text.to_str().ok()?.to_owned()]),
            Value::Table(list) => strings(list),
            _ => None,
        })
    }

    /// Seconds, or `PostgreSQL`'s spelling.
    pub fn duration(&self, name: &'static str) -> Result<Option<Duration>> {
        let Some(value) = self.value(name)? else {
            return Ok(None);
        };
        let duration =
            duration::from_lua(&value).ok_or_else(|| self.wrong(name, "a duration", &value))?;
        duration
            .map(Some)
            .map_err(|error| self.error(format!("option `{name}`: {error}")))
    }

    /// One of a few words, given with what each means.
    pub fn choice<T: Copy>(&self, name: &'static str, words: &[(&str, T)]) -> Result<Option<T>> {
        let Some(text) = self.string(name)? else {
            return Ok(None);
        };
        if let Some((_, meaning)) = words.iter().find(|(word, _)| *word == text) {
            return Ok(Some(*meaning));
        }
        let list: Vec<_> = words.iter().map(|(word, _)| format!("`{word}`")).collect();
        let hint = did_you_mean(&text, words.iter().map(|(word, _)| *word));
        let list = list.join(", ");
        Err(self.error(format!(
            "option `{name}` must be one of {list}, got `{text}`{hint}"
        )))
    }

    /// The error for an option that must be given.
    pub fn required<T>(&self, name: &'static str, value: Option<T>) -> Result<T> {
        value.ok_or_else(|| self.error(format!("option `{name}` is missing")))
    }

    /// Refuses an option that other calls take, with why.
    pub fn refused(&self, name: &'static str, why: impl std::fmt::Display) -> Result<()> {
        if self.value(name)?.is_some() {
            return Err(self.error(why));
        }
        self.known.borrow_mut().pop();
        Ok(())
    }

    /// Refuses options that the interface names and this version cannot serve, so that nobody looks for a typo.
    pub fn not_yet(&self, names: &[&'static str]) -> Result<()> {
        for name in names {
            self.refused(name, format_args!("option `{name}` is not supported yet"))?;
        }
        Ok(())
    }

    /// What is read and what `stdlib/meta` declares is the same: a slip of ours, which our tests find.
    #[cfg(debug_assertions)]
    fn check_declared(&self) -> Result<()> {
        let Some(declared) = crate::docs::options(self.call) else {
            return Ok(());
        };
        let known = self.known.borrow();
        let read = |name: &str| known.contains(&name) || (name == "[integer]" && self.words.get());
        let mentions = |name: &str| crate::docs::mentions(self.call, name);
        if let Some(name) = known.iter().find(|name| !mentions(name)) {
            return Err(self.error(format!("option `{name}` is read and not declared")));
        }
        match declared.iter().find(|field| !read(&field.name)) {
            Some(field) => {
                Err(self.error(format!("option `{}` is declared and not read", field.name)))
            }
            None => Ok(()),
        }
    }

    /// Refuses every key that no getter asked for.
    pub fn finish(&self) -> Result<()> {
        let Some(table) = &self.table else {
            return Ok(());
        };
        #[cfg(debug_assertions)]
        self.check_declared()?;
        let known = self.known.borrow();
        for pair in table.pairs::<Value, Value>() {
            let (key, _) = pair?;
            let key = match &key {
                Value::Integer(place) if self.words.get() => {
                    // Lua ends a list at its first gap.
                    if usize::try_from(*place).is_ok_and(|place| place <= table.raw_len()) {
                        continue;
                    }
                    return Err(self.error(format!("there is a gap before word {place}")));
                }
                Value::String(key) => key.to_string_lossy(),
                other => other.to_string()?,
            };
            if !known.contains(&key.as_str()) {
                let hint = did_you_mean(&key, known.iter().copied());
                return Err(self.error(format!("unknown option `{key}`{hint}")));
            }
        }
        Ok(())
    }

    /// An error about these options, with the primitive's name in front.
    pub fn error(&self, problem: impl std::fmt::Display) -> Error {
        Error::failed(format!("`{}`: {problem}", self.call))
    }

    /// The error for a value of the wrong type; `wanted` reads like `a string`.
    pub fn wrong(&self, name: &str, wanted: &str, value: &Value) -> Error {
        let got = value.type_name();
        self.error(format!("option `{name}` must be {wanted}, got {got}"))
    }

    fn read<T>(
        &self,
        name: &'static str,
        wanted: &str,
        convert: impl FnOnce(&Value) -> Option<T>,
    ) -> Result<Option<T>> {
        match self.value(name)? {
            None => Ok(None),
            Some(value) => match convert(&value) {
                Some(converted) => Ok(Some(converted)),
                None => Err(self.wrong(name, wanted, &value)),
            },
        }
    }
}

/// The strings of a list, `None` if it holds anything else.
pub fn strings(list: &Table) -> Option<Vec<String>> {
    if list.pairs::<Value, Value>().count() != list.raw_len() {
        return None;
    }
    list.sequence_values::<Value>()
        .map(|value| match value {
            Ok(Value::String(text)) => text.to_str().ok().map(|text| text.to_owned()),
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use mlua::Lua;

    use super::*;

    #[test]
    fn what_is_read_is_what_is_declared() {
        let opts = Options::new("connect", None);
        opts.boolean("write").unwrap();
        let unread = opts.finish().unwrap_err();
        assert_eq!(
            unread.message(),
            "`connect`: option `warning` is declared and not read"
        );
        opts.boolean("wirte").unwrap();
        let undeclared = opts.finish().unwrap_err();
        assert_eq!(
            undeclared.message(),
            "`connect`: option `wirte` is read and not declared"
        );
    }

    #[test]
    fn options_are_typed_and_unknown_ones_refused() {
        let lua = Lua::new();
        let table = lua
            .load("{ mode = 'upsrt', jobs = 'four', tables = 'a', wait = '5s', jbos = 1 }")
            .eval()
            .unwrap();
        let opts = Options::new("copy.rows", table);
        assert_eq!(opts.strings("tables").unwrap(), Some(vec!["a".to_owned()]));
        assert_eq!(opts.duration("wait").unwrap(), Some(Duration::from_secs(5)));
        let messages = [
            opts.choice("mode", &[("replace", 1), ("upsert", 2)])
                .unwrap_err(),
            opts.integer("jobs").unwrap_err(),
            opts.required("from", None::<()>).unwrap_err(),
            opts.finish().unwrap_err(),
        ];
        assert_eq!(
            messages.map(|error| error.message().to_owned()),
            [
                "`copy.rows`: option `mode` must be one of `replace`, `upsert`, got `upsrt`, did you mean `upsert`",
                "`copy.rows`: option `jobs` must be an integer, got string",
                "`copy.rows`: option `from` is missing",
                "`copy.rows`: unknown option `jbos`, did you mean `jobs`",
            ]
        );
    }
}
