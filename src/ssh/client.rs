//! Hosts, and sessions on them.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use russh::Disconnect;
use russh::client::Handle;
use tokio::sync::{Mutex, mpsc};

use super::config::{self, Chain, HostConfig};
use super::error::Error;
use super::handler::{Handler, SessionEnd};
use super::handshake;
use crate::progress::{Event, Reporter};

/// A host as the user's ssh configuration describes it, with the jump hosts before it.
#[derive(Clone)]
pub struct Host(Arc<Way>);

struct Way {
    /// The outermost first.
    jumps: Vec<Arc<HostConfig>>,
    host: Arc<HostConfig>,
    reporter: Reporter,
    banner_shown: Arc<AtomicBool>,
}

impl Host {
    /// Reads the configuration of `given`, an alias or `user@host:port`; connects to nothing.
    ///
    /// `file` stands in for `~/.ssh/config`, as with `ssh -F`.
    pub async fn resolve(
        given: &str,
        file: Option<&Path>,
        reporter: Reporter,
    ) -> Result<Self, Error> {
        let Chain { jumps, host } = config::resolve(given, file).await?;
        Ok(Self(Arc::new(Way {
            jumps: jumps.into_iter().map(Arc::new).collect(),
            host: Arc::new(host),
            reporter,
            banner_shown: Arc::default(),
        })))
    }

    /// The hosts on the way, each like `ssh sertantai-hz (1.2.3.4:22)`.
    pub fn describe(&self) -> Vec<String> {
        let hops = self.0.jumps.iter().chain([&self.0.host]);
        hops.map(|hop| format!("ssh {} ({}:{})", hop.alias, hop.host, hop.port))
            .collect()
    }

    /// Who we are there.
    pub fn user(&self) -> &str {
        &self.0.host.user
    }

    /// Opens a session of its own, logged in.
    pub async fn connect(&self) -> Result<Session, Error> {
        let mut jump = None;
        for config in &self.0.jumps {
            jump = Some(self.connect_one(config, jump).await?);
        }
        self.connect_one(&self.0.host, jump).await
    }

    async fn connect_one(
        &self,
        config: &Arc<HostConfig>,
        jump: Option<Session>,
    ) -> Result<Session, Error> {
        let (handle, watch) = handshake::shake(self, config, jump.as_ref()).await?;
        Ok(Session(Arc::new(Inner {
            handle,
            alias: config.alias.clone(),
            end: watch.end,
            left: watch.left,
            opening: Mutex::new(watch.refusals),
            jump,
        })))
    }

    pub(super) fn reporter(&self) -> &Reporter {
        &self.0.reporter
    }

    /// Shows the host's banner, for the first session only: each database connection has one.
    pub(super) fn banner(&self, config: &HostConfig) -> Box<dyn Fn(&str) + Send + Sync> {
        let alias = config.alias.clone();
        let reporter = Arc::clone(&self.0.reporter);
        let shown = Arc::clone(&self.0.banner_shown);
        Box::new(move |banner| {
            let banner = banner.trim();
            if !banner.is_empty() && !shown.swap(true, Ordering::SeqCst) {
                reporter.event(&Event::Note(format!("{alias} says: {banner}")));
            }
        })
    }
}

/// A session on a host. It ends when the last clone and the last stream over it are dropped.
#[derive(Clone)]
pub struct Session(Arc<Inner>);

struct Inner {
    handle: Handle<Handler>,
    alias: String,
    end: SessionEnd,
    left: Arc<AtomicBool>,
    /// Channels are opened one after the other, so that the host's words belong to the right one.
    opening: Mutex<mpsc::UnboundedReceiver<String>>,
    /// The session this one runs over; it must outlive it.
    jump: Option<Session>,
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.left.store(true, Ordering::SeqCst);
    }
}

impl Session {
    pub fn alias(&self) -> &str {
        &self.0.alias
    }

    pub fn is_closed(&self) -> bool {
        self.0.handle.is_closed()
    }

    pub fn end(&self) -> &SessionEnd {
        &self.0.end
    }

    /// Says good-bye, to the jump hosts too. Streams over the session end.
    pub async fn close(&self) {
        let mut next = Some(self);
        while let Some(Self(session)) = next {
            session.left.store(true, Ordering::SeqCst);
            // An error means that the session has ended already.
            let good_bye = session.handle.disconnect(Disconnect::ByApplication, "", "");
            let _ = tokio::time::timeout(Duration::from_secs(1), good_bye).await;
            session.end.reason(Duration::from_secs(1)).await;
            next = session.jump.as_ref();
        }
    }

    pub(super) fn handle(&self) -> &Handle<Handler> {
        &self.0.handle
    }

    pub(super) fn opening(&self) -> &Mutex<mpsc::UnboundedReceiver<String>> {
        &self.0.opening
    }
}
