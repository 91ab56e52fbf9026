//! Transaction blocks. An inner block is a savepoint.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::sync::{MutexGuard, PoisonError};
use std::time::Duration;

use tokio_postgres::SimpleQueryMessage;

use super::query::READ_ONLY;
use super::{CommitOutcome, Error, Literal, Result, Session};
use crate::interrupt::shielded;

/// How long a COMMIT whose answer was lost may go on at the server, and how often it is asked about.
const SETTLED: Duration = Duration::from_secs(15);
const ASK_AGAIN: Duration = Duration::from_millis(200);

/// How a transaction is run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TxOptions {
    pub isolation: Option<Isolation>,
    /// READ ONLY, and held so against `SET`.
    pub read_only: bool,
    /// As PostgreSQL spells it (`5s`).
    pub lock_timeout: Option<String>,
    pub statement_timeout: Option<String>,
    /// A snapshot that another session exported; goes with `RepeatableRead`.
    pub snapshot: Option<String>,
    /// Statements to be run with the one that begins the transaction.
    pub first: Option<&'static str>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Isolation {
    ReadCommitted,
    RepeatableRead,
    Serializable,
}

impl Isolation {
    fn sql(self) -> &'static str {
        match self {
            Self::ReadCommitted => "READ COMMITTED",
            Self::RepeatableRead => "REPEATABLE READ",
            Self::Serializable => "SERIALIZABLE",
        }
    }
}

/// Runs `body` in a transaction, or in a savepoint where one is open: committed when it returns, rolled back
/// when it fails. An interruption rolls back too, and never stops the rollback or a COMMIT that has begun.
pub async fn transaction<T, E, F>(
    session: &Session,
    options: &TxOptions,
    body: F,
) -> std::result::Result<T, E>
where
    E: From<Error>,
    F: AsyncFnOnce(&Session) -> std::result::Result<T, E>,
{
    session.begin(options).await?;
    match body(session).await {
        Ok(value) => {
            session.commit().await?;
            Ok(value)
        }
        Err(error) => {
            // What the body failed with says more than what the rollback could add; a rollback that fails
            // has lost its connection, and with it the transaction.
            if let Err(failure) = session.rollback().await {
                tracing::debug!(%failure, "rollback");
            }
            Err(error)
        }
    }
}

impl Session {
    /// Opens a block. A session that is read-only opens READ ONLY ones whatever `options` say.
    pub async fn begin(&self, options: &TxOptions) -> Result<()> {
        let _turn = self.turn().await?;
        let depth = self.shared.depth.load(Ordering::SeqCst);
        let mut begin = if depth == 0 {
            self.live().parsed.clear();
            self.opening(options)
        } else {
            format!("SAVEPOINT runner_{depth}")
        };
        if let Some(first) = options.first {
            begin = format!("{begin};\n{first}");
        }
        let result = async {
            self.simple(&begin)
                .await
                .map_err(|error| error.with_sql(&begin))?;
            for (name, value) in options.settings() {
                self.mask(name).await?;
                let set = format!("SET LOCAL {name} = {}", Literal(value));
                self.simple(&set)
                    .await
                    .map_err(|error| error.with_sql(&set))?;
            }
            Ok(())
        };
        let result = result.await;
        self.set_depth(depth + 1);
        if result.is_err() {
            self.undo(depth + 1).await.ok();
        }
        result
    }

    /// Keeps what a setting had before the transaction first set it for itself: the server does not tell.
    async fn mask(&self, name: &'static str) -> Result<()> {
        if self.masked(name).is_some() {
            return Ok(());
        }
        let sql = "SELECT pg_catalog.current_setting($1)";
        let row = self
            .attend(self.live().client.query_one(sql, &[&name]))
            .await?;
        self.masks().insert(name, row.get(0));
        Ok(())
    }

    /// What a setting will have again once the open transaction ends, where a block has set it for that long.
    pub(super) fn masked(&self, name: &str) -> Option<String> {
        self.masks().get(name).cloned()
    }

    fn masks(&self) -> MutexGuard<'_, BTreeMap<&'static str, String>> {
        let masks = &self.shared.masked;
        masks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes note that `depth` blocks are open now.
    pub(super) fn set_depth(&self, depth: u32) {
        self.shared.depth.store(depth, Ordering::SeqCst);
        self.shared.after_commit.discard(depth);
        if depth == 0 {
            self.masks().clear();
        }
    }

    fn opening(&self, options: &TxOptions) -> String {
        let isolation = options
            .isolation
            .map(|isolation| format!(" ISOLATION LEVEL {}", isolation.sql()))
            .unwrap_or_default();
        let isolation = comma(&isolation);
        let import = options
            .snapshot
            .as_ref()
            .map(|name| format!("; SET TRANSACTION SNAPSHOT {}", Literal(name)))
            .unwrap_or_default();
        if options.read_only || self.is_read_only() {
            // A snapshot can only be imported before the first statement that reads.
            READ_ONLY.replacen("READ ONLY", &format!("READ ONLY{isolation}{import}"), 1)
        } else {
            format!("START TRANSACTION READ WRITE{isolation}{import}")
        }
    }

    /// Commits the innermost block.
    ///
    /// A transaction that the server has already given up is an error here: its COMMIT would answer ROLLBACK
    /// and raise nothing.
    pub async fn commit(&self) -> Result<()> {
        let _turn = self.turn_to_the_end().await;
        let depth = self.shared.depth.load(Ordering::SeqCst);
        if crate::interrupt::is_interrupted() {
            self.undo(depth).await?;
            return Err(Error::Interrupted);
        }
        let transaction = match self.assigned_transaction().await {
            Ok(transaction) => transaction,
            Err(error) => {
                self.undo(depth).await.ok();
                return Err(match error.sqlstate() {
                    Some("25P02") => Error::Poisoned,
                    _ => error,
                });
            }
        };
        if depth > 1 {
            let release = format!("RELEASE SAVEPOINT runner_{}", depth - 1);
            let result = self.simple_to_the_end(&release).await;
            if result.is_ok() {
                self.shared.after_commit.lift(depth);
            }
            self.set_depth(depth - 1);
            return result;
        }
        let committed = self.simple_to_the_end("COMMIT").await;
        let result = match (committed, transaction) {
            (Err(Error::Lost { .. }), Some(transaction)) => Err(Error::UncertainCommit {
                target: self.name().to_owned(),
                outcome: shielded(self.outcome(&transaction)).await,
                transaction,
            }),
            (result, _) => result,
        };
        if let Ok(())
        | Err(Error::UncertainCommit {
            outcome: CommitOutcome::Committed,
            ..
        }) = result
        {
            self.shared.after_commit.run();
        }
        self.set_depth(0);
        result
    }

    /// Rolls the innermost block back.
    pub async fn rollback(&self) -> Result<()> {
        let _turn = self.turn_to_the_end().await;
        self.undo(self.shared.depth.load(Ordering::SeqCst)).await
    }

    async fn undo(&self, depth: u32) -> Result<()> {
        let sql = match depth {
            0 => return Ok(()),
            1 => "ROLLBACK".to_owned(),
            depth => {
                let name = format!("runner_{}", depth - 1);
                format!("ROLLBACK TO SAVEPOINT {name}; RELEASE SAVEPOINT {name}")
            }
        };
        let result = self.simple_to_the_end(&sql).await;
        self.set_depth(depth - 1);
        result
    }

    /// The transaction's number, where it has written; raises in one that the server has given up.
    async fn assigned_transaction(&self) -> Result<Option<String>> {
        let sql = include_str!("../sql/assigned_transaction.sql");
        // By the simple protocol, which takes one round trip.
        let messages = self.insist(self.live().client.simple_query(sql)).await?;
        Ok(messages.iter().find_map(|message| match message {
            SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
            _ => None,
        }))
    }

    /// What became of a transaction, asked over a new session. One that is still under way is waited for: the
    /// server ends it once it has noticed that its client is gone (`sql/session_settings.sql`).
    async fn outcome(&self, transaction: &str) -> CommitOutcome {
        let status = async {
            let other = self.sibling(super::Access::ReadOnly).await?;
            let sql = include_str!("../sql/transaction_status.sql");
            loop {
                let status = other.value(sql, &[transaction.into()]).await?;
                if status.as_str() != Some("in progress") {
                    return Ok::<_, Error>(status);
                }
                tokio::time::sleep(ASK_AGAIN).await;
            }
        };
        match tokio::time::timeout(SETTLED, status).await {
            Ok(Ok(status)) if status.as_str() == Some("committed") => CommitOutcome::Committed,
            Ok(Ok(status)) if status.as_str() == Some("aborted") => CommitOutcome::Aborted,
            _ => CommitOutcome::Unknown,
        }
    }
}

fn comma(mode: &str) -> String {
    if mode.is_empty() {
        String::new()
    } else {
        format!(",{mode}")
    }
}

impl TxOptions {
    fn settings(&self) -> impl Iterator<Item = (&'static str, &str)> {
        [
            ("lock_timeout", &self.lock_timeout),
            ("statement_timeout", &self.statement_timeout),
        ]
        .into_iter()
        .filter_map(|(name, value)| value.as_deref().map(|value| (name, value)))
    }
}
