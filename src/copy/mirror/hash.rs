//! The statements that hash the rows of one side, bucket by bucket.
//!
//! A row's bucket is told by the hash of its key, so that both sides agree whatever the key's type and however
//! either sorts. Keys that are equal and look different fall into different buckets; then both differ, and their rows
//! meet in the stage, where keys are compared as the target compares them.
//!
//! Of each bucket eight bytes cross: a hash of the number of its rows and of the sum of their hashes. The hash of a
//! column is the seed of the next one's.

use super::super::plan::TablePlan;
use super::super::verify::form::compared;
use super::super::verify::hash::{hash, text};
use crate::pg::catalog::Column;
use crate::pg::{Ident, Literal};

/// Rows of a bucket, about: so many cross for one that differs.
const ROWS: u64 = 64;
/// So many buckets at most: eight bytes of each are kept here.
const MOST: u64 = 1 << 20;

/// How the rows of a table are divided.
pub(super) struct Buckets {
    /// The hash of a row's key.
    key: String,
    columns: Vec<Hashed>,
    /// A power of two.
    pub count: u64,
    one_encoding: bool,
}

/// A column, and how it is hashed.
struct Hashed {
    name: String,
    /// What is hashed, as SQL over the table's columns.
    value: String,
    function: &'static str,
    /// What stands for NULL, where it may be that.
    instead: Option<&'static str>,
}

impl Buckets {
    /// For a table of which the larger side has so many rows.
    pub fn new(table: &TablePlan, rows: u64, one_encoding: bool) -> Self {
        let names = table.key.iter().flat_map(|key| key.key.names());
        let names: Vec<&str> = names.collect();
        let is_key = |column: &&Column| names.contains(&column.name.as_str());
        let key = match &table.columns.iter().filter(is_key).collect::<Vec<_>>()[..] {
            // Far cheaper than by way of the text.
            [column] if INTEGERS.contains(&column.type_oid) && table.binary => {
                let name = Ident(&column.name);
                format!("pg_catalog.hashint8extended({name}::pg_catalog.int8, 0)")
            }
            [column] => {
                let name = Ident(&column.name);
                hash(&format!("{name}::pg_catalog.text"), 0, one_encoding)
            }
            keys => {
                let name = |key: &&Column| Ident(&key.name).to_string();
                let names: Vec<String> = keys.iter().map(name).collect();
                hash(&text(&names), 0, one_encoding)
            }
        };
        let columns = table.columns.iter();
        Self {
            key,
            columns: columns
                .map(|column| Hashed::new(column, table.binary))
                .collect(),
            count: rows.div_ceil(ROWS).next_power_of_two().min(MOST),
            one_encoding,
        }
    }

    /// The buckets that hold a row, in order, four bytes each, and eight bytes of what is in each.
    pub fn digests_sql(&self, rows: &str) -> String {
        format!(
            "SELECT pg_catalog.string_agg(pg_catalog.int4send(b.bucket::pg_catalog.int4), '' ORDER BY b.bucket) AS buckets, \
                    pg_catalog.string_agg(pg_catalog.int8send(pg_catalog.hashtextextended(\
                    pg_catalog.concat_ws(' ', b.rows, b.hashes) COLLATE pg_catalog.\"C\", 0)), '' ORDER BY b.bucket) AS digests, \
                    pg_catalog.sum(b.rows)::pg_catalog.int8 AS rows \
               FROM (SELECT {} AS bucket, pg_catalog.count(*) AS rows, pg_catalog.sum({}) AS hashes \
                       FROM ({rows}) AS r GROUP BY 1) AS b",
            self.bucket(),
            self.row_hash(),
        )
    }

    /// In which each value is made once, so that no subquery has to hold it.
    fn row_hash(&self) -> String {
        let columns = self.columns.iter();
        columns.fold("1::pg_catalog.int8".to_owned(), |before, column| {
            column.hash(&before, self.one_encoding)
        })
    }

    /// What the rows in some buckets fulfil.
    pub fn condition(&self, buckets: &[i64]) -> String {
        let numbers: Vec<String> = buckets.iter().map(ToString::to_string).collect();
        let array = format!("{{{}}}", numbers.join(","));
        let array = Literal(&array);
        format!(
            "{} OPERATOR(pg_catalog.=) ANY ({array}::pg_catalog.int8[])",
            self.bucket()
        )
    }

    fn bucket(&self) -> String {
        format!(
            "pg_catalog.int8and({}, {}::pg_catalog.int8)",
            self.key,
            self.count - 1
        )
    }
}

impl Hashed {
    /// By the type's own hash where equal values of it look the same, and where it is the same on both sides; else by
    /// the text.
    fn new(column: &Column, same_types: bool) -> Self {
        let name = Ident(&column.name);
        let is = |types: &[u32]| same_types && types.contains(&column.type_oid);
        let (value, function, instead) = if is(&INTEGERS) {
            (format!("{name}::pg_catalog.int8"), "hashint8extended", "0")
        } else if is(&[TIMESTAMP, TIMESTAMPTZ]) {
            (name.to_string(), "timestamp_hash_extended", "'epoch'")
        } else {
            let value = compared(column, column);
            (format!("({value})::pg_catalog.text"), TEXT, "''")
        };
        Self {
            name: name.to_string(),
            value,
            function,
            instead: (!column.not_null).then_some(instead),
        }
    }

    fn hash(&self, before: &str, one_encoding: bool) -> String {
        let Self { name, value, .. } = self;
        let (value, before) = match self.instead {
            None => (value.clone(), before.to_owned()),
            Some(instead) => (
                format!("COALESCE({value}, {instead})"),
                format!(
                    "pg_catalog.int8xor({before}, CASE WHEN {name} IS NULL THEN 7::pg_catalog.int8 ELSE 0::pg_catalog.int8 END)"
                ),
            ),
        };
        let value = match self.function {
            TEXT if one_encoding => format!("{value} COLLATE pg_catalog.\"C\""),
            TEXT => format!(
                "pg_catalog.encode(pg_catalog.convert_to({value}, 'UTF8'), 'base64') COLLATE pg_catalog.\"C\""
            ),
            "timestamp_hash_extended" => format!("{value}::pg_catalog.timestamp"),
            _ => value,
        };
        format!("pg_catalog.{}({value}, {before})", self.function)
    }
}

const TEXT: &str = "hashtextextended";
/// int8, int2, int4.
const INTEGERS: [u32; 3] = [20, 21, 23];
const TIMESTAMP: u32 = 1114;
const TIMESTAMPTZ: u32 = 1184;
