//! Whether two databases hold the same rows.
//!
//! Counts are compared, or contents: each side sums hashes of its rows, and where the sums differ once more in
//! buckets by key. Of the buckets that differ the rows' hashes travel, in the order of the key's, so that what
//! is missing, different or extra is told apart in little memory.

pub(super) mod buckets;
mod classes;
mod error;
pub(super) mod hash;
mod plan;
mod report;

pub use error::Error;
pub(super) use plan::encoding;
pub use report::{Class, Sample, TableCheck};

use std::collections::BTreeMap;

use super::settings;
use crate::pg::catalog::TableFilter;
use crate::pg::{Isolation, Session, TxOptions, transaction};
use crate::progress::Event;
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

/// Compares tables and prints the result. [`Error::Mismatch`] with every table's counts where they differ.
pub async fn tables(options: &VerifyOptions) -> Result<Vec<TableCheck>> {
    refuse_one_session(options)?;
    let snapshot = TxOptions {
        isolation: Some(Isolation::RepeatableRead),
        read_only: true,
        ..TxOptions::default()
    };
    // The futures of a whole comparison are too large for a stack.
    let checks = Box::pin(transaction(
        &options.from,
        &snapshot,
        async |from: &Session| {
            Box::pin(transaction(&options.to, &snapshot, async |to: &Session| {
                pinned(options, from, to).await
            }))
            .await
        },
    ))
    .await?;
    let table = report::table(&checks, options);
    options.to.reporter().event(&Event::Report(table));
    if checks.iter().all(|check| check.ok) {
        Ok(checks)
    } else {
        Err(Error::Mismatch(checks))
    }
}

/// Two streams of one session would wait for each other.
fn refuse_one_session(options: &VerifyOptions) -> Result<()> {
    if options.from.is_same(&options.to) {
        return Err(Error::OneSession {
            target: options.from.name().to_owned(),
        });
    }
    Ok(())
}

/// The same text for the same value on both sides.
async fn pinned(options: &VerifyOptions, from: &Session, to: &Session) -> Result<Vec<TableCheck>> {
    let (before, also) = (settings::pin(from).await?, settings::pin(to).await?);
    let checks = compare(options, from, to).await?;
    before.restore(from).await?;
    also.restore(to).await?;
    Ok(checks)
}

async fn compare(options: &VerifyOptions, from: &Session, to: &Session) -> Result<Vec<TableCheck>> {
    let plans = plan::read(options, from, to).await?;
    let mut checks = Vec::with_capacity(plans.len());
    for plan in &plans {
        let mut check = match options.by {
            By::Count => count(plan, from, to).await?,
            By::Content => classes::classify(plan, from, to).await?,
        };
        let extra = options.extra == Extra::Report || check.extra == 0;
        check.ok = check.missing == 0 && check.different == 0 && extra;
        checks.push(check);
    }
    Ok(checks)
}

async fn count(plan: &TablePlan, from: &Session, to: &Session) -> Result<TableCheck> {
    let (source, target) = (plan.source.count(), plan.target.count());
    // Both are waited for: a query that is dropped goes on at the server.
    let (source, target) = tokio::join!(from.value(&source, &[]), to.value(&target, &[]));
    let number = |value: crate::pg::Value| {
        u64::try_from(value.as_int().unwrap_or_default()).unwrap_or_default()
    };
    let (source, target) = (number(source?), number(target?));
    Ok(TableCheck {
        from: source,
        to: target,
        missing: source.saturating_sub(target),
        extra: target.saturating_sub(source),
        ..TableCheck::new(&plan.shown)
    })
}
