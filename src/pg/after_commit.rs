//! What waits for a transaction to commit, such as a file that must not say more than the database.

use std::sync::atomic::Ordering;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::Session;

type Work = Box<dyn FnOnce() + Send>;

/// Each piece of work with the number of blocks that were open when it was handed in.
#[derive(Default)]
pub(super) struct AfterCommit(Mutex<Vec<(u32, Work)>>);

impl AfterCommit {
    fn pending(&self) -> MutexGuard<'_, Vec<(u32, Work)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The innermost of `depth` blocks has ended well: what was handed in there belongs to the one around it.
    pub fn lift(&self, depth: u32) {
        for (at, _) in self.pending().iter_mut() {
            *at = (*at).min(depth - 1);
        }
    }

    /// No more than `depth` blocks are left: what belongs to others was rolled back with them.
    pub fn discard(&self, depth: u32) {
        self.pending().retain(|(at, _)| *at <= depth);
    }

    pub fn run(&self) {
        let pending = std::mem::take(&mut *self.pending());
        for (_, work) in pending {
            work();
        }
    }
}

impl Session {
    /// Runs `work` once the transaction that is open has committed; not, where it is rolled back, or the block
    /// of it that is open now. Outside of a transaction it is run at once.
    pub fn after_commit(&self, work: impl FnOnce() + Send + 'static) {
        match self.shared.depth.load(Ordering::SeqCst) {
            0 => work(),
            depth => self
                .shared
                .after_commit
                .pending()
                .push((depth, Box::new(work))),
        }
    }
}
