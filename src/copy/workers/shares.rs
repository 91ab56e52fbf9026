//! What is committed together, and how large it is.

use std::collections::HashMap;

use super::super::plan::{TablePlan, Unit};
use super::super::{Atomic, CopyOptions, Result};
use crate::pg::fields::Fields;
use crate::pg::{Session, Value};

/// Units that commit together.
pub(super) struct Share {
    pub units: Vec<Unit>,
    /// Of the source.
    pub bytes: u64,
}

/// How large a table of the source is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Size {
    pub bytes: u64,
    /// Pages of its largest partition; none where its rows cannot be told by where they stand.
    pub pages: Option<u64>,
}

/// By the oid at the source.
pub(super) type Sizes = HashMap<u32, Size>;

impl Share {
    /// In the order in which they are filled.
    pub fn tables(&self) -> impl Iterator<Item = &TablePlan> {
        self.units.iter().flat_map(|unit| &unit.tables)
    }

    /// As an operator knows them.
    pub fn names(&self) -> Vec<String> {
        self.tables()
            .map(|table| table.target.shown.clone())
            .collect()
    }
}

/// In the order of the plan.
pub(super) fn shares(options: &CopyOptions, units: Vec<Unit>, sizes: &Sizes) -> Vec<Share> {
    let share = |units: Vec<Unit>| {
        let tables = units.iter().flat_map(|unit| &unit.tables);
        let bytes = tables.map(|table| size(sizes, table).bytes).sum();
        Share { units, bytes }
    };
    match options.work.atomic {
        Atomic::Unit => units.into_iter().map(|unit| share(vec![unit])).collect(),
        Atomic::Set | Atomic::Staged => vec![share(units)],
    }
}

pub(super) fn size(sizes: &Sizes, table: &TablePlan) -> Size {
    let mut size = sizes.get(&table.source.oid).copied().unwrap_or_default();
    if !table.is_divisible() {
        size.pages = None;
    }
    size
}

/// The sizes of the tables at the source.
pub(super) async fn sizes(from: &Session, units: &[Unit]) -> Result<Sizes> {
    let tables = units.iter().flat_map(|unit| &unit.tables);
    let oids = tables.map(|table| Value::Int(table.source.oid.into()));
    let sql = include_str!("../../sql/copy_sizes.sql");
    let rows = from.query(sql, &[Value::Array(oids.collect())]).await?.rows;
    let read = |row| {
        let mut row = Fields::new(row);
        let (oid, bytes) = (row.oid(), row.count());
        let pages = row
            .value()
            .as_int()
            .and_then(|pages| u64::try_from(pages).ok());
        (oid, Size { bytes, pages })
    };
    Ok(rows.into_iter().map(read).collect())
}
