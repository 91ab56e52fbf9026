//! The ssh host in front of a server, and the session on it that carries no bulk.

use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::{Mutex, OnceCell};

use super::Error;
use crate::config::Target;
use crate::progress::Reporter;
use crate::ssh::{Host, Session};

/// The ssh host in front of the server.
pub struct Via {
    given: String,
    config: Option<PathBuf>,
    host: OnceCell<Host>,
    control: Mutex<Option<Session>>,
}

impl Via {
    /// The host of a target behind one.
    pub fn of(target: &Target) -> Option<Self> {
        Some(Self {
            given: target.ssh.clone()?,
            config: target.ssh_config.clone(),
            host: OnceCell::new(),
            control: Mutex::default(),
        })
    }

    /// The hops to it; their addresses are known once the configuration has been read.
    pub fn describe(&self) -> Vec<String> {
        match self.host.get() {
            Some(host) => host.describe(),
            None => vec![format!("ssh {}", self.given)],
        }
    }

    pub async fn host(&self, reporter: &Reporter) -> Result<&Host, Error> {
        let resolving = || Host::resolve(&self.given, self.config.as_deref(), Arc::clone(reporter));
        Ok(self.host.get_or_try_init(resolving).await?)
    }

    /// The control session, opened when first needed and again after it was lost.
    pub async fn control(&self, reporter: &Reporter) -> Result<Session, Error> {
        let mut control = self.control.lock().await;
        match &*control {
            Some(session) if !session.is_closed() => Ok(session.clone()),
            _ => {
                let session = self.host(reporter).await?.connect().await?;
                *control = Some(session.clone());
                Ok(session)
            }
        }
    }

    /// Ends the control session, and what the sessions on the host share.
    pub async fn close(&self) {
        if let Some(session) = self.control.lock().await.take() {
            session.close().await;
        }
        if let Some(host) = self.host.get() {
            host.close().await;
        }
    }
}
