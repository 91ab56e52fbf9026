//! Why a copy was refused or did not come to its end.

use std::fmt;

use super::dump;
use crate::human;
use crate::pg;

pub type Result<T> = std::result::Result<T, Error>;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Pg(Box<pg::Error>),
    #[error(transparent)]
    Dump(Box<dump::Error>),
    #[error(
        "`{from}` and `{to}` are the same database: a lock taken on one side is seen on the other"
    )]
    SameDatabase { from: String, to: String },
    #[error("`{from}` and `{to}` are the same database: one is a standby of the other")]
    Standby { from: String, to: String },
    #[error("`{target}` is a standby, which takes no rows but from its primary")]
    TargetIsStandby { target: String },
    #[error("the columns differ:{}", lines(.0))]
    Columns(Vec<Difference>),
    #[error(
        "`{table}` on `{target}` has no key to tell its rows by (a primary key, or a unique index that is whole, \
         immediate and over columns that are NOT NULL); use mode `append` or `replace`"
    )]
    NoKey { table: String, target: String },
    #[error(
        "`{table}` on `{target}` cannot be emptied: `{child}` refers to it by `{key}` and is not in this copy; \
         copy `{child}` too, or use mode `upsert`"
    )]
    Referenced {
        table: String,
        target: String,
        child: String,
        key: String,
    },
    #[error(
        "the foreign keys of {tables} form a cycle that is not deferrable, so no order fills them: {keys}; \
         ALTER one of them to be DEFERRABLE, or put triggers = \"all\" around the copy"
    )]
    Cycle { tables: String, keys: String },
    #[error(
        "policies of `{table}` on `{target}` hide rows from `{role}`, so not all would be copied; \
         connect as its owner or a role with BYPASSRLS"
    )]
    RowSecurity {
        table: String,
        target: String,
        role: String,
    },
    #[error("`{role}` may not {verb} `{table}` on `{target}`")]
    NotAllowed {
        role: String,
        verb: &'static str,
        table: String,
        target: String,
    },
    #[error(
        "`{role}` may not create temporary tables in `{database}`, which mode `{mode}` needs; \
         GRANT TEMPORARY ON DATABASE would allow it"
    )]
    NoTemporaryTables {
        role: String,
        database: String,
        mode: &'static str,
    },
    #[error("`{table}`: {} of the source have the same {key}, which is unique on `{target}`", human::rows(*.rows))]
    DuplicateKeys {
        table: String,
        target: String,
        key: String,
        rows: u64,
    },
    #[error(
        "`{table}`: values that are unique by `{unique}` on `{target}` belong to rows there that this copy leaves as \
         they are:{}\n  copy those rows too, change them first, or use mode `mirror` where the source has them no longer",
        indented(.rows)
    )]
    Held {
        table: String,
        target: String,
        unique: String,
        rows: Vec<String>,
    },
    #[error(
        "`{table}`: rows of the source have the same values, which are unique by `{unique}` on `{target}`:{}",
        indented(.rows)
    )]
    ValuesTwice {
        table: String,
        target: String,
        unique: String,
        rows: Vec<String>,
    },
    #[error(
        "`{table}`: rows swap values that are unique by `{unique}` on `{target}`, where nothing can make room for them (no \
         column of it may be NULL, and keys or triggers would notice rows that are deleted and inserted again):{}\n  \
         ALTER the constraint to be DEFERRABLE",
        indented(.rows)
    )]
    Ring {
        table: String,
        target: String,
        unique: String,
        rows: Vec<String>,
    },
    #[error(
        "`{table}`: {} of `{child}` refer to rows that the source has no longer, and `{key}` {effect}; \
         copy `{child}` too, or change its rows first",
        human::rows(*.rows)
    )]
    Dependent {
        table: String,
        child: String,
        key: String,
        effect: &'static str,
        rows: u64,
    },
    #[error(
        "`{table}`: {} to delete, {} deleted, so nothing of it was kept (a trigger or a rule of the target may keep rows)",
        human::rows(*.doomed), human::count(*.deleted)
    )]
    Kept {
        table: String,
        doomed: u64,
        deleted: u64,
    },
    #[error("`{table}`: {source}{}", behind(*.rows))]
    Stopped {
        table: String,
        rows: u64,
        source: Box<Error>,
    },
    #[error(
        "`{table}`: {} sent, {} arrived, so nothing of it was kept (a trigger or a rule of the target may add rows \
         or keep them out)",
        human::rows(*.sent), human::count(*.arrived)
    )]
    Count {
        table: String,
        sent: u64,
        arrived: u64,
    },
}

/// A column for which there is no counterpart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    pub table: String,
    pub column: String,
    pub missing: Missing,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Missing {
    /// The target has no such column, so its values would be lost.
    OnTarget { target: String },
    /// The source, a target or a file, has no such column, and the target wants a value.
    OnSource { source: String },
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { table, column, .. } = self;
        match &self.missing {
            Missing::OnTarget { target } => {
                write!(f, "`{table}`.`{column}` is missing on `{target}`")
            }
            Missing::OnSource { source } => write!(
                f,
                "`{table}`.`{column}` is missing on `{source}`, and is NOT NULL without a default"
            ),
        }
    }
}

impl From<pg::Error> for Error {
    fn from(error: pg::Error) -> Self {
        Self::Pg(Box::new(error))
    }
}

impl From<dump::Error> for Error {
    /// An interruption is the same error wherever it struck.
    fn from(error: dump::Error) -> Self {
        match error {
            dump::Error::Interrupted => Self::from(pg::Error::Interrupted),
            error => Self::Dump(Box::new(error)),
        }
    }
}

impl Error {
    /// The server's part of it.
    pub fn pg(&self) -> Option<&pg::Error> {
        match self {
            Self::Pg(error) => Some(error),
            Self::Stopped { source, .. } => source.pg(),
            _ => None,
        }
    }

    pub fn is_interrupted(&self) -> bool {
        matches!(self.pg(), Some(pg::Error::Interrupted))
    }

    pub(super) fn is_cut_short(&self) -> bool {
        match self {
            Self::Dump(error) => matches!(**error, dump::Error::CutShort { .. }),
            Self::Stopped { source, .. } => source.is_cut_short(),
            _ => false,
        }
    }

    /// The same with the table it happened to, and how many of its rows had passed.
    #[must_use]
    pub(super) fn stopped(self, table: &str, rows: u64) -> Self {
        match self {
            Self::Pg(_) | Self::Dump(_) => Self::Stopped {
                table: table.to_owned(),
                rows,
                source: Box::new(self),
            },
            _ => self,
        }
    }
}

fn lines(differences: &[Difference]) -> String {
    let lines: Vec<String> = differences.iter().map(|d| format!("\n  {d}")).collect();
    lines.concat()
}

fn indented(rows: &[String]) -> String {
    rows.iter().map(|row| format!("\n  {row}")).collect()
}

fn behind(rows: u64) -> String {
    match rows {
        0 => String::new(),
        rows => format!(" (after {}, none of which stay)", human::rows(rows)),
    }
}
