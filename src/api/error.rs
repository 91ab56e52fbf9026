//! Errors of the layers below as errors of Lua.

use crate::host::{Error, Field, Kind, Statement};
use crate::{config, pg};

impl From<pg::Error> for Error {
    fn from(error: pg::Error) -> Self {
        if matches!(error, pg::Error::Interrupted) {
            return Self::interrupted();
        }
        let server = error.server().cloned();
        let target = match &error {
            pg::Error::Lost { target, .. }
            | pg::Error::UncertainCommit { target, .. }
            | pg::Error::Route { target, .. }
            | pg::Error::Refused { target, .. }
            | pg::Error::Connect { target, .. } => Some(target.clone()),
            _ => None,
        };
        let raised = Self::from_cause(error).with_text("target", target);
        match server {
            Some(server) => with_report(raised, server),
            None => raised,
        }
    }
}

/// All that the server said, as fields.
fn with_report(error: Error, server: pg::ServerError) -> Error {
    let mut error = error
        .with_text("sqlstate", Some(server.sqlstate))
        .with_text("detail", server.detail)
        .with_text("hint", server.hint)
        .with_text("constraint", server.constraint)
        .with_text("schema", server.schema)
        .with_text("table", server.table)
        .with_text("column", server.column)
        .with_text("context", server.context);
    if let Some(position) = server.position {
        error = error.with_field("position", Field::Integer(position.into()));
    }
    match server.sql {
        Some(text) => error.with_statement(Statement {
            text,
            position: server.position.map(|position| position as usize),
            origin: None,
        }),
        None => error,
    }
}

impl From<config::Error> for Error {
    fn from(error: config::Error) -> Self {
        Self::from_cause(error).with_kind(Kind::Usage)
    }
}
