//! The sessions of the workers.

use futures_util::future::join_all;

use super::super::settings::{self, Settings};
use super::super::snapshot::Snapshot;
use super::super::{CopyOptions, Result};
use crate::interrupt::is_interrupted;
use crate::pg::{self, Access, Isolation, Session, TxOptions};
use crate::progress::Event;

/// One who copies one share after the other.
pub(super) struct Worker {
    /// With the worker's own sessions.
    pub options: CopyOptions,
    /// What the settings of the target's session are between two shares.
    pub between: Settings,
}

pub(super) struct Crew {
    pub workers: Vec<Worker>,
    /// Sessions at the source that read ahead for the largest share.
    pub readers: Vec<Session>,
    /// Those that were opened for the crew.
    own: Vec<Session>,
}

impl Crew {
    /// The first worker has the sessions of the copy; the others open their own, as far as the servers let them.
    pub async fn gather(
        options: &CopyOptions,
        snapshot: &Snapshot,
        workers: usize,
        readers: usize,
    ) -> Result<Self> {
        let mut crew = Self {
            workers: vec![Worker::new(options.clone()).await?],
            readers: Vec::new(),
            own: Vec::new(),
        };
        let Snapshot::Exported(name) = snapshot else {
            return Ok(crew);
        };
        let more = (1..workers).map(|_| Worker::hire(options, name));
        let reading = (0..readers).map(|_| reader(&options.from, name));
        let (more, reading) = futures_util::future::join(join_all(more), join_all(reading)).await;
        let mut missing = None;
        for worker in more {
            match worker {
                Ok(worker) => {
                    crew.own.push(worker.options.from.clone());
                    crew.own.push(worker.options.to.clone());
                    crew.workers.push(worker);
                }
                Err(error) => missing = Some(error),
            }
        }
        for reader in reading {
            match reader {
                Ok(reader) => {
                    crew.own.push(reader.clone());
                    crew.readers.push(reader);
                }
                Err(error) => missing = Some(error.into()),
            }
        }
        match missing {
            Some(error) if is_interrupted() => {
                crew.dismiss();
                Err(error)
            }
            Some(error) => {
                let there = crew.workers.len() + crew.readers.len();
                options.to.reporter().event(&Event::Warning(format!(
                    "not more than {there} of {} workers have come: {error}",
                    workers + readers
                )));
                Ok(crew)
            }
            None => Ok(crew),
        }
    }

    /// Ends the sessions that were opened for the crew.
    pub fn dismiss(&self) {
        for session in &self.own {
            session.close();
        }
    }
}

impl Worker {
    async fn new(options: CopyOptions) -> Result<Self> {
        // Outside of a transaction this changes nothing.
        let between = settings::pin(&options.to).await?;
        Ok(Self { options, between })
    }

    async fn hire(options: &CopyOptions, snapshot: &str) -> Result<Self> {
        let to = options.to.sibling(Access::ReadWrite);
        let (from, to) = futures_util::future::join(reader(&options.from, snapshot), to).await;
        let (from, to) = match (from, to) {
            (Ok(from), Ok(to)) => (from, to),
            (from, to) => {
                from.iter().chain(to.iter()).for_each(Session::close);
                return Err(from.and(to).err().unwrap_or(pg::Error::Interrupted).into());
            }
        };
        let own = CopyOptions {
            from,
            to,
            ..options.clone()
        };
        Self::new(own).await
    }

    /// Whether it can go on after a failure.
    pub fn is_lost(&self) -> bool {
        self.options.from.is_lost() || self.options.to.is_lost()
    }
}

/// A session at the source that reads what the snapshot shows, under the settings of a copy.
async fn reader(from: &Session, snapshot: &str) -> pg::Result<Session> {
    let session = from.sibling(Access::ReadOnly).await?;
    let options = TxOptions {
        isolation: Some(Isolation::RepeatableRead),
        read_only: true,
        snapshot: Some(snapshot.to_owned()),
        first: Some(settings::PIN_READER),
        ..TxOptions::default()
    };
    match session.begin(&options).await {
        Ok(()) => Ok(session),
        Err(error) => {
            session.close();
            Err(error)
        }
    }
}
