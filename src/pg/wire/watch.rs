//! What a session does with the COPY data of its connection, past the driver.

use std::future::poll_fn;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Context, Poll};

use tokio::sync::watch;

use super::data::CopyData;
use super::told::Told;

const COPY_IN_RESPONSE: u8 = b'G';
const ERROR_RESPONSE: u8 = b'E';

/// The COPY data of a connection, whatever its stream is.
pub(super) trait Splice: Send {
    /// The data of the next `COPY ... TO STDOUT` is for [`Splice::poll_data`], not for the driver.
    fn tap(&mut self);

    /// Gives what is left of the data to the driver.
    fn untap(&mut self);

    /// About a chunk of data and the messages that have ended in it; nothing once other messages follow, or the
    /// stream ends: the driver is told those.
    fn poll_data(&mut self, context: &mut Context<'_>) -> Poll<Option<(CopyData, u64)>>;

    /// Sends `data`, which is taken; false where the connection has broken, which the driver is told.
    fn poll_send(&mut self, context: &mut Context<'_>, data: &mut Option<CopyData>) -> Poll<bool>;

    /// The driver has ended, and the stream is about to.
    fn close(&mut self);
}

/// The COPY of a session: what is known of one that stores, and the way of its data.
#[derive(Clone, Default)]
pub struct CopyWatch(Arc<Shared>);

#[derive(Default)]
struct Shared {
    /// The next statement to be sent is a `COPY ... FROM STDIN`.
    starts: AtomicBool,
    /// The server has reported an error since the last one started.
    refused: watch::Sender<bool>,
    told: Mutex<Told>,
    /// Weak, as the stream ends with the driver, whoever still has the session.
    line: Mutex<Option<Weak<Mutex<dyn Splice>>>>,
}

impl CopyWatch {
    /// The next statement is a `COPY ... FROM STDIN`.
    pub fn start(&self) {
        self.0.starts.store(true, Ordering::SeqCst);
    }

    /// Resolves once the server has refused what the COPY brings.
    pub async fn refused(&self) {
        // It cannot fail: the sender is as old as we are.
        let _ = self
            .0
            .refused
            .subscribe()
            .wait_for(|refused| *refused)
            .await;
    }

    /// The next statement is a `COPY ... TO STDOUT`, whose data is for the tap while there is one.
    pub fn tap(&self) -> Tap {
        self.with(Splice::tap);
        Tap(self.clone())
    }

    /// Sends the data of a COPY that has been answered and not ended; false where the connection has broken, of
    /// which the driver knows more.
    pub async fn send(&self, data: CopyData) -> bool {
        let mut data = Some(data);
        poll_fn(|context| {
            self.with(|line| line.poll_send(context, &mut data))
                .unwrap_or(Poll::Ready(false))
        })
        .await
    }

    pub(super) fn use_line(&self, line: Weak<Mutex<dyn Splice>>) {
        *locked(&self.0.line) = Some(line);
    }

    /// Where the Sync of a COPY stands that has yet to go out, if `find` finds it.
    pub(super) fn look_out(&self, find: impl FnOnce() -> Option<usize>) -> Option<usize> {
        if !self.0.starts.load(Ordering::SeqCst) {
            return None;
        }
        let found = find();
        self.0.starts.store(found.is_none(), Ordering::SeqCst);
        found
    }

    /// Hears what kind of message the server has sent.
    pub(super) fn hear(&self, message: u8) {
        match message {
            COPY_IN_RESPONSE => self.tell(false),
            ERROR_RESPONSE => self.tell(true),
            _ => {}
        }
    }

    /// Takes note of a message that [`Told::wants`].
    pub(super) fn take_in(&self, message: u8, body: &[u8]) {
        locked(&self.0.told).take_in(message, body);
    }

    /// What the server has said last.
    pub fn told(&self) -> Told {
        locked(&self.0.told).clone()
    }

    fn tell(&self, refused: bool) {
        self.0.refused.send_replace(refused);
    }

    /// Nothing where the connection is gone.
    fn with<T>(&self, act: impl FnOnce(&mut (dyn Splice + 'static)) -> T) -> Option<T> {
        let line = locked(&self.0.line).as_ref()?.upgrade()?;
        let mut line = locked(&line);
        Some(act(&mut *line))
    }
}

/// The data of one `COPY ... TO STDOUT`. What is left of it when the tap is dropped, the driver gets.
pub struct Tap(CopyWatch);

impl Tap {
    /// About a chunk of data and the messages that have ended in it; nothing where the driver knows what follows.
    pub async fn next(&self) -> Option<(CopyData, u64)> {
        poll_fn(|context| {
            self.0
                .with(|line| line.poll_data(context))
                .unwrap_or(Poll::Ready(None))
        })
        .await
    }
}

impl Drop for Tap {
    fn drop(&mut self) {
        self.0.with(Splice::untap);
    }
}

/// Nothing panics while it holds one of our locks.
pub(super) fn locked<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
