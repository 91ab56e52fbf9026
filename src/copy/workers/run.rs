//! A copy by several workers, while it goes on.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::future::join_all;

use super::super::feed::Feeds;
use super::super::objects::Objects;
use super::super::outcome::{Fate, finish};
use super::super::plan::Unit;
use super::super::resume::Record;
use super::super::{
    Atomic, CopyOptions, Error, Mode, OnError, Report, Result, TableReport, load, settings,
};
use super::batch;
use super::crew::{Crew, Worker};
use super::queue::{Queue, Task};
use super::shares::{Share, Sizes};
use super::stager::Stager;
use crate::interrupt::Interrupt;
use crate::pg::{CommitOutcome, Error as PgError, Session, TxOptions, transaction};
use crate::progress::Event;

/// A copy by several workers.
pub(super) struct Run<'a> {
    pub options: &'a CopyOptions,
    pub shares: Vec<Share>,
    pub sizes: Sizes,
    /// What goes with the rows into the one commit, where there is one.
    pub objects: &'a Objects,
    /// Where what is committed is noted.
    pub record: Option<&'a Record>,
    /// What is staged before it is committed.
    pub stager: Option<Stager>,
    /// Whether a row stands in one place as long as the copy lasts.
    pub is_snapshot: bool,
    pub progress: Progress,
}

/// How far it is.
pub(super) struct Progress {
    fates: Mutex<Vec<Fate>>,
    queue: Queue,
    /// Stops all workers.
    stop: Interrupt,
}

impl Progress {
    /// Of so many shares.
    pub fn new(shares: usize) -> Self {
        Self {
            fates: Mutex::new((0..shares).map(|_| Fate::Left).collect()),
            queue: Queue::default(),
            stop: Interrupt::default(),
        }
    }

    fn fates(&self) -> MutexGuard<'_, Vec<Fate>> {
        self.fates.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Run<'_> {
    /// All that is to be done, in its order.
    fn enqueue(&self) {
        for share in 0..self.shares.len() {
            let pieces = self.stager.as_ref().map(|stager| stager.tasks(share));
            match pieces.unwrap_or_default() {
                pieces if pieces.is_empty() => self.progress.queue.add(Task::Fill { share }),
                pieces => pieces
                    .into_iter()
                    .for_each(|piece| self.progress.queue.add(piece)),
            }
        }
    }

    fn largest(&self) -> Option<usize> {
        (0..self.shares.len()).max_by_key(|place| self.shares[*place].bytes)
    }

    pub async fn finish(mut self, crew: &Crew) -> Result<Report> {
        self.enqueue();
        let workers = crew.workers.iter();
        let workers = workers.map(|worker| Box::pin(self.work(worker, &crew.readers)));
        self.progress.stop.scope_inside(join_all(workers)).await;
        crew.dismiss();
        if let Some(stager) = self.stager.take() {
            stager.remove().await;
        }
        let fates = self.progress.fates.into_inner();
        let fates = fates.unwrap_or_else(PoisonError::into_inner);
        let names = self.shares.iter().map(Share::names);
        finish(self.options, names.zip(fates).collect())
    }

    /// One worker's time.
    async fn work(&self, worker: &Worker, readers: &[Session]) {
        while let Some(task) = self.progress.queue.next() {
            match task {
                Task::Fill { share } => {
                    let filled = self.fill(worker, share, readers).await;
                    self.settle(share, filled);
                }
                Task::Stage(piece) => {
                    let Some(stager) = &self.stager else { return };
                    let share = &self.shares[piece.share];
                    match stager.stage(&worker.options, share, piece).await {
                        Ok(true) => self
                            .progress
                            .queue
                            .put_first(Task::Fill { share: piece.share }),
                        Ok(false) => {}
                        Err(error) => {
                            self.progress.queue.drop_share(piece.share);
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
        let mut fates = self.progress.fates();
        // Of several pieces the one that failed first says why.
        if !matches!(fates[share], Fate::Failed(_)) {
            fates[share] = fate;
        }
        drop(fates);
        if stops {
            self.progress.queue.clear();
            self.progress.stop.trip(0);
        }
    }

    async fn fill(
        &self,
        worker: &Worker,
        place: usize,
        readers: &[Session],
    ) -> Result<Vec<TableReport>> {
        let share = &self.shares[place];
        let readers = if Some(place) == self.largest() {
            readers
        } else {
            &[]
        };
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
            // What a mirror reads is known only once both sides have been compared.
            None if readers.is_empty() || self.options.mode == Mode::Mirror => {
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
