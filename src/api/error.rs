//! Errors of the layers below as errors of Lua.

use super::advice;
use crate::copy::{self, schema, verify};
use crate::host::{Error, Field, Kind, Statement};
use crate::ssh::process::Exit;
use crate::{config, machine, pg, trigger, watermark};

impl From<pg::Error> for Error {
    fn from(error: pg::Error) -> Self {
        raised(error, |error| Some(error))
    }
}

impl From<trigger::Error> for Error {
    fn from(error: trigger::Error) -> Self {
        match error {
            // A statement's error that the block caught; the next one is refused whatever it is.
            trigger::Error::Pg(error) if error.sqlstate() == Some("25P02") => {
                pg::Error::Poisoned.into()
            }
            trigger::Error::Pg(error) => error.into(),
            error => Self::from_cause(error),
        }
    }
}

impl From<copy::Error> for Error {
    fn from(error: copy::Error) -> Self {
        raised(error, copy::Error::pg)
    }
}

impl From<watermark::Error> for Error {
    fn from(error: watermark::Error) -> Self {
        match error {
            watermark::Error::Pg(error) => error.into(),
            error => Self::from_cause(error),
        }
    }
}

impl From<verify::Error> for Error {
    fn from(error: verify::Error) -> Self {
        match error {
            verify::Error::Pg(error) => (*error).into(),
            verify::Error::Copy(error) => (*error).into(),
            verify::Error::Trigger(error) => (*error).into(),
            error => Self::from_cause(error),
        }
    }
}

impl From<schema::Error> for Error {
    fn from(error: schema::Error) -> Self {
        match error {
            schema::Error::Pg(error) => (*error).into(),
            schema::Error::Copy(error) => (*error).into(),
            schema::Error::Verify(error) => (*error).into(),
            error => Self::from_cause(error),
        }
    }
}

impl From<machine::Error> for Error {
    fn from(error: machine::Error) -> Self {
        let (exit, stderr) = match &error {
            machine::Error::Interrupted => return Self::interrupted(),
            machine::Error::Failed { exit, stderr, .. } => (Some(exit.clone()), stderr.clone()),
            _ => (None, String::new()),
        };
        let raised = Self::from_cause(error);
        let raised = match exit {
            Some(Exit::Code(code)) => raised.with_field("code", Field::Integer(code.into())),
            Some(Exit::Signal(signal)) => raised.with_text("signal", Some(signal)),
            _ => raised,
        };
        // A single line stands in the message.
        let several = stderr.lines().nth(1).is_some();
        raised.with_text("stderr", several.then_some(stderr))
    }
}

/// The error of a layer; `pg` finds the server's part of it.
fn raised<E>(error: E, pg: impl FnOnce(&E) -> Option<&pg::Error>) -> Error
where
    E: std::error::Error + Send + Sync + 'static,
{
    let inner = pg(&error);
    if inner.is_some_and(pg::Error::is_interrupted) {
        return Error::interrupted();
    }
    let server = inner.and_then(pg::Error::server).cloned();
    let of_server = server.as_ref().and_then(|server| server.target.clone());
    let target = inner.and_then(target).map(str::to_owned).or(of_server);
    let route = server.as_ref().and_then(|server| server.route.clone());
    let raised = Error::from_cause(error)
        .with_text("target", target)
        .with_text("route", route);
    match server {
        Some(server) => with_report(raised, server),
        None => raised,
    }
}

/// The target of an error that has it as a field.
fn target(error: &pg::Error) -> Option<&str> {
    match error {
        pg::Error::Lost { target, .. }
        | pg::Error::UncertainCommit { target, .. }
        | pg::Error::Route { target, .. }
        | pg::Error::Refused { target, .. }
        | pg::Error::Connect { target, .. }
        | pg::Error::Silent { target, .. }
        | pg::Error::Unsuited { target, .. }
        | pg::Error::NoServer { target, .. }
        | pg::Error::NoPassword { target } => Some(target),
        _ => None,
    }
}

/// All that the server said, as fields.
fn with_report(error: Error, server: pg::ServerError) -> Error {
    let error = match advice::by_state(&server.sqlstate) {
        Some(help) => error.with_help(help),
        None => error,
    };
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
