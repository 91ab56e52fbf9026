//! The temporary tables through which rows go that meet those of the target: `insert`, `upsert`, `mirror`.
//!
//! `INSERT ... ON CONFLICT DO UPDATE` would lock and log every row it leaves equal. So the rows are staged,
//! compared by the server, and only what is new or differs is written. All tables of a unit are staged and
//! looked at before the first of them is written.

mod claims;
mod merge;
mod room;
mod text;
mod unique;
mod unit;

pub(super) use text::same_key;
pub(super) use unit::{Staged, fill, preview};

use std::sync::atomic::{AtomicU64, Ordering};

use super::plan::{TablePlan, UpsertKey};
use super::report::Meter;
use super::stream::{Pipe, pump};
use super::{CopyOptions, Error, Result};
use crate::pg::fields::Fields;
use crate::pg::{Ident, Session, ident_list};
use claims::Claims;

/// Makes the names of stages unique in a session.
static NUMBER: AtomicU64 = AtomicU64::new(0);

pub(super) struct Stage<'a> {
    pub session: &'a Session,
    pub table: &'a TablePlan,
    pub key: &'a UpsertKey,
    /// As SQL.
    pub name: String,
    /// Keys of rows that the target has and the source has no longer, as SQL.
    pub doomed: String,
    claims: Claims,
    room: room::Plan,
    rows: u64,
}

/// What became of the staged rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Outcome {
    pub inserted: u64,
    pub updated: u64,
    pub equal: u64,
    /// Rows that an insert left out for others that the target has.
    pub skipped: u64,
    /// Rows that something on the target, most likely a trigger, did not let in.
    pub kept_out: u64,
}

impl<'a> Stage<'a> {
    /// Creates the tables, with the types of the target's columns and none of its constraints. The plan of the
    /// table has to have a key.
    pub async fn create(session: &'a Session, table: &'a TablePlan) -> Result<Self> {
        let key = table.key.as_ref().ok_or_else(|| Error::NoKey {
            table: table.target.shown.clone(),
            target: session.name().to_owned(),
        })?;
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let named = |what: &str| format!("pg_temp.{}", Ident(&format!("runner_{what}_{number}")));
        let stage = Self {
            session,
            table,
            key,
            name: named("stage"),
            doomed: named("doomed"),
            claims: Claims::read(session, table, key, named("claims")).await?,
            room: room::Plan::default(),
            rows: 0,
        };
        let target = table.target.only();
        let like = |name: &str, columns: &[&str]| {
            format!(
                "CREATE TEMPORARY TABLE {name} AS SELECT {} FROM {target} WITH NO DATA",
                ident_list(columns)
            )
        };
        let tables = [
            like(&stage.name, &table.column_names()),
            like(&stage.doomed, &key.key.names()),
            stage.claims.create_sql(),
        ];
        session.batch(&tables.join("; ")).await?;
        Ok(stage)
    }

    /// Brings rows of the source here, those that `read` reads: all of the table's, or some.
    pub async fn fill(
        &mut self,
        options: &CopyOptions,
        read: &TablePlan,
        meter: &mut Meter,
    ) -> Result<()> {
        let pipe = Pipe::new(options, read, self.session, &self.name);
        pump(&pipe, meter).await?;
        self.rows = meter.rows();
        // The planner knows nothing about a table this young, and would take a few rows for many.
        let key = ident_list(&self.key.key.names());
        self.session
            .batch(&format!("ANALYZE {} ({key})", self.name))
            .await?;
        if self.key.unique_at_source {
            return Ok(());
        }
        self.refuse_duplicates(&key).await
    }

    /// Of rows with one key the server would take any.
    async fn refuse_duplicates(&self, key: &str) -> Result<()> {
        let sql = format!(
            "SELECT COALESCE(pg_catalog.sum(g.n), 0)::pg_catalog.int8 FROM \
             (SELECT pg_catalog.count(*) AS n FROM {} GROUP BY {key} HAVING pg_catalog.count(*) > 1::pg_catalog.int8) g",
            self.name
        );
        let rows = self.session.value(&sql, &[]).await?;
        match u64::try_from(rows.as_int().unwrap_or_default()) {
            Ok(0) | Err(_) => Ok(()),
            Ok(rows) => Err(Error::DuplicateKeys {
                table: self.table.target.shown.clone(),
                target: self.session.name().to_owned(),
                key: format!("({key})"),
                rows,
            }),
        }
    }

    /// Removes the tables; at the end of the session they would go anyway.
    pub async fn drop(self) -> Result<()> {
        let (stage, doomed, claims) = (&self.name, &self.doomed, &self.claims.name);
        self.session
            .batch(&format!("DROP TABLE {stage}, {doomed}, {claims}"))
            .await?;
        Ok(())
    }

    /// Has the server check now what [`Stage::upsert`] deferred, and what deleted rows may have given up since.
    pub async fn check(&self) -> Result<()> {
        let checked = self.claims.check(self.session).await;
        checked.map_err(|error| error.stopped(&self.table.target.shown, 0))
    }

    /// Whether no rows are staged.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// Whether something unique is checked at the end of the transaction only.
    pub fn has_deferrable(&self) -> bool {
        self.claims.has_deferrable()
    }

    /// Whether doomed rows have to go before others come.
    pub fn deletes_first(&self) -> bool {
        self.room.deletes_first()
    }

    /// Whether few rows are staged beside those the target has.
    fn is_small(&self) -> bool {
        let there = self.table.target.estimate.unwrap_or_default();
        self.rows.saturating_mul(8) <= there
    }

    async fn numbers<const N: usize>(&self, sql: &str) -> Result<[u64; N]> {
        let rows = self.session.query(sql, &[]).await;
        let rows = rows
            .map_err(|error| Error::from(error).stopped(&self.table.target.shown, 0))?
            .rows;
        let mut row = Fields::new(rows.into_iter().next().unwrap_or_default());
        Ok(std::array::from_fn(|_| row.count()))
    }
}
