//! Whether two databases hold the same rows, by the same definitions, and whether what refers to rows finds them.
//!
//! Counts are compared, or contents: each side sums hashes of its rows, and where the sums differ once more in
//! buckets by key. Of the buckets that differ the rows' hashes travel, in the order of the key's, so that what
//! is missing, different or extra is told apart in little memory.

pub(super) mod buckets;
mod classes;
pub(super) mod encoding;
mod error;
mod foreign_keys;
pub(super) mod form;
pub(super) mod hash;
mod pinned;
mod plan;
mod query;
mod report;
mod schema;

pub use error::Error;
pub use foreign_keys::{KeyCheck, KeyOptions, NotValid, foreign_keys};
pub use query::{QueryOptions, query};
pub use report::{Class, SAMPLES, Sample, TableCheck};
pub use schema::{SchemaOptions, schema};

use std::collections::BTreeMap;

use crate::pg::catalog::{Relation, TableFilter};
use crate::pg::{Isolation, Session, TxOptions, transaction};
use crate::progress::Event;
use hash::Side;
use pinned::Sides;
use plan::TablePlan;

pub type Result<T> = std::result::Result<T, Error>;

/// What [`tables`] compares.
pub struct VerifyOptions {
    /// Read in the transaction that is open, best the snapshot that was copied; else in one snapshot.
    pub from: Session,
    pub to: Session,
    /// By their names at the source.
    pub tables: TableFilter,
    pub by: By,
    pub extra: Extra,
    pub except: Except,
    /// How many rows of each class are named; [`SAMPLES`] as a rule.
    pub samples: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum By {
    #[default]
    Count,
    Content,
}

/// What rows are that only the target has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Extra {
    /// A mismatch.
    #[default]
    Fail,
    /// A number in the report.
    Report,
}

/// Columns that are not compared, such as those the target computes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Except {
    /// In every table that has them.
    pub everywhere: Vec<String>,
    /// By table, named as in [`VerifyOptions::tables`].
    pub tables: BTreeMap<String, Vec<String>>,
}

/// A table whose rows are compared within transactions that are open; see [`contents`].
#[derive(Debug, Clone)]
pub struct Contents {
    pub source: Relation,
    pub target: Relation,
    /// Names that both sides have.
    pub columns: Vec<String>,
    /// A condition on the rows of the source, as SQL.
    pub filter: Option<String>,
    /// In the place of the source's table and the condition, where values or names change on the way.
    pub read: Option<Reading>,
}

/// The rows of a source as they arrive.
#[derive(Debug, Clone)]
pub struct Reading {
    /// A query with columns that are called as on the target.
    pub sql: String,
    /// By the columns, what they are at the source; `None` for what is no column there.
    pub columns: Vec<Option<String>>,
}

/// How many tables are looked at in one statement.
const TOGETHER: usize = 40;

/// Compares tables and prints the result. [`Error::Mismatch`] with every table's counts where they differ.
pub async fn tables(options: &VerifyOptions) -> Result<Vec<TableCheck>> {
    let checks = snapshots(&options.from, &options.to, async |from, to| {
        let mut sides = Sides::pin(from, to).await?;
        let plans = plan::read(options, from, to).await?;
        sides.qualify_names().await?;
        let checks = compare(&plans, options.by, options.samples, from, to).await?;
        sides.restore().await?;
        Ok(checks)
    });
    let mut checks = checks.await?;
    for check in &mut checks {
        check.judge(options.extra);
    }
    let table = report::table(&checks, options);
    options.to.reporter().event(&Event::Report(table));
    if checks.iter().all(|check| check.ok) {
        Ok(checks)
    } else {
        Err(Error::Mismatch(checks))
    }
}

/// Compares rows by content within the transactions that are open, prints nothing and judges nothing: a caller that
/// has added rows to a table expects extra ones. `from` is best a snapshot.
pub async fn contents(
    from: &Session,
    to: &Session,
    tables: &[Contents],
) -> Result<Vec<TableCheck>> {
    let mut sides = Sides::pin(from, to).await?;
    let plans = plan::given(tables, from, to).await?;
    // A condition may need the search path it was written for.
    let is_plain = |table: &Contents| table.filter.is_none() && table.read.is_none();
    if tables.iter().all(is_plain) {
        sides.qualify_names().await?;
    }
    let mut checks = Box::pin(compare(&plans, By::Content, SAMPLES, from, to)).await?;
    sides.restore().await?;
    for check in &mut checks {
        check.judge(Extra::Fail);
    }
    Ok(checks)
}

/// Runs `body` in one snapshot of each side, or in the transactions that are open there.
async fn snapshots<T>(
    from: &Session,
    to: &Session,
    body: impl AsyncFnOnce(&Session, &Session) -> Result<T>,
) -> Result<T> {
    // Two streams of one session would wait for each other.
    if from.is_same(to) {
        return Err(Error::OneSession {
            target: from.name().to_owned(),
        });
    }
    let snapshot = TxOptions {
        isolation: Some(Isolation::RepeatableRead),
        read_only: true,
        ..TxOptions::default()
    };
    // The futures of a whole comparison are too large for a stack.
    Box::pin(transaction(from, &snapshot, async |from: &Session| {
        Box::pin(transaction(to, &snapshot, async |to: &Session| {
            Box::pin(body(from, to)).await
        }))
        .await
    }))
    .await
}

async fn compare(
    plans: &[TablePlan],
    by: By,
    samples: usize,
    from: &Session,
    to: &Session,
) -> Result<Vec<TableCheck>> {
    let mut checks = Vec::with_capacity(plans.len());
    for plans in plans.chunks(TOGETHER) {
        let statement = |side: fn(&TablePlan) -> &Side| -> String {
            let statements = plans.iter().enumerate().map(|(number, plan)| match by {
                By::Count => side(plan).count(number),
                By::Content => side(plan).sum(number),
            });
            statements.collect::<Vec<_>>().join(" UNION ALL ")
        };
        let (source, target) = (
            statement(|plan| &plan.source),
            statement(|plan| &plan.target),
        );
        let (mut source, mut target) = buckets::both(from, &source, to, &target).await?;
        for (plan, number) in plans.iter().zip(0..) {
            let sums = [&mut source, &mut target].map(|sums| sums.remove(&number));
            let [source, target] = sums.map(Option::unwrap_or_default);
            let mut check = TableCheck::new(&plan.shown, source.rows, target.rows, samples);
            match by {
                By::Count => check.count(),
                By::Content if source == target => {}
                By::Content => classes::classify(plan, from, to, &mut check).await?,
            }
            checks.push(check);
        }
    }
    Ok(checks)
}
