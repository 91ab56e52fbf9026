//! What goes wrong in a line, as the one renderer of errors takes it.

use std::ops::{Deref, DerefMut};

use super::history::bears_a_secret;
use crate::host::{Error, Failure, Field, Location, State, Statement};
use crate::pg;

/// A failure, whatever layer it is of.
#[derive(Debug)]
pub struct Trouble(Box<Failure>);

impl Deref for Trouble {
    type Target = Failure;

    fn deref(&self) -> &Failure {
        &self.0
    }
}

impl DerefMut for Trouble {
    fn deref_mut(&mut self) -> &mut Failure {
        &mut self.0
    }
}

impl From<Failure> for Trouble {
    fn from(failure: Failure) -> Self {
        Self(Box::new(failure))
    }
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        Failure::from_error(&error, Vec::new(), &State::default()).into()
    }
}

impl From<pg::Error> for Trouble {
    fn from(error: pg::Error) -> Self {
        Error::from(error).into()
    }
}

/// All that is written here are results: to stdout, to a file, to a command.
impl From<std::io::Error> for Trouble {
    fn from(error: std::io::Error) -> Self {
        Self::failed(format!("cannot write the result: {error}"))
    }
}

impl From<super::describe::Error> for Trouble {
    fn from(error: super::describe::Error) -> Self {
        match error {
            super::describe::Error::Pg(error) => error.into(),
            error => Error::from_cause(error).into(),
        }
    }
}

impl From<mlua::Error> for Trouble {
    fn from(error: mlua::Error) -> Self {
        Error::from(error).into()
    }
}

impl Trouble {
    pub fn failed(message: impl Into<String>) -> Self {
        Error::failed(message).into()
    }

    /// Where the statement that failed begins, or what failed at all.
    #[must_use]
    pub fn at(mut self, place: &Location) -> Self {
        match &mut self.0.statement {
            Some(statement) => {
                statement.origin.get_or_insert_with(|| place.clone());
            }
            None => {
                self.0.location.get_or_insert_with(|| place.clone());
            }
        }
        self
    }

    /// Takes the statement away where it may hold a password: a report is in the log, too.
    pub fn hide_secrets(&mut self) {
        let bears = |statement: &mut Statement| bears_a_secret(&statement.text);
        self.0.statement.take_if(bears);
        self.0.source_line.take_if(|line| bears_a_secret(line));
        // The statement inside of a function, or of a block.
        let bears = |name: &str, field: &Field| matches!(field, Field::Text(text) if name == "context" && bears_a_secret(text));
        self.0.fields.retain(|(name, field)| !bears(name, field));
    }

    /// Whether one of its fields is this.
    pub fn has_field(&self, name: &str, text: &str) -> bool {
        let mut fields = self.0.fields.iter();
        fields.any(|(own, field)| *own == name && *field == Field::Text(text.to_owned()))
    }

    pub fn usage(message: impl Into<String>) -> Self {
        Error::usage(message).into()
    }
}
