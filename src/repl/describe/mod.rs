//! What psql's `\d` commands tell, of the same content and in the same order.
//!
//! Few round trips: a list is one query, and any number of relations in full are three.

mod below;
mod command;
mod error;
mod list;
mod near;
mod other;
mod pattern;
mod relation;
mod source;

pub use command::{Command, Kind as RelationKind, What};
pub use error::Error;

use pattern::{Pattern, Qualified, arguments};

use crate::pg::Session;
use crate::progress::Table;

pub type Result<T> = std::result::Result<T, Error>;

/// What is to be shown, in order.
#[derive(Debug, Clone)]
pub enum Part {
    Table(Table),
    /// Text: below a table, or alone.
    Lines(Vec<String>),
}

/// Runs `command`, its name without the backslash, with what stands behind it.
pub async fn run(session: &Session, command: &str, rest: &str) -> Result<Vec<Part>> {
    let Some(known) = Command::parse(command) else {
        return Err(Error::Unknown {
            command: command.to_owned(),
        });
    };
    match known.what {
        What::FunctionSource => return source::function(session, command, rest).await,
        What::ViewSource => return source::view(session, command, rest).await,
        _ => {}
    }
    let mut words = arguments(rest)?.into_iter();
    let pattern = words.next();
    let pattern = pattern.map(|text| read(session, &known.what, &text));
    let mut pattern = pattern.transpose()?;
    if let What::Functions(kinds) = &known.what {
        let types: Vec<String> = words.map(|word| Pattern::of_argument(&word)).collect();
        if let Some(pattern) = pattern.as_mut().filter(|_| !types.is_empty()) {
            // With the types it may not be found though the name is right.
            rest.trim().clone_into(&mut pattern.text);
        }
        return list::functions(session, &known, kinds, pattern, types).await;
    }
    if let Some(extra) = words.next() {
        let command = command.to_owned();
        return Err(Error::Extra { command, extra });
    }
    match (&known.what, pattern) {
        (What::Relation, Some(pattern)) => {
            relation::describe(session, &pattern, known.verbose).await
        }
        (What::Relation, None) => {
            list::relations(session, &known, &command::Kind::LISTED, None).await
        }
        (What::Relations(kinds), pattern) => list::relations(session, &known, kinds, pattern).await,
        (What::Other(other), pattern) => list::other(session, &known, other, pattern).await,
        (_, pattern) => list::others(session, &known, pattern).await,
    }
}

fn read(session: &Session, what: &What, text: &str) -> Result<Pattern> {
    let text = match what {
        What::Types => pattern::type_name(text),
        _ => text,
    };
    let qualified = match what {
        What::Roles | What::Databases | What::Extensions => Qualified::Not,
        What::Schemas => Qualified::ByDatabase,
        What::Other(other) => other.qualified,
        _ => Qualified::BySchema,
    };
    Pattern::parse(text, qualified, &session.server().database)
}
