//! One session on a server.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use futures_util::future::BoxFuture;
use tokio::sync::Mutex;
use tokio_postgres::Statement;

use super::after_commit::AfterCommit;
use super::idle::Kept;
use super::live::Live;
use super::script::first_words;
use super::server::{Parts, Server, text_of};
use super::{Connector, Error, Result, ServerError, cancel};
use crate::interrupt::{interrupted, is_interrupted};
use crate::progress::Reporter;
use crate::route::Fate;

/// What a session may do at the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Every statement runs in a READ ONLY transaction that has already read, so that no `SET` undoes it.
    ReadOnly,
    ReadWrite,
}

/// One backend, and another one after an idle connection was lost. Clones are handles on the same session; it ends
/// when the last is dropped, or by `close`.
#[derive(Clone)]
pub struct Session {
    pub(super) shared: Arc<Shared>,
}

pub(super) struct Shared {
    live: RwLock<Arc<Live>>,
    connector: Connector,
    server: Server,
    /// What would be lost with the connection.
    pub kept: Kept,
    read_only: AtomicBool,
    closed: AtomicBool,
    /// What kind of statement was sent last.
    statement: std::sync::Mutex<String>,
    /// Open transaction blocks: 0 none, 1 the transaction, more are savepoints.
    pub depth: AtomicU32,
    /// What settings had before a block set them for its transaction only: what comes back at its end.
    pub masked: std::sync::Mutex<BTreeMap<&'static str, String>>,
    pub after_commit: AfterCommit,
    /// One conversation at a time: a statement in its own transaction must not be mixed with another.
    pub gate: Arc<Mutex<()>>,
}

impl Drop for Shared {
    /// The driver would end by itself once the client is gone, but only after the server has answered.
    fn drop(&mut self) {
        if self.depth.load(Ordering::SeqCst) > 0 {
            let live = self.live.get_mut().unwrap_or_else(PoisonError::into_inner);
            live.abort();
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
            live: RwLock::new(Arc::new(Live::new(parts, fate))),
            connector,
            server: Server::default(),
            kept: Kept::default(),
            read_only: AtomicBool::new(false),
            closed: AtomicBool::new(false),
            statement: std::sync::Mutex::default(),
            depth: AtomicU32::new(0),
            masked: std::sync::Mutex::default(),
            after_commit: AfterCommit::default(),
            gate: Arc::new(Mutex::new(())),
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
        self.live().set_pid(Server::pid(&row));
        if server.may_identify {
            let identifier = self
                .value(include_str!("../sql/system_identifier.sql"), &[])
                .await?;
            server.system_identifier = identifier.as_str().map(str::to_owned);
        }
        Ok(server)
    }

    /// The server as it described itself when the session was opened.
    pub fn server(&self) -> &Server {
        &self.shared.server
    }

    /// The process id of the backend there is at the moment.
    pub fn pid(&self) -> i64 {
        self.live().pid()
    }

    /// Whether both are handles on one session.
    pub fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.shared, &other.shared)
    }

    /// The connection the session has at the moment.
    pub(super) fn live(&self) -> Arc<Live> {
        let live = self.shared.live.read();
        Arc::clone(&live.unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn set_live(&self, live: Arc<Live>) {
        let mut place = self
            .shared
            .live
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        *place = live;
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
        self.live().abort();
    }

    pub fn is_closed(&self) -> bool {
        self.shared.closed.load(Ordering::SeqCst)
    }

    /// Whether its connection is gone.
    pub fn is_lost(&self) -> bool {
        self.is_closed() || self.live().client.is_closed()
    }

    /// Open transaction blocks: 0 none, 1 the transaction, more are savepoints.
    pub fn blocks(&self) -> u32 {
        self.shared.depth.load(Ordering::SeqCst)
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
            output = self.telling(&mut work) => match output {
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
        match self.telling(work).await {
            Ok(value) => Ok(value),
            Err(error) => Err(self.explain(error).await),
        }
    }

    /// Takes note of what is about to be sent. The log gets only what kind of statement it is: its text may bear a
    /// password that nobody knows to be one.
    pub(super) fn trace(&self, sql: &str) {
        self.live().parsed.note(sql);
        let kind = first_words(sql, 2).join(" ");
        tracing::debug!(on = self.name(), "{kind}");
        let statement = self.shared.statement.lock();
        *statement.unwrap_or_else(PoisonError::into_inner) = kind;
    }

    /// What kind of statement was sent last.
    pub(super) fn statement(&self) -> String {
        let statement = self.shared.statement.lock();
        statement.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Has the server parse a statement.
    pub(super) async fn parse(&self, sql: &str) -> Result<Statement> {
        self.trace(sql);
        self.attend(self.live().client.prepare(sql)).await
    }

    /// The same for a statement that may have been parsed before.
    pub(super) async fn parse_once(&self, sql: &str) -> Result<Statement> {
        self.trace(sql);
        let live = self.live();
        if let Some(statement) = live.parsed.get(sql) {
            return Ok(statement);
        }
        let statement = self.attend(live.client.prepare(sql)).await?;
        live.parsed.keep(sql, &statement);
        Ok(statement)
    }

    /// Runs statements without parameters or results.
    pub(super) async fn simple(&self, sql: &str) -> Result<()> {
        self.trace(sql);
        self.attend(self.live().client.batch_execute(sql)).await
    }

    /// The same whatever happens: for COMMIT, ROLLBACK and the restoring of state.
    pub(super) async fn simple_to_the_end(&self, sql: &str) -> Result<()> {
        self.trace(sql);
        self.insist(self.live().client.batch_execute(sql)).await
    }

    /// The driver's error in our words, with the reason of a loss joined in.
    pub(super) async fn explain(&self, error: tokio_postgres::Error) -> Error {
        if let Some(db) = error.as_db_error() {
            let report = ServerError {
                target: Some(self.name().to_owned()),
                route: Some(self.connector().route().hops().join(" → ")),
                ..ServerError::read(db)
            };
            if report.ends_session() {
                self.live().closed().await;
            }
            return Error::Server(Box::new(report));
        }
        let live = self.live();
        if error.is_closed() || live.client.is_closed() {
            return Error::Lost {
                target: self.name().to_owned(),
                reason: live.loss().await,
            };
        }
        Error::Protocol(text_of(&error))
    }
}
