//! What Tab offers: a function of the line, the place in it, and what is known of the world. It asks nobody.

mod columns;
mod command;
mod derived;
mod lua;
mod lua_names;
mod rules;
mod slot;
mod spot;
mod sql;
mod tables;
mod words;

use std::collections::BTreeSet;

pub use lua_names::{Global, LuaNames};
pub use words::{keywords, statements};

use super::classify::{Language, classify};
use super::names::Names;

/// What is known at the moment.
pub struct World<'a> {
    /// Of the server that statements go to.
    pub names: &'a Names,
    pub lua: &'a LuaNames,
    pub targets: &'a [String],
    pub groups: &'a [String],
    /// The names of the backslash commands.
    pub commands: &'a [&'a str],
    /// The files whose path begins so; folders end in `/`.
    pub files: &'a dyn Fn(&str) -> Vec<String>,
}

/// One way to go on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Candidate {
    /// What is listed.
    pub shown: String,
    /// What takes the place of the text from the start that is told with it.
    pub text: String,
}

impl Candidate {
    pub fn plain(text: impl Into<String>) -> Self {
        let text = text.into();
        Self {
            shown: text.clone(),
            text,
        }
    }
}

/// What the word at `position` may become, and where that word begins.
pub fn complete(line: &str, position: usize, world: &World) -> (usize, Vec<Candidate>) {
    let (language, body) = classify(&line[..position]);
    // The body is a part of the line: its beginning is where it differs from it in length.
    let begins = position - body.len();
    let (start, found) = match language {
        Language::Command => command::complete(body, world),
        Language::Sql => sql::complete(&line[begins..], body.len(), world.names),
        // In a comment.
        Language::Nothing if !line[..position].trim().is_empty() => (0, Vec::new()),
        Language::Nothing | Language::Lua => {
            let (start, mut found) = lua::complete(&line[begins..], body.len(), world);
            // One word may become either.
            if !body.is_empty() && body.chars().all(|c| c.is_alphanumeric() || c == '_') {
                found.extend(sql::complete(body, body.len(), world.names).1);
            }
            (start, found)
        }
    };
    let mut seen = BTreeSet::new();
    let found = found.into_iter();
    let found = found.filter(|candidate| seen.insert(candidate.text.clone()));
    (begins + start, found.collect())
}

/// The function that is being called at the end of `before`, with its arguments, as a hint.
pub fn signature(before: &str, world: &World) -> Option<String> {
    let (language, body) = classify(before);
    match language {
        Language::Sql => sql::signature(body, world.names),
        Language::Lua => lua::signature(body, world),
        _ => None,
    }
}
