//! A copy by several workers, while it goes on.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::future::join_all;

use super::super::feed::Feeds;
use super::super::outcome::{Fate, finish};
use super::super::plan::Unit;
use super::super::resume::Record;
use super::super::snapshot::Snapshot;
use super::super::{CopyOptions, Error, OnError, Report, Result, TableReport, load, settings};
use super::batch;
use super::crew::{Crew, Worker};
use super::queue::{Queue, Task};
use super::shares::{Share, Sizes};
use super::stager::Stager;
use crate::interrupt::Interrupt;
use crate::pg::{CommitOutcome, Error as PgError, Session, TxOptions, transaction};
use crate::progress::Event;

pub(super) struct Run<'a> {
    options: &'a CopyOptions,
    shares: Vec<Share>,
    sizes: Sizes,
    largest: usize,
    /// Where what is committed is noted.
    record: Option<&'a Record>,
    /// What is staged before it is committed.
    stager: Option<Stager>,
    /// Whether a row stands in one place as long as the copy lasts.
    is_snapshot: bool,
    fates: Mutex<Vec<Fate>>,
    queue: Queue,
    /// Stops all workers.
    stop: Interrupt,
}

impl<'a> Run<'a> {
    pub fn new(
        options: &'a CopyOptions,
        shares: Vec<Share>,
        sizes: Sizes,
        record: Option<&'a Record>,
        stager: Option<Stager>,
        snapshot: &Snapshot,
    ) -> Self {
        let queue = Queue::default();
        for share in 0..shares.len() {
            match stager.as_ref().map(|stager| stager.tasks(share)) {
                Some(pieces) if !pieces.is_empty() => {
                    pieces.into_iter().for_each(|piece| queue.add(piece));
                }
                _ => queue.add(Task::Fill { share }),
            }
        }
        let largest = (0..shares.len()).max_by_key(|place| shares[*place].bytes);
        Self {
            options,
            largest: largest.unwrap_or_default(),
            sizes,
            record,
            stager,
            is_snapshot: matches!(snapshot, Snapshot::Exported(_)),
            fates: Mutex::new(shares.iter().map(|_| Fate::Left).collect()),
            shares,
            queue,
            stop: Interrupt::default(),
        }
    }

    pub async fn to_the_end(mut self, crew: &Crew) -> Result<Report> {
        let workers = crew.workers.iter();
        let workers = workers.map(|worker| Box::pin(self.work(worker, &crew.readers)));
        self.stop.scope_inside(join_all(workers)).await;
        crew.dismiss();
        if let Some(stager) = self.stager.take() {
            stager.remove().await;
        }
        let fates = self.fates.into_inner();
        let fates = fates.unwrap_or_else(PoisonError::into_inner);
        let names = self.shares.iter().map(Share::names);
        finish(self.options, names.zip(fates).collect())
    }

    /// One worker's time.
    async fn work(&self, worker: &Worker, readers: &[Session]) {
        while let Some(task) = self.queue.next() {
            match task {
                Task::Fill { share } => {
                    let filled = self.fill(worker, share, readers).await;
                    self.settle(share, filled);
                }
                Task::Stage(piece) => {
                    let Some(stager) = &self.stager else { return };
                    let share = &self.shares[piece.share];
                    match stager.stage(&worker.options, share, piece).await {
                        Ok(true) => self.queue.put_first(Task::Fill { share: piece.share }),
                        Ok(false) => {}
                        Err(error) => {
                            self.queue.drop_share(piece.share);
                            self.settle(piece.share, Err(error));
                        }
                    }
                }
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
        let mut fates = self.fates();
        // Of several pieces the one that failed first says why.
        if !matches!(fates[share], Fate::Failed(_)) {
            fates[share] = fate;
        }
        drop(fates);
        if stops {
            self.queue.clear();
            self.stop.trip(0);
        }
    }

    fn fates(&self) -> MutexGuard<'_, Vec<Fate>> {
        self.fates.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn fill(
        &self,
        worker: &Worker,
        place: usize,
        readers: &[Session],
    ) -> Result<Vec<TableReport>> {
        let share = &self.shares[place];
        let readers = if place == self.largest { readers } else { &[] };
        let parts = match self.options.work.batch {
            Some(rows) if self.is_snapshot => batch::parts(&share.units, rows, &self.sizes),
            _ => None,
        };
        if let Some(parts) = parts {
            return self.fill_parts(worker, &parts).await;
        }
        if self.options.work.batch.is_some() {
            batch::tell_why_not(self.options, &share.units);
        }
        let staged = self
            .stager
            .as_ref()
            .map(|stager| stager.feeds(place, share));
        let feeds = match staged.flatten() {
            Some(feeds) => feeds,
            None if readers.is_empty() => {
                return self.commit(worker, &worker.options, &share.units).await;
            }
            None => {
                let feeds = Feeds::default();
                // The first table is read by whoever fills it.
                let ahead = share.tables().skip(1);
                ahead.for_each(|table| feeds.add_ahead(table));
                feeds
            }
        };
        let feeds = Arc::new(feeds);
        let mut options = worker.options.clone();
        options.work.feeds = Some(Arc::clone(&feeds));
        let filling = Box::pin(self.commit(worker, &options, &share.units));
        feeds.read_while(readers, filling).await
    }

    /// Fills a table part after part, each in a commit of its own.
    async fn fill_parts(&self, worker: &Worker, parts: &[Unit]) -> Result<Vec<TableReport>> {
        let mut total = TableReport::default();
        for (place, part) in parts.iter().enumerate() {
            let last = place + 1 == parts.len();
            let part = std::slice::from_ref(part);
            let filled = self.transact(worker, &worker.options, part, last).await;
            match filled {
                Ok(reports) => reports.iter().for_each(|report| total.add(report)),
                Err(error) => {
                    if place > 0 {
                        batch::tell_committed(self.options, part, &total);
                    }
                    return Err(error);
                }
            }
        }
        Ok(vec![total])
    }

    async fn commit(
        &self,
        worker: &Worker,
        options: &CopyOptions,
        units: &[Unit],
    ) -> Result<Vec<TableReport>> {
        self.transact(worker, options, units, true).await
    }

    /// Fills units in one transaction; with the last of their rows they count as copied.
    async fn transact(
        &self,
        worker: &Worker,
        options: &CopyOptions,
        units: &[Unit],
        last: bool,
    ) -> Result<Vec<TableReport>> {
        let mut reports = Vec::new();
        let begin = TxOptions {
            first: Some(settings::PIN),
            ..TxOptions::default()
        };
        let committed = transaction(&options.to, &begin, async |to| {
            reports = Box::pin(load::fill(options, units)).await?;
            if let (Some(record), true) = (self.record, last) {
                record.note(to, units).await?;
            }
            Ok(to.batch(&worker.between.restoring()).await?)
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
}

/// Whether the answer to a COMMIT was lost, and the server has it all the same.
fn is_committed(error: &Error) -> bool {
    let Some(PgError::UncertainCommit { outcome, .. }) = error.pg() else {
        return false;
    };
    *outcome == CommitOutcome::Committed
}

pub(super) fn names(units: &[Unit]) -> String {
    let tables = units.iter().flat_map(|unit| &unit.tables);
    let names: Vec<_> = tables
        .map(|table| format!("`{}`", table.target.shown))
        .collect();
    names.join(", ")
}
