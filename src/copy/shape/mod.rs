//! Which rows and columns cross, and as what.

mod error;
mod mask;
mod read;
mod resolve;

use std::collections::BTreeMap;

pub use error::Error;
pub(super) use mask::{Crossed, Rewriter, RowMasks, apply as apply_masks};
pub use mask::{Mask, Named, Row, RowFunction};
pub(super) use read::{check_conditions, check_order};
pub(super) use resolve::{TableShape, resolve};

use crate::config::Secret;
use crate::pg::Value;

/// Tables and columns are named as they are at the source. Without anything said, all rows as they are.
#[derive(Debug, Clone, Default)]
pub struct Shape {
    /// Only the rows that these hold for.
    pub conditions: PerTable<Condition>,
    /// Only these columns.
    pub columns: PerTable<Columns>,
    /// Other names on the target.
    pub rename: PerTable<Rename>,
    /// In which order rows are read: what stands behind `ORDER BY`.
    pub order_by: PerTable<String>,
    /// How many rows of each table begin; what they refer to comes along.
    pub limit: PerTable<u64>,
    /// The rows that a subset begins with. Without any, all do.
    pub roots: PerTable<Condition>,
    /// The tables whose rows come along with roots that they refer to.
    pub children: PerTable<bool>,
    pub on_missing: OnMissing,
    /// What becomes of the values of columns.
    pub masks: PerTable<BTreeMap<String, Mask>>,
    /// What masked values depend on; without it they are others in each run.
    pub mask_seed: Option<Secret>,
    /// Columns that do not cross unless something is said about them in `masks`.
    pub sensitive: Vec<String>,
}

/// Something that is said about tables.
#[derive(Debug, Clone)]
pub enum PerTable<T> {
    /// About the one table that is copied.
    Only(T),
    /// About each of them.
    Every(T),
    /// By name or pattern; a name counts more than a pattern.
    Named(BTreeMap<String, T>),
}

impl<T> Default for PerTable<T> {
    fn default() -> Self {
        Self::Named(BTreeMap::new())
    }
}

impl<T> PerTable<T> {
    /// Whether nothing is said.
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Named(tables) if tables.is_empty())
    }
}

/// An SQL expression over a table's columns with the values of its `$1`, `$2`.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    pub sql: String,
    pub params: Vec<Value>,
}

/// Some columns of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Columns {
    These(Vec<String>),
    Except(Vec<String>),
}

/// What a table and its columns are called on the target.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rename {
    pub table: Option<String>,
    pub columns: BTreeMap<String, String>,
}

/// What is done about a table or a column that the target has not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum OnMissing {
    #[default]
    Error,
    /// It is left out, and said so.
    Skip,
}
