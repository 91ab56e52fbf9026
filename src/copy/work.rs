//! How the work is divided: into commits, and among connections.

use std::sync::Arc;

use super::feed::Feeds;
use super::{CopyOptions, Error, Mode, Result};

#[derive(Clone, Default)]
pub struct Work {
    /// Workers at most, each with sessions of its own on both sides; chosen by the cores where it is not given.
    pub jobs: Option<usize>,
    pub atomic: Atomic,
    pub on_error: OnError,
    /// Keep a record of the units that were committed, and leave out those that an interrupted run has committed.
    pub resume: bool,
    /// About so many rows in a commit, of tables that no key ties to others.
    pub batch: Option<u64>,
    /// Write rows as frozen where that is legal.
    pub freeze: bool,
    /// Rows that are on their way already when a table is filled.
    pub(super) feeds: Option<Arc<Feeds>>,
}

/// What commits together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Atomic {
    /// Tables tied by foreign keys.
    #[default]
    Unit,
    /// The whole set, by one writer.
    Set,
    /// The whole set, out of staging tables that several workers have filled.
    Staged,
}

/// What becomes of the other units when one has failed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum OnError {
    /// Those that are being copied are stopped, and none is begun.
    #[default]
    Stop,
    /// They are copied.
    Continue,
}

impl Work {
    /// Refuses what does not go together.
    pub(super) fn check(&self, options: &CopyOptions) -> Result<()> {
        let refuse = |option, why| Err(Error::Work { option, why });
        let replaces = options.mode == Mode::Replace;
        let whole = self.atomic != Atomic::Unit;
        if options.to.in_transaction() {
            const WHY: &str = "with the transaction of another as `to`: all tables commit with it";
            return match self {
                Self { resume: true, .. } => refuse("resume = true", WHY),
                Self { batch: Some(_), .. } => refuse("batch", WHY),
                Self {
                    on_error: OnError::Continue,
                    ..
                } => refuse("on_error = \"continue\"", WHY),
                Self {
                    atomic: Atomic::Staged,
                    ..
                } => refuse("atomic = \"staged\"", WHY),
                _ => self.check_freeze(replaces),
            };
        }
        if whole && self.resume {
            return refuse(
                "resume = true",
                "with `atomic`: nothing is committed before all is",
            );
        }
        if whole && self.batch.is_some() {
            return refuse("batch", "with `atomic`: all rows are in one commit");
        }
        if self.batch.is_some() && replaces {
            return refuse(
                "batch",
                "in mode `replace`: a table is emptied and filled in one commit",
            );
        }
        if self.batch.is_some() && options.mode == Mode::Mirror {
            return refuse(
                "batch",
                "in mode `mirror`: what the source has no longer is told by the whole table",
            );
        }
        if self.batch.is_some() && self.resume && options.mode == Mode::Append {
            return refuse(
                "batch",
                "with `resume` in mode `append`: the rows of the committed batches would come twice",
            );
        }
        self.check_freeze(replaces)
    }

    fn check_freeze(&self, replaces: bool) -> Result<()> {
        if self.freeze && !replaces {
            return Err(Error::Work {
                option: "freeze = true",
                why: "in a mode other than `replace`: only rows of a table that was just emptied can be frozen",
            });
        }
        Ok(())
    }
}
