//! What can be told about a playbook without running it: names that mean nothing, options that are refused, targets,
//! groups and modules that are not there.
//!
//! False alarms are worse than misses: what may be right by something that is not seen here is let pass. What only a
//! server knows is not judged but asked for, in [`Checked::asks`]; [`ask`] puts that to a session.
//!
//! The text has to be valid Lua, which Lua itself is the judge of. As for lua-language-server,
//! `---@diagnostic disable-next-line`, `disable-line` and `disable` (for the whole file) silence it.

mod argument;
mod call;
mod database;
mod expression;
mod lua;
mod names;
mod options;
mod parts;
mod project;
mod source;
mod value;
mod walk;

pub mod ask;

use std::path::PathBuf;

pub use ask::{Ask, Wanted};
pub use lua::GLOBALS as LUA_GLOBALS;

/// What is known around a playbook.
pub struct World<'a> {
    /// The targets of `runner.toml`; `None` where there is no such file.
    pub targets: Option<Vec<String>>,
    /// The same for groups.
    pub groups: Option<Vec<String>>,
    /// What `require` finds.
    pub module: &'a dyn Fn(&str) -> Module,
    /// Names it would find beside one that it does not, for "did you mean".
    pub modules: &'a dyn Fn(&str) -> Vec<String>,
}

/// What `require` finds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Module {
    /// In the binary.
    Embedded,
    File(PathBuf),
    Missing,
}

/// What a check has found.
#[derive(Debug, Default)]
pub struct Checked {
    /// In the order of the text.
    pub findings: Vec<Finding>,
    /// What has to be asked of servers.
    pub asks: Vec<Ask>,
    /// What the playbook may have made itself by the time it is used.
    pub made: Made,
}

/// Something that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// In bytes from the start of the text.
    pub at: usize,
    pub message: String,
}

/// Names of tables and columns that need not be there yet.
#[derive(Debug, Default)]
pub struct Made {
    /// All words of the statements that make or change something.
    pub words: std::collections::HashSet<String>,
    /// Whether there are statements that are not seen.
    pub unseen: bool,
}

/// Checks a text. One that the syntax tree's parser does not read, though Lua does, is let pass.
pub fn check(text: &str, world: &World<'_>) -> Checked {
    let Some(source) = source::Source::read(text) else {
        return Checked::default();
    };
    walk::Walk::new(&source, world).walked()
}

/// Line and column of a place in a text, both from 1, the column in characters.
pub fn place(text: &str, at: usize) -> (usize, usize) {
    let before = &text[..at.min(text.len())];
    let line = before.rfind('\n').map_or(0, |end| end + 1);
    let column = before[line..].chars().count() + 1;
    (before.matches('\n').count() + 1, column)
}

#[cfg(test)]
mod tests;
