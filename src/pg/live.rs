//! The connection a session has at the moment, and why it ended.

use std::sync::OnceLock;
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio_postgres::Client;

use super::parsed::ParsedStatements;
use super::server::{Ending, Parts};
use super::wire::CopyWatch;
use crate::route::Fate;

/// How long to wait for the reason of a lost connection.
const LAST_WORDS: Duration = Duration::from_millis(500);
/// The same where the server has said that it ends the connection.
const GOODBYE: Duration = Duration::from_secs(10);

pub struct Live {
    pub client: Client,
    pub copy: CopyWatch,
    pub parsed: ParsedStatements,
    ending: Ending,
    fate: Fate,
    driver: JoinHandle<()>,
    pid: OnceLock<i64>,
}

impl Live {
    pub fn new(parts: Parts, fate: Fate) -> Self {
        Self {
            client: parts.client,
            copy: parts.copy,
            parsed: ParsedStatements::default(),
            ending: parts.ending,
            driver: parts.driver,
            fate,
            pid: OnceLock::new(),
        }
    }

    /// Told once, after the login.
    pub fn set_pid(&self, pid: i64) {
        let _ = self.pid.set(pid);
    }

    /// The process id of the backend.
    pub fn pid(&self) -> i64 {
        self.pid.get().copied().unwrap_or_default()
    }

    /// Ends the connection; what is open in it is rolled back by the server.
    pub fn abort(&self) {
        self.driver.abort();
    }

    /// Whether the server has ended the connection on purpose: somebody wants nothing more to be done over it.
    pub async fn was_ended_by_order(&self) -> bool {
        self.told().await;
        self.ending.is_order()
    }

    /// Why the connection ended, as far as anybody knows.
    pub async fn loss(&self) -> String {
        self.told().await;
        let fate = self.fate.describe().await;
        match (self.ending.reason(), fate) {
            (Some(reason), Some(fate)) => format!("{reason} ({fate})"),
            (Some(text), None) | (None, Some(text)) => text,
            (None, None) => "the server or the network closed it".to_owned(),
        }
    }

    /// Behind an error with which the server closes the connection: it closes it a moment later.
    pub async fn closed(&self) {
        self.ended_within(GOODBYE).await;
    }

    /// Statements fail a moment before the task that drives the connection has told why it ended.
    async fn told(&self) {
        self.ended_within(LAST_WORDS).await;
    }

    async fn ended_within(&self, limit: Duration) {
        let ended = async {
            while !self.driver.is_finished() {
                tokio::time::sleep(LAST_WORDS / 50).await;
            }
        };
        let _ = tokio::time::timeout(limit, ended).await;
    }
}
