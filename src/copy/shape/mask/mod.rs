//! Values that do not cross as they are.
//!
//! A mask is SQL that the source evaluates, so that what it hides never leaves. A named one gives the same for the
//! same value and seed, in every table, so that joins survive; where the values of a column are unique, so are
//! their masks. Only a function of the playbook is called here, for each row as it passes.

mod named;
mod resolve;
mod rows;
mod sensitive;

use std::fmt;
use std::sync::Arc;

pub use named::Named;
pub(in crate::copy) use resolve::{Crossed, apply};
pub(in crate::copy) use rows::{Rewriter, RowMasks};
use sensitive::refuse_unmasked;

use crate::pg::Value;

/// What becomes of a column's values.
#[derive(Debug, Clone)]
pub enum Mask {
    /// They cross as they are, though the configuration may call them sensitive.
    AsIs,
    /// An SQL expression over the columns of the source's table.
    Sql(String),
    Named(Named),
    Function(RowFunction),
}

/// What gives a value for a row, or says why it does not.
type OfRow = dyn Fn(&Row<'_>) -> Result<Value, String> + Send + Sync;

/// A function of a row.
#[derive(Clone)]
pub struct RowFunction(pub Arc<OfRow>);

impl fmt::Debug for RowFunction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[function]")
    }
}

/// A row on its way, by the names that its columns have at the source.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    pub columns: &'a [String],
    pub values: &'a [Value],
}
