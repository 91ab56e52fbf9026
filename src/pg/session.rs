//! One session on a server.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::sync::Mutex;
use tokio_postgres::{Client, Statement};

use super::after_commit::AfterCommit;
use super::script::first_words;
use super::server::{Ending, Parts, Server, text_of};
use super::wire::CopyWatch;
use super::{Connector, Error, Result, ServerError, cancel};
use crate::interrupt::{interrupted, is_interrupted};
use crate::progress::Reporter;
use crate::route::Fate;

/// How long to wait for the reason of a lost connection.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// What a session may do at the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Every statement runs in a READ ONLY transaction that has already read, so that no `SET` undoes it.
    ReadOnly,
    ReadWrite,
}

/// One backend. Clones are handles on the same session; it ends when the last is dropped, or by `close`.
#[derive(Clone)]
pub struct Session {
    pub(super) shared: Arc<Shared>,
}

pub(super) struct Shared {
    pub client: Client,
    connector: Connector,
    server: Server,
    ending: Ending,
    fate: Fate,
    read_only: AtomicBool,
    closed: AtomicBool,
    /// Open transaction blocks: 0 none, 1 the transaction, more are savepoints.
    pub depth: AtomicU32,
    /// What settings had before a block set them for its transaction only: what comes back at its end.
    pub masked: std::sync::Mutex<BTreeMap<&'static str, String>>,
    pub after_commit: AfterCommit,
    /// One conversation at a time: a statement in its own transaction must not be mixed with another.
    pub gate: Arc<Mutex<()>>,
    driver: tokio::task::JoinHandle<()>,
    pub copy: CopyWatch,
}

impl Drop for Shared {
    /// The driver would end by itself once the client is gone, but only after the server has answered.
    fn drop(&mut self) {
        if self.depth.load(Ordering::SeqCst) > 0 {
            self.driver.abort();
        }
    }
}

impl Session {
    pub(super) async fn start(
        connector: Connector,
        parts: Parts,
        fate: Fate,
        access: Access,
    ) -> Result<Self> {
        let shared = Shared {
            client: parts.client,
            connector,
            server: Server::default(),
            ending: parts.ending,
            fate,
            read_only: AtomicBool::new(false),
            closed: AtomicBool::new(false),
            depth: AtomicU32::new(0),
            masked: std::sync::Mutex::default(),
            after_commit: AfterCommit::default(),
            gate: Arc::new(Mutex::new(())),
            driver: parts.driver,
            copy: parts.copy,
        };
        let mut session = Self {
            shared: Arc::new(shared),
        };
        session
            .batch(include_str!("../sql/session_settings.sql"))
            .await?;
        let server = session.identify().await?;
        if let Some(shared) = Arc::get_mut(&mut session.shared) {
            shared.server = server;
        }
        session.set_access(access);
        Ok(session)
    }

    async fn identify(&self) -> Result<Server> {
        let rows = self
            .query(include_str!("../sql/server.sql"), &[])
            .await?
            .rows;
        let row = rows.into_iter().next().unwrap_or_default();
        let mut server = Server::read(&row);
        if server.may_identify {
            let identifier = self
                .value(include_str!("../sql/system_identifier.sql"), &[])
                .await?;
            server.system_identifier = identifier.as_str().map(str::to_owned);
        }
        Ok(server)
    }

    pub fn server(&self) -> &Server {
        &self.shared.server
    }

    pub fn connector(&self) -> &Connector {
        &self.shared.connector
    }

    pub fn reporter(&self) -> &Reporter {
        self.shared.connector.reporter()
    }

    /// The target's name.
    pub fn name(&self) -> &str {
        self.shared.connector.name()
    }

    pub fn is_read_only(&self) -> bool {
        self.shared.read_only.load(Ordering::SeqCst)
    }

    /// Changes what the session may do, from the next statement or transaction on.
    pub fn set_access(&self, access: Access) {
        self.shared
            .read_only
            .store(access == Access::ReadOnly, Ordering::SeqCst);
    }

    /// Whether a transaction block is open.
    pub fn in_transaction(&self) -> bool {
        self.shared.depth.load(Ordering::SeqCst) > 0
    }

    /// Another session on the same target.
    ///
    /// Boxed, since giving up on a session terminates its backend from a sibling.
    pub fn sibling(&self, access: Access) -> BoxFuture<'static, Result<Session>> {
        let connector = self.shared.connector.clone();
        Box::pin(async move { connector.open(access).await })
    }

    /// Ends the session; what is open in it is rolled back by the server.
    pub fn close(&self) {
        self.shared.closed.store(true, Ordering::SeqCst);
        self.shared.driver.abort();
    }

    pub fn is_closed(&self) -> bool {
        self.shared.closed.load(Ordering::SeqCst)
    }

    pub(super) fn check_open(&self) -> Result<()> {
        if self.is_closed() {
            return Err(Error::Closed {
                target: self.name().to_owned(),
            });
        }
        Ok(())
    }

    /// Waits for `work`. On an interruption the statement is cancelled at the server and waited for first, so
    /// that nothing goes on behind our back and the session can still be used to roll back.
    pub(super) async fn attend<T, F>(&self, work: F) -> Result<T>
    where
        F: Future<Output = std::result::Result<T, tokio_postgres::Error>>,
    {
        self.check_open()?;
        if is_interrupted() {
            return Err(Error::Interrupted);
        }
        let mut work = std::pin::pin!(work);
        tokio::select! {
            biased;
            output = &mut work => match output {
                Ok(value) => Ok(value),
                Err(error) => Err(self.explain(error).await),
            },
            () = interrupted() => {
                // Boxed: it is large, seldom needed, and part of every statement.
                Box::pin(cancel::stop(self, work)).await;
                Err(Error::Interrupted)
            }
        }
    }

    /// Waits for `work` whatever happens: for COMMIT, ROLLBACK and the restoring of state.
    pub(super) async fn insist<T, F>(&self, work: F) -> Result<T>
    where
        F: Future<Output = std::result::Result<T, tokio_postgres::Error>>,
    {
        self.check_open()?;
        match work.await {
            Ok(value) => Ok(value),
            Err(error) => Err(self.explain(error).await),
        }
    }

    /// Only what kind of statement it is: its text may bear a password that nobody knows to be one.
    fn trace(&self, sql: &str) {
        if tracing::enabled!(tracing::Level::DEBUG) {
            let kind = first_words(sql, 2).join(" ");
            tracing::debug!(on = self.name(), pid = self.shared.server.pid, "{kind}");
        }
    }

    /// Has the server parse a statement.
    pub(super) async fn parse(&self, sql: &str) -> Result<Statement> {
        self.trace(sql);
        self.attend(self.shared.client.prepare(sql)).await
    }

    /// Runs statements without parameters or results.
    pub(super) async fn simple(&self, sql: &str) -> Result<()> {
        self.trace(sql);
        self.attend(self.shared.client.batch_execute(sql)).await
    }

    /// The same whatever happens: for COMMIT, ROLLBACK and the restoring of state.
    pub(super) async fn simple_to_the_end(&self, sql: &str) -> Result<()> {
        self.trace(sql);
        self.insist(self.shared.client.batch_execute(sql)).await
    }

    /// The driver's error in our words, with the reason of a loss joined in.
    pub(super) async fn explain(&self, error: tokio_postgres::Error) -> Error {
        if let Some(db) = error.as_db_error() {
            let report = ServerError::read(db);
            return Error::Server(Box::new(report));
        }
        if error.is_closed() || self.shared.client.is_closed() {
            return Error::Lost {
                target: self.name().to_owned(),
                reason: self.loss().await,
            };
        }
        Error::Protocol(text_of(&error))
    }

    /// Why the connection ended, as far as anybody knows.
    async fn loss(&self) -> String {
        // Statements fail a moment before the task that drives the connection has told why it ended.
        let told = async {
            while !self.shared.driver.is_finished() {
                tokio::time::sleep(LAST_WORDS / 50).await;
            }
        };
        let _ = tokio::time::timeout(LAST_WORDS, told).await;
        let fate = self.shared.fate.describe().await;
        let reason = self.shared.ending.reason();
        match (reason, fate) {
            (Some(reason), Some(fate)) => format!("{reason} ({fate})"),
            (Some(text), None) | (None, Some(text)) => text,
            (None, None) => "the server or the network closed it".to_owned(),
        }
    }
}
