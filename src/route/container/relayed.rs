//! Finding the relay that works in a container, and starting it for every link.
//!
//! `docker exec` leaves its process behind when the client dies, so every relay ends by itself when its stdin does.

use std::sync::{MutexGuard, PoisonError};

use tokio::sync::Mutex;

use super::engine::Found;
use super::handshake::{Failure, shake};
use super::place::Place;
use super::relay::{self, Relay};
use super::{Container, Origin};
use crate::route::{Error, Fate, Link};

/// The relay of a container.
#[derive(Debug, Default)]
pub struct Relayed {
    /// The one that works, once it has been found.
    relay: std::sync::Mutex<Option<Relay>>,
    /// Held while it is being looked for, so that this is done once.
    search: Mutex<()>,
}

impl Relayed {
    pub fn words(&self) -> String {
        match self.known() {
            Some(relay) => format!("{} relay", relay.name()),
            None => "relay".to_owned(),
        }
    }

    fn known(&self) -> Option<Relay> {
        *self.cell()
    }

    fn cell(&self) -> MutexGuard<'_, Option<Relay>> {
        self.relay.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Container {
    /// A stream by a relay.
    pub(super) async fn relay(&self, from: Origin<'_>) -> Result<Link, Error> {
        let place = self.place(from.session);
        if let Some(known) = self.known() {
            return self.start_known(known, &place).await;
        }
        let _searching = self.relayed.search.lock().await;
        if let Some(known) = self.known() {
            return self.start_known(known, &place).await;
        }
        let asking = self.place(from.control.or(from.session));
        self.find_relay(&place, &asking).await
    }

    fn known(&self) -> Option<(&Found, Relay)> {
        Some((self.found.get()?, self.relayed.known()?))
    }

    async fn start_known(
        &self,
        (found, relay): (&Found, Relay),
        place: &Place<'_>,
    ) -> Result<Link, Error> {
        let failure = match start(relay, found, &self.addresses, place).await {
            Ok(link) => return Ok(link),
            Err(failure) => failure,
        };
        // It worked before: the container may have been stopped in between.
        if !matches!(failure, Failure::Error(_)) {
            self.look(place).await?;
        }
        Err(failure.into_error(&found.name, relay))
    }

    /// Tries the relays the image has until one reaches the server.
    async fn find_relay(&self, place: &Place<'_>, asking: &Place<'_>) -> Result<Link, Error> {
        let (found, _) = self.look(asking).await?;
        let mut failed = None;
        for relay in relay::probe(&found, &self.addresses, asking).await? {
            match start(relay, &found, &self.addresses, place).await {
                Ok(link) => {
                    *self.relayed.cell() = Some(relay);
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
                name: found.name,
                looked_for: relay::looked_for(&self.addresses),
            }),
            Some((failure, relay)) => Err(failure.into_error(&found.name, relay)),
        }
    }
}

async fn start(
    relay: Relay,
    found: &Found,
    addresses: &relay::Addresses,
    place: &Place<'_>,
) -> Result<Link, Failure> {
    let argv = relay.argv(found, addresses);
    let argv: Vec<&str> = argv.iter().map(String::as_str).collect();
    let (stream, ending) = place.spawn(&argv).await?;
    let stream = shake(stream, &ending).await?;
    let name = format!("the {} relay in container `{}`", relay.name(), found.name);
    let fate = match place {
        Place::There(session) => Fate::of_session(session.alias(), session.end()),
        Place::Here(_) => Fate::default(),
    };
    Ok(Link::new(stream, false, fate.with_relay(name, ending)))
}
