//! Rows that refer to those that go. Nothing that the copy has not been asked to change may be deleted or emptied along
//! with them.

use super::super::stage::{Stage, same_key};
use super::super::{Error, Result};
use crate::pg::fields::Fields;
use crate::pg::{Ident, Session, TableName, Value};

/// The foreign keys that point at a table.
pub(in crate::copy) struct Dependents(Vec<Dependent>);

struct Dependent {
    key: String,
    effect: &'static str,
    /// The server itself refuses to delete a row that is referred to.
    is_held: bool,
    child_root: u32,
    to_itself: bool,
    child: String,
    shown: String,
    may_select: bool,
    /// `p` is the row that is referred to, `c` the one that refers to it.
    refers: String,
}

impl Dependents {
    pub async fn read(session: &Session, table: u32) -> Result<Self> {
        let sql = include_str!("../../sql/copy_dependents.sql");
        let rows = session.query(sql, &[Value::Int(table.into())]).await?.rows;
        Ok(Self(rows.into_iter().map(Dependent::of_row).collect()))
    }

    /// Refuses where rows of tables outside the copy refer to doomed ones.
    pub async fn check_outside(&self, stage: &Stage<'_>, inside: &[u32]) -> Result<()> {
        let outside = |key: &&Dependent| {
            !inside.contains(&key.child_root) && (key.may_select || !key.is_held)
        };
        for key in self.0.iter().filter(outside) {
            key.check(stage).await?;
        }
        Ok(())
    }

    /// Refuses where a row of the copy itself that is to stay would be deleted or changed.
    pub async fn check_inside(&self, stage: &Stage<'_>, inside: &[u32]) -> Result<()> {
        let acts = |key: &&Dependent| inside.contains(&key.child_root) && !key.is_held;
        for key in self.0.iter().filter(acts) {
            key.check(stage).await?;
        }
        Ok(())
    }
}

impl Dependent {
    fn of_row(row: Vec<Value>) -> Self {
        let mut row = Fields::new(row);
        let (key, on_delete) = (row.text(), row.text());
        let (_, child_root, to_itself) = (row.oid(), row.oid(), row.flag());
        let child = TableName::new(row.text(), row.text());
        let child = if row.flag() {
            child.to_string()
        } else {
            format!("ONLY {child}")
        };
        let (shown, may_select) = (row.text(), row.flag());
        let (columns, parents, equal) = (row.texts(), row.texts(), row.texts());
        let pairs = columns.iter().zip(parents).zip(equal);
        let refers: Vec<String> = pairs
            .map(|((column, parent), equal)| {
                format!("p.{} {equal} c.{}", Ident(&parent), Ident(column))
            })
            .collect();
        let (effect, is_held) = match on_delete.as_str() {
            "c" => ("would delete them too", false),
            "n" => ("would set their columns to NULL", false),
            "d" => ("would set their columns to the defaults", false),
            _ => ("keeps these from being deleted", true),
        };
        Self {
            key,
            effect,
            is_held,
            child_root,
            to_itself,
            child,
            shown,
            may_select,
            refers: refers.join(" AND "),
        }
    }

    async fn check(&self, stage: &Stage<'_>) -> Result<()> {
        let doomed_itself = if self.to_itself {
            let same = same_key(stage.key, "c", "g");
            format!(
                "AND NOT EXISTS (SELECT FROM {} AS g WHERE {same})",
                stage.doomed
            )
        } else {
            String::new()
        };
        let sql = format!(
            "SELECT pg_catalog.count(*) FROM {} AS c WHERE EXISTS (SELECT FROM {} AS d JOIN {} AS p ON {} WHERE {}) {doomed_itself}",
            self.child,
            stage.doomed,
            stage.table.target.only(),
            same_key(stage.key, "p", "d"),
            self.refers,
        );
        let rows = stage.session.value(&sql, &[]).await?.as_int();
        match u64::try_from(rows.unwrap_or_default()) {
            Ok(0) | Err(_) => Ok(()),
            Ok(rows) => Err(Error::Dependent {
                table: stage.table.target.shown.clone(),
                child: self.shown.clone(),
                key: self.key.clone(),
                effect: self.effect,
                rows,
            }),
        }
    }
}
