//! What crosses of the rows that are hashed: four bytes for a bucket and eight for what is in it.

use std::collections::BTreeMap;

use super::super::{Result, settings};
use crate::pg::fields::Fields;
use crate::pg::{Session, Value};

/// The buckets of one side.
pub(super) struct Digests {
    buckets: Vec<u8>,
    contents: Vec<u8>,
    pub rows: u64,
}

impl Digests {
    /// What [`Buckets::digests_sql`](super::hash::Buckets::digests_sql) gives.
    pub async fn read(session: &Session, sql: &str) -> Result<Self> {
        let settings = settings::for_hashing(session).await?;
        let rows = session.query(sql, &[]).await?.rows;
        settings.restore(session).await?;
        let mut row = Fields::new(rows.into_iter().next().unwrap_or_default());
        let bytes = |value| match value {
            Value::Bytes(bytes) => bytes,
            _ => Vec::new(),
        };
        Ok(Self {
            buckets: bytes(row.value()),
            contents: bytes(row.value()),
            rows: row.count(),
        })
    }

    pub fn bytes(&self) -> usize {
        self.buckets.len() + self.contents.len()
    }

    fn by_bucket(&self) -> BTreeMap<i64, &[u8; 8]> {
        let buckets = self.buckets.as_chunks().0.iter();
        let buckets = buckets.map(|bytes| i32::from_be_bytes(*bytes).into());
        buckets.zip(self.contents.as_chunks().0).collect()
    }
}

/// The buckets whose rows are not the same, in order.
pub(super) fn differing(source: &Digests, target: &Digests) -> Vec<i64> {
    let (source, target) = (source.by_bucket(), target.by_bucket());
    let mut buckets: Vec<i64> = source.keys().chain(target.keys()).copied().collect();
    buckets.sort_unstable();
    buckets.dedup();
    buckets.retain(|bucket| source.get(bucket) != target.get(bucket));
    buckets
}
