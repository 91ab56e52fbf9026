//! The statements that hash a table's rows.
//!
//! A row is hashed as the text of its columns, under pinned settings, with two seeds: 128 bits in all, summed
//! as `numeric`. A sum counts equal rows as often as they are there, where XOR would cancel them in pairs.

use crate::pg::catalog::Relation;

/// Into how many parts the rows of a table are divided, so that one difference does not move all hashes.
pub(super) const BUCKETS: i64 = 1024;

/// What is compared of a table, in terms that hold on both sides.
pub(super) struct Terms {
    /// The compared columns as one text.
    row: String,
    /// The key as one text, where rows have one.
    key: Option<String>,
}

/// One side of a table that is compared.
pub(super) struct Side {
    /// The table, with the condition on its rows.
    rows: String,
    row: String,
    key: Option<String>,
    /// Both servers have the same encoding, so that the same text has the same bytes.
    one_encoding: bool,
}

impl Terms {
    /// From SQL expressions over the columns.
    pub fn new(columns: &[String], key: Option<&[String]>) -> Self {
        Self {
            row: text(columns),
            key: key.map(text),
        }
    }

    /// `filter` is one SQL expression.
    pub fn of(&self, relation: &Relation, filter: Option<&str>, one_encoding: bool) -> Side {
        let table = relation.only();
        let rows = match filter {
            None => table,
            // The line break ends a trailing `--` comment.
            Some(filter) => format!("{table} WHERE ({filter}\n)"),
        };
        self.side(rows, one_encoding)
    }

    /// The rows of a query.
    pub fn of_query(&self, sql: &str, one_encoding: bool) -> Side {
        self.side(format!("({sql}\n) AS q"), one_encoding)
    }

    fn side(&self, rows: String, one_encoding: bool) -> Side {
        Side {
            rows,
            row: self.row.clone(),
            key: self.key.clone(),
            one_encoding,
        }
    }
}

impl Side {
    pub fn is_keyed(&self) -> bool {
        self.key.is_some()
    }

    /// The number of rows, as a bucket of this number.
    pub fn count(&self, number: usize) -> String {
        format!(
            "SELECT {number}::pg_catalog.int8 AS bucket, pg_catalog.count(*) AS rows, \
                    ''::pg_catalog.text AS one, ''::pg_catalog.text AS two \
               FROM {}",
            self.rows
        )
    }

    /// All rows as one bucket of this number: the first look, which needs no keys.
    pub fn sum(&self, number: usize) -> String {
        // OFFSET 0 keeps the texts from being made once for every hash.
        format!(
            "SELECT {number}::pg_catalog.int8 AS bucket, pg_catalog.count(*) AS rows, \
                    pg_catalog.sum({})::pg_catalog.text AS one, \
                    pg_catalog.sum({})::pg_catalog.text AS two \
               FROM (SELECT {} AS t FROM {} OFFSET 0) AS r",
            self.hash("r.t", 1),
            self.hash("r.t", 2),
            self.row,
            self.rows
        )
    }

    /// By bucket: rows, and the sums of both hashes.
    pub fn buckets(&self) -> String {
        format!(
            "SELECT {bucket} AS bucket, pg_catalog.count(*) AS rows, \
                    pg_catalog.sum(h.one)::pg_catalog.text AS one, \
                    pg_catalog.sum(h.two)::pg_catalog.text AS two \
               FROM ({}) AS h GROUP BY {bucket}",
            self.hashes(),
            bucket = bucket()
        )
    }

    /// The rows of the buckets in `$1`: hash of the key, key, both hashes of the row, and what to show of a row
    /// without a key. In the order of the first four.
    pub fn hashed_rows(&self) -> String {
        format!(
            "SELECT h.key, h.k, h.one, h.two, h.shown FROM ({}) AS h \
              WHERE {} OPERATOR(pg_catalog.=) ANY ($1::pg_catalog.int8[]) \
              ORDER BY h.key, h.k COLLATE pg_catalog.\"C\", h.one, h.two",
            self.hashes(),
            bucket()
        )
    }

    fn hashes(&self) -> String {
        let (key, k, shown) = match self.key {
            Some(_) => (self.hash("r.k", 0), "r.k", "NULL::pg_catalog.text"),
            None => (
                self.hash("r.t", 1),
                "''::pg_catalog.text",
                "pg_catalog.\"left\"(r.t, 120)",
            ),
        };
        let (one, two) = (self.hash("r.t", 1), self.hash("r.t", 2));
        let key_text = self.key.as_deref().unwrap_or("NULL");
        format!(
            "SELECT {key} AS key, {k} AS k, {one} AS one, {two} AS two, {shown} AS shown \
               FROM (SELECT {} AS t, {key_text} AS k FROM {} OFFSET 0) AS r",
            self.row, self.rows
        )
    }

    fn hash(&self, text: &str, seed: u8) -> String {
        hash(text, seed, self.one_encoding)
    }
}

/// The same number for the same text on any two servers.
pub(in crate::copy) fn hash(text: &str, seed: u8, one_encoding: bool) -> String {
    let bytes = if one_encoding {
        text.to_owned()
    } else {
        format!("pg_catalog.encode(pg_catalog.convert_to({text}, 'UTF8'), 'base64')")
    };
    format!("pg_catalog.hashtextextended({bytes} COLLATE pg_catalog.\"C\", {seed})")
}

fn bucket() -> String {
    format!(
        "(h.key OPERATOR(pg_catalog.&) {}::pg_catalog.int8)",
        BUCKETS - 1
    )
}

/// Columns as one text in which no two rows look alike: NULL and the empty string differ.
pub(in crate::copy) fn text(columns: &[String]) -> String {
    match columns {
        [] => "''::pg_catalog.text".to_owned(),
        columns => format!("ROW({})::pg_catalog.text", columns.join(", ")),
    }
}
