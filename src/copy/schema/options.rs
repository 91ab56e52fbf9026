//! What a copy of definitions is asked to do, and what it did.

use crate::copy::Report;
use crate::pg::Session;
use crate::pg::catalog::TableFilter;

/// What [`super::copy`] is to do.
pub struct SchemaOptions {
    /// Read in the transaction that is open, best a snapshot; else in a snapshot of its own.
    pub from: Session,
    /// Written in the transaction that is open, and not committed; else in one of its own.
    pub to: Session,
    /// By their names at the source; without `tables` all of the database.
    pub tables: TableFilter,
    pub section: Section,
    /// What is there by the same name is dropped first.
    pub clean: bool,
    /// The rows cross as well, between the two sections.
    pub rows: bool,
    pub verify: Check,
    /// As PostgreSQL spells it: how long to wait for a table that somebody uses.
    pub lock_timeout: String,
    /// A snapshot that `from` has exported.
    pub snapshot: Option<String>,
    /// Change nothing, and tell what would be.
    pub dry_run: bool,
}

/// What of a schema, as pg_dump divides it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Section {
    #[default]
    All,
    /// All that rows need.
    PreData,
    /// Keys, indexes, triggers: what is made faster, or only, behind the rows.
    PostData,
}

/// How rows are compared before the commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Check {
    No,
    #[default]
    Count,
    Content,
}

/// What was done, or in a dry run would be.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SchemaReport {
    /// Objects that were dropped to be made again.
    pub dropped: Vec<String>,
    /// Statements that were run.
    pub statements: u64,
    pub report: Report,
}
