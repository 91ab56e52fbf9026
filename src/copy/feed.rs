//! Rows that are on their way before their table is filled: read ahead by other sessions, or staged on the target.
//!
//! One transaction writes through one session. What else there is to do for it, several sessions do beforehand.

mod joint;

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::mpsc::{Receiver, Sender, channel};

use super::plan::TablePlan;
use super::range::Range;
use crate::interrupt::{Interrupt, is_interrupted, race};
use crate::pg::{self, CopyData, CopyOut, Session, ident_list};
use joint::Joint;

/// What a reader may be ahead, in chunks of 256 KiB at most: all of them together stay within 32 MB.
const AHEAD: usize = 16;

/// By the statement that would read the rows.
#[derive(Default)]
pub(super) struct Feeds(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    staged: HashMap<String, Staged>,
    ahead: HashMap<String, Pieces>,
    /// In the order in which the tables are filled.
    order: VecDeque<String>,
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
        let columns = ident_list(&table.column_names());
        format!(
            "INSERT INTO {into} ({columns}) OVERRIDING SYSTEM VALUE SELECT {columns} FROM ONLY {}",
            self.name
        )
    }
}

pub(super) enum Feed {
    Staged(Staged),
    Ahead(Ahead),
}

/// One table in parts.
struct Pieces {
    binary: bool,
    left: VecDeque<Piece>,
}

enum Piece {
    /// Nobody reads it yet.
    Waiting(String),
    Begun(Receiver<Parcel>),
}

type Parcel = pg::Result<Part>;

/// What a reader hands over.
struct Part {
    /// None at the end of the piece.
    chunk: Option<CopyData>,
    /// Messages of the piece so far.
    messages: u64,
}

impl Feeds {
    /// Rows that somebody has staged.
    pub fn add_staged(&self, table: &TablePlan, staged: Staged) {
        self.locked().staged.insert(table.read_sql(), staged);
    }

    /// Has the readers read a table, behind those that were added before.
    pub fn add_ahead(&self, table: &TablePlan, ranges: &[Range]) {
        let read = table.read_sql();
        let parts = ranges.iter().map(|range| table.within(*range).read_sql());
        let left: VecDeque<Piece> = match ranges.len() {
            0 | 1 => [Piece::Waiting(read.clone())].into(),
            _ => parts.map(Piece::Waiting).collect(),
        };
        let binary = table.binary;
        let mut inner = self.locked();
        inner.ahead.insert(read.clone(), Pieces { binary, left });
        inner.order.push_back(read);
    }

    /// What there is for the table that is read so.
    pub fn take(self: &Arc<Self>, read: &str) -> Option<Feed> {
        let mut inner = self.locked();
        if let Some(staged) = inner.staged.remove(read) {
            return Some(Feed::Staged(staged));
        }
        let pieces = inner.ahead.get(read)?;
        let several = pieces.left.len() > 1;
        let joint = (pieces.binary && several).then(Joint::default);
        Some(Feed::Ahead(Ahead {
            feeds: Arc::clone(self),
            read: read.to_owned(),
            binary: pieces.binary,
            joint,
            current: None,
            done: 0,
            passed: 0,
        }))
    }

    /// The next piece that nobody reads yet, for a reader.
    fn begin(&self) -> Option<(String, Sender<Parcel>)> {
        let mut inner = self.locked();
        let Inner { ahead, order, .. } = &mut *inner;
        while let Some(read) = order.front() {
            let pieces = ahead.get_mut(read).map(|pieces| &mut pieces.left);
            let waiting = pieces.into_iter().flatten().find_map(|piece| match piece {
                Piece::Waiting(read) => Some((std::mem::take(read), piece)),
                Piece::Begun(_) => None,
            });
            if let Some((read, piece)) = waiting {
                let (sender, receiver) = channel(AHEAD);
                *piece = Piece::Begun(receiver);
                return Some((read, sender));
            }
            order.pop_front();
        }
        None
    }

    /// The next piece of a table, for whoever fills it, and whether it is the last.
    fn next(&self, read: &str) -> Option<(Piece, bool)> {
        let mut inner = self.locked();
        let left = &mut inner.ahead.get_mut(read)?.left;
        let piece = left.pop_front()?;
        Some((piece, left.is_empty()))
    }

    fn forget(&self, read: &str) {
        self.locked().ahead.remove(read);
    }

    /// Nothing is wanted any more.
    fn close(&self) {
        let mut inner = self.locked();
        inner.ahead.clear();
        inner.order.clear();
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

    /// Reads one piece after the other in one session.
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

/// All of a piece; false where the session is to read no more.
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

/// The rows of one table, piece after piece.
pub(super) struct Ahead {
    feeds: Arc<Feeds>,
    read: String,
    binary: bool,
    /// Makes one stream of several in the binary format.
    joint: Option<Joint>,
    current: Option<Current>,
    /// Rows of the pieces that have ended, and messages of the current one.
    done: u64,
    passed: u64,
}

struct Current {
    from: Origin,
    last: bool,
}

enum Origin {
    Reader(Receiver<Parcel>),
    /// No reader had come to it.
    Own(CopyOut),
}

impl Ahead {
    pub fn rows(&self) -> u64 {
        self.done + self.passed
    }

    pub async fn chunk(&mut self, from: &Session) -> pg::Result<Option<CopyData>> {
        loop {
            if self.current.is_none() && !self.begin_next(from).await? {
                return Ok(None);
            }
            let part = self.part().await?;
            self.passed = part.messages;
            let last = self.current.as_ref().is_some_and(|current| current.last);
            let (ended, chunk) = match (part.chunk, &mut self.joint) {
                (None, joint) => (true, joint.as_mut().and_then(|joint| joint.end(last))),
                (Some(chunk), None) => (false, Some(chunk)),
                (Some(chunk), Some(joint)) => (false, joint.push(chunk)),
            };
            if ended {
                self.done += self.passed.saturating_sub(self.binary.into());
                self.passed = 0;
                self.current = None;
            }
            if chunk.is_some() {
                return Ok(chunk);
            }
        }
    }

    /// False where there is none.
    async fn begin_next(&mut self, from: &Session) -> pg::Result<bool> {
        let Some((piece, last)) = self.feeds.next(&self.read) else {
            return Ok(false);
        };
        let from = match piece {
            Piece::Begun(receiver) => Origin::Reader(receiver),
            Piece::Waiting(read) => Origin::Own(from.copy_out(&read).await?),
        };
        self.current = Some(Current { from, last });
        Ok(true)
    }

    async fn part(&mut self) -> Parcel {
        match self.current.as_mut().map(|current| &mut current.from) {
            Some(Origin::Reader(receiver)) => match race(receiver.recv()).await? {
                Some(parcel) => parcel,
                // It has been interrupted before we were.
                None => Err(pg::Error::Interrupted),
            },
            Some(Origin::Own(out)) => Ok(Part {
                chunk: out.chunk().await?,
                messages: out.messages(),
            }),
            None => Err(pg::Error::Interrupted),
        }
    }

    pub async fn abort(mut self) {
        if let Some(Current {
            from: Origin::Own(out),
            ..
        }) = self.current.take()
        {
            out.abort().await;
        }
    }
}

impl Drop for Ahead {
    /// Readers of what is left hear that nobody waits for it.
    fn drop(&mut self) {
        self.feeds.forget(&self.read);
    }
}
