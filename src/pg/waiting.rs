//! Statements that take long are told of while they do.

use std::convert::Infallible;
use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::Session;
use crate::progress::{Event, Reporter};

/// What is shorter needs no word.
const LONG: Duration = Duration::from_secs(1);

/// A wait that has been told of, until it ends.
struct Told {
    id: u64,
    reporter: Reporter,
}

impl Drop for Told {
    fn drop(&mut self) {
        self.reporter.event(&Event::Waited { id: self.id });
    }
}

impl Session {
    /// Never ends; it is dropped with what is waited for.
    async fn tell_if_long(&self) -> Infallible {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        tokio::time::sleep(LONG).await;
        let id = NEXT.fetch_add(1, Ordering::Relaxed);
        self.reporter().event(&Event::Waiting {
            id,
            target: self.name().to_owned(),
            what: self.statement(),
            seconds: LONG.as_secs_f64(),
        });
        let _told = Told {
            id,
            reporter: self.reporter().clone(),
        };
        std::future::pending().await
    }

    /// Waits for `work`, and tells when that takes long.
    pub(super) async fn telling<F: Future>(&self, work: F) -> F::Output {
        tokio::select! {
            biased;
            output = work => output,
            never = self.tell_if_long() => match never {},
        }
    }
}
