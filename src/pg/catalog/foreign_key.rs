//! Foreign keys, as they were declared.

use super::super::fields::Fields;
use super::super::{Result, Session, TableName};

/// Rows of `child` point at rows of `parent`.
#[expect(clippy::struct_excessive_bools, reason = "the catalogue has them")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignKey {
    /// The constraint, with its schema.
    pub name: TableName,
    pub child: u32,
    pub parent: u32,
    /// The root of the partition tree each side belongs to; the table itself where it is no partition.
    pub child_root: u32,
    pub parent_root: u32,
    /// The child as the server would name it.
    pub child_shown: String,
    pub deferrable: bool,
    pub initially_deferred: bool,
    /// Whether the server checks it when this session writes: its triggers may be off.
    pub checked: bool,
    pub oid: u32,
    /// Not so one that was declared NOT VALID: its old rows may break it.
    pub validated: bool,
    /// Whether the session's role can drop it and add it again just as it is.
    pub may_drop: bool,
    /// The parent as the server would name it.
    pub parent_shown: String,
}

/// All foreign keys of the database.
pub async fn foreign_keys(session: &Session) -> Result<Vec<ForeignKey>> {
    let sql = include_str!("../../sql/catalog_foreign_keys.sql");
    let rows = session.query(sql, &[]).await?.rows;
    Ok(rows.into_iter().map(|row| read(Fields::new(row))).collect())
}

fn read(mut row: Fields) -> ForeignKey {
    let name = row.text();
    ForeignKey {
        child: row.oid(),
        parent: row.oid(),
        child_root: row.oid(),
        parent_root: row.oid(),
        child_shown: row.text(),
        name: TableName::new(row.text(), name),
        deferrable: row.flag(),
        initially_deferred: row.flag(),
        checked: row.flag(),
        oid: row.oid(),
        validated: row.flag(),
        may_drop: row.flag(),
        parent_shown: row.text(),
    }
}

#[cfg(test)]
impl ForeignKey {
    /// A validated key of `t<child>` to `t<parent>` that the role may drop and that cannot be deferred.
    pub fn sample(child: u32, parent: u32) -> Self {
        Self {
            name: TableName::new("public", format!("k{child}{parent}")),
            child,
            parent,
            child_root: child,
            parent_root: parent,
            child_shown: format!("t{child}"),
            deferrable: false,
            initially_deferred: false,
            checked: true,
            oid: child * 100 + parent,
            validated: true,
            may_drop: true,
            parent_shown: format!("t{parent}"),
        }
    }
}
