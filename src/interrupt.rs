//! Interruption of a run: one token that every wait below the playbook watches.
//!
//! A pending future is never simply dropped: a dropped query would go on running on the server. Whoever
//! waits for something calls [`race`] (the wait may be dropped) or watches [`interrupted`] and undoes its
//! own work first. Guards run [`shielded`], so that a rollback is not stopped by the very Ctrl-C that
//! caused it.

use std::future::Future;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio_util::sync::CancellationToken;

tokio::task_local! {
    static CURRENT: Interrupt;
}

/// The signal of Ctrl-C.
pub const SIGINT: i32 = 2;

/// The wait was given up because the run was interrupted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("interrupted")]
pub struct Interrupted;

/// The interruption of one run. Clones watch the same run.
#[derive(Debug, Clone, Default)]
pub struct Interrupt {
    token: Arc<Mutex<CancellationToken>>,
    signal: Arc<AtomicI32>,
}

impl Interrupt {
    /// Interrupts the run. `signal` is the number the exit code is made of (2 for Ctrl-C, 15 for SIGTERM); that
    /// of the first interruption counts.
    pub fn trip(&self, signal: i32) {
        let (order, none) = (Ordering::SeqCst, 0);
        // It fails where another one came first, which is all right.
        let _ = self.signal.compare_exchange(none, signal, order, order);
        self.token().cancel();
    }

    /// Begins anew, for the next line at a prompt: what was interrupted before it is forgotten.
    pub fn renew(&self) {
        let mut token = self.token.lock().unwrap_or_else(PoisonError::into_inner);
        if token.is_cancelled() {
            *token = CancellationToken::new();
            self.signal.store(0, Ordering::SeqCst);
        }
    }

    pub fn is_tripped(&self) -> bool {
        self.token().is_cancelled()
    }

    fn token(&self) -> CancellationToken {
        let token = self.token.lock().unwrap_or_else(PoisonError::into_inner);
        token.clone()
    }

    /// The signal that interrupted the run, 0 if none did.
    pub fn signal(&self) -> i32 {
        self.signal.load(Ordering::SeqCst)
    }

    /// Runs `work` so that [`race`] and [`interrupted`] inside it watch this run.
    pub async fn scope<F: Future>(&self, work: F) -> F::Output {
        CURRENT.scope(self.clone(), work).await
    }

    /// The same for a part of a run: it is interrupted with the run, too.
    pub async fn scope_inside<F: Future>(&self, work: F) -> F::Output {
        let with_the_run = async {
            interrupted().await;
            self.trip(0);
            std::future::pending::<std::convert::Infallible>().await
        };
        tokio::select! {
            biased;
            output = self.scope(work) => output,
            never = with_the_run => match never {},
        }
    }
}

/// Runs `work` so that nothing in it is interrupted: for guards, rollbacks and closers.
pub async fn shielded<F: Future>(work: F) -> F::Output {
    CURRENT.scope(Interrupt::default(), work).await
}

/// Resolves once the run is interrupted; never, outside a run and in a shielded block.
pub async fn interrupted() {
    match CURRENT.try_with(Interrupt::token) {
        Ok(token) => token.cancelled_owned().await,
        Err(_) => std::future::pending().await,
    }
}

/// Whether the run is interrupted; false outside a run and in a shielded block.
pub fn is_interrupted() -> bool {
    CURRENT.try_with(Interrupt::is_tripped).unwrap_or(false)
}

/// Waits for `work`, or drops it when the run is interrupted.
pub async fn race<F: Future>(work: F) -> Result<F::Output, Interrupted> {
    tokio::select! {
        biased;
        () = interrupted() => Err(Interrupted),
        output = work => Ok(output),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_wait_ends_when_the_run_is_interrupted() {
        let run = Interrupt::default();
        run.trip(2);
        run.trip(15);
        assert_eq!(
            run.scope(race(std::future::pending::<()>())).await,
            Err(Interrupted)
        );
        assert_eq!(run.signal(), 2);
    }

    #[tokio::test]
    async fn what_comes_behind_an_interruption_is_not_interrupted() {
        let run = Interrupt::default();
        run.trip(2);
        run.renew();
        assert_eq!(run.scope(race(async { 7 })).await, Ok(7));
        assert_eq!((run.is_tripped(), run.signal()), (false, 0));
    }

    #[tokio::test]
    async fn a_shielded_wait_is_not_interrupted() {
        let run = Interrupt::default();
        run.trip(15);
        assert_eq!(run.scope(shielded(race(async { 7 }))).await, Ok(7));
    }
}
