//! What a database holds, as its catalogue tells: tables and how they are selected, their columns and keys,
//! foreign keys, sequences.

mod foreign_key;
mod link;
mod pattern;
mod relation;
mod select;
mod sequence;
mod table;

pub use foreign_key::{ForeignKey, foreign_keys};
pub use link::{Link, LinkedColumns, links};
pub(crate) use pattern::{ColumnPattern, Pattern, quoted_name};
pub use relation::{Catalog, Kind, Privileges, Relation};
pub use select::{Selected, TableFilter};
pub use sequence::{ColumnSequence, Sequence, SequencePrivileges, all_sequences, sequences};
pub use table::{Column, Identity, Key, KeyColumn, Table, tables};

use super::Value;

/// Object identifiers as a parameter of type `oid[]`.
fn oids(oids: impl IntoIterator<Item = u32>) -> Value {
    Value::Array(oids.into_iter().map(|oid| Value::Int(oid.into())).collect())
}
