//! What a copy is asked to do.

use super::guards::Guards;
use super::shape::Shape;
use super::work::Work;
use crate::pg::Session;
use crate::pg::catalog::TableFilter;

/// What [`super::tables`] is to do.
#[derive(Clone)]
pub struct CopyOptions {
    /// Read in the transaction that is open, best a snapshot; else in a snapshot taken for the copy.
    pub from: Session,
    /// Written in the transaction that is open, and not committed; else each unit is committed by itself.
    pub to: Session,
    pub tables: Tables,
    pub mode: Mode,
    pub verify: Verify,
    /// Which rows and columns cross, and as what.
    pub shape: Shape,
    /// What is done about foreign keys and triggers of the target.
    pub guards: Guards,
    /// How the work is divided.
    pub work: Work,
    /// Whether the sequences of the tables are moved.
    pub sequences: bool,
    /// Whether materialized views whose rows come from the tables are refreshed.
    pub refresh: bool,
    /// Change nothing, and report what would happen.
    pub dry_run: bool,
}

impl CopyOptions {
    /// What happens where nothing else is said.
    pub fn new(from: Session, to: Session, tables: Tables, mode: Mode) -> Self {
        Self {
            from,
            to,
            tables,
            mode,
            verify: Verify::Count,
            shape: Shape::default(),
            guards: Guards::default(),
            work: Work::default(),
            sequences: true,
            refresh: true,
            dry_run: false,
        }
    }
}

/// Which tables are copied, by their names at the source.
#[derive(Debug, Clone)]
pub enum Tables {
    /// Whole tables.
    Matching(TableFilter),
    /// Tables with conditions, as a watermark makes them.
    Rows(Vec<Selection>),
}

/// The rows of one table that fulfil a condition.
#[derive(Debug, Clone)]
pub struct Selection {
    /// One table, as any primitive takes it.
    pub table: String,
    /// An SQL expression over the table's columns; all rows without it.
    pub filter: Option<String>,
}

/// What becomes of the rows that the target has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// The tables are emptied first, in the same commit.
    Replace,
    /// They stay; a row with the same key is an error.
    Append,
    /// They stay; rows whose key is not there are added.
    Insert,
    /// Rows with the same key are changed where they differ; the others stay.
    Upsert,
    /// The same, and rows that the source has not are deleted.
    Mirror,
}

impl Mode {
    /// Whether rows of the target are told by a key and meet those of the source in a stage.
    pub(super) fn is_staged(self) -> bool {
        matches!(self, Self::Insert | Self::Upsert | Self::Mirror)
    }

    /// As a playbook writes it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Replace => "replace",
            Self::Append => "append",
            Self::Insert => "insert",
            Self::Mirror => "mirror",
            Self::Upsert => "upsert",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verify {
    No,
    /// The number of rows on both sides.
    Count,
    /// What is in the rows, too; where rows of a file are restored their number only.
    Content,
}
