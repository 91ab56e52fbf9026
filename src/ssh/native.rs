//! A session that russh speaks.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use russh::Disconnect;
use russh::client::Handle;
use tokio::sync::{Mutex, mpsc};

use super::client::Host;
use super::config::HostConfig;
use super::end::SessionEnd;
use super::error::Error;
use super::handler::Handler;
use super::handshake;
use super::refusal::Refusal;
use super::session::Session;

/// A session of our own. It ends when the last clone and the last stream over it are dropped.
#[derive(Clone)]
pub struct Native(Arc<Inner>);

struct Inner {
    handle: Handle<Handler>,
    alias: String,
    end: SessionEnd,
    left: Arc<AtomicBool>,
    /// Channels are opened one after the other, so that the host's words belong to the right one.
    opening: Mutex<mpsc::UnboundedReceiver<Refusal>>,
    /// Whether the host has let a command run.
    has_run: AtomicBool,
    /// The session this one runs over; it must outlive it.
    jump: Option<Session>,
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.left.store(true, Ordering::SeqCst);
    }
}

impl Native {
    /// Opens a session on one host, over `jump` where it stands behind another.
    pub async fn open(
        host: &Host,
        config: &Arc<HostConfig>,
        jump: Option<Session>,
    ) -> Result<Self, Error> {
        let (handle, watch) = handshake::shake(host, config, jump.as_ref()).await?;
        Ok(Self(Arc::new(Inner {
            handle,
            alias: config.alias.clone(),
            end: watch.end,
            left: watch.left,
            opening: Mutex::new(watch.refusals),
            has_run: AtomicBool::default(),
            jump,
        })))
    }

    pub fn alias(&self) -> &str {
        &self.0.alias
    }

    pub fn is_closed(&self) -> bool {
        self.0.handle.is_closed()
    }

    pub fn end(&self) -> &SessionEnd {
        &self.0.end
    }

    pub fn has_run(&self) -> bool {
        self.0.has_run.load(Ordering::SeqCst)
    }

    pub(super) fn runs(&self) {
        self.0.has_run.store(true, Ordering::SeqCst);
    }

    pub fn jump(&self) -> Option<&Session> {
        self.0.jump.as_ref()
    }

    /// Says good-bye, and waits until the host has heard it.
    pub async fn close(&self) {
        self.0.left.store(true, Ordering::SeqCst);
        // An error means that the session has ended already.
        let good_bye = self.0.handle.disconnect(Disconnect::ByApplication, "", "");
        let _ = tokio::time::timeout(Duration::from_secs(1), good_bye).await;
        self.0.end.reason(Duration::from_secs(1)).await;
    }

    pub(super) fn handle(&self) -> &Handle<Handler> {
        &self.0.handle
    }

    pub(super) fn opening(&self) -> &Mutex<mpsc::UnboundedReceiver<Refusal>> {
        &self.0.opening
    }
}
