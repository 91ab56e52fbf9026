//! The server inside a container, reached by a relay over `docker exec -i`.
//!
//! No port need be published, and no program of ours be installed: the relay is a few lines for an interpreter that
//! most images have. `docker exec` leaves its process behind when the client dies, so every relay ends by itself
//! when its stdin does.

mod child;
mod handshake;
mod inspect;
mod place;
mod relay;

use tokio::sync::Mutex;

use super::{Error, Fate, Link};
use crate::ssh::Session;
use handshake::{Failure, shake};
use inspect::inspect;
pub use place::Children;
use place::Place;
use relay::{Addresses, Relay};

/// A container and how the server inside is spoken to.
#[derive(Debug)]
pub struct Container {
    name: String,
    addresses: Addresses,
    /// The relay that works, once it has been found.
    relay: std::sync::Mutex<Option<Relay>>,
    /// Held while the relay is being looked for, so that this is done once.
    search: Mutex<()>,
    /// The relays on this machine.
    children: Children,
}

impl Container {
    /// `folder` is that of the sockets inside the container, if it is not one of the usual ones.
    pub fn new(name: &str, folder: Option<&str>, port: u16) -> Result<Self, Error> {
        let bad = |reason| Error::BadContainer {
            name: name.to_owned(),
            reason,
        };
        let allowed = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
        if name.is_empty() {
            return Err(bad("it is empty"));
        }
        if name.starts_with('-') {
            return Err(bad("docker would take it for an option"));
        }
        if !name.chars().all(allowed) {
            return Err(bad("it may hold letters, digits, `_`, `.` and `-`"));
        }
        Ok(Self {
            name: name.to_owned(),
            addresses: Addresses::new(folder, port),
            relay: std::sync::Mutex::default(),
            search: Mutex::default(),
            children: Children::default(),
        })
    }

    pub fn hop(&self) -> String {
        match self.known_relay() {
            Some(relay) => format!("docker exec {} ({} relay)", self.name, relay.name()),
            None => format!("docker exec {} (relay)", self.name),
        }
    }

    /// A stream to the server, through a docker client on the host of `session`, or else on this machine.
    pub async fn open(
        &self,
        session: Option<&Session>,
        control: Option<&Session>,
    ) -> Result<Link, Error> {
        let place = self.place(session);
        if let Some(relay) = self.known_relay() {
            let link = self.start(relay, &place).await;
            return match link {
                Ok(link) => Ok(link),
                Err(failure) => Err(self.explain(failure, relay, &place).await),
            };
        }
        let _searching = self.search.lock().await;
        if let Some(relay) = self.known_relay() {
            let link = self.start(relay, &place).await;
            return link.map_err(|failure| failure.into_error(&self.name, relay));
        }
        self.find(&place, &self.place(control.or(session))).await
    }

    /// Ends the relays on this machine.
    pub async fn close(&self) {
        self.children.end().await;
    }

    /// Tries the relays the image has until one reaches the server.
    async fn find(&self, place: &Place<'_>, asking: &Place<'_>) -> Result<Link, Error> {
        inspect(&self.name, asking).await?;
        let mut failed = None;
        for relay in relay::probe(&self.name, &self.addresses, asking).await? {
            match self.start(relay, place).await {
                Ok(link) => {
                    *self.relay_cell() = Some(relay);
                    return Ok(link);
                }
                Err(Failure::NoProgram) => {}
                Err(failure) => {
                    let last = failure.is_final(relay);
                    // A refusal by the server says more than a relay that does not work.
                    if last || !matches!(&failed, Some((Failure::Refused { .. }, _))) {
                        failed = Some((failure, relay));
                    }
                    if last {
                        break;
                    }
                }
            }
        }
        match failed {
            None => Err(Error::NoRelay {
                name: self.name.clone(),
                looked_for: relay::looked_for(&self.addresses),
            }),
            Some((failure, relay)) => Err(failure.into_error(&self.name, relay)),
        }
    }

    async fn start(&self, relay: Relay, place: &Place<'_>) -> Result<Link, Failure> {
        let argv = relay.argv(&self.name, &self.addresses);
        let argv: Vec<&str> = argv.iter().map(String::as_str).collect();
        let (stream, ending) = place.spawn(&argv).await?;
        let stream = shake(stream, &ending).await?;
        let name = format!("the {} relay in container `{}`", relay.name(), self.name);
        let fate = match place {
            Place::There(session) => Fate::of_session(session.alias(), session.end()),
            Place::Here(_) => Fate::default(),
        };
        Ok(Link::new(stream, false, fate.with_relay(name, ending)))
    }

    /// A relay that worked before and does not now: the container may have been stopped in between.
    async fn explain(&self, failure: Failure, relay: Relay, place: &Place<'_>) -> Error {
        if !matches!(failure, Failure::Error(_))
            && let Err(error) = inspect(&self.name, place).await
        {
            return error;
        }
        failure.into_error(&self.name, relay)
    }

    fn place<'a>(&'a self, session: Option<&'a Session>) -> Place<'a> {
        match session {
            Some(session) => Place::There(session),
            None => Place::Here(&self.children),
        }
    }

    fn known_relay(&self) -> Option<Relay> {
        *self.relay_cell()
    }

    fn relay_cell(&self) -> std::sync::MutexGuard<'_, Option<Relay>> {
        self.relay
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
