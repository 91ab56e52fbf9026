//! The units of a copy, divided among workers that have sessions of their own on both sides.

mod capacity;
mod crew;
mod queue;
mod shares;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::future::join_all;

use super::feed::Feeds;
use super::objects::Objects;
use super::outcome::{Fate, finish};
use super::plan::Unit;
use super::snapshot::Snapshot;
use super::{Atomic, CopyOptions, Error, OnError, Report, Result, TableReport, load, settings};
use crate::interrupt::Interrupt;
use crate::pg::{CommitOutcome, Error as PgError, Session, TxOptions, transaction};
use crate::progress::Event;
use capacity::{Demand, workers};
use crew::{Crew, Worker};
use queue::{Queue, Task};
use shares::{Share, shares, sizes};

/// Copies units, so many in a commit as `atomic` says.
pub(super) async fn run(
    options: &CopyOptions,
    units: Vec<Unit>,
    objects: &Objects,
    snapshot: &Snapshot,
) -> Result<Report> {
    let order = order(&units);
    let sizes = sizes(&options.from, &units).await?;
    let mut shares = shares(options, units, &sizes);
    let crew = gather(options, &shares, snapshot).await?;
    if crew.workers.len() > 1 {
        // So that none is begun when the others are done.
        shares.sort_by_key(|share| std::cmp::Reverse(share.bytes));
    }
    let run = Run::new(options, shares, objects);
    Snapshot::held(&options.from, run.to_the_end(&crew)).await;
    crew.dismiss();
    let mut report = run.report()?;
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

/// Workers for all shares at once, if there are so many; those left over read ahead for the largest.
async fn gather(options: &CopyOptions, shares: &[Share], snapshot: &Snapshot) -> Result<Crew> {
    let largest = shares.iter().max_by_key(|share| share.bytes);
    let largest = largest.map_or(0, |share| share.tables().count());
    let demand = Demand {
        tasks: shares.len() + largest.saturating_sub(1),
        bytes: shares.iter().map(|share| share.bytes).sum(),
    };
    let count = match snapshot {
        Snapshot::Exported(_) => workers(options, &demand).await?,
        Snapshot::Alone(why) => {
            if options.work.jobs.is_some_and(|jobs| jobs > 1) {
                let note = format!("one worker: {why}");
                options.to.reporter().event(&Event::Note(note));
            }
            1
        }
    };
    let writing = count.min(shares.len()).max(1);
    Crew::gather(options, snapshot, writing, count - writing).await
}

/// A copy while it goes on.
struct Run<'a> {
    options: &'a CopyOptions,
    shares: Vec<Share>,
    /// What goes with the rows into the one commit, where there is one.
    objects: &'a Objects,
    largest: usize,
    fates: Mutex<Vec<Fate>>,
    queue: Queue,
    /// Stops all workers.
    stop: Interrupt,
}

impl<'a> Run<'a> {
    fn new(options: &'a CopyOptions, shares: Vec<Share>, objects: &'a Objects) -> Self {
        let queue = Queue::default();
        for share in 0..shares.len() {
            queue.add(Task::Fill { share });
        }
        let places = 0..shares.len();
        Self {
            options,
            largest: places
                .max_by_key(|place| shares[*place].bytes)
                .unwrap_or_default(),
            fates: Mutex::new(shares.iter().map(|_| Fate::Left).collect()),
            shares,
            objects,
            queue,
            stop: Interrupt::default(),
        }
    }

    fn fates(&self) -> MutexGuard<'_, Vec<Fate>> {
        self.fates.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn to_the_end(&self, crew: &Crew) {
        let workers = crew
            .workers
            .iter()
            .map(|worker| self.work(worker, &crew.readers));
        let workers = join_all(workers.map(Box::pin));
        self.stop.scope_inside(workers).await;
    }

    /// One worker's time.
    async fn work(&self, worker: &Worker, readers: &[Session]) {
        while let Some(task) = self.queue.next() {
            match task {
                Task::Fill { share } => {
                    let readers = if share == self.largest { readers } else { &[] };
                    let filled = self.fill(worker, &self.shares[share], readers).await;
                    self.settle(share, filled);
                }
                Task::Stage { .. } => {}
            }
            if worker.is_lost() {
                return;
            }
        }
    }

    /// Takes note of how a share ended.
    fn settle(&self, share: usize, filled: Result<Vec<TableReport>>) {
        let fate = match filled {
            Ok(reports) => Fate::Done(reports),
            Err(error) if error.is_interrupted() => Fate::Stopped(error),
            Err(error) => Fate::Failed(error),
        };
        let stops = match &fate {
            Fate::Failed(_) => self.options.work.on_error == OnError::Stop,
            Fate::Stopped(_) => true,
            _ => false,
        };
        self.fates()[share] = fate;
        if stops {
            self.queue.clear();
            self.stop.trip(0);
        }
    }

    async fn fill(
        &self,
        worker: &Worker,
        share: &Share,
        readers: &[Session],
    ) -> Result<Vec<TableReport>> {
        if readers.is_empty() {
            return self.commit(worker, &worker.options, &share.units).await;
        }
        let feeds = Arc::new(Feeds::default());
        // The first table is read by whoever fills it.
        share
            .tables()
            .skip(1)
            .for_each(|table| feeds.add_ahead(table));
        let mut options = worker.options.clone();
        options.work.feeds = Some(Arc::clone(&feeds));
        let filling = Box::pin(self.commit(worker, &options, &share.units));
        feeds.read_while(readers, filling).await
    }

    /// Fills units in one transaction.
    async fn commit(
        &self,
        worker: &Worker,
        options: &CopyOptions,
        units: &[Unit],
    ) -> Result<Vec<TableReport>> {
        let mut reports = Vec::new();
        let begin = TxOptions {
            first: Some(settings::PIN),
            ..TxOptions::default()
        };
        let committed = transaction(&options.to, &begin, async |to| {
            reports = Box::pin(load::fill(options, units)).await?;
            to.batch(&worker.between.restoring()).await?;
            if options.work.atomic != Atomic::Unit {
                Box::pin(self.objects.finish(options)).await?;
            }
            Ok(())
        });
        match committed.await {
            Ok(()) => Ok(reports),
            Err(error) if is_committed(&error) => {
                let warning = format!("{}: {error}", names(units));
                options.to.reporter().event(&Event::Warning(warning));
                Ok(reports)
            }
            Err(error) => Err(error),
        }
    }

    fn report(self) -> Result<Report> {
        let fates = self
            .fates
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        let names = self.shares.iter().map(Share::names);
        finish(self.options, names.zip(fates).collect())
    }
}

/// Whether the answer to a COMMIT was lost, and the server has it all the same.
fn is_committed(error: &Error) -> bool {
    let Some(PgError::UncertainCommit { outcome, .. }) = error.pg() else {
        return false;
    };
    *outcome == CommitOutcome::Committed
}

fn names(units: &[Unit]) -> String {
    let tables = units.iter().flat_map(|unit| &unit.tables);
    let names: Vec<_> = tables
        .map(|table| format!("`{}`", table.target.shown))
        .collect();
    names.join(", ")
}
