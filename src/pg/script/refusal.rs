//! What a script may not contain, found before its first statement runs.

use super::kind::{Copying, copying, transaction_words, words};
use super::place::Place;
use super::split::Statement;
use crate::pg::{Error, Session};

/// Something with its place in a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct At<T> {
    pub place: Place,
    pub what: T,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("the script ends inside a {what}")]
    Unterminated { what: &'static str },
    #[error(
        "`{command}` is a command of psql, not SQL; only `\\restrict` and `\\unrestrict` are passed over"
    )]
    Backslash { command: String },
    #[error(
        "nothing may follow `COPY ... FROM stdin;` on its line: the data begins on the next one"
    )]
    BehindCopy,
    #[error(
        "the rows of `COPY ... TO STDOUT` have nowhere to go in a script; read them with a query"
    )]
    CopyOut,
    #[error(
        "`{statement}` would take away what `runner` keeps in the session; undo single settings with RESET"
    )]
    SessionState { statement: String },
    #[error("a script is sent as UTF-8; `{encoding}` would make the server read something else")]
    Encoding { encoding: String },
    #[error(
        "`{statement}` would undo the protection of this database; that is for `runner protect`"
    )]
    Protection { statement: String },
    #[error("the transaction that begins here is not ended by the script")]
    NotEnded,
    #[error("{count} statements were given where one is expected; use `script` for several")]
    Several { count: usize },
    #[error("there is no statement in the text")]
    Empty,
}

/// Why `statement` must not run in a script on `session`. `ours` tells that the transaction it would run in
/// is kept by `runner`.
pub(super) fn refusal(statement: &Statement<'_>, session: &Session, ours: bool) -> Option<Error> {
    if ours && let Some(statement) = transaction_words(statement.text) {
        return Some(Error::TransactionStatement { statement });
    }
    let protected =
        session.server().protect.is_some() || session.connector().target().protect.is_some();
    forbidden(statement.text, protected).map(Error::Refusal)
}

fn forbidden(text: &str, protected: bool) -> Option<Refusal> {
    let head: Vec<String> = words(text).take(12).collect();
    let head: Vec<&str> = head.iter().map(String::as_str).collect();
    match head[..] {
        ["DISCARD" | "DEALLOCATE", "ALL"] | ["DEALLOCATE", "PREPARE", "ALL"] => {
            Some(Refusal::SessionState {
                statement: head.join(" "),
            })
        }
        ["COPY", ..] if copying(text) == Some(Copying::Out) => Some(Refusal::CopyOut),
        ["SET", ..] => encoding(&head[1..]),
        ["ALTER", "DATABASE" | "ROLE" | "USER", ..] if touches_protection(&head, protected) => {
            Some(Refusal::Protection {
                statement: head[..2].join(" "),
            })
        }
        _ => None,
    }
}

/// Of the words behind SET.
fn encoding(words: &[&str]) -> Option<Refusal> {
    let mut words = words
        .iter()
        .filter(|word| !matches!(**word, "SESSION" | "LOCAL" | "TO" | "="));
    if !matches!(*words.next()?, "CLIENT_ENCODING" | "NAMES") {
        return None;
    }
    let encoding = *words.next()?;
    let is_unicode = matches!(encoding, "UTF8" | "UTF-8" | "UNICODE" | "DEFAULT");
    (!is_unicode).then(|| Refusal::Encoding {
        encoding: encoding.to_owned(),
    })
}

fn touches_protection(head: &[&str], protected: bool) -> bool {
    let names = |phrase: &[&str]| head.windows(phrase.len()).any(|window| window == phrase);
    names(&["RUNNER", ".", "PROTECT"])
        || names(&["RUNNER.PROTECT"])
        || protected && names(&["RESET", "ALL"])
}

#[cfg(test)]
mod texts {
    use super::*;

    #[test]
    fn what_is_hard_to_provoke_says_what_where_and_what_now() {
        for (error, text) in [
            (
                Refusal::BehindCopy,
                "nothing may follow `COPY ... FROM stdin;` on its line: the data begins on the next one",
            ),
            (
                Refusal::Several { count: 2 },
                "2 statements were given where one is expected; use `script` for several",
            ),
            (Refusal::Empty, "there is no statement in the text"),
        ] {
            assert_eq!(error.to_string(), text);
        }
    }
}
