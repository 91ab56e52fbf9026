//! Why a copy was refused or did not come to its end.

mod difference;
mod layers;
mod words;

use super::encoding::Culprit;
use super::files::Error as FileError;
use super::outcome::Unfinished;
use super::{dump, shape};
use crate::human;
use crate::{pg, trigger};

pub use difference::{Difference, Missing};
use words::{behind, committed_rows, lines, of_row, past_policies, place};

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
        "foreign key `{key}` of `{table}` could not be made again as it was, so its transaction was rolled back: \
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

#[cfg(test)]
mod tests;
