//! What can go wrong with a server, and everything the server said about it.

mod server;

use std::fmt;
use std::time::Duration;

use super::script::{Place, Refusal};
use crate::interrupt::Interrupted;
use crate::route;

pub use server::ServerError;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The server refused a statement.
    #[error("{0}")]
    Server(Box<ServerError>),
    #[error("cannot reach `{target}`: {source}")]
    Route {
        target: String,
        source: Box<route::Error>,
    },
    #[error("`{target}` refused the connection: {source}")]
    Refused {
        target: String,
        source: Box<ServerError>,
    },
    #[error("cannot connect to `{target}`: {reason}")]
    Connect { target: String, reason: String },
    #[error(
        "cannot connect to `{target}`: the server asks for a password, and the target has none; put one in its url, its \
         `password`, or `~/.pgpass`"
    )]
    NoPassword { target: String },
    #[error("cannot connect to `{target}`: `{word}` {file} cannot be used: {reason}")]
    Certificate {
        target: String,
        /// The word that names the file.
        word: &'static str,
        /// In quotes, or words for the system's own.
        file: String,
        reason: String,
    },
    #[error(
        "cannot connect to `{target}`: it does not answer within {} s; is it PostgreSQL that listens there?",
        limit.as_secs()
    )]
    Silent { target: String, limit: Duration },
    /// A server that is not what `target_session_attrs` asks for.
    #[error(
        "the server of `{target}` is not the one that `target_session_attrs` asks for: {reason}"
    )]
    Unsuited {
        target: String,
        reason: &'static str,
    },
    /// None of several servers would do.
    #[error("no server of `{target}` lets us in: {tried}")]
    NoServer {
        target: String,
        tried: Tried,
        /// What the last one said, where it said anything.
        source: Option<Box<ServerError>>,
    },
    #[error("the connection to `{target}` was lost: {reason}")]
    Lost { target: String, reason: String },
    #[error(
        "the connection to `{target}` was lost, and another server answers now: {now}; before it was {before}; run again"
    )]
    OtherServer {
        target: String,
        before: String,
        now: String,
    },
    #[error(
        "the connection to `{target}` was lost while COMMIT ran: {outcome} (transaction {transaction})"
    )]
    UncertainCommit {
        target: String,
        transaction: String,
        outcome: CommitOutcome,
    },
    #[error("`{target}` is already closed")]
    Closed { target: String },
    #[error(
        "a statement failed earlier in this transaction and its error was caught; nothing was committed \
         (wrap what may fail in a nested `transaction`, which is a savepoint)"
    )]
    Poisoned,
    #[error(
        "`{statement}` would end or nest the transaction that `runner` keeps; use `transaction(function(tx) ... end)`"
    )]
    TransactionStatement { statement: String },
    /// A script stopped; `place` is where the server points to, or where the statement begins.
    #[error("{}: {source}", script_place(origin.as_deref(), *place))]
    Script {
        origin: Option<String>,
        place: Place,
        source: Box<Error>,
    },
    /// Something that cannot be run as a script, or must not.
    #[error(transparent)]
    Refusal(#[from] Refusal),
    #[error("the value for `${position}` cannot be sent as `{type_name}`: {reason}")]
    Parameter {
        position: usize,
        type_name: String,
        reason: String,
    },
    #[error("the statement takes {}, {}", counted(*expected), were_given(*given))]
    ParameterCount { expected: usize, given: usize },
    #[error("column `{column}` of type `{type_name}` cannot be read: {reason}")]
    Value {
        column: String,
        type_name: String,
        reason: String,
    },
    #[error("no table `{name}` on `{target}`{suggestion}")]
    NoTable {
        name: String,
        target: String,
        suggestion: String,
    },
    #[error("`{name}` on `{target}` is a {kind}, not a table")]
    NotATable {
        name: String,
        target: String,
        kind: &'static str,
    },
    #[error("bad table name `{name}`: {reason}")]
    TableName { name: String, reason: &'static str },
    #[error("no such group `{name}` in `runner.toml`{suggestion}")]
    NoGroup { name: String, suggestion: String },
    #[error("no table of `{target}` matches {patterns}")]
    EmptySelection { target: String, patterns: String },
    #[error("another run of `{playbook}` is writing to `{target}`: {holder}")]
    Claimed {
        target: String,
        playbook: String,
        holder: String,
    },
    #[error("no tunnel to `{target}`: {source}")]
    Tunnel {
        target: String,
        source: route::tunnel::Error,
    },
    #[error("it was terminated and has not ended yet")]
    Unkillable,
    #[error("interrupted")]
    Interrupted,
    #[error("tokio-postgres: {0}")]
    Protocol(String),
}

/// The servers that were tried, each with what was wrong.
#[derive(Debug)]
pub struct Tried(pub Vec<(String, String)>);

impl fmt::Display for Tried {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, (server, reason)) in self.0.iter().enumerate() {
            f.write_str(if place == 0 { "" } else { "; " })?;
            if reason.contains(server.as_str()) {
                f.write_str(reason)?;
            } else {
                write!(f, "`{server}`: {reason}")?;
            }
        }
        Ok(())
    }
}

/// What became of a COMMIT whose answer was lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CommitOutcome {
    Committed,
    Aborted,
    Unknown,
}

impl fmt::Display for CommitOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Committed => "the server has committed it",
            Self::Aborted => "the server has rolled it back",
            Self::Unknown => {
                "whether it was committed is unknown; ask `pg_xact_status` before running again"
            }
        })
    }
}

impl Error {
    /// Whether the server knows us, and would not have us by this way: another line of its `pg_hba.conf` may.
    pub(super) fn is_login_refusal(&self) -> bool {
        const WRONG_PASSWORD: &str = "28P01";
        const NO_MATCHING_LINE: &str = "28000";
        match self {
            Self::NoPassword { .. } => true,
            Self::Refused { source, .. } => {
                [WRONG_PASSWORD, NO_MATCHING_LINE].contains(&source.sqlstate.as_str())
            }
            _ => false,
        }
    }

    /// What is wrong with one server, without the name of the target.
    pub(super) fn reason(&self) -> String {
        match self {
            Self::Route { source, .. } => source.to_string(),
            Self::Refused { source, .. } => source.to_string(),
            Self::Connect { reason, .. } => reason.clone(),
            Self::Unsuited { reason, .. } => (*reason).to_owned(),
            Self::Silent { limit, .. } => {
                format!("it does not answer within {} s", limit.as_secs())
            }
            error => error.to_string(),
        }
    }

    /// Whether a statement that was parsed before has to be parsed again: its result has other columns now, or somebody
    /// has thrown it away.
    pub(super) fn is_outdated(&self) -> bool {
        // The words are in the server's language, and the code of the first is that of many errors.
        self.server()
            .is_some_and(|error| match error.sqlstate.as_str() {
                "0A000" => error.routine.as_deref() == Some("RevalidateCachedQuery"),
                "26000" => true,
                _ => false,
            })
    }

    /// The SQLSTATE, where a server sent one.
    pub fn sqlstate(&self) -> Option<&str> {
        self.server().map(|error| error.sqlstate.as_str())
    }

    pub fn server(&self) -> Option<&ServerError> {
        match self {
            Self::Server(error)
            | Self::Refused { source: error, .. }
            | Self::NoServer {
                source: Some(error),
                ..
            } => Some(error),
            Self::Script { source, .. } => source.server(),
            _ => None,
        }
    }

    pub fn is_interrupted(&self) -> bool {
        match self {
            Self::Interrupted => true,
            Self::Script { source, .. } => source.is_interrupted(),
            _ => false,
        }
    }

    /// The same error with the statement it belongs to, unless it has one already.
    #[must_use]
    pub fn with_sql(mut self, sql: &str) -> Self {
        if let Self::Server(error) = &mut self {
            error.sql.get_or_insert_with(|| sql.to_owned());
        }
        self
    }

    /// A write was tried in a read-only transaction.
    pub fn is_read_only_violation(&self) -> bool {
        self.sqlstate() == Some("25006")
    }
}

fn counted(parameters: usize) -> String {
    match parameters {
        0 => "no parameters".to_owned(),
        1 => "1 parameter".to_owned(),
        more => format!("{more} parameters"),
    }
}

fn were_given(values: usize) -> String {
    match values {
        0 => "none was given".to_owned(),
        1 => "1 was given".to_owned(),
        more => format!("{more} were given"),
    }
}

fn script_place(origin: Option<&str>, place: Place) -> String {
    match origin {
        Some(origin) => format!("{origin}:{}", place.line),
        None => format!("line {} of the script", place.line),
    }
}

impl From<Interrupted> for Error {
    fn from(_: Interrupted) -> Self {
        Self::Interrupted
    }
}

#[cfg(test)]
mod texts {
    use super::*;

    #[test]
    fn what_is_hard_to_provoke_says_what_where_and_what_now() {
        for (error, text) in [
            (
                Error::OtherServer {
                    target: "prod".into(),
                    before: "15".into(),
                    now: "16".into(),
                },
                "the connection to `prod` was lost, and another server answers now: 16; before it was 15; run again",
            ),
            (
                Error::Parameter {
                    position: 1,
                    type_name: "bytea".into(),
                    reason: "no form".into(),
                },
                "the value for `$1` cannot be sent as `bytea`: no form",
            ),
            (
                Error::TableName {
                    name: "a.".into(),
                    reason: "it ends with a dot",
                },
                "bad table name `a.`: it ends with a dot",
            ),
            (Error::Unkillable, "it was terminated and has not ended yet"),
            (
                Error::Protocol("unexpected message".into()),
                "tokio-postgres: unexpected message",
            ),
        ] {
            assert_eq!(error.to_string(), text);
        }
    }
}
