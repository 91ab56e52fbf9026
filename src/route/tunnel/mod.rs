//! A local listener for other programs: each connection to it gets a link of its own to the server.
//!
//! Bytes pass as they are. A client that speaks TLS speaks it with the real server, and a cancel request is a
//! connection like any other. Two things are done besides: a client for which no link can be had is told why in
//! the protocol's own words, and a backend whose client has gone without a word while it works is told to cancel,
//! so that nothing runs on for nobody (as far as its key could be read: not behind TLS).

mod backend;
mod connection;
mod error;
mod listener;
mod startup;

use std::io;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::task::{JoinHandle, JoinSet};
use tokio_util::sync::{CancellationToken, DropGuard};

use super::{Link, Stream};
use crate::interrupt::race;
use crate::progress::{Event, Reporter};
pub use error::Error;
pub use listener::Address;
use listener::Listener;

/// How long the connections that are open when a tunnel is closed may take to end.
const CLOSE_WITHIN: Duration = Duration::from_secs(6);
/// How long a first answer through the tunnel may take, the link's handshakes included.
const PROBE_WITHIN: Duration = Duration::from_secs(60);

/// How the connections of a tunnel reach the server. An error is told to the client and the operator.
pub trait Way: Send + Sync {
    fn open(&self) -> BoxFuture<'_, Result<Link, String>>;

    /// For a cancel request: where this costs less than a link.
    fn open_control(&self) -> BoxFuture<'_, Result<Link, String>>;
}

/// What is known of the server at the other end.
#[derive(Debug, Clone, Copy, Default)]
pub struct OtherEnd {
    /// Whether TLS makes sense for clients: it is reached by TCP.
    pub tls: bool,
    /// Which of the target's servers it is, counted from 0.
    pub server: usize,
}

/// An open tunnel. It ends with [`close`](Self::close), or is ended when the value is dropped.
pub struct Tunnel {
    address: Address,
    port: Option<u16>,
    closing: CancellationToken,
    _end: DropGuard,
    keeper: Mutex<Option<JoinHandle<()>>>,
    shared: Arc<Shared>,
}

/// What all connections of a tunnel share.
struct Shared {
    way: Box<dyn Way>,
    /// For messages.
    target: String,
    reporter: Reporter,
    /// Clients here speak without encryption, as is the custom on a unix socket.
    in_the_open: bool,
    /// Where the links have led.
    end: OnceLock<OtherEnd>,
    /// A client that tries again and again fails for the same reason, which is told once.
    told: Mutex<String>,
}

impl Tunnel {
    /// Listens. Nothing has been tried yet: see [`probe`](Self::probe).
    pub async fn open(
        address: Address,
        way: Box<dyn Way>,
        target: &str,
        reporter: Reporter,
    ) -> Result<Self, Error> {
        let listener = Listener::bind(&address).await?;
        let port = listener.port();
        let shared = Arc::new(Shared {
            way,
            target: target.to_owned(),
            reporter,
            in_the_open: port.is_none(),
            end: OnceLock::new(),
            told: Mutex::default(),
        });
        let closing = CancellationToken::new();
        let keeper = tokio::spawn(keep(listener, Arc::clone(&shared), closing.clone()));
        Ok(Self {
            address,
            port,
            _end: closing.clone().drop_guard(),
            closing,
            keeper: Mutex::new(Some(keeper)),
            shared,
        })
    }

    /// Goes through the tunnel as a client does: that something listens says nothing about the other end. `ask` is
    /// the first exchange of the protocol.
    pub async fn probe(
        &self,
        ask: impl AsyncFnOnce(&mut Stream) -> io::Result<()>,
    ) -> Result<(), Error> {
        let answer = async {
            let mut client = listener::connect(&self.address, self.port).await?;
            ask(&mut client).await
        };
        let reason = match race(tokio::time::timeout(PROBE_WITHIN, answer)).await {
            Err(_) => return Err(Error::Interrupted),
            Ok(Ok(Ok(()))) => return Ok(()),
            Ok(Ok(Err(error))) if error.kind() == io::ErrorKind::UnexpectedEof => {
                "it was closed before the server answered".to_owned()
            }
            Ok(Ok(Err(error))) => error.to_string(),
            Ok(Err(_)) => format!("no answer within {} s", PROBE_WITHIN.as_secs()),
        };
        Err(Error::Broken { reason })
    }

    /// The port of 127.0.0.1; `None` for a unix socket.
    pub fn port(&self) -> Option<u16> {
        self.port
    }

    /// Where it leads, once a link has been opened.
    pub fn other_end(&self) -> OtherEnd {
        self.shared.end.get().copied().unwrap_or_default()
    }

    pub fn is_closed(&self) -> bool {
        self.closing.is_cancelled()
    }

    /// Listens no more and ends every connection and its link; a second call does nothing.
    pub async fn close(&self) {
        self.closing.cancel();
        let keeper = self
            .keeper
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(keeper) = keeper {
            // It fails only where it panicked, and then it has ended.
            let _ = keeper.await;
        }
    }
}

/// Accepts clients until the tunnel is closed, then sees them off.
async fn keep(listener: Listener, shared: Arc<Shared>, closing: CancellationToken) {
    let mut clients = JoinSet::new();
    loop {
        tokio::select! {
            () = closing.cancelled() => break,
            accepted = listener.accept() => match accepted {
                Ok(client) => {
                    let serving = connection::serve(client, Arc::clone(&shared), closing.clone());
                    clients.spawn(serving);
                }
                Err(error) if listener::is_of_client(&error) => {}
                Err(error) => {
                    shared.warn(&format!("no client can be taken: {error}"));
                    tokio::time::sleep(listener::PAUSE).await;
                }
            },
            Some(_) = clients.join_next(), if !clients.is_empty() => {}
        }
    }
    drop(listener);
    let all = async { while clients.join_next().await.is_some() {} };
    let _ = tokio::time::timeout(CLOSE_WITHIN, all).await;
    clients.shutdown().await;
}

impl Shared {
    fn warn(&self, reason: &str) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if *told != reason {
            reason.clone_into(&mut told);
            self.reporter.event(&Event::Warning(format!(
                "tunnel to `{}`: {reason}",
                self.target
            )));
        }
    }
}
