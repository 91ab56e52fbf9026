//! The statements that hash the rows of one side, bucket by bucket.
//!
//! A row's bucket is told by the hash of its key, so that both sides agree whatever the key's type and however
//! either sorts. Keys that are equal and look different fall into different buckets; then both differ, and their rows
//! meet in the stage, where keys are compared as the target compares them.

use super::super::plan::TablePlan;
use super::super::verify::form::compared;
use super::super::verify::hash::{hash, text};
use crate::pg::catalog::Column;
use crate::pg::{Ident, Literal};

/// Rows of a bucket, about, at the first level.
const COARSE: u64 = 1000;
/// Into how many each of them is divided.
const FINE: u64 = 32;

/// How the rows of a table are divided.
pub(super) struct Buckets {
    /// The hash of a row's key.
    key: String,
    /// As SQL.
    columns: Vec<String>,
    /// Of the first level.
    pub count: u64,
    one_encoding: bool,
}

/// Some of the buckets of one level.
#[derive(Debug, Clone, Copy)]
pub(super) enum Chosen<'a> {
    All,
    Coarse(&'a [i64]),
    Fine(&'a [i64]),
}

impl Buckets {
    /// For a table of which the larger side has so many rows.
    pub fn new(table: &TablePlan, rows: u64, one_encoding: bool) -> Self {
        let names = table.key.iter().flat_map(|key| key.key.names());
        let names: Vec<&str> = names.collect();
        let is_key = |column: &&Column| names.contains(&column.name.as_str());
        let key = match &table.columns.iter().filter(is_key).collect::<Vec<_>>()[..] {
            // Far cheaper than by way of the text.
            [column] if INTEGERS.contains(&column.type_oid) => {
                let name = Ident(&column.name);
                format!("pg_catalog.hashint8extended({name}::pg_catalog.int8, 0)")
            }
            [column] => {
                let name = Ident(&column.name);
                hash(&format!("{name}::pg_catalog.text"), 0, one_encoding)
            }
            keys => {
                let names: Vec<String> = keys
                    .iter()
                    .map(|key| Ident(&key.name).to_string())
                    .collect();
                hash(&text(&names), 0, one_encoding)
            }
        };
        Self {
            key,
            columns: table
                .columns
                .iter()
                .map(|column| compared(column, column))
                .collect(),
            count: rows.div_ceil(COARSE).max(1),
            one_encoding,
        }
    }

    /// By bucket of the first level: rows, and the sums of both hashes.
    pub fn coarse_sql(&self, rows: &str) -> String {
        self.sums(rows, &coarse("h.fine"), Chosen::All)
    }

    /// The same by bucket of the second level, for those within buckets of the first.
    pub fn fine_sql(&self, rows: &str, within: &[i64]) -> String {
        self.sums(rows, "h.fine", Chosen::Coarse(within))
    }

    fn sums(&self, rows: &str, bucket: &str, chosen: Chosen) -> String {
        let condition = self.condition(chosen).unwrap_or_else(|| "true".to_owned());
        // OFFSET 0 keeps the texts from being made once for every hash.
        format!(
            "SELECT {bucket} AS bucket, pg_catalog.count(*) AS rows, \
                    pg_catalog.sum({})::pg_catalog.text AS one, \
                    pg_catalog.sum({})::pg_catalog.text AS two \
               FROM (SELECT {} AS fine, {} AS t FROM ({rows}) AS r WHERE {condition} OFFSET 0) AS h GROUP BY 1",
            hash("h.t", 1, self.one_encoding),
            hash("h.t", 2, self.one_encoding),
            self.fine(),
            text(&self.columns),
        )
    }

    /// What the rows in the buckets fulfil.
    pub fn condition(&self, chosen: Chosen) -> Option<String> {
        let (bucket, numbers) = match chosen {
            Chosen::All => return None,
            Chosen::Coarse(numbers) => (coarse(&self.fine()), numbers),
            Chosen::Fine(numbers) => (self.fine(), numbers),
        };
        let numbers: Vec<String> = numbers.iter().map(ToString::to_string).collect();
        let array = format!("{{{}}}", numbers.join(","));
        let array = Literal(&array);
        Some(format!(
            "{bucket} OPERATOR(pg_catalog.=) ANY ({array}::pg_catalog.int8[])"
        ))
    }

    fn fine(&self) -> String {
        format!(
            "pg_catalog.mod(pg_catalog.int8and({}, {}), {})",
            self.key,
            int8(i64::MAX as u64),
            int8(self.count * FINE)
        )
    }
}

fn coarse(fine: &str) -> String {
    format!("pg_catalog.int8div({fine}, {})", int8(FINE))
}

fn int8(number: u64) -> String {
    format!("{number}::pg_catalog.int8")
}

/// int8, int2, int4.
const INTEGERS: [u32; 3] = [20, 21, 23];
