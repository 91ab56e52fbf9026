//! Sequences that tables draw numbers from.

use super::super::fields::Fields;
use super::super::{Result, Session, TableName};

/// A sequence as one column uses it: owned (serial, identity) or named by its default.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sequence {
    pub oid: u32,
    pub name: TableName,
    /// The table and the column that draw from it.
    pub table: u32,
    pub column: String,
    /// Whether the column holds plain integers, whose largest the sequence must have passed.
    pub integer: bool,
    pub increment: i64,
    pub min: i64,
    pub max: i64,
    pub cycle: bool,
    pub may: SequencePrivileges,
}

/// What the session's role may do with a sequence.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SequencePrivileges {
    /// Alter it: the role owns it, itself or by membership.
    pub own: bool,
    pub read: bool,
    pub set: bool,
}

/// The sequences that columns of the tables use; one that several columns use comes once for each.
pub async fn sequences(
    session: &Session,
    tables: impl IntoIterator<Item = u32>,
) -> Result<Vec<Sequence>> {
    let tables = [super::oids(tables)];
    let sql = include_str!("../../sql/catalog_sequences.sql");
    let rows = session.query(sql, &tables).await?.rows;
    Ok(rows.into_iter().map(|row| read(Fields::new(row))).collect())
}

fn read(mut row: Fields) -> Sequence {
    Sequence {
        oid: row.oid(),
        name: TableName::new(row.text(), row.text()),
        table: row.oid(),
        column: row.text(),
        integer: row.flag(),
        increment: row.int(),
        min: row.int(),
        max: row.int(),
        cycle: row.flag(),
        may: SequencePrivileges {
            own: row.flag(),
            read: row.flag(),
            set: row.flag(),
        },
    }
}
