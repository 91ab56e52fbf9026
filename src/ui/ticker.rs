//! Has something drawn again and again while it goes on, by a thread that sleeps otherwise.

use std::sync::{Arc, OnceLock};
use std::thread::{self, Thread};
use std::time::Duration;

const PAUSE: Duration = Duration::from_millis(100);

pub struct Ticker {
    /// Draws; whether it is to be called again.
    draw: Arc<dyn Fn() -> bool + Send + Sync>,
    /// There once something has gone on; it lives as long as the process.
    thread: OnceLock<Option<Thread>>,
}

impl Ticker {
    pub fn new(draw: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        Self {
            draw: Arc::new(draw),
            thread: OnceLock::new(),
        }
    }

    /// Something goes on. What is over soon is never drawn.
    pub fn wake(&self) {
        let thread = self.thread.get_or_init(|| {
            let draw = Arc::clone(&self.draw);
            let run = move || loop {
                thread::sleep(PAUSE);
                if !draw() {
                    thread::park();
                }
            };
            // Without a thread to spare nothing is drawn, and everything else is as it is.
            let started = thread::Builder::new()
                .name("progress".to_owned())
                .spawn(run);
            started.ok().map(|handle| handle.thread().clone())
        });
        if let Some(thread) = thread {
            thread.unpark();
        }
    }
}
