//! Rows that are on their way before their table is filled: read ahead by other sessions, or staged on the target.
//!
//! One transaction writes through one session. What else there is to do for it, several sessions do beforehand.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::mpsc::{Receiver, Sender, channel};

use super::plan::TablePlan;
use crate::interrupt::{Interrupt, is_interrupted, race};
use crate::pg::{self, CopyData, CopyOut, Session};

/// What a reader may be ahead, in chunks of 256 KiB at most: all of them together stay within 32 MB.
const AHEAD: usize = 16;

/// By the statement that would read the rows.
#[derive(Default)]
pub(super) struct Feeds(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    staged: HashMap<String, Staged>,
    /// Tables that a reader has come to.
    begun: HashMap<String, Receiver<Parcel>>,
    /// Those that none has, in the order in which they are filled.
    waiting: VecDeque<String>,
}

/// Rows in a table of the target.
#[derive(Debug, Clone)]
pub(super) struct Staged {
    /// As SQL.
    pub name: String,
    pub rows: u64,
    pub bytes: u64,
}

impl Staged {
    /// Moves them into another table.
    pub fn insert_sql(&self, into: &str, table: &TablePlan) -> String {
        table.insert_sql(into, &self.name)
    }
}

pub(super) enum Feed {
    Staged(Staged),
    Ahead(Ahead),
}

type Parcel = pg::Result<Part>;

/// What a reader hands over.
struct Part {
    /// None at the end.
    chunk: Option<CopyData>,
    /// Messages so far.
    messages: u64,
}

impl Feeds {
    /// Rows that somebody has staged.
    pub fn add_staged(&self, table: &TablePlan, staged: Staged) {
        self.locked().staged.insert(table.read_sql(), staged);
    }

    /// Has the readers read a table, behind those that were added before.
    pub fn add_ahead(&self, table: &TablePlan) {
        self.locked().waiting.push_back(table.read_sql());
    }

    /// What there is for the table that is read so. Where no reader has come to it, whoever fills it reads it.
    pub fn take(&self, read: &str) -> Option<Feed> {
        let mut inner = self.locked();
        if let Some(staged) = inner.staged.remove(read) {
            return Some(Feed::Staged(staged));
        }
        inner.waiting.retain(|waiting| waiting != read);
        let parts = inner.begun.remove(read)?;
        Some(Feed::Ahead(Ahead { parts, messages: 0 }))
    }

    /// Whether the rows that are read so are on the target already.
    pub fn has_staged(&self, read: &str) -> bool {
        self.locked().staged.contains_key(read)
    }

    /// The next table for a reader.
    fn begin(&self) -> Option<(String, Sender<Parcel>)> {
        let mut inner = self.locked();
        let read = inner.waiting.pop_front()?;
        let (sender, receiver) = channel(AHEAD);
        inner.begun.insert(read.clone(), receiver);
        Some((read, sender))
    }

    /// Nothing is wanted any more.
    fn close(&self) {
        let mut inner = self.locked();
        inner.begun.clear();
        inner.waiting.clear();
    }

    fn locked(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads ahead in `readers` while `work` goes on. When it ends, so do they.
    pub async fn read_while<F: Future>(&self, readers: &[Session], work: F) -> F::Output {
        let stop = Interrupt::default();
        let reading = readers.iter().map(|from| self.read(from));
        let reading = stop.scope_inside(futures_util::future::join_all(reading));
        let working = async {
            let output = work.await;
            self.close();
            stop.trip(0);
            output
        };
        // Those who read end their COPY themselves.
        let (output, _) = futures_util::future::join(working, Box::pin(reading)).await;
        output
    }

    /// Reads one table after the other in one session.
    async fn read(&self, from: &Session) {
        while let Some((read, to)) = self.begin() {
            let handed = match from.copy_out(&read).await {
                Ok(out) => hand_over(out, &to).await,
                Err(error) => {
                    // Whoever fills the table hears it, unless it is filled no more.
                    let _ = to.send(Err(error)).await;
                    false
                }
            };
            if !handed {
                return;
            }
        }
    }
}

/// All of a table; false where the session is to read no more.
async fn hand_over(mut out: CopyOut, to: &Sender<Parcel>) -> bool {
    loop {
        let parcel = out.chunk().await.map(|chunk| Part {
            chunk,
            messages: out.messages(),
        });
        let goes_on = matches!(&parcel, Ok(part) if part.chunk.is_some());
        let failed = parcel.is_err();
        let sent = race(to.send(parcel)).await;
        if failed {
            return false;
        }
        if !matches!(sent, Ok(Ok(()))) {
            out.abort().await;
            return !is_interrupted();
        }
        if !goes_on {
            return true;
        }
    }
}

/// The rows of one table, as a reader hands them over. Dropped, the reader hears that nobody waits for more.
pub(super) struct Ahead {
    parts: Receiver<Parcel>,
    messages: u64,
}

impl Ahead {
    pub async fn chunk(&mut self) -> pg::Result<Option<CopyData>> {
        match race(self.parts.recv()).await? {
            Some(part) => {
                let part = part?;
                self.messages = part.messages;
                Ok(part.chunk)
            }
            // It was interrupted before we were.
            None => Err(pg::Error::Interrupted),
        }
    }

    pub fn messages(&self) -> u64 {
        self.messages
    }
}
