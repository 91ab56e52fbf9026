//! Staged rows into the target: those that are new, and where asked those that differ.

use super::text::{assignments, changeable, differs, qualified, same_key, same_place};
use super::{Outcome, Stage};
use crate::copy::Result;
use crate::copy::settings::for_merge;
use crate::pg::ident_list;

/// How often the merge is done over when other sessions insert the same keys meanwhile.
const ROUNDS: usize = 3;

impl Stage<'_> {
    /// Changes the rows that differ and inserts those that are missing.
    pub async fn upsert(&self) -> Result<Outcome> {
        let settings = for_merge(self.session, self.is_small()).await?;
        self.claims.defer(self.session).await?;
        let room = self.make_room().await?;
        let sql = self.upsert_sql();
        let mut outcome = Outcome::default();
        for _ in 0..ROUNDS {
            let [missing, changed, updated, inserted] = self.numbers(&sql).await?;
            outcome.updated += updated;
            outcome.inserted += inserted;
            outcome.kept_out = missing.saturating_sub(inserted) + changed.saturating_sub(updated);
            if outcome.kept_out == 0 {
                break;
            }
        }
        outcome.updated += room.updated + room.deleted;
        outcome.inserted = outcome.inserted.saturating_sub(room.deleted);
        let written = outcome.updated + outcome.inserted + outcome.kept_out;
        outcome.equal = self.rows.saturating_sub(written);
        settings.restore(self.session).await?;
        Ok(outcome)
    }

    /// Inserts what is missing, but for rows whose values others of the target hold.
    pub async fn insert(&self) -> Result<Outcome> {
        let settings = for_merge(self.session, self.is_small()).await?;
        let [equal, inserted] = self.numbers(&self.insert_sql()).await?;
        settings.restore(self.session).await?;
        Ok(Outcome {
            inserted,
            equal,
            skipped: self.rows.saturating_sub(inserted + equal),
            ..Outcome::default()
        })
    }

    /// What [`Stage::upsert`] would do.
    pub async fn compare(&self) -> Result<Outcome> {
        let [missing, changed, equal] = self.numbers(&self.compare_sql("false")).await?;
        Ok(Outcome {
            inserted: missing,
            updated: changed,
            equal,
            ..Outcome::default()
        })
    }

    /// What [`Stage::insert`] would do.
    pub async fn compare_missing(&self) -> Result<Outcome> {
        let claimed = self.claims.is_claiming("s.ctid");
        let [inserted, _, equal] = self.numbers(&self.compare_sql(&claimed)).await?;
        Ok(Outcome {
            inserted,
            equal,
            skipped: self.rows.saturating_sub(inserted + equal),
            ..Outcome::default()
        })
    }

    /// The place of every staged row, whether its key is on the target, and whether it differs from the row there.
    fn found_sql(&self) -> String {
        format!(
            "SELECT s.ctid AS place, {} AS there, {} AS differs FROM {} AS s LEFT JOIN {} AS t ON {}",
            self.is_there(),
            differs(self.table, self.key),
            self.name,
            self.table.target.only(),
            same_key(self.key, "t", "s")
        )
    }

    /// No column of the key is ever NULL.
    fn is_there(&self) -> String {
        let first = crate::pg::Ident(&self.key.key.columns[0].name);
        format!("t.{first} IS NOT NULL")
    }

    /// One statement, so that all counts are of one moment, and so that foreign keys within the table are
    /// checked when the new rows are there. Each row is compared once. What is new comes last, since it may take
    /// a value that a changed row gives up.
    fn upsert_sql(&self) -> String {
        let columns = ident_list(&self.table.column_names());
        let key = ident_list(&self.key.key.names());
        format!(
            "WITH found AS MATERIALIZED ({}), updated AS ({}), inserted AS (\
             INSERT INTO {} AS t ({columns}) OVERRIDING SYSTEM VALUE {} \
             AND (SELECT pg_catalog.count(*) FROM updated) IS NOT NULL \
             ON CONFLICT ({key}) DO NOTHING RETURNING 1) \
             SELECT (SELECT pg_catalog.count(*) FROM found AS f WHERE NOT f.there), \
             (SELECT pg_catalog.count(*) FROM found AS f WHERE f.there AND f.differs), \
             (SELECT pg_catalog.count(*) FROM updated), (SELECT pg_catalog.count(*) FROM inserted)",
            self.found_sql(),
            self.update_sql(),
            self.table.target.name,
            self.missing_sql()
        )
    }

    /// Without an index named, `ON CONFLICT` passes over whatever would be there twice. It cannot where an index is
    /// checked later only; then all that others hold has been looked for.
    fn insert_sql(&self) -> String {
        let key = ident_list(&self.key.key.names());
        let arbiter = if self.claims.has_deferrable() {
            format!("({key})")
        } else {
            String::new()
        };
        let columns = ident_list(&self.table.column_names());
        format!(
            "WITH found AS MATERIALIZED ({}), inserted AS (\
             INSERT INTO {} AS t ({columns}) OVERRIDING SYSTEM VALUE {} AND NOT ({}) \
             ON CONFLICT {arbiter} DO NOTHING RETURNING 1) \
             SELECT (SELECT pg_catalog.count(*) FROM found AS f WHERE f.there AND NOT f.differs), \
             (SELECT pg_catalog.count(*) FROM inserted)",
            self.found_sql(),
            self.table.target.name,
            self.missing_sql(),
            self.claims.is_claiming("s.ctid")
        )
    }

    fn missing_sql(&self) -> String {
        format!(
            "SELECT {} FROM found AS f JOIN {} AS s ON {} WHERE NOT f.there",
            qualified("s", self.table.columns.iter()),
            self.name,
            same_place("s.ctid", "f.place")
        )
    }

    fn update_sql(&self) -> String {
        let changed = changeable(self.table, self.key);
        if changed.clone().next().is_none() {
            return "SELECT WHERE false".to_owned();
        }
        format!(
            "UPDATE {} AS t SET {} FROM found AS f JOIN {} AS s ON {} \
              WHERE f.there AND f.differs AND {} RETURNING 1",
            self.table.target.only(),
            assignments(changed),
            self.name,
            same_place("s.ctid", "f.place"),
            same_key(self.key, "t", "s")
        )
    }

    /// Missing rows but those that `left_out` holds for, changed and equal ones.
    fn compare_sql(&self, left_out: &str) -> String {
        let (there, differs) = (self.is_there(), differs(self.table, self.key));
        format!(
            "SELECT pg_catalog.count(*) FILTER (WHERE NOT ({there}) AND NOT ({left_out})), \
             pg_catalog.count(*) FILTER (WHERE {there} AND {differs}), \
             pg_catalog.count(*) FILTER (WHERE {there} AND NOT ({differs})) \
             FROM {} AS s LEFT JOIN {} AS t ON {}",
            self.name,
            self.table.target.only(),
            same_key(self.key, "t", "s")
        )
    }
}
