//! The columns and keys of tables.

use std::collections::HashMap;

use super::super::fields::Fields;
use super::super::{Result, Session, Value};
use super::Relation;

/// A table with what its rows are made of.
#[derive(Debug, Clone)]
pub struct Table {
    pub relation: Relation,
    /// In their order, dropped ones left out.
    pub columns: Vec<Column>,
    /// Unique keys that tell every row from every other one, the primary key first.
    pub keys: Vec<Key>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    pub name: String,
    pub number: i64,
    /// As `format_type` prints it, with length and precision: `character varying(10)`.
    pub type_name: String,
    pub type_oid: u32,
    /// Its binary form means the same in every database of the same major version.
    pub portable: bool,
    /// Computed by the server from other columns.
    pub generated: bool,
    pub identity: Option<Identity>,
    pub not_null: bool,
    pub default: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Identity {
    Always,
    ByDefault,
}

/// A unique index that is whole, without expressions, checked at once, and over columns that are never NULL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    pub name: String,
    pub primary: bool,
    pub columns: Vec<KeyColumn>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyColumn {
    pub name: String,
    /// The equality the index was built with, as SQL: `OPERATOR(pg_catalog.=)`.
    pub equal: String,
}

impl Table {
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The primary key, else another key that identifies rows.
    pub fn key(&self) -> Option<&Key> {
        self.keys.first()
    }
}

impl Key {
    pub fn has(&self, column: &str) -> bool {
        self.columns.iter().any(|key| key.name == column)
    }

    pub fn names(&self) -> Vec<&str> {
        self.columns.iter().map(|key| key.name.as_str()).collect()
    }
}

/// The tables with their columns and keys, in the order given.
pub async fn tables(session: &Session, relations: &[Relation]) -> Result<Vec<Table>> {
    let oids = [super::oids(relations.iter().map(|r| r.oid))];
    let columns = include_str!("../../sql/catalog_columns.sql");
    let columns = session.query(columns, &oids).await?.rows;
    let keys = include_str!("../../sql/catalog_keys.sql");
    let keys = session.query(keys, &oids).await?.rows;
    let mut columns = grouped(columns, Column::read);
    let mut keys = grouped(keys, Key::read);
    let table = |relation: &Relation| Table {
        relation: relation.clone(),
        columns: columns.remove(&relation.oid).unwrap_or_default(),
        keys: keys.remove(&relation.oid).unwrap_or_default(),
    };
    Ok(relations.iter().map(table).collect())
}

/// Rows that begin with the oid of their table, by table.
fn grouped<T>(rows: Vec<Vec<Value>>, read: impl Fn(Fields) -> T) -> HashMap<u32, Vec<T>> {
    let mut groups: HashMap<u32, Vec<T>> = HashMap::new();
    for row in rows {
        let mut row = Fields::new(row);
        groups.entry(row.oid()).or_default().push(read(row));
    }
    groups
}

impl Column {
    /// Whether a row needs a value for it: it may not be NULL, and nothing provides one.
    pub fn must_be_given(&self) -> bool {
        self.not_null && self.default.is_none() && self.identity.is_none() && !self.generated
    }

    fn read(mut row: Fields) -> Self {
        Self {
            name: row.text(),
            number: row.int(),
            type_name: row.text(),
            generated: row.flag(),
            identity: match row.text().as_str() {
                "a" => Some(Identity::Always),
                "d" => Some(Identity::ByDefault),
                _ => None,
            },
            not_null: row.flag(),
            default: row.optional(),
            type_oid: row.oid(),
            portable: row.flag(),
        }
    }
}

impl Key {
    fn read(mut row: Fields) -> Self {
        let (name, primary) = (row.text(), row.flag());
        let (columns, equal) = (row.texts(), row.texts());
        let column = |(name, equal)| KeyColumn { name, equal };
        Self {
            name,
            primary,
            columns: columns.into_iter().zip(equal).map(column).collect(),
        }
    }
}
