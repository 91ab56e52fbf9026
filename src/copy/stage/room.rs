//! Making room: unique values that move between rows are given up by their holders before others take them.
//!
//! An index that is checked at once is checked row by row. So holders go first, round by round along a chain.
//! In a ring everybody waits for somebody: its holders are parked with NULL where that is allowed, or deleted to be
//! inserted again, where nobody would notice. What cannot be solved is refused before anything is written.

use super::text::{assignments, changeable, differs, same_key, same_place};
use super::{Error, Result, Stage};
use crate::pg::catalog::{Column, Identity};
use crate::pg::fields::Fields;
use crate::pg::{Ident, Value};

/// A chain longer than this is parked like a ring where it can be: a statement for each of its links takes longer.
const ROUNDS: i64 = 20;

/// How room is made, found out beforehand.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// How many rounds of holders go first.
    rounds: i64,
    /// Of what waits in rings.
    stuck: Option<Way>,
    /// How values that deleted rows will give up only at the end are freed.
    doomed: Option<Way>,
    /// By which columns rows refer to rows of the same table.
    to_itself: Vec<String>,
}

#[derive(Debug)]
enum Way {
    /// Holders get NULL in these columns for a while.
    Park(Vec<String>),
    /// Holders are deleted.
    Delete,
}

/// What was written to make room.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Room {
    /// Rows that are as they should be now.
    pub updated: u64,
    /// Rows that are to be inserted again.
    pub deleted: u64,
}

impl Plan {
    /// Whether rows that go have to go before others come.
    pub fn deletes_first(&self) -> bool {
        matches!(self.doomed, Some(Way::Delete))
    }
}

impl Stage<'_> {
    /// Finds out how, and refuses what cannot be. Nothing but the table of the claims is written.
    pub async fn plan_room(&mut self) -> Result<()> {
        self.refuse_claims().await?;
        if self.claims.count == 0 {
            return Ok(());
        }
        let uniques = self.claims.uniques.iter().enumerate();
        let deferrable = uniques.filter(|(_, unique)| unique.deferrable);
        let deferrable = numbers(deferrable.map(|(number, _)| number));
        let claims = &self.claims.name;
        // New rows are inserted last, and what is deferred is checked last.
        let done = format!(
            "DELETE FROM {claims} AS c WHERE c.is_new AND c.holder IS NOT NULL \
             OR c.number OPERATOR(pg_catalog.=) ANY ($1::pg_catalog.int8[])"
        );
        self.session.execute(&done, &[deferrable]).await?;
        self.session.batch(&format!("ANALYZE {claims}")).await?;
        let doomed = self.involved("c.holder IS NULL").await?;
        let mut plan = Plan {
            doomed: (!doomed.is_empty())
                .then(|| self.park_all(&doomed).map_or(Way::Delete, Way::Park)),
            ..Plan::default()
        };
        plan.rounds = self.level(0, ROUNDS).await?;
        let stuck = self.involved(STUCK).await?;
        let (replaceable, to_itself) = self.replaceable().await?;
        plan.to_itself = to_itself;
        let (parked, held): (Vec<usize>, Vec<usize>) = stuck
            .into_iter()
            .partition(|number| self.parking(*number).is_some());
        if !held.is_empty() && replaceable {
            plan.stuck = Some(Way::Delete);
        } else if !parked.is_empty() {
            self.free(&parked).await?;
            plan.stuck = self.park_all(&parked).map(Way::Park);
        }
        if !held.is_empty() && !replaceable {
            plan.rounds = self.level(plan.rounds, i64::MAX).await?;
            self.refuse_rings().await?;
        }
        self.room = plan;
        Ok(())
    }

    /// Counts claims along the chains, those of the first link 1; the highest number given.
    async fn level(&self, done: i64, most: i64) -> Result<i64> {
        let claims = &self.claims.name;
        let sql = format!(
            "UPDATE {claims} AS c SET level = $1::pg_catalog.int8 WHERE {STUCK} AND NOT EXISTS (\
             SELECT FROM {claims} AS h WHERE {} AND h.holder IS NOT NULL AND h.level IS NULL)",
            same_place("h.place", "c.holder")
        );
        let mut level = done;
        while level < most {
            let next = [Value::Int(level + 1)];
            if self.session.execute(&sql, &next).await? == 0 {
                break;
            }
            level += 1;
        }
        Ok(level)
    }

    async fn refuse_rings(&self) -> Result<()> {
        match self.samples(STUCK).await? {
            None => Ok(()),
            Some((unique, rows)) => Err(Error::Ring {
                table: self.table.target.shown.clone(),
                target: self.session.name().to_owned(),
                unique,
                rows,
            }),
        }
    }

    /// Frees the values that claims of the table are about.
    pub(super) async fn make_room(&self) -> Result<Room> {
        let mut room = Room::default();
        if let Some(Way::Park(columns)) = &self.room.doomed {
            self.park(columns, "c.holder IS NULL").await?;
        }
        match &self.room.stuck {
            None => {}
            Some(Way::Park(columns)) => self.park(columns, PARKED).await?,
            Some(Way::Delete) => room.deleted = self.delete_stuck().await?,
        }
        if self.room.rounds == 0 {
            return Ok(room);
        }
        let sql = self.round_sql();
        for round in 0..self.room.rounds {
            let rows = self.session.value(&sql, &[Value::Int(round)]).await?;
            room.updated += u64::try_from(rows.as_int().unwrap_or_default()).unwrap_or_default();
        }
        Ok(room)
    }

    async fn park(&self, columns: &[String], which: &str) -> Result<()> {
        let set: Vec<String> = columns
            .iter()
            .map(|name| format!("{} = NULL", Ident(name)))
            .collect();
        let sql = format!(
            "UPDATE {} AS t SET {} FROM {} WHERE {}",
            self.table.target.only(),
            set.join(", "),
            self.holders(which),
            at("t", "w")
        );
        self.session.execute(&sql, &[]).await?;
        Ok(())
    }

    async fn delete_stuck(&self) -> Result<u64> {
        let sql = format!(
            "DELETE FROM {} AS t USING {} WHERE {}",
            self.table.target.only(),
            self.holders(STUCK),
            at("t", "w")
        );
        Ok(self.session.execute(&sql, &[]).await?)
    }

    fn holders(&self, which: &str) -> String {
        let claims = &self.claims.name;
        format!("(SELECT DISTINCT c.part, c.at FROM {claims} AS c WHERE {which}) AS w")
    }

    /// Brings the holders of round `$1` to what the source has; the number of those that are so now. What refers
    /// to rows of the same table is left, since these may be inserted later only.
    fn round_sql(&self) -> String {
        let claims = &self.claims.name;
        let left = |column: &&Column| {
            let name = &column.name;
            let mut uniques = self.claims.uniques.iter();
            self.room.to_itself.contains(name) && !uniques.any(|u| u.columns.contains(name))
        };
        let set = assignments(changeable(self.table, self.key).filter(|column| !left(column)));
        format!(
            "WITH claim AS MATERIALIZED (SELECT c.place, c.holder, c.level FROM {claims} AS c WHERE c.holder IS NOT NULL), \
             rank AS MATERIALIZED (SELECT c.place, CASE WHEN pg_catalog.bool_and(c.level IS NOT NULL) \
             THEN pg_catalog.max(c.level) END AS round FROM claim AS c GROUP BY c.place), \
             first AS (SELECT DISTINCT c.holder AS place FROM claim AS c LEFT JOIN rank AS r ON {} \
             WHERE c.level IS NOT NULL AND CASE WHEN r.place IS NULL THEN 0::pg_catalog.int8 ELSE r.round END \
             OPERATOR(pg_catalog.=) $1::pg_catalog.int8), \
             gone AS (UPDATE {} AS t SET {set} FROM first AS f JOIN {} AS s ON {} WHERE {} RETURNING {} AS differs) \
             SELECT pg_catalog.count(*) FROM gone AS g WHERE NOT g.differs",
            same_place("r.place", "c.holder"),
            self.table.target.only(),
            self.name,
            same_place("s.ctid", "f.place"),
            same_key(self.key, "t", "s"),
            differs(self.table, self.key),
        )
    }

    /// The numbers of what the claims that fulfil a condition are about.
    async fn involved(&self, condition: &str) -> Result<Vec<usize>> {
        let claims = &self.claims.name;
        let sql = format!("SELECT DISTINCT c.number FROM {claims} AS c WHERE {condition}");
        let rows = self.session.query(&sql, &[]).await?.rows;
        let numbers = rows.into_iter().map(|row| Fields::new(row).int());
        Ok(numbers
            .filter_map(|number| usize::try_from(number).ok())
            .collect())
    }

    /// Counts the claims on what will be parked as fulfilled.
    async fn free(&self, parked: &[usize]) -> Result<()> {
        let sql = format!(
            "UPDATE {} AS c SET level = 0 WHERE {STUCK} AND c.number OPERATOR(pg_catalog.=) ANY ($1::pg_catalog.int8[])",
            self.claims.name
        );
        self.session
            .execute(&sql, &[numbers(parked.iter().copied())])
            .await?;
        Ok(())
    }

    /// A column for each of these, where each has one.
    fn park_all(&self, uniques: &[usize]) -> Option<Vec<String>> {
        let columns = uniques.iter().map(|number| self.parking(*number));
        let mut columns = columns.collect::<Option<Vec<String>>>()?;
        columns.sort();
        columns.dedup();
        Some(columns)
    }

    /// A column that may be NULL, with which the index lets a row be.
    fn parking(&self, number: usize) -> Option<String> {
        let unique = &self.claims.uniques[number];
        let is_free = |column: &&Column| {
            !column.not_null && !column.generated && column.identity != Some(Identity::Always)
        };
        let mut plain = unique.parts.iter().filter_map(|part| part.plain.as_ref());
        let column = plain.find(|name| {
            let mut free = changeable(self.table, self.key).filter(is_free);
            free.any(|column| column.name == **name)
        })?;
        (!unique.nulls_are_equal()).then(|| column.clone())
    }

    /// Whether rows may be deleted and inserted again, and the columns by which they refer to each other.
    async fn replaceable(&self) -> Result<(bool, Vec<String>)> {
        let sql = include_str!("../../sql/copy_replaceable.sql");
        let table = [Value::Int(self.table.target.oid.into())];
        let rows = self.session.query(sql, &table).await?.rows;
        let mut row = Fields::new(rows.into_iter().next().unwrap_or_default());
        let replaceable = row.flag() && self.claims.has_all(self.table);
        Ok((replaceable, row.texts()))
    }
}

fn numbers(numbers: impl Iterator<Item = usize>) -> Value {
    let number = |number| Value::Int(i64::try_from(number).unwrap_or(i64::MAX));
    Value::Array(numbers.map(number).collect())
}

/// A claim on what another staged row holds, which has not got its turn.
const STUCK: &str = "c.holder IS NOT NULL AND c.level IS NULL";

/// One whose holder is parked before anything else.
const PARKED: &str = "c.level OPERATOR(pg_catalog.=) 0::pg_catalog.int8";

/// The row of the target is where a claim says.
fn at(row: &str, claim: &str) -> String {
    format!(
        "{row}.tableoid OPERATOR(pg_catalog.=) {claim}.part AND {}",
        same_place(&format!("{row}.ctid"), &format!("{claim}.at"))
    )
}
