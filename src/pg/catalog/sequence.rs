//! Sequences: those that tables draw numbers from, and all there are.

use std::collections::HashMap;

use super::super::fields::Fields;
use super::super::{Result, Session, TableName, Value};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sequence {
    pub oid: u32,
    pub name: TableName,
    /// Whether the search path finds it by its bare name.
    pub visible: bool,
    /// Made by `CREATE EXTENSION`.
    pub in_extension: bool,
    /// The table whose column owns it (serial, identity).
    pub owner_table: Option<u32>,
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

/// A sequence as one column uses it: owned (serial, identity) or named by its default.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnSequence {
    pub sequence: Sequence,
    pub table: u32,
    pub column: String,
    /// Whether the column holds plain integers, whose largest the sequence must have passed.
    pub integer: bool,
}

/// The sequences that columns of the tables use; one that several columns use comes once for each.
pub async fn sequences(
    session: &Session,
    tables: impl IntoIterator<Item = u32>,
) -> Result<Vec<ColumnSequence>> {
    let tables = [super::oids(tables)];
    let uses = include_str!("../../sql/catalog_sequence_uses.sql");
    let uses = session.query(uses, &tables).await?.rows;
    if uses.is_empty() {
        return Ok(Vec::new());
    }
    let mut uses: Vec<Fields> = uses.into_iter().map(Fields::new).collect();
    let oids: Vec<u32> = uses.iter_mut().map(Fields::oid).collect();
    let described = described(session, super::oids(oids.iter().copied())).await?;
    let described: HashMap<u32, Sequence> = described.into_iter().map(|s| (s.oid, s)).collect();
    let read = |(oid, mut row): (u32, Fields)| {
        let sequence = described.get(&oid)?.clone();
        Some(ColumnSequence {
            sequence,
            table: row.oid(),
            column: row.text(),
            integer: row.flag(),
        })
    };
    Ok(oids.into_iter().zip(uses).filter_map(read).collect())
}

/// Every sequence in the schemas of users, by schema and name.
pub async fn all_sequences(session: &Session) -> Result<Vec<Sequence>> {
    described(session, Value::Null).await
}

async fn described(session: &Session, oids: Value) -> Result<Vec<Sequence>> {
    let sql = include_str!("../../sql/catalog_sequences.sql");
    let rows = session.query(sql, &[oids]).await?.rows;
    Ok(rows.into_iter().map(|row| read(Fields::new(row))).collect())
}

fn read(mut row: Fields) -> Sequence {
    Sequence {
        oid: row.oid(),
        name: TableName::new(row.text(), row.text()),
        visible: row.flag(),
        in_extension: row.flag(),
        owner_table: Some(row.oid()).filter(|oid| *oid != 0),
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
