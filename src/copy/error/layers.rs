//! Errors of the layers below as those of a copy, and what is left of them in it.

use super::Error;
use crate::copy::{dump, files, shape};
use crate::{pg, trigger};

impl From<pg::Error> for Error {
    fn from(error: pg::Error) -> Self {
        Self::Pg(Box::new(error))
    }
}

impl From<shape::Error> for Error {
    fn from(error: shape::Error) -> Self {
        Self::Shape(Box::new(error))
    }
}

impl From<trigger::Error> for Error {
    fn from(error: trigger::Error) -> Self {
        match error {
            trigger::Error::Pg(error) => Self::from(error),
            error => Self::Trigger(Box::new(error)),
        }
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

impl From<files::Error> for Error {
    fn from(error: files::Error) -> Self {
        match error {
            files::Error::Interrupted => Self::from(pg::Error::Interrupted),
            error => Self::File(Box::new(error)),
        }
    }
}

impl Error {
    /// The one table it is about.
    pub fn table(&self) -> Option<&str> {
        match self {
            Self::NoKey { table, .. }
            | Self::Referenced { table, .. }
            | Self::RowSecurity { table, .. }
            | Self::NotAllowed { table, .. }
            | Self::Rule { table, .. }
            | Self::Absent { table, .. }
            | Self::DuplicateKeys { table, .. }
            | Self::Stopped { table, .. }
            | Self::Count { table, .. } => Some(table),
            Self::Columns(differences) => {
                let table = &differences.first()?.table;
                let same = differences.iter().all(|other| other.table == *table);
                same.then_some(table)
            }
            Self::Pg(error) => match &**error {
                pg::Error::NoTable { name, .. } | pg::Error::NotATable { name, .. } => Some(name),
                _ => None,
            },
            _ => None,
        }
    }

    /// What stands in the place of an error while it is looked at.
    pub(in crate::copy) fn nothing() -> Self {
        Self::from(pg::Error::Interrupted)
    }

    /// The server's part of it.
    pub fn pg(&self) -> Option<&pg::Error> {
        match self {
            Self::Pg(error) => Some(error),
            Self::Stopped { source, .. }
            | Self::Refresh { source, .. }
            | Self::Encoding { source, .. }
            | Self::InFile { source, .. } => source.pg(),
            Self::Unfinished(unfinished) => unfinished.failed.first()?.1.pg(),
            _ => None,
        }
    }

    pub fn is_interrupted(&self) -> bool {
        matches!(self.pg(), Some(pg::Error::Interrupted))
    }

    pub(in crate::copy) fn is_cut_short(&self) -> bool {
        match self {
            Self::Dump(error) => matches!(
                **error,
                dump::Error::CutShort { .. } | dump::Error::UnendedScript { .. }
            ),
            Self::Stopped { source, .. } => source.is_cut_short(),
            _ => false,
        }
    }

    /// The same with the table it happened to, and how many of its rows had passed.
    #[must_use]
    pub(in crate::copy) fn stopped(self, table: &str, rows: u64) -> Self {
        match self {
            Self::Pg(_) | Self::Dump(_) | Self::File(_) => Self::Stopped {
                table: table.to_owned(),
                rows,
                source: Box::new(self),
            },
            _ => self,
        }
    }
}
