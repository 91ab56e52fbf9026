//! Marks in the database they are about: the table `runner.watermark`.

use super::changed::{Changed, NewMark, Stored};
use super::{Error, Mark, Result};
use crate::pg::fields::Fields;
use crate::pg::{Session, Value};

/// What tells one mark from another.
pub(super) struct Key<'a> {
    pub name: &'a str,
    pub source: &'a str,
    pub table: &'a str,
    pub filter: &'a str,
    pub column: &'a str,
}

impl Key<'_> {
    fn params(&self) -> Vec<Value> {
        [self.name, self.source, self.table, self.filter, self.column]
            .map(Value::from)
            .to_vec()
    }
}

/// `None` before the first mark.
pub(super) async fn read(session: &Session, key: &Key<'_>) -> Result<Option<Stored>> {
    if !exists(session).await? {
        return Ok(None);
    }
    let sql = include_str!("../sql/watermark_read.sql");
    let rows = session.query(sql, &key.params()).await?.rows;
    Ok(rows.into_iter().next().map(|row| {
        let mut row = Fields::new(row);
        Stored {
            mark: row.text(),
            timeline: row.int(),
        }
    }))
}

pub(super) async fn all(session: &Session, name: &str) -> Result<Vec<Mark>> {
    if !exists(session).await? {
        return Ok(Vec::new());
    }
    let sql = include_str!("../sql/watermark_show.sql");
    let rows = session.query(sql, &[name.into()]).await?.rows;
    let mark = |row| {
        let mut row = Fields::new(row);
        Mark {
            name: row.text(),
            source: row.text(),
            table: row.text(),
            filter: row.text(),
            column: row.text(),
            mark: row.text(),
            advanced_at: row.text(),
        }
    };
    Ok(rows.into_iter().map(mark).collect())
}

/// Stores the mark in the transaction, unless it is no longer the one that the rows were chosen by.
pub(super) async fn advance(
    marks: &Session,
    tx: &Session,
    changed: &Changed,
    mark: String,
) -> Result<()> {
    if marks.server().identity() != tx.server().identity() {
        return Err(Error::OtherDatabase {
            marks: marks.name().to_owned(),
            tx: tx.name().to_owned(),
        });
    }
    if !exists(tx).await? {
        tx.batch(include_str!("../sql/watermark_create.sql"))
            .await?;
    }
    let source = changed.source.server().identity();
    let at = Key {
        name: &changed.name,
        source: &source,
        table: &changed.table.name.shown(),
        filter: &changed.condition,
        column: changed.mark.column(),
    };
    let timeline = match changed.mark {
        NewMark::Transaction { timeline, .. } => timeline,
        NewMark::Column { .. } => 0,
    };
    let base = changed.base.clone().map_or(Value::Null, Value::from);
    let mut params = at.params();
    params.extend([mark.into(), timeline.into(), base]);
    let sql = include_str!("../sql/watermark_advance.sql");
    if tx.execute(sql, &params).await? == 1 {
        return Ok(());
    }
    let now = read(tx, &at).await?;
    let word = |mark: Option<String>| mark.unwrap_or_else(|| "none".to_owned());
    Err(Error::Moved {
        table: changed.table.shown.clone(),
        was: word(changed.base.clone()),
        now: word(now.map(|stored| stored.mark)),
    })
}

async fn exists(session: &Session) -> Result<bool> {
    let sql = "SELECT pg_catalog.to_regclass('runner.watermark') IS NOT NULL";
    Ok(session.value(sql, &[]).await?.as_bool().unwrap_or_default())
}
