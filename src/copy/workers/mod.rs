//! The units of a copy, divided among workers that have sessions of their own on both sides.

mod batch;
mod capacity;
mod crew;
mod queue;
mod run;
mod shares;
mod stager;

use std::collections::HashMap;

use super::objects::Objects;
use super::plan::Unit;
use super::snapshot::Snapshot;
use super::{Atomic, CopyOptions, Mode, Report, Result, resume, staging};
use crate::progress::Event;
use capacity::{Demand, Workers, workers};
use crew::Crew;
use run::{Progress, Run};
use shares::{Share, Sizes, shares, sizes};
use stager::Stager;

/// Copies units, so many in a commit as `atomic` says.
pub(super) async fn run(
    options: &CopyOptions,
    units: Vec<Unit>,
    objects: &Objects,
    snapshot: &Snapshot,
) -> Result<Report> {
    staging::clean_up(&options.to).await?;
    let order = order(&units);
    let (record, units, two_moments) = if options.work.resume {
        let (record, units, two_moments) = resume::take_up(options, units).await?;
        (Some(record), units, two_moments)
    } else {
        (None, units, Vec::new())
    };
    let sizes = sizes(&options.from, &units).await?;
    let mut shares = shares(options, units, &sizes);
    let workers = count(options, &shares, &sizes, snapshot).await?;
    if workers.count > 1 {
        // So that none is begun when the others are done.
        shares.sort_by_key(|share| std::cmp::Reverse(share.bytes));
    }
    let places = staged(options, &shares, workers).await?;
    let crew = gather(options, &shares, snapshot, (workers, !places.is_empty())).await?;
    let stager = stager(options, &shares, &sizes, (&places, workers, snapshot)).await?;
    let run = Run {
        objects,
        sizes,
        record: record.as_ref(),
        stager,
        is_snapshot: matches!(snapshot, Snapshot::Exported(_)),
        progress: Progress::new(shares.len()),
        options,
        shares,
    };
    let ended = Box::pin(run.finish(&crew));
    let mut report = Snapshot::held(&options.from, ended).await?;
    if let Some(record) = &record {
        record.end(options, &two_moments).await?;
    }
    report
        .tables
        .sort_by_key(|table| order.get(&table.table).copied().unwrap_or_default());
    Ok(report)
}

/// The place of each table in the plan.
fn order(units: &[Unit]) -> HashMap<String, usize> {
    let tables = units.iter().flat_map(|unit| &unit.tables);
    let names = tables.map(|table| table.target.shown.clone());
    names
        .enumerate()
        .map(|(place, name)| (name, place))
        .collect()
}

async fn count(
    options: &CopyOptions,
    shares: &[Share],
    sizes: &Sizes,
    snapshot: &Snapshot,
) -> Result<Workers> {
    let why = match snapshot {
        Snapshot::Exported(_) => {
            let tasks = match options.work.atomic {
                Atomic::Staged => stager::most_pieces(shares, sizes),
                // Those left over read ahead.
                _ => shares.len() + largest(shares).saturating_sub(1),
            };
            let bytes = shares.iter().map(|share| share.bytes).sum();
            return workers(options, &Demand { tasks, bytes }).await;
        }
        Snapshot::Alone(why) => why,
    };
    if options.work.jobs.is_some_and(|jobs| jobs > 1) {
        let note = format!("one worker: {why}");
        options.to.reporter().event(&Event::Note(note));
    }
    Ok(Workers::ONE)
}

/// How many tables the largest share has.
fn largest(shares: &[Share]) -> usize {
    let largest = shares.iter().max_by_key(|share| share.bytes);
    largest.map_or(0, |share| share.tables().count())
}

/// The places of the shares that are staged before they are committed.
async fn staged(options: &CopyOptions, shares: &[Share], workers: Workers) -> Result<Vec<usize>> {
    match options.work.atomic {
        Atomic::Staged if options.mode == Mode::Mirror => {
            let note = "nothing is staged beforehand: mode `mirror` reads only what differs";
            options.to.reporter().event(&Event::Note(note.to_owned()));
            Ok(Vec::new())
        }
        Atomic::Staged => Ok((0..shares.len()).collect()),
        Atomic::Set => Ok(Vec::new()),
        Atomic::Unit => stager::worth(options, shares, workers).await,
    }
}

/// Makes the tables for them: the last that is done before all are sure to be removed again.
async fn stager(
    options: &CopyOptions,
    shares: &[Share],
    sizes: &Sizes,
    (places, workers, snapshot): (&[usize], Workers, &Snapshot),
) -> Result<Option<Stager>> {
    if places.is_empty() {
        return Ok(None);
    }
    let split = matches!(snapshot, Snapshot::Exported(_)) && stager::can_split(&options.from);
    let pieces = split.then_some(workers.count);
    let stager = Stager::prepare(options, shares, sizes, places, pieces).await?;
    Ok(Some(stager))
}

/// Workers for all shares at once, if there are so many; those left over read ahead for the largest.
async fn gather(
    options: &CopyOptions,
    shares: &[Share],
    snapshot: &Snapshot,
    (workers, stages): (Workers, bool),
) -> Result<Crew> {
    let count = workers.count;
    let writing = if stages {
        count
    } else {
        count.min(shares.len()).max(1)
    };
    Crew::gather(options, snapshot, writing, count - writing).await
}
