//! Claims: values that are unique, that a staged row is to have, and that another row of the target holds.
//!
//! They are found before anything is written, and kept in a temporary table: the claiming row by its place in the
//! stage, the holder by its own place there (NULL where it is not staged) and by where it lies in the target.

use std::fmt::Write as _;

use super::super::plan::{TablePlan, UpsertKey};
use super::super::settings::for_merge;
use super::text::{changeable, images_differ, same_key};
use super::unique::{Unique, text};
use super::{Error, Result, Stage};
use crate::pg::catalog::{self, Column};
use crate::pg::fields::Fields;
use crate::pg::{Ident, Session};

/// How many claims an error shows.
const SHOWN: usize = 5;

pub(super) struct Claims {
    /// Of the temporary table, as SQL.
    pub name: String,
    pub uniques: Vec<Unique>,
    /// The target's columns, read where something is unique.
    columns: Vec<Column>,
    /// How many there are.
    pub count: u64,
}

impl Claims {
    /// What is unique in the target besides the key of the copy.
    pub async fn read(
        session: &Session,
        table: &TablePlan,
        key: &UpsertKey,
        name: String,
    ) -> Result<Self> {
        let mut uniques = Unique::read(session, table.target.oid).await?;
        // What holds the whole key tells no two rows apart that the key does not.
        uniques.retain(|unique| {
            let plain = |name: &str| {
                unique
                    .parts
                    .iter()
                    .any(|p| p.plain.as_deref() == Some(name))
            };
            unique.name != key.key.name && !key.key.names().into_iter().all(plain)
        });
        let columns = if uniques.is_empty() {
            Vec::new()
        } else {
            let tables = catalog::tables(session, std::slice::from_ref(&table.target)).await?;
            tables.into_iter().flat_map(|table| table.columns).collect()
        };
        Ok(Self {
            name,
            uniques,
            columns,
            count: 0,
        })
    }

    /// Whether anything but the key has to be unique.
    pub fn are_possible(&self) -> bool {
        !self.uniques.is_empty()
    }

    pub fn create_sql(&self) -> String {
        format!(
            "CREATE TEMPORARY TABLE {} AS {}",
            self.name,
            include_str!("../../sql/copy_claims.sql")
        )
    }

    /// Whether every column of the target that is not computed is copied.
    pub fn has_all(&self, table: &TablePlan) -> bool {
        let stored = self.columns.iter().filter(|column| !column.generated);
        let mut stored = stored.map(|column| &column.name);
        stored.all(|name| table.columns.iter().any(|copied| copied.name == *name))
    }

    /// Whether something is checked at the end of the transaction.
    pub fn has_deferrable(&self) -> bool {
        self.uniques.iter().any(|unique| unique.deferrable)
    }

    /// The staged row at `place` has one.
    pub fn is_claiming(&self, place: &str) -> String {
        if self.count == 0 {
            return "false".to_owned();
        }
        format!(
            "{place} OPERATOR(pg_catalog.=) ANY (SELECT c.place FROM {} AS c)",
            self.name
        )
    }

    /// Has constraints wait until [`Claims::check`] that may be checked at the end.
    pub async fn defer(&self, session: &Session) -> Result<()> {
        self.set(session, |unique| unique.deferrable, "DEFERRED")
            .await
    }

    /// Has the server check them, and sets them to what they were declared as.
    pub async fn check(&self, session: &Session) -> Result<()> {
        self.set(session, |unique| unique.deferrable, "IMMEDIATE")
            .await?;
        self.set(session, |unique| unique.initially_deferred, "DEFERRED")
            .await
    }

    async fn set(
        &self,
        session: &Session,
        which: impl Fn(&Unique) -> bool,
        when: &str,
    ) -> Result<()> {
        let chosen = self.uniques.iter().filter(|unique| which(unique));
        let names: Vec<String> = chosen.filter_map(Unique::constraint).collect();
        if names.is_empty() {
            return Ok(());
        }
        let sql = format!("SET CONSTRAINTS {} {when}", names.join(", "));
        Ok(session.batch(&sql).await?)
    }
}

impl Stage<'_> {
    /// Looks for claims of the staged rows.
    pub async fn find_claims(&mut self) -> Result<()> {
        if !self.claims.are_possible() {
            return Ok(());
        }
        let settings = for_merge(self.session, false).await?;
        let mut count = 0;
        for (number, unique) in self.claims.uniques.iter().enumerate() {
            let sql = self.claims_sql(number, unique);
            count += self.session.execute(&sql, &[]).await?;
        }
        self.claims.count = count;
        settings.restore(self.session).await
    }

    /// Refuses claims that nothing can fulfil: the holder stays as it is, or is to have the value too.
    pub async fn refuse_claims(&self) -> Result<()> {
        if self.claims.count == 0 {
            return Ok(());
        }
        let kept = self.samples("c.keeps").await?;
        if let Some((unique, rows)) = kept {
            return Err(Error::ValuesTwice {
                table: self.table.target.shown.clone(),
                target: self.session.name().to_owned(),
                unique,
                rows,
            });
        }
        match self.samples("c.holder IS NULL AND NOT c.doomed").await? {
            None => Ok(()),
            Some((unique, rows)) => Err(Error::Held {
                table: self.table.target.shown.clone(),
                target: self.session.name().to_owned(),
                unique,
                rows,
            }),
        }
    }

    /// The index of the first claim that fulfils a condition, and some of them as text.
    pub async fn samples(&self, condition: &str) -> Result<Option<(String, Vec<String>)>> {
        let sql = format!(
            "SELECT c.number, c.claimant, c.value, c.held_by FROM {} AS c WHERE {condition} \
              ORDER BY c.number, c.claimant, c.held_by LIMIT {}",
            self.claims.name,
            SHOWN + 1
        );
        let rows = self.session.query(&sql, &[]).await?.rows;
        let key = self.key.key.names().join(", ");
        let mut first = None;
        let mut samples = Vec::new();
        for row in rows {
            let mut row = Fields::new(row);
            let number = usize::try_from(row.int()).unwrap_or_default();
            let Some(unique) = self.claims.uniques.get(number) else {
                continue;
            };
            first.get_or_insert_with(|| unique.name.clone());
            let (claimant, value, holder) = (row.text(), row.text(), row.text());
            let label = unique.label();
            samples.push(format!(
                "({key}) = ({claimant}) is to have ({label}) = ({value}) of ({key}) = ({holder})"
            ));
        }
        if samples.len() > SHOWN {
            "...".clone_into(&mut samples[SHOWN]);
        }
        Ok(first.map(|name| (name, samples)))
    }

    fn claims_sql(&self, number: usize, unique: &Unique) -> String {
        let (future, values) = (self.future_sql(unique), unique.values());
        let names = self.key.key.names();
        let keys = |alias: &str| -> String {
            let texts = names
                .iter()
                .map(|name| text(&format!("{alias}.{}", Ident(name))));
            format!(
                "pg_catalog.concat_ws(', ', {})",
                texts.collect::<Vec<_>>().join(", ")
            )
        };
        let key = crate::pg::ident_list(&names);
        format!(
            "INSERT INTO {} (place, holder, part, at, number, is_new, doomed, keeps, claimant, value, held_by) \
             SELECT f.{PLACE}, o.{PLACE}, h.{PART}, h.{PLACE}, {number}, f.{NEW}, \
             {}, COALESCE({}, false), {}, pg_catalog.concat_ws(', ', {}), {} \
             FROM ({future}) AS f \
             JOIN (SELECT ctid AS {PLACE}, tableoid AS {PART}, {key}, {values} FROM {}) AS h ON {} \
             LEFT JOIN ({future}) AS o ON {} WHERE (f.{NEW} OR f.{MOVES}) AND NOT ({})",
            self.claims.name,
            self.is_doomed("h"),
            unique.conflict("f", "o"),
            keys("f"),
            unique.shown("f"),
            keys("h"),
            self.table.target.only(),
            unique.conflict("f", "h"),
            same_key(self.key, "o", "h"),
            same_key(self.key, "f", "h"),
        )
    }

    /// The staged rows as they will be in the target: what is not copied stays as it is there, what is computed is
    /// computed again.
    fn future_sql(&self, unique: &Unique) -> String {
        let (mut stored, mut computed, mut is_known) = (Vec::new(), String::new(), true);
        for column in &self.claims.columns {
            let name = Ident(&column.name);
            let is_copied = self
                .table
                .columns
                .iter()
                .any(|copied| copied.name == column.name);
            match &column.default {
                Some(expression) if column.generated => {
                    let _ = write!(computed, ", ({expression}) AS {name}");
                }
                _ if is_copied => stored.push(format!("s.{name}")),
                _ => {
                    is_known &= !unique.columns.contains(&column.name);
                    stored.push(format!("t.{name}"));
                }
            }
        }
        // A default that a new row will get is not known.
        let known = if is_known {
            "true".to_owned()
        } else {
            format!("NOT {NEW}")
        };
        let first = Ident(&self.key.key.columns[0].name);
        format!(
            "SELECT {PLACE}, {NEW}, {MOVES}, {}, {} FROM (SELECT *{computed} FROM (\
             SELECT s.ctid AS {PLACE}, t.{first} IS NULL AS {NEW}, {} AS {MOVES}, {} \
             FROM {} AS s LEFT JOIN {} AS t ON {}) AS x) AS y WHERE {known}",
            crate::pg::ident_list(&self.key.key.names()),
            unique.values(),
            images_differ(self.moving(unique).into_iter()),
            stored.join(", "),
            self.name,
            self.table.target.only(),
            same_key(self.key, "t", "s"),
        )
    }

    /// The columns whose change may change what the index sees.
    fn moving(&self, unique: &Unique) -> Vec<&Column> {
        let is_computed = |name: &String| {
            self.claims
                .columns
                .iter()
                .any(|column| column.generated && column.name == *name)
        };
        let any = unique.columns.iter().any(is_computed);
        let all = changeable(self.table, self.key);
        all.filter(|column| any || unique.columns.contains(&column.name))
            .collect()
    }
}

const PLACE: &str = "\"runner place\"";
const PART: &str = "\"runner part\"";
const NEW: &str = "\"runner new\"";
const MOVES: &str = "\"runner moves\"";
