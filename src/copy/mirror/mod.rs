//! Mode `mirror`: rows are hashed on both sides in buckets, so that only those that differ cross, and what only the
//! target has is deleted.
//!
//! With a condition, the rows that fulfil it are the same on both sides afterwards: a row of the target that fulfils
//! it goes, where the source has none with its key that does.

mod dependents;
mod doomed;
mod hash;

pub(super) use dependents::Dependents;

use futures_util::future::join;

use super::load::counts;
use super::plan::TablePlan;
use super::report::Meter;
use super::verify::{self, buckets, encoding};
use super::{CopyOptions, Error, Result};
use crate::pg::Session;
use hash::{Buckets, Chosen};

/// The part of a table in which the sides differ.
pub(super) struct Part {
    buckets: Buckets,
    which: Which,
    /// Rows that the source has in all.
    pub rows: u64,
}

enum Which {
    Nothing,
    Everything,
    Coarse(Vec<i64>),
    Fine(Vec<i64>),
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
        let count = |rows: String| [format!("SELECT pg_catalog.count(*) FROM ({rows}) AS r")];
        let (source, target) = (table.source_sql(), table.target_sql());
        // Both are waited for, here and below: a query that is dropped goes on at the server.
        let (there, here) = join(
            counts(from, count(source).into_iter()),
            counts(to, count(target).into_iter()),
        )
        .await;
        let (there, here): (u64, u64) = (there?.into_iter().sum(), here?.into_iter().sum());
        let one_encoding = match encoding::is_one(from, to, &mut Vec::new()).await {
            Ok(is_one) => Some(is_one),
            Err(verify::Error::Pg(error)) => return Err(Error::Pg(error)),
            // Bytes that have no meaning on one side: no hash tells what is equal, the server has to.
            Err(_) => None,
        };
        let rows = there.max(here);
        let mut part = Self {
            buckets: Buckets::new(table, rows, one_encoding.unwrap_or_default()),
            which: Which::Everything,
            rows: there,
        };
        if there > 0 && here > 0 && one_encoding.is_some() {
            part.which = part.narrow(table, (from, to), meter).await?;
        }
        Ok(part)
    }

    async fn narrow(
        &self,
        table: &TablePlan,
        sides: (&Session, &Session),
        meter: &mut Meter,
    ) -> Result<Which> {
        let coarse = |rows: &str| self.buckets.coarse_sql(rows);
        let coarse = differing(table, sides, coarse, meter).await?;
        if coarse.is_empty() {
            return Ok(Which::Nothing);
        }
        let differing_share = coarse.len() as u64 * 2;
        if differing_share > self.buckets.count && self.buckets.count > 4 {
            return Ok(Which::Coarse(coarse));
        }
        let fine = |rows: &str| self.buckets.fine_sql(rows, &coarse);
        Ok(Which::Fine(differing(table, sides, fine, meter).await?))
    }

    pub fn is_empty(&self) -> bool {
        matches!(self.which, Which::Nothing)
    }

    /// What its rows fulfil; `None` for all.
    fn condition(&self) -> Option<String> {
        self.buckets.condition(match &self.which {
            Which::Nothing => Chosen::Fine(&[]),
            Which::Everything => Chosen::All,
            Which::Coarse(numbers) => Chosen::Coarse(numbers),
            Which::Fine(numbers) => Chosen::Fine(numbers),
        })
    }

    /// The table, of which only this part is read.
    pub fn of(&self, table: &TablePlan) -> TablePlan {
        match self.condition() {
            None => table.clone(),
            Some(condition) => table.restricted(&condition),
        }
    }
}

/// The buckets whose sums are not the same.
async fn differing(
    table: &TablePlan,
    (from, to): (&Session, &Session),
    sql: impl Fn(&str) -> String,
    meter: &mut Meter,
) -> Result<Vec<i64>> {
    let (source, target) = (sql(&table.source_sql()), sql(&table.target_sql()));
    let (source, target) = buckets::both(from, &source, to, &target).await?;
    meter.passed(0, buckets::bytes(&source) + buckets::bytes(&target));
    Ok(buckets::differing(&source, &target))
}
