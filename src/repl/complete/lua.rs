//! Completion of Lua: globals and what they hold, the options of a call, and what strings name.

use super::super::classify::{Language, classify};
use super::super::names::Kind as RelationKind;
use super::super::tokens::{Kind, Token, lua};
use super::{Candidate, World, command, sql, words};
use crate::docs;

pub fn complete(text: &str, position: usize, world: &World) -> (usize, Vec<Candidate>) {
    let tokens = lua(&text[..position]);
    let place = Place {
        text: &text[..position],
        tokens: &tokens,
    };
    match tokens.last() {
        Some(token) if token.kind == Kind::Comment => (position, Vec::new()),
        Some(token) if token.kind == Kind::String && token.open => place.string(token, world),
        // A quote that is not closed ends the words.
        _ => match place.open_quote() {
            Some(start) => place.in_string(start, tokens.len(), world),
            None => place.name(world),
        },
    }
}

/// The function that is being called, as it is declared.
pub fn signature(text: &str, world: &World) -> Option<String> {
    let tokens = lua(text);
    let place = Place {
        text,
        tokens: &tokens,
    };
    if place.open_quote().is_some() || tokens.last().is_some_and(|token| token.open) {
        return None;
    }
    let open = place.open_bracket(tokens.len())?;
    let callee = place.callee(open, world)?;
    let options = docs::options(&callee).unwrap_or_default();
    if options.is_empty() || place.symbol(open) != Some("{") {
        return Some(docs::lookup(&callee)?.signature());
    }
    let used = place.keys(open);
    let left = options
        .iter()
        .filter(|option| !used.contains(&option.name.as_str()));
    let left: Vec<String> = left
        .map(|option| {
            if option.optional {
                format!("{}?", option.name)
            } else {
                option.name.clone()
            }
        })
        .collect();
    Some(left.join(", "))
}

struct Place<'a> {
    /// Up to the cursor.
    text: &'a str,
    tokens: &'a [Token],
}

impl<'a> Place<'a> {
    fn text_of(&self, index: usize) -> &'a str {
        let token = self.tokens.get(index);
        token.map_or("", |token| &self.text[token.start..token.end])
    }

    fn symbol(&self, index: usize) -> Option<&'a str> {
        let is_symbol = self.tokens.get(index)?.kind == Kind::Symbol;
        is_symbol.then(|| self.text_of(index))
    }

    /// Where a string begins that the words end before.
    fn open_quote(&self) -> Option<usize> {
        let end = self.tokens.last().map_or(0, |token| token.end);
        let rest = &self.text[end..];
        let start = end + (rest.len() - rest.trim_start().len());
        self.text[start..].starts_with(['"', '\'']).then_some(start)
    }

    fn string(&self, token: &Token, world: &World) -> (usize, Vec<Candidate>) {
        self.in_string(token.start, self.tokens.len() - 1, world)
    }

    /// In a string that begins at `start`, behind so many words.
    fn in_string(&self, start: usize, before: usize, world: &World) -> (usize, Vec<Candidate>) {
        let long = self.text[start..].starts_with('[');
        let inside = start + if long { 2 } else { 1 };
        let prefix = self.text.get(inside..).unwrap_or_default();
        let (language, body) = classify(prefix);
        if language == Language::Sql && prefix.contains(char::is_whitespace) {
            let (at, found) = sql::complete(body, body.len(), world.names);
            let clean = found
                .into_iter()
                .filter(|found| long || !found.text.contains('"'));
            return (self.text.len() - body.len() + at, clean.collect());
        }
        (inside, self.named(prefix, before, world))
    }

    /// What a string may name, by the option it is a value of or the function it is given to.
    fn named(&self, prefix: &str, before: usize, world: &World) -> Vec<Candidate> {
        let key = self.key_of_value(before);
        let callee = before.checked_sub(1).map(|last| match self.symbol(last) {
            Some("(") => self.text_of(last.wrapping_sub(1)),
            _ => self.text_of(last),
        });
        match (key, callee) {
            (_, Some("connect")) => fitting(world.targets, prefix),
            (Some("tables" | "exclude"), _) => {
                let groups: Vec<String> = world
                    .groups
                    .iter()
                    .map(|group| format!("group:{group}"))
                    .collect();
                let mut found = fitting(&groups, prefix);
                let tables = command::relations(prefix, &[RelationKind::Table], world.names);
                found.extend(tables.into_iter().filter(|table| !table.text.contains('"')));
                found
            }
            (Some(key), _) => {
                let literals = self.literals(key, before, world);
                if literals.is_empty() {
                    files(prefix, world)
                } else {
                    fitting(&literals, prefix)
                }
            }
            _ => files(prefix, world),
        }
    }

    /// The strings that an option may be.
    fn literals(&self, key: &str, before: usize, world: &World) -> Vec<String> {
        let open = self.open_bracket(before);
        let callee = open.and_then(|open| self.callee(open, world));
        let options = callee.and_then(|callee| docs::options(&callee));
        let option = options
            .unwrap_or_default()
            .into_iter()
            .find(|option| option.name == key);
        option.map_or_else(Vec::new, |option| {
            option
                .ty
                .literals()
                .into_iter()
                .map(str::to_owned)
                .collect()
        })
    }

    /// The key whose value comes behind so many words, itself or in a list.
    fn key_of_value(&self, before: usize) -> Option<&'a str> {
        let assigned = |end: usize| {
            let key = end.checked_sub(2)?;
            (self.symbol(end - 1) == Some("=") && self.tokens[key].kind == Kind::Name)
                .then(|| self.text_of(key))
        };
        assigned(before).or_else(|| {
            let open = self.open_bracket(before)?;
            (self.symbol(open) == Some("{")).then(|| assigned(open))?
        })
    }

    /// The bracket that is open behind so many words.
    fn open_bracket(&self, before: usize) -> Option<usize> {
        let mut depth = 0_usize;
        for index in (0..before).rev() {
            match self.symbol(index) {
                Some("}" | ")" | "]") => depth += 1,
                Some("{" | "(" | "[") if depth == 0 => return Some(index),
                Some("{" | "(" | "[") => depth -= 1,
                _ => {}
            }
        }
        None
    }

    /// The function whose arguments the bracket at `open` begins, by its name in the declarations.
    fn callee(&self, open: usize, world: &World) -> Option<String> {
        let end = match open.checked_sub(1)? {
            paren if self.symbol(open) == Some("{") && self.symbol(paren) == Some("(") => paren,
            _ => open,
        };
        let path = self.path(end);
        (!path.is_empty()).then(|| declared(&path, world))
    }

    /// The names joined by dots and colons that end before the word at `end`.
    fn path(&self, end: usize) -> Vec<&'a str> {
        let mut path = Vec::new();
        let mut at = end;
        while at > 0 && self.tokens[at - 1].kind == Kind::Name {
            path.insert(0, self.text_of(at - 1));
            if at < 2 || !matches!(self.symbol(at - 2), Some("." | ":")) {
                break;
            }
            at -= 2;
        }
        path
    }

    /// The keys that a table has already, those before the cursor.
    fn keys(&self, open: usize) -> Vec<&'a str> {
        let mut depth = 0_usize;
        let mut keys = Vec::new();
        for index in open + 1..self.tokens.len() {
            match self.symbol(index) {
                Some("{" | "(" | "[") => depth += 1,
                Some("}" | ")" | "]") => depth = depth.saturating_sub(1),
                Some("=") if depth == 0 => keys.push(self.text_of(index - 1)),
                _ => {}
            }
        }
        keys
    }

    fn name(&self, world: &World) -> (usize, Vec<Candidate>) {
        let end = self.text.len();
        let typed = self
            .tokens
            .last()
            .filter(|token| token.end == end && matches!(token.kind, Kind::Name | Kind::Keyword));
        let start = typed.map_or(end, |token| token.start);
        let before = self.tokens.len() - usize::from(typed.is_some());
        let prefix = &self.text[start..];
        let numeric = self
            .tokens
            .last()
            .is_some_and(|token| token.kind == Kind::Number && token.end == end);
        if numeric {
            return (end, Vec::new());
        }
        let last = before.checked_sub(1).and_then(|last| self.symbol(last));
        let found = match last {
            Some(by @ ("." | ":")) => members(&self.path(before - 1), by == ":", world),
            Some("{" | "," | ";") => match self.options(before, world) {
                Some(options) => options,
                None => globals(world),
            },
            _ => globals(world),
        };
        let found = found
            .into_iter()
            .filter(|found| found.text.starts_with(prefix));
        (start, found.collect())
    }

    /// The options of the call whose table is open, but for those it has.
    fn options(&self, before: usize, world: &World) -> Option<Vec<Candidate>> {
        let open = self.open_bracket(before)?;
        if self.symbol(open) != Some("{") {
            return None;
        }
        let options = docs::options(&self.callee(open, world)?)?;
        let used = self.keys(open);
        let left = options
            .iter()
            .filter(|option| !used.contains(&option.name.as_str()));
        Some(
            left.map(|option| Candidate {
                shown: option.name.clone(),
                text: format!("{} = ", option.name),
            })
            .collect(),
        )
    }
}

/// The name that the declarations have for a path: a variable stands for its class.
fn declared(path: &[&str], world: &World) -> String {
    let class = path.first().and_then(|first| class(first, world));
    match (class, path) {
        (Some(class), [_, method]) => format!("{class}:{method}"),
        _ => path.join("."),
    }
}

/// The class of a global; `db` and `tx` are what their names say wherever they come from.
fn class(name: &str, world: &World) -> Option<String> {
    let known = world
        .lua
        .globals
        .get(name)
        .and_then(|global| global.class.clone());
    known.or_else(|| matches!(name, "db" | "tx").then(|| "Db".to_owned()))
}

fn members(path: &[&str], methods: bool, world: &World) -> Vec<Candidate> {
    let Some(first) = path.first().filter(|_| path.len() == 1) else {
        return Vec::new();
    };
    let owner = class(first, world);
    let declared = docs::members(owner.as_deref().unwrap_or(first));
    let declared = declared.filter(|entry| entry.name.contains(':') == methods || owner.is_none());
    let mut names: Vec<String> = declared
        .filter_map(|entry| entry.name.rsplit(['.', ':']).next().map(str::to_owned))
        .collect();
    if let Some(global) = world.lua.globals.get(*first).filter(|_| !methods) {
        names.extend(global.fields.iter().cloned());
    }
    names.sort();
    names.into_iter().map(Candidate::plain).collect()
}

fn globals(world: &World) -> Vec<Candidate> {
    let names = world.lua.globals.keys().cloned();
    let keywords = words::list("lua").iter().map(|word| (*word).to_owned());
    names.chain(keywords).map(Candidate::plain).collect()
}

fn fitting(names: &[String], prefix: &str) -> Vec<Candidate> {
    let fitting = names.iter().filter(|name| name.starts_with(prefix));
    fitting.map(Candidate::plain).collect()
}

fn files(prefix: &str, world: &World) -> Vec<Candidate> {
    (world.files)(prefix)
        .into_iter()
        .map(Candidate::plain)
        .collect()
}
