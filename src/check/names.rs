//! Which names mean something where.

use super::lua;
use super::source::Facts;
use super::value::What;
use crate::docs::{self, Entry, Kind};

/// The locals that can be seen, innermost block last.
#[derive(Default)]
pub struct Scopes(Vec<Vec<(String, What)>>);

impl Scopes {
    pub fn open(&mut self) {
        self.0.push(Vec::new());
    }

    pub fn close(&mut self) {
        self.0.pop();
    }

    pub fn declare(&mut self, name: String, what: What) {
        if let Some(block) = self.0.last_mut() {
            block.push((name, what));
        }
    }

    pub fn find(&self, name: &str) -> Option<&What> {
        let mut locals = self.0.iter().rev().flat_map(|block| block.iter().rev());
        locals
            .find(|(local, _)| local == name)
            .map(|(_, what)| what)
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().flatten().map(|(name, _)| name.as_str())
    }
}

/// What a global is; `None` where nothing has that name.
pub fn global(name: &str, facts: &Facts) -> Option<What> {
    if facts.assigned.contains(name) || name == "_ENV" {
        return Some(What::Unknown);
    }
    if lua::fields(name).is_some() {
        return Some(What::Library(name.to_owned()));
    }
    let entry = globals().find(|entry| entry.name == name)?;
    Some(match entry.kind {
        Kind::Module => What::Module(&entry.name),
        Kind::Function => What::Function(entry),
        _ => What::Unknown,
    })
}

/// The globals of ours.
pub fn globals() -> impl Iterator<Item = &'static Entry> {
    let is_global = |entry: &&Entry| {
        matches!(entry.kind, Kind::Function | Kind::Module | Kind::Value)
            && !entry.name.contains(['.', ':'])
    };
    docs::entries().iter().filter(is_global)
}

/// The function of that name that a module of ours has.
pub fn member(module: &str, name: &str) -> Option<&'static Entry> {
    let mut members = docs::members(module);
    members.find(|entry| last(entry) == name)
}

/// The methods and fields that values of a class have.
pub fn parts(class: &'static Entry) -> Vec<&'static str> {
    let methods = docs::members(&class.name).map(last);
    let fields = docs::fields(class).into_iter();
    methods
        .chain(fields.map(|field| field.name.as_str()))
        .collect()
}

/// The part of an entry's name that stands behind its owner.
pub fn last(entry: &'static Entry) -> &'static str {
    let parts = entry.name.rsplit(['.', ':']).next();
    parts.unwrap_or(&entry.name)
}
