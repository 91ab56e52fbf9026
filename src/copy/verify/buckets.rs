//! Sums of hashes, bucket by bucket.

use std::collections::{BTreeMap, BTreeSet};

use crate::pg::fields::Fields;
use crate::pg::{Result, Session};

/// Rows, and the sums of their hashes.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::copy) struct Sum {
    pub rows: u64,
    one: String,
    two: String,
}

/// The sums of one side by the number of the bucket, or of the table; no entry for a bucket without rows.
pub(in crate::copy) type Sums = BTreeMap<i64, Sum>;

/// The sums of both sides, which work at the same time.
pub(in crate::copy) async fn both(
    from: &Session,
    source: &str,
    to: &Session,
    target: &str,
) -> Result<(Sums, Sums)> {
    // Both are waited for: a query that is dropped goes on at the server.
    let (source, target) = tokio::join!(read(from, source), read(to, target));
    Ok((source?, target?))
}

async fn read(session: &Session, sql: &str) -> Result<Sums> {
    let rows = session.query(sql, &[]).await?.rows;
    let sum = |row| {
        let mut row = Fields::new(row);
        let bucket = row.int();
        let sum = Sum {
            rows: row.count(),
            one: row.text(),
            two: row.text(),
        };
        (bucket, sum)
    };
    Ok(rows.into_iter().map(sum).collect())
}

/// The buckets whose rows are not the same.
pub(in crate::copy) fn differing(from: &Sums, to: &Sums) -> Vec<i64> {
    let buckets: BTreeSet<i64> = from.keys().chain(to.keys()).copied().collect();
    let differs = |bucket: &i64| from.get(bucket) != to.get(bucket);
    buckets.into_iter().filter(differs).collect()
}

/// About what the sums took on their way.
pub(in crate::copy) fn bytes(sums: &Sums) -> usize {
    let sum = |sum: &Sum| 2 * size_of::<i64>() + sum.one.len() + sum.two.len();
    sums.values().map(sum).sum()
}
