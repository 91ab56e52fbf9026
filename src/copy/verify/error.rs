//! Why a comparison was refused, or what it found.

use super::report::{TableCheck, sentence};
use super::{KeyCheck, foreign_keys};
use crate::copy::schema::{Difference, lines};
use crate::{pg, trigger};

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Pg(Box<pg::Error>),
    #[error(transparent)]
    Copy(Box<crate::copy::Error>),
    #[error(transparent)]
    Trigger(Box<trigger::Error>),
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
    #[error("rows refer to rows that are not there:{}", foreign_keys::sentence(.0))]
    Orphans(Vec<KeyCheck>),
    #[error("the schemas differ:{}", lines(.0))]
    Schema(Vec<Difference>),
    #[error("`{name}` gives other columns on the two sides: {from}; {to}")]
    QueryColumns {
        name: String,
        from: String,
        to: String,
    },
    #[error(
        "`{name}` gives other rows on the two sides: {missing} only on `{from}`, {extra} only on `{to}`; the first is {first}"
    )]
    Query {
        name: String,
        from: String,
        to: String,
        missing: usize,
        extra: usize,
        first: String,
    },
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

impl From<trigger::Error> for Error {
    fn from(error: trigger::Error) -> Self {
        match error {
            trigger::Error::Pg(error) => error.into(),
            error => Self::Trigger(Box::new(error)),
        }
    }
}

#[cfg(test)]
mod texts {
    use super::*;

    #[test]
    fn what_is_hard_to_provoke_says_what_where_and_what_now() {
        for (error, text) in [
            (
                Error::OneSession {
                    target: "dev".into(),
                },
                "`dev` cannot be compared with itself: `from` and `to` are one session",
            ),
            (
                Error::NoColumnAnywhere {
                    column: "x".into(),
                    suggestion: ", did you mean `y`".into(),
                },
                "`except` names `x`, which none of the tables has, did you mean `y`",
            ),
            (
                Error::Encodings {
                    bytes: "a".into(),
                    other: "b".into(),
                    encoding: "UTF8".into(),
                },
                "`a` holds bytes of no known encoding (SQL_ASCII) and `b` text in UTF8, so their contents cannot be compared; compare them by count",
            ),
        ] {
            assert_eq!(error.to_string(), text);
        }
    }
}
