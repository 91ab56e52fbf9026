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

    /// Takes the statement away where it may hold a password, and what the server quotes of it: a report is in the log,
    /// too.
    pub fn hide_secrets(&mut self) {
        let bears = |statement: &mut Statement| bears_a_secret(&statement.text);
        let hidden = self.0.statement.take_if(bears).is_some();
        self.0.source_line.take_if(|line| bears_a_secret(line));
        // The statement inside of a function, or of a block.
        let bears = |name: &str, field: &Field| matches!(field, Field::Text(text) if name == "context" && bears_a_secret(text));
        let fields = self.0.fields.len();
        self.0.fields.retain(|(name, field)| !bears(name, field));
        if (hidden || self.0.fields.len() < fields) && self.is_misread() {
            self.0.message = without_quoted(&self.0.message);
        }
    }

    /// Whether the server took a word for another than was meant: a password without its quotes is a name, and one in
    /// the wrong place no date.
    fn is_misread(&self) -> bool {
        /// Of syntax, names and rights, and of values.
        const CLASSES: [&str; 2] = ["42", "22"];
        let mut fields = self.0.fields.iter();
        fields.any(|(name, field)| {
            matches!(field, Field::Text(text) if *name == "sqlstate" && CLASSES.iter().any(|class| text.starts_with(class)))
        })
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

/// A message without what it quotes, in the quotes of whatever language the server speaks; from the first to the last,
/// since what is quoted may hold some itself.
fn without_quoted(message: &str) -> String {
    const QUOTES: [char; 8] = ['"', '«', '»', '„', '“', '”', '「', '」'];
    let mut quotes = message.match_indices(QUOTES);
    let (Some((first, opening)), Some((last, _))) = (quotes.next(), quotes.next_back()) else {
        return message.to_owned();
    };
    let (before, behind) = (&message[..first + opening.len()], &message[last..]);
    format!("{before}...{behind}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hidden(sql: &str, sqlstate: &str, message: &str) -> String {
        let statement = Statement {
            text: sql.to_owned(),
            position: None,
            origin: None,
        };
        let error = Error::failed(message).with_text("sqlstate", Some(sqlstate));
        let mut trouble = Trouble::from(error.with_statement(statement));
        trouble.hide_secrets();
        trouble.message.clone()
    }

    #[test]
    fn what_the_server_quotes_of_a_hidden_statement_is_hidden_too() {
        let forgotten = "alter role postgres password geheim";
        for (message, shown) in [
            (
                r#"syntax error at or near "geheim""#,
                r#"syntax error at or near "...""#,
            ),
            (
                r#"unterminated quoted string at or near "'ge"heim""#,
                r#"unterminated quoted string at or near "...""#,
            ),
            ("Syntaxfehler bei »geheim«", "Syntaxfehler bei »...«"),
            (
                "syntax error at end of input",
                "syntax error at end of input",
            ),
        ] {
            assert_eq!(hidden(forgotten, "42601", message), shown);
        }
        let misplaced = "alter role postgres password 'x' valid until 'geheim'";
        let message = r#"invalid input syntax for type timestamp with time zone: "geheim""#;
        assert!(!hidden(misplaced, "22007", message).contains("geheim"));
    }

    #[test]
    fn what_the_server_quotes_is_told_where_nothing_is_hidden() {
        let message = r#"syntax error at or near "selec""#;
        assert_eq!(hidden("selec 1", "42601", message), message);
        let message = r#"relation "accounts" is locked"#;
        let sql = "update accounts set password = 'x'";
        assert_eq!(hidden(sql, "55P03", message), message);
    }

    #[test]
    fn the_message_about_a_hidden_statement_inside_of_a_block_quotes_nothing() {
        let context = "SQL statement \"alter role postgres password geheim\"";
        let error = Error::failed(r#"syntax error at or near "geheim""#)
            .with_text("sqlstate", Some("42601"))
            .with_text("context", Some(context));
        let mut trouble = Trouble::from(error);
        trouble.hide_secrets();
        assert_eq!(trouble.message, r#"syntax error at or near "...""#);
    }
}
