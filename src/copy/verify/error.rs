//! Why a comparison was refused, or what it found.

use super::report::{TableCheck, sentence};
use crate::pg;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Pg(Box<pg::Error>),
    #[error(transparent)]
    Copy(Box<crate::copy::Error>),
    #[error("`{target}` cannot be compared with itself: `from` and `to` are one session")]
    OneSession { target: String },
    #[error("`except` names `{column}`, which `{table}` has not{suggestion}")]
    NoColumn {
        table: String,
        column: String,
        suggestion: String,
    },
    #[error("`except` names `{column}`, which none of the tables has{suggestion}")]
    NoColumnAnywhere { column: String, suggestion: String },
    #[error(
        "`{bytes}` holds bytes of no known encoding (SQL_ASCII) and `{other}` text in {encoding}, so their contents cannot \
         be compared; compare them by count"
    )]
    Encodings {
        bytes: String,
        other: String,
        encoding: String,
    },
    #[error("the tables differ:{}", sentence(.0))]
    Mismatch(Vec<TableCheck>),
}

impl From<pg::Error> for Error {
    fn from(error: pg::Error) -> Self {
        Self::Pg(Box::new(error))
    }
}

impl From<crate::copy::Error> for Error {
    fn from(error: crate::copy::Error) -> Self {
        Self::Copy(Box::new(error))
    }
}
