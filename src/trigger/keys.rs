//! Foreign keys that nobody checked while their triggers were off.
//!
//! PostgreSQL never looks again: `VALIDATE CONSTRAINT` does nothing on a key that counts as valid. So the
//! children without a parent are looked for here.

use super::state::oids;
use super::{Error, Orphans, Result};
use crate::pg::catalog::Relation;
use crate::pg::fields::Fields;
use crate::pg::{Ident, Session, TableName, Value, ident_list};
use crate::progress::Event;

/// How many orphans an error shows.
const SHOWN: usize = 5;

/// A foreign key with what comparing its sides takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BypassedKey {
    pub oid: u32,
    pub name: String,
    pub child: Side,
    pub parent: Side,
    /// MATCH FULL: a key that is NULL in part is an orphan too.
    pub match_full: bool,
    /// Not so a key that was declared NOT VALID: its old rows may break it.
    pub validated: bool,
    /// The operators between the parent's and the child's columns, as SQL.
    equal: Vec<String>,
}

/// The columns at one end of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Side {
    pub table: TableName,
    pub shown: String,
    pub columns: Vec<String>,
    partitioned: bool,
}

/// The foreign keys that point from or to the tables, their partitions included.
pub async fn bypassed_keys(session: &Session, tables: &[Relation]) -> Result<Vec<BypassedKey>> {
    let sql = include_str!("../sql/trigger_keys.sql");
    let rows = session.query(sql, &[oids(tables)]).await?.rows;
    Ok(rows.into_iter().map(BypassedKey::read).collect())
}

/// Fails with samples where a child has no parent. Keys declared NOT VALID are named and left alone.
pub async fn check_keys(session: &Session, keys: &[BypassedKey]) -> Result<()> {
    for key in keys {
        if !key.validated {
            let note = format!(
                "foreign key `{}` of `{}` is NOT VALID and was not checked",
                key.name, key.child.shown
            );
            session.reporter().event(&Event::Note(note));
            continue;
        }
        let rows = session.query(&key.first_orphans(), &[]).await?.rows;
        if !rows.is_empty() {
            return Err(Error::Orphans(Box::new(key.report(rows))));
        }
    }
    Ok(())
}

impl BypassedKey {
    fn read(row: Vec<Value>) -> Self {
        let mut row = Fields::new(row);
        let (oid, name) = (row.oid(), row.text());
        let (mut child, mut parent) = (Side::read(&mut row), Side::read(&mut row));
        let (match_full, validated) = (row.flag(), row.flag());
        child.columns = row.texts();
        parent.columns = row.texts();
        Self {
            oid,
            name,
            child,
            parent,
            match_full,
            validated,
            equal: row.texts(),
        }
    }

    /// How many rows of the child have no parent, and some of their keys, short ones first. NULL is no key; one that is
    /// NULL in part is an orphan where the match is full.
    pub async fn count_orphans(
        &self,
        session: &Session,
        samples: usize,
    ) -> Result<(u64, Vec<String>)> {
        let (texts, rows) = self.orphans();
        // A count comes with the first row.
        let limit = samples.max(1);
        let sql = format!(
            "SELECT (pg_catalog.sum(pg_catalog.count(*)) OVER ())::pg_catalog.int8, o.key \
               FROM (SELECT {texts} AS key {rows}) AS o GROUP BY o.key \
              ORDER BY pg_catalog.length(o.key), o.key COLLATE pg_catalog.\"C\" LIMIT {limit}"
        );
        let mut count = 0;
        let mut keys = Vec::new();
        for row in session.query(&sql, &[]).await?.rows {
            let mut row = Fields::new(row);
            count = row.count();
            keys.push(row.text());
        }
        keys.truncate(samples);
        Ok((count, keys))
    }

    /// The first keys of children without a parent, one more than is shown.
    fn first_orphans(&self) -> String {
        let (texts, rows) = self.orphans();
        format!("SELECT {texts} {rows} LIMIT {}", SHOWN + 1)
    }

    /// The key of a child as text, and the clause that finds the children without a parent.
    fn orphans(&self) -> (String, String) {
        let columns = |prefix: &'static str, side: &Side| -> Vec<String> {
            let names = side.columns.iter();
            names
                .map(|name| format!("{prefix}.{}", Ident(name)))
                .collect()
        };
        let (child, parent) = (columns("c", &self.child), columns("p", &self.parent));
        let joined: Vec<String> = parent
            .iter()
            .zip(&self.equal)
            .zip(&child)
            .map(|((parent, equal), child)| format!("{parent} {equal} {child}"))
            .collect();
        let is = |what: &str, word: &str| -> String {
            let tests: Vec<String> = child.iter().map(|name| format!("{name} {what}")).collect();
            format!("({})", tests.join(word))
        };
        let missing = format!(
            "NOT EXISTS (SELECT FROM {} AS p WHERE {})",
            self.parent.only(),
            joined.join(" AND ")
        );
        let condition = if self.match_full {
            format!(
                "{} AND ({} OR {missing})",
                is("IS NOT NULL", " OR "),
                is("IS NULL", " OR ")
            )
        } else {
            format!("{} AND {missing}", is("IS NOT NULL", " AND "))
        };
        let texts: Vec<String> = child
            .iter()
            .map(|name| format!("COALESCE({name}::pg_catalog.text, 'NULL')"))
            .collect();
        (
            format!("pg_catalog.concat_ws(', ', {})", texts.join(", ")),
            format!("FROM {} AS c WHERE {condition}", self.child.only()),
        )
    }

    fn report(&self, rows: Vec<Vec<Value>>) -> Orphans {
        let more = rows.len() > SHOWN;
        let values = rows
            .into_iter()
            .take(SHOWN)
            .map(|row| Fields::new(row).text());
        Orphans {
            key: self.name.clone(),
            child: self.child.shown.clone(),
            columns: ident_list(&self.child.columns).replace('"', ""),
            parent: self.parent.shown.clone(),
            values: values.collect(),
            more,
        }
    }
}

impl Side {
    fn read(row: &mut Fields) -> Self {
        Self {
            table: TableName::new(row.text(), row.text()),
            partitioned: row.flag(),
            shown: row.text(),
            columns: Vec::new(),
        }
    }

    /// A key holds for the rows of a table and of its partitions, not for tables that inherit from it.
    fn only(&self) -> String {
        if self.partitioned {
            self.table.to_string()
        } else {
            format!("ONLY {}", self.table)
        }
    }
}
