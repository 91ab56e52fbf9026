//! Who does what next.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::super::range::Range;

/// Something one worker does at a time. Shares and their tables are named by their places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Task {
    /// Fills a share and commits.
    Fill { share: usize },
    /// Stages a part of a table.
    Stage(Piece),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Piece {
    pub share: usize,
    pub table: usize,
    /// All of it without one.
    pub range: Option<Range>,
}

/// The tasks that nobody has begun.
#[derive(Default)]
pub(super) struct Queue(Mutex<VecDeque<Task>>);

impl Queue {
    pub fn next(&self) -> Option<Task> {
        self.locked().pop_front()
    }

    /// Behind all others.
    pub fn add(&self, task: Task) {
        self.locked().push_back(task);
    }

    /// Before all others.
    pub fn put_first(&self, task: Task) {
        self.locked().push_front(task);
    }

    /// Nothing more is done for a share.
    pub fn drop_share(&self, dropped: usize) {
        self.locked().retain(|task| match task {
            Task::Fill { share } => *share != dropped,
            Task::Stage(piece) => piece.share != dropped,
        });
    }

    pub fn clear(&self) {
        self.locked().clear();
    }

    fn locked(&self) -> MutexGuard<'_, VecDeque<Task>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
