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

#[cfg(test)]
mod texts {
    use super::*;

    #[test]
    fn what_is_hard_to_provoke_says_what_where_and_what_now() {
        for (error, text) in [
            (
                Error::NoPgDump {
                    source_name: "prod".into(),
                    wanted: 18,
                    found: " (there is 15)".into(),
                    looked_in: vec!["/usr/bin".into()],
                },
                "no pg_dump of version 18 or newer, which the server of `prod` takes (there is 15); looked in /usr/bin; install postgresql-client-18, or set RUNNER_PG_BIN to a folder that has it",
            ),
            (
                Error::Failed {
                    source_name: "prod".into(),
                    status: "exit status: 1".into(),
                    message: "denied".into(),
                },
                "pg_dump of `prod` ended with exit status: 1: denied",
            ),
            (
                Error::NotText {
                    source_name: "prod".into(),
                },
                "pg_dump of `prod` wrote what is not UTF-8",
            ),
            (
                Error::Exists {
                    target: "prod".into(),
                    objects: vec!["table a".into()],
                },
                "`prod` already has table a; with `clean = true` they are dropped first",
            ),
            (
                Error::Dependents {
                    target: "prod".into(),
                    objects: vec!["view v".into()],
                },
                "only `prod` has view v, which would go with what is dropped: nothing was changed; drop it there first, or bring it to the source",
            ),
            (
                Error::Differs(Vec::new()),
                "the schema that was made is another one, so nothing of it was kept:",
            ),
        ] {
            assert_eq!(error.to_string(), text);
        }
    }
}
