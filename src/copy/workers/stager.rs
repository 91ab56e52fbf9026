//! Shares that several workers stage before one commits them.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::super::feed::Feeds;
use super::super::plan::TablePlan;
use super::super::range::{Range, TID_RANGE_SCANS};
use super::super::report::Meter;
use super::super::staging::{self, Staging};
use super::super::stream::{Pipe, pump};
use super::super::{CopyOptions, Mode, Result, settings};
use super::capacity::Workers;
use super::queue::{Piece, Task};
use super::shares::{Share, Sizes, size};
use crate::human;
use crate::pg::{Session, TxOptions, Value, transaction};
use crate::progress::Event;

/// Pages that a piece has at least and at most.
const LEAST: u64 = 128;
const MOST: u64 = 8192;
/// Pieces for each worker, so that they end at about the same time.
const PIECES: u64 = 4;
/// Staging writes all rows twice. It pays for much, and where the target has processors to spare.
const LARGE: u64 = 1 << 30;
const PROCESSORS: usize = 3;

pub(super) struct Stager {
    staging: Staging,
    states: Mutex<Vec<State>>,
}

/// How far a share is.
#[derive(Default)]
struct State {
    pieces: Vec<Piece>,
    /// Pieces that are not staged yet.
    open: usize,
    /// Rows and bytes of each table; nothing where it is not staged.
    tables: Vec<Option<(u64, u64)>>,
}

/// Whether a server reads a range of pages without reading all.
pub(super) fn can_split(from: &Session) -> bool {
    from.server().version_num >= TID_RANGE_SCANS
}

/// The most pieces there can be, to tell how many workers have something to do.
pub(super) fn most_pieces(shares: &[Share], sizes: &Sizes) -> usize {
    let tables = shares.iter().flat_map(Share::tables);
    let pieces = tables.map(|table| size(sizes, table).pages.unwrap_or(1).div_ceil(LEAST).max(1));
    usize::try_from(pieces.sum::<u64>()).unwrap_or(usize::MAX)
}

/// The shares for which staging pays, said for each.
pub(super) async fn worth(
    options: &CopyOptions,
    shares: &[Share],
    workers: Workers,
) -> Result<Vec<usize>> {
    let enough = workers.target >= PROCESSORS && workers.count >= PROCESSORS;
    let bulk = matches!(options.mode, Mode::Replace | Mode::Append);
    let large = |place: &usize| shares[*place].bytes >= LARGE;
    let large: Vec<usize> = (0..shares.len()).filter(large).collect();
    // Many units keep the workers busy anyway.
    let busy = shares.len() >= workers.count;
    if !enough || !bulk || busy || large.is_empty() || options.work.batch.is_some() {
        return Ok(Vec::new());
    }
    if !staging::is_possible(&options.to).await? {
        return Ok(Vec::new());
    }
    for place in &large {
        let share = &shares[*place];
        let names: Vec<String> = share
            .names()
            .iter()
            .map(|name| format!("`{name}`"))
            .collect();
        options.to.reporter().event(&Event::Note(format!(
            "{} ({}) by way of staging tables, which {} workers fill, as `{}` has {} processors",
            names.join(", "),
            human::bytes(share.bytes),
            workers.count,
            options.to.name(),
            workers.target
        )));
    }
    Ok(large)
}

impl Stager {
    /// Makes the staging tables. Tables are split for so many workers, and not at all without a number.
    pub async fn prepare(
        options: &CopyOptions,
        shares: &[Share],
        sizes: &Sizes,
        places: &[usize],
        workers: Option<usize>,
    ) -> Result<Self> {
        let to = &options.to;
        let staged = || places.iter().flat_map(|place| shares[*place].tables());
        let oids = staged().map(|table| Value::Int(table.target.oid.into()));
        let ruled = staging::with_rules(to, oids.collect()).await?;
        let suits = |table: &TablePlan| {
            let ruled = ruled.contains(&table.target.oid);
            table.is_divisible() && !table.columns.is_empty() && !ruled
        };
        let tables: Vec<&TablePlan> = staged().filter(|table| suits(table)).collect();
        let staging = Staging::create(to, &tables).await?;
        let state = |(place, share): (usize, &Share)| {
            if !places.contains(&place) {
                return State::default();
            }
            let mut state = State::default();
            for (number, table) in share.tables().enumerate() {
                state.tables.push(suits(table).then_some((0, 0)));
                if suits(table) {
                    let ranges = ranges(size(sizes, table).pages, workers);
                    state.pieces.extend(ranges.into_iter().map(|range| Piece {
                        share: place,
                        table: number,
                        range,
                    }));
                }
            }
            state.open = state.pieces.len();
            state
        };
        Ok(Self {
            staging,
            states: Mutex::new(shares.iter().enumerate().map(state).collect()),
        })
    }

    pub fn tasks(&self, share: usize) -> Vec<Task> {
        let pieces = self.states()[share].pieces.clone();
        pieces.into_iter().map(Task::Stage).collect()
    }

    /// Stages a piece; whether it was the last of its share.
    pub async fn stage(&self, options: &CopyOptions, share: &Share, piece: Piece) -> Result<bool> {
        let Some(table) = share.tables().nth(piece.table) else {
            return Ok(false);
        };
        let part = table.part(piece.range);
        let name = self.staging.name(table);
        let mut meter = Meter::start(&options.to, &table.target.shown);
        let begin = TxOptions {
            first: Some(settings::PIN),
            ..TxOptions::default()
        };
        transaction(&options.to, &begin, async |to| {
            let pipe = Pipe::new(options, &part, to, &name);
            pump(&pipe, &mut meter).await
        })
        .await?;
        let moved = meter.report();
        let mut states = self.states();
        let state = &mut states[piece.share];
        if let Some((rows, bytes)) = &mut state.tables[piece.table] {
            *rows += moved.rows;
            *bytes += moved.bytes;
        }
        state.open -= 1;
        Ok(state.open == 0)
    }

    /// The rows of a share, once all are staged; nothing where none were to be.
    pub fn feeds(&self, place: usize, share: &Share) -> Option<Feeds> {
        let states = self.states();
        let state = &states[place];
        if state.pieces.is_empty() {
            return None;
        }
        let feeds = Feeds::default();
        for (table, staged) in share.tables().zip(&state.tables) {
            if let Some((rows, bytes)) = staged {
                feeds.add_staged(table, self.staging.staged(table, *rows, *bytes));
            }
        }
        Some(feeds)
    }

    pub async fn remove(self) {
        self.staging.remove().await;
    }

    fn states(&self) -> MutexGuard<'_, Vec<State>> {
        self.states.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A table in pieces, each for one worker at a time.
fn ranges(pages: Option<u64>, workers: Option<usize>) -> Vec<Option<Range>> {
    let (Some(pages), Some(workers)) = (pages, workers) else {
        return vec![None];
    };
    let pieces = PIECES * u64::try_from(workers).unwrap_or(1).max(1);
    let ranges = Range::split(pages, (pages / pieces).clamp(LEAST, MOST));
    match ranges.as_slice() {
        [_] => vec![None],
        _ => ranges.into_iter().map(Some).collect(),
    }
}
