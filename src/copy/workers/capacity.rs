//! How many workers a copy gets.

use std::thread::available_parallelism;

use super::super::{CopyOptions, Result};
use crate::human;
use crate::pg::fields::Fields;
use crate::pg::{Session, TxOptions, transaction};
use crate::progress::Event;

/// More are taken only if asked for.
const MOST: usize = 8;
/// What makes one more worker worth its connections: so many bytes, or so many commits.
const BYTES: u64 = 4 << 20;
const COMMITS: usize = 8;

/// What there is to do.
pub(super) struct Demand {
    /// Pieces of work that can be done beside each other.
    pub tasks: usize,
    pub bytes: u64,
}

/// What a server has for workers.
struct Capacity {
    /// Its processors, or what it gives to parallel queries.
    processors: usize,
    /// Whether they are its processors.
    counted: bool,
    connections: usize,
}

/// How many there are to be, one at least.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Workers {
    pub count: usize,
    /// Processors of the target, where it was asked.
    pub target: usize,
}

impl Workers {
    pub const ONE: Self = Self {
        count: 1,
        target: 1,
    };
}

pub(super) async fn workers(options: &CopyOptions, demand: &Demand) -> Result<Workers> {
    let useful = match options.work.jobs {
        Some(jobs) => jobs,
        None => 1 + demand.tasks / COMMITS + usize::try_from(demand.bytes / BYTES).unwrap_or(MOST),
    };
    let useful = useful.min(demand.tasks);
    if useful <= 1 {
        return Ok(Workers::ONE);
    }
    let (from, to) = (&options.from, &options.to);
    let (source, target) = (Capacity::of(from).await?, Capacity::of(to).await?);
    let here = available_parallelism().map_or(1, usize::from);
    let (wanted, why) = if options.work.jobs.is_some() {
        (useful, "as `jobs` says".to_owned())
    } else {
        // Whoever only passes the rows on has less to do than the servers, and a worker keeps none of them busy
        // while it waits for another, or for a disk.
        let fit = source.processors.min(target.processors).min(2 * here);
        let fit = fit.saturating_mul(2);
        let why = format!("{here} here, {}, {}", source.say(from), target.say(to));
        (useful.min(fit.clamp(1, MOST)), why)
    };
    // The first one has the sessions there are.
    let room = 1 + source.connections.min(target.connections);
    let count = wanted.min(room);
    let mut limit = String::new();
    if count < wanted {
        let scarce = if source.connections < target.connections {
            from
        } else {
            to
        };
        limit = format!("; more connections are not free on `{}`", scarce.name());
    }
    if count > 1 || count < wanted {
        let noun = if count == 1 { "worker" } else { "workers" };
        to.reporter().event(&Event::Note(format!(
            "{} {noun} ({why}{limit})",
            human::count(count as u64)
        )));
    }
    Ok(Workers {
        count,
        target: target.processors,
    })
}

impl Capacity {
    async fn of(session: &Session) -> Result<Self> {
        let sql = include_str!("../../sql/copy_capacity.sql");
        // A server may refuse to show its processors; the transaction goes on.
        let block = TxOptions::default();
        let rows = transaction(session, &block, async |session| {
            session.query(sql, &[]).await
        });
        let rows = match rows.await {
            Ok(rows) => rows.rows,
            Err(error) if error.server().is_some() => Vec::new(),
            Err(error) => return Err(error.into()),
        };
        let row = rows.into_iter().next().unwrap_or_default();
        let mut row = Fields::new(row);
        let number = |count: u64| usize::try_from(count).unwrap_or(usize::MAX);
        let (processors, parallel) = (number(row.count()), number(row.count()));
        Ok(Self {
            processors: if processors == 0 {
                parallel
            } else {
                processors
            },
            counted: processors > 0,
            connections: number(row.count()),
        })
    }

    fn say(&self, session: &Session) -> String {
        let (count, name) = (self.processors, session.name());
        if self.counted {
            format!("{count} processors on `{name}`")
        } else {
            format!("`max_parallel_workers` {count} on `{name}`")
        }
    }
}
