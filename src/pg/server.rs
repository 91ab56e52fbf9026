//! Which server answered, and the task that drives its connection.

use std::pin::pin;
use std::sync::{Arc, OnceLock};

use futures_util::future::poll_fn;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::task::JoinHandle;
use tokio_postgres::{AsyncMessage, Client, Connection};

use super::login::Encryption;
use super::wire::CopyWatch;
use super::{Connector, ServerError, Value};
use crate::progress::{Event, Reporter};

/// The server at the other end, as it describes itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Server {
    /// As shown by the server: `15.18 (Debian 15.18-0+deb12u1)`.
    pub version: String,
    /// 150018 for 15.18.
    pub version_num: i64,
    pub database: String,
    pub database_oid: i64,
    pub user: String,
    pub superuser: bool,
    /// Where the role may read it.
    pub system_identifier: Option<String>,
    pub standby: bool,
    /// The phrase that `runner protect` has stored in the database.
    pub protect: Option<String>,
    pub(super) may_identify: bool,
}

impl Server {
    /// From the row of `sql/server.sql`.
    pub(super) fn read(row: &[Value]) -> Self {
        let text = |index: usize| row.get(index).and_then(Value::as_str).map(str::to_owned);
        let int = |index: usize| row.get(index).and_then(Value::as_int).unwrap_or_default();
        let flag = |index: usize| row.get(index).and_then(Value::as_bool).unwrap_or_default();
        Self {
            version: text(0).unwrap_or_default(),
            version_num: int(1),
            database: text(2).unwrap_or_default(),
            user: text(3).unwrap_or_default(),
            standby: flag(4),
            database_oid: int(6),
            protect: text(7).filter(|phrase| !phrase.is_empty()),
            may_identify: flag(8),
            superuser: flag(9),
            system_identifier: None,
        }
    }

    /// The process id of the backend that gave the row.
    pub(super) fn pid(row: &[Value]) -> i64 {
        row.get(5).and_then(Value::as_int).unwrap_or_default()
    }

    /// One line: `PostgreSQL 15.18, database "app" as "postgres", system 7300…`.
    pub fn describe(&self) -> String {
        let version = self.version.split(' ').next().unwrap_or_default();
        let system = self
            .system_identifier
            .as_ref()
            .map(|identifier| format!(", system {identifier}"))
            .unwrap_or_default();
        let standby = if self.standby { ", a standby" } else { "" };
        format!(
            "PostgreSQL {version}, database `{}` as `{}`{system}{standby}",
            self.database, self.user
        )
    }

    /// What tells this database from every other one, for marks: `system/database oid`.
    pub fn identity(&self) -> String {
        let system = self.system_identifier.as_deref().unwrap_or("unknown");
        format!("{system}/{}", self.database_oid)
    }
}

/// How the connection ended, written by the task that drives it.
#[derive(Debug, Clone, Default)]
pub(super) struct Ending(Arc<OnceLock<End>>);

#[derive(Debug)]
struct End {
    reason: String,
    sqlstate: Option<String>,
}

impl Ending {
    pub fn reason(&self) -> Option<String> {
        self.0.get().map(|end| end.reason.clone())
    }

    /// Whether the server ended it on the order of an administrator: a shutdown, `pg_terminate_backend`, DROP DATABASE.
    pub fn is_order(&self) -> bool {
        const ORDERS: [&str; 3] = ["57P01", "57P02", "57P04"];
        let sqlstate = self.0.get().and_then(|end| end.sqlstate.as_deref());
        sqlstate.is_some_and(|sqlstate| ORDERS.contains(&sqlstate))
    }

    fn set(&self, error: &tokio_postgres::Error) {
        // The first error is the reason; the driver ends with it.
        let _ = self.0.set(End {
            reason: text_of(error),
            sqlstate: error.code().map(|code| code.code().to_owned()),
        });
    }
}

/// A connection that has logged in.
pub(super) struct Parts {
    pub client: Client,
    pub ending: Ending,
    pub driver: JoinHandle<()>,
    pub copy: CopyWatch,
    pub encryption: Encryption,
}

impl Parts {
    pub fn new<S, T>(
        client: Client,
        connection: Connection<S, T>,
        (copy, encryption): (CopyWatch, Encryption),
        connector: &Connector,
    ) -> Self
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
        T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let ending = Ending::default();
        let target = connector.name().to_owned();
        let reporter = Arc::clone(connector.reporter());
        let driver = tokio::spawn(drive(connection, target, reporter, ending.clone()));
        Self {
            client,
            ending,
            driver,
            copy,
            encryption,
        }
    }
}

fn notification(target: &str, told: &tokio_postgres::Notification) -> String {
    let (channel, pid, payload) = (told.channel(), told.process_id(), told.payload());
    let between = if payload.is_empty() { "" } else { ": " };
    format!("{target}: notification on `{channel}` from backend {pid}{between}{payload}")
}

/// Drives the connection to its end, passes notices on and keeps the reason of a loss: after one,
/// a pending query only says "connection closed".
async fn drive<S, T>(connection: Connection<S, T>, target: String, to: Reporter, ending: Ending)
where
    S: AsyncRead + AsyncWrite + Unpin,
    T: AsyncRead + AsyncWrite + Unpin,
{
    let mut connection = pin!(connection);
    while let Some(message) = poll_fn(|context| connection.poll_message(context)).await {
        match message {
            Ok(AsyncMessage::Notice(notice)) => to.event(&Event::Notice {
                target: target.clone(),
                severity: notice.severity().to_owned(),
                message: notice.message().to_owned(),
            }),
            Ok(AsyncMessage::Notification(told)) => {
                to.event(&Event::Note(notification(&target, &told)));
            }
            Ok(_) => {}
            Err(error) => {
                ending.set(&error);
                return;
            }
        }
    }
}

/// All that an error of the driver says; its `Display` alone is just "db error".
pub(super) fn text_of(error: &tokio_postgres::Error) -> String {
    if let Some(error) = error.as_db_error() {
        return ServerError::read(error).message;
    }
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        text = format!("{text}: {error}");
        source = error.source();
    }
    text
}
