//! Waiting with a time limit that also ends when the run is interrupted.

use std::future::Future;
use std::time::Duration;

use crate::interrupt;

/// Why a wait was given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    Interrupted,
    TimedOut,
}

/// Waits for `work`, at most for `limit`; on a cut the work is dropped.
pub async fn within<F: Future>(limit: Duration, work: F) -> Result<F::Output, Cut> {
    match interrupt::race(tokio::time::timeout(limit, work)).await {
        Ok(Ok(output)) => Ok(output),
        Ok(Err(_)) => Err(Cut::TimedOut),
        Err(interrupt::Interrupted) => Err(Cut::Interrupted),
    }
}
