//! Rows by where they stand.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::pg::catalog::{Kind, Relation};
use crate::pg::fields::Fields;
use crate::pg::{self, Session};

/// Page and place in it.
type Tid = (u32, u16);

/// Rows of one table, or of the partitions of one.
#[derive(Debug, Default)]
pub(super) struct Rows {
    parts: BTreeMap<u32, BTreeSet<Tid>>,
}

/// Some rows of one partition.
#[derive(Debug)]
pub(super) struct Batch {
    part: u32,
    tids: Vec<Tid>,
}

impl Rows {
    /// What a statement finds that selects [`PLACE`].
    pub async fn read(session: &Session, sql: &str) -> pg::Result<Vec<(u32, Tid)>> {
        let sql = format!(
            "SELECT p.part::pg_catalog.int8, p.place::pg_catalog.text FROM ({sql}\n) AS p (part, place)"
        );
        let rows = session.query(&sql, &[]).await?.rows;
        let place = |row| {
            let mut row = Fields::new(row);
            let part = row.oid();
            tid(&row.text()).map(|tid| (part, tid))
        };
        Ok(rows.into_iter().filter_map(place).collect())
    }

    /// Those of `found` that are new.
    pub fn add(&mut self, found: Vec<(u32, Tid)>) -> Vec<(u32, Tid)> {
        let is_new = |(part, tid): &(u32, Tid)| self.parts.entry(*part).or_default().insert(*tid);
        found.into_iter().filter(is_new).collect()
    }

    pub fn all(&self) -> Vec<(u32, Tid)> {
        let parts = self.parts.iter();
        parts
            .flat_map(|(part, tids)| tids.iter().map(|tid| (*part, *tid)))
            .collect()
    }

    pub fn count(&self) -> u64 {
        self.parts.values().map(|tids| tids.len() as u64).sum()
    }

    /// What holds for these rows of the table and no others.
    pub fn condition(&self, table: &Relation) -> String {
        let parts = self.parts.iter().filter(|(_, tids)| !tids.is_empty());
        let conditions: Vec<String> = parts
            .map(|(part, tids)| condition(table, "", *part, tids.iter()))
            .collect();
        match conditions.as_slice() {
            [] => "false".to_owned(),
            conditions => conditions.join(" OR "),
        }
    }
}

/// The columns that tell where a row stands. No column of a user has their names, which an order would mean then.
pub(super) const PLACE: &str = "tableoid, ctid";

impl Batch {
    /// In pieces of at most so many rows, each of one partition.
    pub fn split(mut rows: Vec<(u32, Tid)>, most: usize) -> Vec<Self> {
        rows.sort_unstable();
        let parts = rows.chunk_by(|one, other| one.0 == other.0);
        let pieces = parts.flat_map(|part| part.chunks(most));
        let batch = |piece: &[(u32, Tid)]| Self {
            part: piece[0].0,
            tids: piece.iter().map(|(_, tid)| *tid).collect(),
        };
        pieces.map(batch).collect()
    }

    /// What holds for these rows of the table, which SQL calls `alias`.
    pub fn condition(&self, table: &Relation, alias: &str) -> String {
        condition(table, &format!("{alias}."), self.part, self.tids.iter())
    }
}

fn condition<'t>(
    table: &Relation,
    of: &str,
    part: u32,
    tids: impl Iterator<Item = &'t Tid>,
) -> String {
    let mut list = String::new();
    for (page, place) in tids {
        let comma = if list.is_empty() { "" } else { "," };
        // Writing to a String cannot fail.
        let _ = write!(list, "{comma}\"({page},{place})\"");
    }
    let is_there = format!("{of}ctid OPERATOR(pg_catalog.=) ANY ('{{{list}}}'::pg_catalog.tid[])");
    match table.kind {
        Kind::Partitioned => {
            format!("({of}tableoid OPERATOR(pg_catalog.=) {part}::pg_catalog.oid AND {is_there})")
        }
        _ => is_there,
    }
}

/// `(page,place)`.
fn tid(text: &str) -> Option<Tid> {
    let (page, place) = text.strip_prefix('(')?.strip_suffix(')')?.split_once(',')?;
    Some((page.parse().ok()?, place.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_told_by_page_and_place() {
        assert_eq!(tid("(4294967294,291)"), Some((4_294_967_294, 291)));
        assert_eq!(tid("(1,2"), None);
        let table = Relation::sample(7, "public", "t");
        let mut rows = Rows::default();
        assert_eq!(rows.condition(&table), "false");
        assert_eq!(
            rows.add(vec![(7, (1, 2)), (7, (0, 3)), (7, (1, 2))]).len(),
            2
        );
        assert_eq!(
            rows.condition(&table),
            "ctid OPERATOR(pg_catalog.=) ANY ('{\"(0,3)\",\"(1,2)\"}'::pg_catalog.tid[])"
        );
        assert_eq!(rows.count(), 2);
    }

    #[test]
    fn a_batch_is_of_one_partition() {
        let rows = vec![(2, (0, 1)), (1, (0, 1)), (2, (0, 2)), (2, (0, 3))];
        let batches = Batch::split(rows, 2);
        let sizes: Vec<_> = batches.iter().map(|b| (b.part, b.tids.len())).collect();
        assert_eq!(sizes, [(1, 1), (2, 2), (2, 1)]);
    }
}
