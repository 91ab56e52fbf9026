//! The temporary table through which an upsert goes.
//!
//! `INSERT ... ON CONFLICT DO UPDATE` would lock and log every row it leaves equal. So the rows are staged,
//! compared by the server, and only what is new or differs is written. Rows are compared by their images:
//! `IS DISTINCT FROM` has no answer for json and takes 1.0 and 1.00 for the same.

use std::sync::atomic::{AtomicU64, Ordering};

use super::plan::{TablePlan, UpsertKey};
use super::report::Meter;
use super::stream::{Pipe, pump};
use super::{CopyOptions, Error, Result};
use crate::pg::catalog::{Column, Identity};
use crate::pg::fields::Fields;
use crate::pg::{Ident, Session, ident_list};

/// Makes the names of stages unique in a session.
static NUMBER: AtomicU64 = AtomicU64::new(0);

/// How often the merge is done over when other sessions insert the same keys meanwhile.
const ROUNDS: usize = 3;

pub(super) struct Stage<'a> {
    session: &'a Session,
    table: &'a TablePlan,
    key: &'a UpsertKey,
    /// As SQL.
    name: String,
}

/// What became of the staged rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Outcome {
    pub inserted: u64,
    pub updated: u64,
    pub equal: u64,
    /// Rows that something on the target, most likely a trigger, did not let in.
    pub kept_out: u64,
}

impl<'a> Stage<'a> {
    /// Creates the stage with the types of the target's columns and none of its constraints. The plan of the
    /// table has to have a key.
    pub async fn create(session: &'a Session, table: &'a TablePlan) -> Result<Self> {
        let key = table.key.as_ref().ok_or_else(|| Error::NoKey {
            table: table.target.shown.clone(),
            target: session.name().to_owned(),
        })?;
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("pg_temp.{}", Ident(&format!("runner_stage_{number}")));
        let columns = ident_list(&table.column_names());
        let target = table.target.only();
        session
            .batch(&format!(
                "CREATE TEMPORARY TABLE {name} AS SELECT {columns} FROM {target} WITH NO DATA"
            ))
            .await?;
        Ok(Self {
            session,
            table,
            key,
            name,
        })
    }

    /// Brings the rows of the source here.
    pub async fn fill(&self, options: &CopyOptions, meter: &mut Meter) -> Result<()> {
        let pipe = Pipe::new(options, self.table, self.session, &self.name);
        pump(&pipe, meter).await?;
        // The planner knows nothing about a table this young, and would take a few rows for many.
        self.session
            .batch(&format!("ANALYZE {}", self.name))
            .await?;
        if self.key.unique_at_source {
            return Ok(());
        }
        self.refuse_duplicates().await
    }

    /// Of rows with one key the server would take any.
    async fn refuse_duplicates(&self) -> Result<()> {
        let key = ident_list(&self.key.key.names());
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

    /// Changes the rows that differ and inserts those that are missing.
    pub async fn merge(&self) -> Result<Outcome> {
        let sql = self.merge_sql();
        let mut outcome = Outcome::default();
        for _ in 0..ROUNDS {
            let [staged, missing, changed, updated, inserted] = self.numbers(&sql).await?;
            outcome.updated += updated;
            outcome.inserted += inserted;
            outcome.kept_out = missing.saturating_sub(inserted) + changed.saturating_sub(updated);
            outcome.equal =
                staged.saturating_sub(outcome.updated + outcome.inserted + outcome.kept_out);
            if outcome.kept_out == 0 {
                break;
            }
        }
        Ok(outcome)
    }

    /// What [`Stage::merge`] would do.
    pub async fn compare(&self) -> Result<Outcome> {
        let [staged, missing, changed] = self.numbers(&self.compare_sql()).await?;
        Ok(Outcome {
            inserted: missing,
            updated: changed,
            equal: staged.saturating_sub(missing + changed),
            kept_out: 0,
        })
    }

    /// Removes the stage; at the end of the session it would go anyway.
    pub async fn drop(self) -> Result<()> {
        self.session
            .batch(&format!("DROP TABLE {}", self.name))
            .await?;
        Ok(())
    }

    async fn numbers<const N: usize>(&self, sql: &str) -> Result<[u64; N]> {
        let rows = self.session.query(sql, &[]).await;
        let rows = rows
            .map_err(|error| Error::from(error).stopped(&self.table.target.shown, 0))?
            .rows;
        let mut row = Fields::new(rows.into_iter().next().unwrap_or_default());
        Ok(std::array::from_fn(|_| row.count()))
    }

    /// One statement, so that all counts are of one moment, and so that foreign keys within the table are
    /// checked when the new rows are there.
    fn merge_sql(&self) -> String {
        let (stage, target) = (&self.name, &self.table.target);
        let (only, name, matches) = (target.only(), &target.name, self.matches());
        let columns = ident_list(&self.table.column_names());
        let values = qualified("s", self.table.columns.iter());
        let missing = format!("NOT EXISTS (SELECT FROM {only} AS t WHERE {matches})");
        let key = ident_list(&self.key.key.names());
        format!(
            "WITH changed AS MATERIALIZED ({}), updated AS ({}), inserted AS (\
             INSERT INTO {name} AS t ({columns}) OVERRIDING SYSTEM VALUE \
             SELECT {values} FROM {stage} AS s WHERE {missing} ON CONFLICT ({key}) DO NOTHING RETURNING 1) \
             SELECT (SELECT pg_catalog.count(*) FROM {stage}), \
             (SELECT pg_catalog.count(*) FROM {stage} AS s WHERE {missing}), \
             (SELECT pg_catalog.count(*) FROM changed), \
             (SELECT pg_catalog.count(*) FROM updated), (SELECT pg_catalog.count(*) FROM inserted)",
            self.changed_sql(),
            self.update_sql()
        )
    }

    /// The places of staged rows that are on the target and differ there.
    fn changed_sql(&self) -> String {
        format!(
            "SELECT s.ctid AS place FROM {} AS s JOIN {} AS t ON {} WHERE {}",
            self.name,
            self.table.target.only(),
            self.matches(),
            self.differs()
        )
    }

    fn update_sql(&self) -> String {
        let changed: Vec<&Column> = self.changeable().collect();
        if changed.is_empty() {
            return "SELECT WHERE false".to_owned();
        }
        let set = |column: &&Column| format!("{0} = s.{0}", Ident(&column.name));
        format!(
            "UPDATE {} AS t SET {} FROM {} AS s \
              WHERE s.ctid IN (SELECT c.place FROM changed AS c) AND {} AND {} RETURNING 1",
            self.table.target.only(),
            changed.iter().map(set).collect::<Vec<_>>().join(", "),
            self.name,
            self.matches(),
            self.differs()
        )
    }

    fn compare_sql(&self) -> String {
        let (stage, only) = (&self.name, self.table.target.only());
        let first = Ident(&self.key.key.columns[0].name);
        format!(
            "SELECT pg_catalog.count(*), pg_catalog.count(*) FILTER (WHERE t.{first} IS NULL), \
             pg_catalog.count(*) FILTER (WHERE t.{first} IS NOT NULL AND {}) \
             FROM {stage} AS s LEFT JOIN {only} AS t ON {}",
            self.differs(),
            self.matches()
        )
    }

    /// The key of `t` is that of `s`.
    fn matches(&self) -> String {
        let columns = self.key.key.columns.iter().map(|column| {
            let name = Ident(&column.name);
            format!("t.{name} {} s.{name}", column.equal)
        });
        columns.collect::<Vec<_>>().join(" AND ")
    }

    fn differs(&self) -> String {
        if self.changeable().next().is_none() {
            return "false".to_owned();
        }
        let old = qualified("t", self.changeable());
        let new = qualified("s", self.changeable());
        // Without the casts the parser would compare column by column, with operators that are not there.
        format!(
            "ROW({old})::pg_catalog.record OPERATOR(pg_catalog.*<>) ROW({new})::pg_catalog.record"
        )
    }

    /// The columns an UPDATE can bring to what the source has: not those of an identity that is always
    /// generated (428C9), and of the key only what can be equal and yet look different, like 1.0 and 1.00.
    fn changeable(&self) -> impl Iterator<Item = &'a Column> {
        let key = &self.key.key;
        self.table.columns.iter().filter(move |column| {
            column.identity != Some(Identity::Always)
                && !(key.has(&column.name) && EQUAL_IS_SAME.contains(&column.type_oid))
        })
    }
}

fn qualified<'c>(alias: &str, columns: impl Iterator<Item = &'c Column>) -> String {
    let columns = columns.map(|column| format!("{alias}.{}", Ident(&column.name)));
    columns.collect::<Vec<_>>().join(", ")
}

/// bool, bytea, int8, int2, int4, text, oid, varchar, date, timestamp, timestamptz, uuid.
const EQUAL_IS_SAME: [u32; 12] = [16, 17, 20, 21, 23, 25, 26, 1043, 1082, 1114, 1184, 2950];
