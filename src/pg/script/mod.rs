//! Scripts: many statements in one text, run as psql would run them.
//!
//! The text is read whole before anything runs: what cannot be run here, or must not, is refused first.
//! Variables of psql (`:name`) and its backslash commands are not known.

mod check;
mod kind;
mod lexer;
mod place;
mod refusal;
mod run;
mod settings;
mod single;
mod split;

pub use check::check;
pub use kind::{Copying, copying};
pub(crate) use lexer::{Kind as WordKind, Token, Unterminated, words};
pub use place::Place;
pub use refusal::{At, Refusal};
pub use run::run;
pub use single::{plain_values, single};
pub use split::{Statement, Typed, awaited, is_whole, split, typed};

pub(super) use single::{first_words, has_word, main_statement, parameters};

use super::{Error, Result, Session};
use refusal::refusal;

/// How a script is run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ScriptOptions {
    /// What errors call the text, as a rule its file.
    pub origin: Option<String>,
    /// All statements in one transaction; else each commits by itself, as in psql.
    pub single_transaction: bool,
}

/// What a script has done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Report {
    pub statements: u64,
    /// Rows inserted, updated, deleted and copied in.
    pub rows: u64,
}

/// A script that may be run on its session.
struct Script<'a> {
    statements: Vec<Statement<'a>>,
    origin: Option<&'a str>,
}

impl<'a> Script<'a> {
    async fn read(session: &Session, text: &'a str, options: &'a ScriptOptions) -> Result<Self> {
        let standard_strings = settings::standard_strings(session).await?;
        let mut script = Self {
            statements: Vec::new(),
            origin: options.origin.as_deref(),
        };
        script.statements = split(text, standard_strings)
            .map_err(|refused| script.error(refused.place, Error::Refusal(refused.what)))?;
        let ours = options.single_transaction || session.in_transaction() || session.is_read_only();
        for statement in &script.statements {
            if let Some(error) = refusal(statement, session, ours) {
                return Err(script.error(statement.place, error));
            }
        }
        script.check_ends()?;
        Ok(script)
    }

    /// A transaction that the script begins it has to end: psql would roll it back without a word.
    fn check_ends(&self) -> Result<()> {
        let mut open = None;
        for statement in &self.statements {
            match kind::effect(statement.text) {
                kind::Effect::Opens => open = Some(statement.place),
                kind::Effect::Closes => open = None,
                kind::Effect::None => {}
            }
        }
        match open {
            Some(place) => Err(self.error(place, Error::Refusal(Refusal::NotEnded))),
            None => Ok(()),
        }
    }

    fn error(&self, place: Place, source: Error) -> Error {
        Error::Script {
            origin: self.origin.map(str::to_owned),
            place,
            source: Box::new(source),
        }
    }

    /// The error of a statement, at the place the server points to.
    fn failure(&self, statement: &Statement<'_>, error: Error) -> Error {
        let error = error.with_sql(statement.text);
        let before = error.server().and_then(|report| report.position);
        let place = before.map_or(statement.place, |position| {
            let characters = usize::try_from(position).unwrap_or(1).saturating_sub(1);
            let end = statement.text.char_indices().nth(characters);
            statement
                .place
                .behind(&statement.text[..end.map_or(0, |(index, _)| index)])
        });
        self.error(place, error)
    }
}
