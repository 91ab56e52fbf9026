//! Foreign keys that are dropped and, in the same transaction, added again just as they were.
//!
//! One statement brings back the key of a whole partition tree. What the server then calls the parts of it goes
//! by the order of partitions, not by what they were called, so each gets its old name and comment.

use std::collections::BTreeMap;

use super::super::{Error, Result};
use crate::pg::catalog::ForeignKey;
use crate::pg::fields::Fields;
use crate::pg::{Ident, Literal, Session, TableName, Value};
use crate::trigger;

pub(super) struct Dropped {
    oids: Vec<u32>,
    before: Vec<Part>,
}

/// A key, or what one partition has of it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Part {
    declared: Declared,
    is_declared: bool,
    table: TableName,
    shown: String,
    parent: u32,
    name: String,
    definition: String,
    comment: Option<String>,
    /// Everything that has to be the same again.
    all: String,
}

/// The key that was declared, by its table and name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Declared {
    name: String,
    schema: String,
    table: String,
}

/// Tells the parts of all keys apart, whatever they are called.
type Place<'a> = (&'a Declared, &'a TableName, u32);

impl Dropped {
    pub async fn drop(session: &Session, keys: &[ForeignKey]) -> Result<Self> {
        let oids: Vec<u32> = keys.iter().map(|key| key.oid).collect();
        let before = parts(session, &oids).await?;
        let statements = before.iter().filter(|part| part.is_declared).map(|part| {
            let name = Ident(&part.name);
            format!("ALTER TABLE {} DROP CONSTRAINT {name}", part.table)
        });
        alter(session, &statements.collect::<Vec<_>>()).await?;
        Ok(Self { oids, before })
    }

    /// Has the server check all rows but those of keys that were NOT VALID.
    pub async fn restore(self, session: &Session) -> Result<()> {
        trigger::make_immediate(session).await?;
        let declared = self.before.iter().filter(|part| part.is_declared);
        let added: Vec<String> = declared
            .map(|part| {
                let (name, definition) = (Ident(&part.name), &part.definition);
                format!(
                    "ALTER TABLE {} ADD CONSTRAINT {name} {definition}",
                    part.table
                )
            })
            .collect();
        alter(session, &added).await?;
        let added = self.read_again(session).await?;
        alter(session, &self.renaming(&added)).await?;
        alter(session, &self.comments()).await?;
        self.assert_restored(&self.read_again(session).await?)
    }

    async fn read_again(&self, session: &Session) -> Result<Vec<Part>> {
        let declared = self.before.iter().filter(|part| part.is_declared);
        let (tables, names): (Vec<Value>, Vec<Value>) = declared
            .map(|part| {
                let table = part.table.to_string();
                (Value::Text(table), Value::Text(part.name.clone()))
            })
            .unzip();
        let sql = include_str!("../../sql/key_oids.sql");
        let rows = session
            .query(sql, &[Value::Array(tables), Value::Array(names)])
            .await?
            .rows;
        let oids: Vec<u32> = rows.into_iter().map(|row| Fields::new(row).oid()).collect();
        debug_assert!(
            oids.len() <= self.oids.len(),
            "a name is there once on a table"
        );
        parts(session, &oids).await
    }

    /// In two rounds, as one part may bear the old name of another.
    fn renaming(&self, added: &[Part]) -> Vec<String> {
        let old: BTreeMap<Place, &str> = self
            .before
            .iter()
            .map(|part| (part.place(), part.name.as_str()))
            .collect();
        let wrong = added
            .iter()
            .filter_map(|part| Some((part, *old.get(&part.place())?)))
            .filter(|(part, old)| part.name != *old);
        let (mut aside, mut back) = (Vec::new(), Vec::new());
        for (number, (part, old)) in wrong.enumerate() {
            let passing = format!("runner_renamed_{number}");
            let rename = |from: &str, to: &str| {
                let (from, to) = (Ident(from), Ident(to));
                format!(
                    "ALTER TABLE {} RENAME CONSTRAINT {from} TO {to}",
                    part.table
                )
            };
            aside.push(rename(&part.name, &passing));
            back.push(rename(&passing, old));
        }
        aside.extend(back);
        aside
    }

    fn comments(&self) -> Vec<String> {
        let comments = self.before.iter().filter_map(|part| {
            let comment = Literal(part.comment.as_deref()?);
            let name = Ident(&part.name);
            Some(format!(
                "COMMENT ON CONSTRAINT {name} ON {} IS {comment}",
                part.table
            ))
        });
        comments.collect()
    }

    fn assert_restored(&self, after: &[Part]) -> Result<()> {
        for part in &self.before {
            let now = after.iter().find(|now| now.place() == part.place());
            if now != Some(part) {
                return Err(Error::KeyChanged {
                    key: part.name.clone(),
                    table: part.shown.clone(),
                    before: format!("{} {}", part.name, part.all),
                    after: now.map_or_else(
                        || "gone".to_owned(),
                        |now| format!("{} {}", now.name, now.all),
                    ),
                });
            }
        }
        Ok(())
    }
}

impl Part {
    fn read(row: Vec<Value>) -> Self {
        let mut row = Fields::new(row);
        Self {
            declared: Declared {
                name: row.text(),
                schema: row.text(),
                table: row.text(),
            },
            is_declared: row.flag(),
            table: TableName::new(row.text(), row.text()),
            shown: row.text(),
            parent: row.oid(),
            name: row.text(),
            definition: row.text(),
            comment: row.optional(),
            all: row.text(),
        }
    }

    fn place(&self) -> Place<'_> {
        (&self.declared, &self.table, self.parent)
    }
}

async fn parts(session: &Session, oids: &[u32]) -> Result<Vec<Part>> {
    let oids = oids.iter().map(|oid| i64::from(*oid).into()).collect();
    let sql = include_str!("../../sql/key_definitions.sql");
    let rows = session.query(sql, &[Value::Array(oids)]).await?.rows;
    Ok(rows.into_iter().map(Part::read).collect())
}

async fn alter(session: &Session, statements: &[String]) -> Result<()> {
    trigger::alter_in_use(session, statements, |_, error| error.into()).await?;
    Ok(())
}
