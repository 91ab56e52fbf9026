//! Mode `mirror`: rows are hashed on both sides in buckets, so that only those that differ cross, and what only the
//! target has is deleted.
//!
//! With a condition, the rows that fulfil it are the same on both sides afterwards: a row of the target that fulfils
//! it goes, where the source has none with its key that does.

mod dependents;
mod digests;
mod doomed;
mod hash;

pub(super) use dependents::Dependents;

use futures_util::future::join;

use super::load::counts;
use super::plan::TablePlan;
use super::report::Meter;
use super::verify::{self, encoding};
use super::{CopyOptions, Error, Result};
use crate::pg::Session;
use digests::{Digests, differing};
use hash::Buckets;

/// The part of a table in which the sides differ.
pub(super) struct Part {
    buckets: Buckets,
    /// The buckets that differ; `None` where all rows are taken for different.
    which: Option<Vec<i64>>,
    /// Rows that the source has in all, where they were counted.
    pub rows: Option<u64>,
}

/// Tables that the catalogue takes for this large are not counted first.
const LARGE: u64 = 100_000;

/// About how many rows each side has; 0 only where there are none.
async fn sizes(
    table: &TablePlan,
    (from, source): (&Session, &str),
    (to, target): (&Session, &str),
) -> Result<(u64, u64)> {
    let estimates = (table.source.estimate, table.target.estimate);
    if let (Some(there @ LARGE..), Some(here @ LARGE..)) = estimates {
        return Ok((there, here));
    }
    let count = |rows: &str| [format!("SELECT pg_catalog.count(*) FROM ({rows}) AS r")];
    // Both are waited for, here and below: a query that is dropped goes on at the server.
    let (there, here) = join(
        counts(from, count(source).into_iter()),
        counts(to, count(target).into_iter()),
    )
    .await;
    Ok((there?.into_iter().sum(), here?.into_iter().sum()))
}

impl Part {
    /// Compares the two sides.
    pub async fn find(
        options: &CopyOptions,
        table: &TablePlan,
        to: &Session,
        meter: &mut Meter,
    ) -> Result<Self> {
        let from = &options.from;
        let (source, target) = (table.source_sql(), table.target_sql());
        let (there, here) = sizes(table, (from, &source), (to, &target)).await?;
        let one_encoding = match encoding::is_one(from, to, &mut Vec::new()).await {
            Ok(is_one) => Some(is_one),
            Err(verify::Error::Pg(error)) => return Err(Error::Pg(error)),
            // Bytes that have no meaning on one side: no hash tells what is equal, the server has to.
            Err(_) => None,
        };
        let buckets = Buckets::new(table, there.max(here), one_encoding.unwrap_or_default());
        let mut part = Self {
            buckets,
            which: None,
            rows: None,
        };
        if there == 0 || here == 0 || one_encoding.is_none() {
            return Ok(part);
        }
        let [source, target] = [source, target].map(|rows| part.buckets.digests_sql(&rows));
        let (source, target) = join(Digests::read(from, &source), Digests::read(to, &target)).await;
        let (source, target) = (source?, target?);
        meter.passed(0, source.bytes() + target.bytes());
        let which = differing(&source, &target);
        // Of nearly all buckets a list would only be in the way.
        part.which =
            (which.len() as u64 * 2 <= part.buckets.count || which.is_empty()).then_some(which);
        part.rows = Some(source.rows);
        Ok(part)
    }

    pub fn is_empty(&self) -> bool {
        self.which.as_ref().is_some_and(Vec::is_empty)
    }

    /// What its rows fulfil; `None` for all.
    fn condition(&self) -> Option<String> {
        let buckets = self.which.as_ref()?;
        Some(self.buckets.condition(buckets))
    }

    /// The table, of which only this part is read.
    pub fn of(&self, table: &TablePlan) -> TablePlan {
        match self.condition() {
            None => table.clone(),
            Some(condition) => table.restricted(condition),
        }
    }
}
