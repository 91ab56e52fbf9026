//! Why definitions were not brought over.

use std::path::PathBuf;

use super::diff::{Difference, lines};
use crate::copy::verify;
use crate::{copy, pg};

pub type Result<T> = std::result::Result<T, Error>;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Pg(Box<pg::Error>),
    #[error(transparent)]
    Copy(Box<copy::Error>),
    #[error(transparent)]
    Verify(Box<verify::Error>),
    #[error(
        "no pg_dump of version {wanted} or newer, which the server of `{source_name}` takes{found}; looked in {}; install \
         postgresql-client-{wanted}, or set RUNNER_PG_BIN to a folder that has it",
        .looked_in.join(", ")
    )]
    NoPgDump {
        source_name: String,
        wanted: i64,
        /// What there is instead.
        found: String,
        looked_in: Vec<String>,
    },
    #[error("cannot run `{}`: {reason}", .program.display())]
    CannotRun {
        program: PathBuf,
        reason: std::io::Error,
    },
    #[error("pg_dump of `{source_name}` ended with {status}: {message}")]
    Failed {
        source_name: String,
        status: String,
        message: String,
    },
    #[error("pg_dump of `{source_name}` wrote what is not UTF-8")]
    NotText { source_name: String },
    #[error("`{target}` already has {}; with `clean = true` they are dropped first", some(.objects))]
    Exists {
        target: String,
        objects: Vec<String>,
    },
    #[error(
        "only `{target}` has {}, which would go with what is dropped: nothing was changed; drop it there first, or bring \
         it to the source",
        some(.objects)
    )]
    Dependents {
        target: String,
        objects: Vec<String>,
    },
    #[error("the schema that was made is another one, so nothing of it was kept:{}", lines(.0))]
    Differs(Vec<Difference>),
}

impl From<pg::Error> for Error {
    fn from(error: pg::Error) -> Self {
        Self::Pg(Box::new(error))
    }
}

impl From<copy::Error> for Error {
    fn from(error: copy::Error) -> Self {
        Self::Copy(Box::new(error))
    }
}

impl From<verify::Error> for Error {
    fn from(error: verify::Error) -> Self {
        Self::Verify(Box::new(error))
    }
}

/// The first of many, in a list.
fn some(objects: &[String]) -> String {
    const SHOWN: usize = 20;
    let shown = objects[..objects.len().min(SHOWN)].join(", ");
    match objects.len().checked_sub(SHOWN) {
        None | Some(0) => shown,
        Some(more) => format!("{shown} and {more} more"),
    }
}
