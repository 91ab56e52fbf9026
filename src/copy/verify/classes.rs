//! What is missing, different and extra, told apart by walking both sides in the same order.

use std::cmp::Ordering;

use super::Result;
use super::buckets;
use super::plan::TablePlan;
use super::report::{Class, TableCheck};
use crate::pg::fields::Fields;
use crate::pg::{self, RowStream, Session, Value};

/// Looks into the buckets of a table whose sums differ.
pub(super) async fn classify(
    plan: &TablePlan,
    from: &Session,
    to: &Session,
    check: &mut TableCheck,
) -> Result<()> {
    let (source, target) = (plan.source.buckets(), plan.target.buckets());
    let (source, target) = buckets::both(from, &source, to, &target).await?;
    let params = [Value::from(buckets::differing(&source, &target))];
    walk_both(plan, from, to, &params, check).await
}

async fn walk_both(
    plan: &TablePlan,
    from: &Session,
    to: &Session,
    params: &[Value],
    check: &mut TableCheck,
) -> Result<()> {
    let mut source = from.stream(&plan.source.hashed_rows(), params).await?;
    let mut target = match to.stream(&plan.target.hashed_rows(), params).await {
        Ok(target) => target,
        Err(error) => {
            source.close().await;
            return Err(error.into());
        }
    };
    let walked = walk(&mut source, &mut target, plan.source.is_keyed(), check).await;
    source.close().await;
    target.close().await;
    Ok(walked?)
}

/// A row of either side, in the order of its fields.
#[derive(Debug, PartialEq, Eq)]
struct Hashed {
    key_hash: i64,
    key: String,
    one: i64,
    two: i64,
    /// What to show of a row without a key.
    shown: String,
}

async fn walk(
    source: &mut RowStream,
    target: &mut RowStream,
    keyed: bool,
    check: &mut TableCheck,
) -> pg::Result<()> {
    let (mut left, mut right) = (next(source).await?, next(target).await?);
    loop {
        let order = match (&left, &right) {
            (None, None) => return Ok(()),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(left), Some(right)) => left.identity(keyed).cmp(&right.identity(keyed)),
        };
        match (order, &left, &right) {
            (Ordering::Less, Some(row), _) => check.add(Class::Missing, row.label(keyed)),
            (Ordering::Greater, _, Some(row)) => check.add(Class::Extra, row.label(keyed)),
            (_, Some(left), Some(right)) if (left.one, left.two) != (right.one, right.two) => {
                check.add(Class::Different, left.label(keyed));
            }
            _ => {}
        }
        if order != Ordering::Greater {
            left = next(source).await?;
        }
        if order != Ordering::Less {
            right = next(target).await?;
        }
    }
}

async fn next(stream: &mut RowStream) -> pg::Result<Option<Hashed>> {
    Ok(stream.next().await?.map(|row| {
        let mut row = Fields::new(row);
        Hashed {
            key_hash: row.int(),
            key: row.text(),
            one: row.int(),
            two: row.int(),
            shown: row.text(),
        }
    }))
}

impl Hashed {
    /// What tells the row from others: its key, or all it holds.
    fn identity(&self, keyed: bool) -> (i64, &str, i64, i64) {
        let (one, two) = if keyed { (0, 0) } else { (self.one, self.two) };
        (self.key_hash, &self.key, one, two)
    }

    fn label(&self, keyed: bool) -> &str {
        if keyed { &self.key } else { &self.shown }
    }
}
