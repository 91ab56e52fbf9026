//! The columns that foreign keys tie.

use super::super::fields::Fields;
use super::super::{Result, Session};

/// A foreign key by its columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    pub name: String,
    pub child: u32,
    pub parent: u32,
    /// The root of the partition tree each side belongs to; the table itself where it is no partition.
    pub child_root: u32,
    pub parent_root: u32,
    pub columns: Vec<LinkedColumns>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkedColumns {
    pub child: String,
    pub parent: String,
    /// The operator that compares them, the parent's column on its left: `OPERATOR(pg_catalog.=)`.
    pub equal: String,
}

/// The columns of all foreign keys of the database.
pub async fn links(session: &Session) -> Result<Vec<Link>> {
    let sql = include_str!("../../sql/catalog_links.sql");
    let rows = session.query(sql, &[]).await?.rows;
    Ok(rows.into_iter().map(|row| read(Fields::new(row))).collect())
}

fn read(mut row: Fields) -> Link {
    let mut link = Link {
        name: row.text(),
        child: row.oid(),
        parent: row.oid(),
        child_root: row.oid(),
        parent_root: row.oid(),
        columns: Vec::new(),
    };
    let (children, parents, equal) = (row.texts(), row.texts(), row.texts());
    let columns = children.into_iter().zip(parents).zip(equal);
    link.columns = columns
        .map(|((child, parent), equal)| LinkedColumns {
            child,
            parent,
            equal,
        })
        .collect();
    link
}
