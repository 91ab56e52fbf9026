//! What Lua programs may call, as `stdlib/meta/*.lua` and the modules of `stdlib` declare it.
//!
//! The declarations are the one source of `runner help`, of `help` in Lua, of completion, of `runner check` and of
//! `runner types`; a test holds them against what is really there. They are LuaCATS, so an editor reads the same
//! files, with these habits of ours:
//!
//! - `---@class (exact) NAME` is a table of named options: whatever its fields do not name is refused;
//! - a text that ends in `(default X)` tells what an absent option means;
//! - `---# Errors` begins a list of what the function raises, `---# Example` a block of Lua.
//!
//! Nothing is parsed before the first question. The crates that parse LuaCATS (`emmylua_parser`) bring a whole Lua
//! parser, its syntax trees and translations along: too much for forty files of comments written by ourselves.

mod declared;
mod embedded;
mod entry;
mod page;
mod parse;
mod sections;
mod tree;
mod types;

use std::sync::LazyLock;

pub use declared::{Declared, Param, declared};
pub use embedded::{META, MODULES};
pub use entry::{Entry, Field, Kind, Problem, Return};
pub use page::{Block, Item, Page, overview, page};
pub use tree::{guarded, tree};
pub use types::Type;

use crate::config::closest;

static BOOK: LazyLock<Book> = LazyLock::new(|| Book::of(META, MODULES));

/// All that is declared, in the order of the files and of their lines.
pub fn entries() -> &'static [Entry] {
    &BOOK.entries
}

/// What was not understood in the declarations; a test holds that it is nothing.
pub fn problems() -> &'static [Problem] {
    &BOOK.problems
}

/// The entry of this name: `connect`, `copy`, `copy.tables`, `Db`, `Db:query`; `db.query` is understood as well.
pub fn lookup(name: &str) -> Option<&'static Entry> {
    let exact = entries().iter().find(|entry| entry.name == name);
    let wanted = plain(name);
    exact.or_else(|| entries().iter().find(|entry| plain(&entry.name) == wanted))
}

/// The options that a function takes, or that a class of options has, with what the class inherits; `None` where it
/// takes none.
pub fn options(name: &str) -> Option<Vec<&'static Field>> {
    let mut classes = classes_of(name)?.into_iter();
    let mut all = fields(classes.next()?);
    for field in classes.flat_map(fields) {
        if all.iter().all(|known| known.name != field.name) {
            all.push(field);
        }
    }
    Some(all)
}

/// The same, apart for each class of options that a call may be given.
pub fn option_sets(name: &str) -> Option<Vec<Vec<&'static Field>>> {
    Some(classes_of(name)?.into_iter().map(fields).collect())
}

fn classes_of(name: &str) -> Option<Vec<&'static Entry>> {
    let entry = lookup(name)?;
    if entry.exact {
        return Some(vec![entry]);
    }
    let classes: Vec<_> = entry.params.iter().flat_map(options_classes).collect();
    (!classes.is_empty()).then_some(classes)
}

/// Whether a class of options that `call` takes says anything about this one, be it that it is not taken here.
pub fn mentions(call: &str, option: &str) -> bool {
    fn says(class: &Entry, option: &str) -> bool {
        let own = class.fields.iter().any(|field| field.name == option);
        let mut parents = class.parents.iter().filter_map(|parent| lookup(parent));
        own || parents.any(|parent| says(parent, option))
    }
    let mut classes = classes_of(call).into_iter().flatten();
    classes.any(|class| says(class, option))
}

/// The fields of a class with those of its parents in front; a field of type `nil` takes its parent's away.
pub fn fields(class: &Entry) -> Vec<&'static Field> {
    let Some(class) = entries().iter().find(|entry| entry.name == class.name) else {
        return Vec::new();
    };
    let parents = class.parents.iter().filter_map(|parent| lookup(parent));
    let mut all: Vec<&'static Field> = parents.flat_map(fields).collect();
    for field in &class.fields {
        match all.iter().position(|known| known.name == field.name) {
            Some(at) if field.ty == Type::Nil => drop(all.remove(at)),
            Some(at) => all[at] = field,
            None => all.push(field),
        }
    }
    all
}

/// The classes of options that a parameter may be of.
fn options_classes(param: &Field) -> Vec<&'static Entry> {
    let named = param.ty.members().into_iter().filter_map(|of| match of {
        Type::Class(name) => entries().iter().find(|entry| entry.name == *name),
        _ => None,
    });
    named.filter(|class| class.exact).collect()
}

/// The class of this name, however it is spelled: what a userdata says it is.
pub fn class(name: &str) -> Option<&'static Entry> {
    let classes = entries().iter().filter(|entry| entry.kind == Kind::Class);
    let wanted = plain(name);
    classes
        .into_iter()
        .find(|entry| plain(&entry.name) == wanted)
}

/// What belongs to a module or a class: the functions of `copy`, the methods of `Db`.
pub fn members(name: &str) -> impl Iterator<Item = &'static Entry> {
    let owner = name.to_owned();
    let owns = move |entry: &&Entry| entry.owner() == Some(owner.as_str());
    entries().iter().filter(owns)
}

/// The name that `name` is most likely a slip of.
pub fn similar(name: &str) -> Option<&'static str> {
    let names = || {
        entries()
            .iter()
            .filter(|entry| entry.is_called())
            .map(|entry| entry.name.as_str())
    };
    let last = |entry: &&str| entry.rsplit(['.', ':']).next() == Some(name);
    // Who asks for `disabled` means `trigger.disabled`.
    names().find(last).or_else(|| closest(name, names()))
}

fn plain(name: &str) -> String {
    name.replace(':', ".").to_lowercase()
}

struct Book {
    entries: Vec<Entry>,
    problems: Vec<Problem>,
}

impl Book {
    fn of(meta: &[(&str, &str)], modules: &[(&str, &str)]) -> Self {
        let mut book = Self {
            entries: Vec::new(),
            problems: Vec::new(),
        };
        let meta = meta
            .iter()
            .map(|(name, text)| (format!("stdlib/meta/{name}.lua"), *name, *text));
        let modules = modules
            .iter()
            .map(|(name, text)| (format!("stdlib/{name}.lua"), *name, *text));
        for (file, name, text) in meta.chain(modules) {
            let parsed = parse::parse(&file, name, text);
            book.entries.extend(parsed.entries);
            book.problems.extend(parsed.problems);
        }
        book
    }
}

#[cfg(test)]
mod tests;
