//! Why a copy was refused or did not come to its end.

use std::fmt;

use super::encoding::Culprit;
use super::files::Error as FileError;
use super::outcome::Unfinished;
use super::{dump, shape};
use crate::human;
use crate::{pg, trigger};

pub type Result<T> = std::result::Result<T, Error>;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Pg(Box<pg::Error>),
    #[error(transparent)]
    Dump(Box<dump::Error>),
    #[error(transparent)]
    Shape(Box<shape::Error>),
    #[error(transparent)]
    Verify(Box<super::verify::Error>),
    #[error("{0}")]
    Unfinished(Box<Unfinished>),
    #[error(transparent)]
    Trigger(Box<trigger::Error>),
    #[error(
        "`{role}` may not create a schema in `{database}`, which `atomic = \"staged\"` needs for its tables; \
         GRANT CREATE ON DATABASE would allow it, and `atomic = true` needs none"
    )]
    NoStaging { role: String, database: String },
    #[error(
        "the tables are of two moments, as an interrupted copy was taken up, and foreign key `{key}` is broken: rows \
         of `{child}` have no parent in `{parent}`: {}; copy both again without `resume`",
        values.join(", ")
    )]
    TwoMoments {
        child: String,
        parent: String,
        key: String,
        values: Vec<String>,
    },
    #[error("`{option}` does not go {why}")]
    Work {
        option: &'static str,
        why: &'static str,
    },
    #[error(
        "`{from}` and `{to}` are the same database: a lock taken on one side is seen on the other"
    )]
    SameDatabase { from: String, to: String },
    #[error("`{from}` and `{to}` are the same database: one is a standby of the other")]
    Standby { from: String, to: String },
    #[error("`{target}` is a standby, which takes no rows but from its primary")]
    TargetIsStandby { target: String },
    #[error(transparent)]
    File(Box<FileError>),
    #[error("`{file}`{}: {source}", place(*.line, column.as_deref()))]
    InFile {
        file: String,
        line: Option<u64>,
        column: Option<String>,
        source: Box<Error>,
    },
    #[error(
        "{count} tables do not fit into `{file}`; name one, or a folder with a `/` behind its name"
    )]
    SeveralTables { count: usize, file: String },
    #[error("two columns are called `{column}`")]
    TwoColumns { column: String },
    #[error(
        "`{table}`.`{column}` is computed by the server and takes no values; name the other columns in `columns`"
    )]
    Computed { table: String, column: String },
    #[error("`{file}` has {found} columns, and `columns` names {given}")]
    ColumnCount {
        file: String,
        given: usize,
        found: usize,
    },
    #[error("`{file}` does not begin with a line of names; give `header = false` and `columns`")]
    NoHeader { file: String },
    #[error("`{file}` line {line} is no JSON object")]
    NoObject { file: String, line: u64 },
    #[error(
        "a line of `\\.` alone ends the rows for the server, and the lines behind it would be lost"
    )]
    EndMark { line: u64 },
    #[error(
        "`{role}` may not create temporary tables in `{database}`, which an import of JSON lines needs; \
         GRANT TEMPORARY ON DATABASE would allow it"
    )]
    NoTemporaryImport { role: String, database: String },
    #[error(
        "`{table}` on `{target}` cannot be emptied: `{child}` refers to it by `{key}`; use mode `append`, or empty \
         both in a transaction of your own"
    )]
    StillReferenced {
        table: String,
        target: String,
        child: String,
        key: String,
    },
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
         connect as the owner of all of them, or as a role that may set session_replication_role"
    )]
    Cycle { tables: String, keys: String },
    #[error("`foreign_keys = \"{way}\"` is not possible for {tables}: {reason}")]
    ForeignKeys {
        way: &'static str,
        tables: String,
        reason: String,
    },
    #[error(
        "`{role}` may not switch off {triggers}, which would fire for the rows that are copied; connect as the owner, or \
         let them fire: all by `triggers = false`, or all but a list of others"
    )]
    Triggers { role: String, triggers: String },
    #[error(
        "`{table}` is unlogged, and `{source_name}` is a standby, which does not have its rows; copy it from the primary, \
         or leave it out"
    )]
    Absent { table: String, source_name: String },
    #[error("rule `{rule}` of `{table}` on `{target}` stands in the way: {why}")]
    Rule {
        table: String,
        target: String,
        rule: String,
        why: &'static str,
    },
    #[error("none of the tables has a trigger `{name}` made by a user{suggestion}")]
    NoTrigger { name: String, suggestion: String },
    #[error(
        "foreign key `{key}` of `{table}` could not be made again as it was, so nothing was committed: \
         was {before}, would be {after}"
    )]
    KeyChanged {
        key: String,
        table: String,
        before: String,
        after: String,
    },
    #[error(
        "policies of `{table}` on `{target}` hide rows from `{role}`, so {so}; {}",
        past_policies(*.forced)
    )]
    RowSecurity {
        table: String,
        target: String,
        role: String,
        /// What cannot be done for it.
        so: &'static str,
        /// Whether they hold for the owner, which the role is.
        forced: bool,
    },
    #[error(
        "rows of the source break `{constraint}` of `{table}` on `{target}`, which is {definition}: {rows}; correct \
         them, or drop the constraint"
    )]
    Broken {
        table: String,
        target: String,
        constraint: String,
        definition: String,
        /// Some, as a list to read.
        rows: String,
    },
    #[error(
        "rows of `{table}` refer by `{key}` to rows of `{parent}`, which cannot be copied, and that are not there: \
         {values}"
    )]
    ParentRefused {
        table: String,
        parent: String,
        key: String,
        values: String,
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
        lines(.rows)
    )]
    Held {
        table: String,
        target: String,
        unique: String,
        rows: Vec<String>,
    },
    #[error(
        "`{table}`: rows of the source have the same values, which are unique by `{unique}` on `{target}`:{}",
        lines(.rows)
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
        lines(.rows)
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
        "`{}`.`{}`{} holds `{}`, which cannot be converted: {source}",
        culprit.table, culprit.column, of_row(culprit.row.as_deref()), culprit.value
    )]
    Encoding {
        culprit: Box<Culprit>,
        source: Box<Error>,
    },
    #[error("materialized view `{view}` could not be refreshed: {source}{}", committed_rows(*.committed))]
    Refresh {
        view: String,
        /// Whether the rows of the tables stay.
        committed: bool,
        source: Box<Error>,
    },
    #[error(
        "`{table}`: {} sent, {} arrived, so nothing of it was kept (a trigger, a rule or a policy of the target \
         may add rows or keep them out)",
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
    /// It was left out, and the target wants a value.
    NotChosen { target: String },
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
            Missing::NotChosen { target } => write!(
                f,
                "`{table}`.`{column}` is left out by `columns`, and is NOT NULL without a default on `{target}`"
            ),
        }
    }
}

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

impl From<FileError> for Error {
    fn from(error: FileError) -> Self {
        match error {
            FileError::Interrupted => Self::from(pg::Error::Interrupted),
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
    pub(super) fn nothing() -> Self {
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

    pub(super) fn is_cut_short(&self) -> bool {
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
    pub(super) fn stopped(self, table: &str, rows: u64) -> Self {
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

/// A line for each, below the sentence they belong to.
fn lines<T: fmt::Display>(rows: &[T]) -> String {
    let rows: Vec<String> = rows.iter().map(|row| format!("\n  {row}")).collect();
    rows.concat()
}

/// Where in a file.
fn place(line: Option<u64>, column: Option<&str>) -> String {
    let line = line.map(|line| format!(" line {line}")).unwrap_or_default();
    let column = column.map(|column| format!(", column `{column}`"));
    line + &column.unwrap_or_default()
}

fn of_row(row: Option<&str>) -> String {
    row.map_or_else(String::new, |row| format!(" of {row}"))
}

fn committed_rows(committed: bool) -> &'static str {
    if committed {
        " (the rows of the tables are committed)"
    } else {
        ""
    }
}

fn past_policies(forced: bool) -> &'static str {
    if forced {
        "connect as a role with BYPASSRLS, or ALTER TABLE ... NO FORCE ROW LEVEL SECURITY"
    } else {
        "connect as its owner or a role with BYPASSRLS"
    }
}

fn behind(rows: u64) -> String {
    match rows {
        0 => String::new(),
        rows => format!(" (after {}, none of which stay)", human::rows(rows)),
    }
}

#[cfg(test)]
mod tests;
