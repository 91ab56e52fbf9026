//! The one moment of the source that all workers read.

use std::convert::Infallible;
use std::time::{Duration, Instant};

use super::Result;
use crate::human;
use crate::pg::Session;
use crate::pg::fields::Fields;
use crate::progress::Event;

/// How often the session that holds the snapshot is used, so that nobody on the way takes it for gone.
const WARM: Duration = Duration::from_secs(30);
/// When its age is told first, and then whenever it has doubled.
const OLD: Duration = Duration::from_secs(600);

/// The snapshot of the source's open transaction.
pub(super) enum Snapshot {
    /// Others can import it by this name.
    Exported(String),
    /// One session reads alone, and this is why.
    Alone(&'static str),
}

impl Snapshot {
    /// To be called outside of savepoints, which cannot export it.
    pub async fn export(from: &Session) -> Result<Self> {
        let sql = include_str!("../sql/copy_snapshot.sql");
        let rows = from.query(sql, &[]).await?.rows;
        let mut row = Fields::new(rows.into_iter().next().unwrap_or_default());
        let (isolation, has_written) = (row.text(), row.flag());
        Ok(match row.optional() {
            Some(name) => Self::Exported(name),
            None if isolation == "read committed" => Self::Alone(
                "the source is read in a READ COMMITTED transaction, which has no snapshot to share",
            ),
            None if has_written => Self::Alone(
                "the source is read in a transaction that has written, which others would not see",
            ),
            None => Self::Alone("the snapshot of the source cannot be shared"),
        })
    }

    /// In a block within the transaction.
    pub fn of_a_savepoint() -> Self {
        Self::Alone("the source is read in a nested transaction, whose snapshot cannot be shared")
    }

    /// Does `work` while the session that holds the snapshot is kept warm.
    pub async fn held<T>(from: &Session, work: impl Future<Output = T>) -> T {
        tokio::select! {
            biased;
            done = work => done,
            never = keep(from) => match never {},
        }
    }
}

async fn keep(from: &Session) -> Infallible {
    let begun = Instant::now();
    let mut told = OLD;
    loop {
        tokio::time::sleep(WARM).await;
        // What is wrong with the session, those who need it will find.
        if from.value("SELECT 1", &[]).await.is_err() {
            return std::future::pending().await;
        }
        let age = begun.elapsed();
        if age >= told {
            told = age * 2;
            from.reporter().event(&Event::Note(format!(
                "the snapshot of `{}` is {} old: until the copy ends, vacuum there keeps all rows that were deleted since",
                from.name(),
                human::seconds(age.as_secs_f64())
            )));
        }
    }
}
