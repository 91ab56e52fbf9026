//! The server inside a container: by the container's own socket, or by a port of it.
//!
//! No port need be published, and no program of ours be installed: where the host's root cannot take the socket
//! itself, a relay is a few lines for an interpreter that most images have.

mod child;
mod compose;
mod engine;
mod handshake;
mod inspect;
mod network;
mod place;
mod relay;
mod relayed;

use std::net::IpAddr;
use std::path::Path;
use std::sync::OnceLock;

use super::{Error, Link, dial};
use crate::config::Service;
use crate::ssh::Session;
use crate::ssh::tcp::Dial;
pub use engine::Engine;
use engine::{Found, Wanted, find};
use inspect::{Inspected, inspect};
pub use place::Children;
use place::Place;
use relay::Addresses;
use relayed::Relayed;

const HOST_SOCKET: &str = include_str!("host_socket.sh");

/// A container and how the server inside is reached. Each [`Way`] is a rung of the ladder.
#[derive(Debug)]
pub struct Container {
    wanted: Wanted,
    addresses: Addresses,
    /// Known once an engine has been asked.
    found: OnceLock<Found>,
    relayed: Relayed,
    /// The engine's clients on this machine.
    children: Children,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// The socket, through the `/proc` of a host whose root we are.
    HostSocket,
    /// The socket or loopback, by a relay over `docker exec -i`.
    Relay,
    Published,
    Bridge,
}

/// From where a stream is opened.
#[derive(Clone, Copy)]
pub struct Origin<'a> {
    /// The ssh host; `None` for this machine.
    pub session: Option<&'a Session>,
    /// Where questions are asked, if not there.
    pub control: Option<&'a Session>,
    pub dial: &'a Dial,
}

impl Container {
    /// `folder` is that of the sockets inside the container, if it is not one of the usual ones.
    pub fn named(name: &str, folder: Option<&str>, port: u16) -> Result<Self, Error> {
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
        Ok(Self::new(Wanted::Name(name.to_owned()), folder, port))
    }

    /// The container of a compose service.
    pub fn of_service(service: &Service, folder: Option<&str>, port: u16) -> Self {
        Self::new(Wanted::Service(service.clone()), folder, port)
    }

    fn new(wanted: Wanted, folder: Option<&str>, port: u16) -> Self {
        Self {
            wanted,
            addresses: Addresses::new(folder, port),
            found: OnceLock::new(),
            relayed: Relayed::default(),
            children: Children::default(),
        }
    }

    /// The hop as it is shown: with the names of engine and container once they are known.
    pub fn hop(&self, way: Way) -> String {
        let (engine, name) = match self.found.get() {
            Some(found) => (found.engine, found.name.clone()),
            None => (Engine::Docker, self.wanted.to_string()),
        };
        match way {
            Way::HostSocket => format!("{engine} {name} (its socket, through /proc)"),
            Way::Relay => format!("{engine} exec {name} ({})", self.relayed.words()),
            Way::Published => format!("{engine} {name} (its published port)"),
            Way::Bridge => format!("{engine} {name} (its bridge address)"),
        }
    }

    /// A stream to the server.
    pub async fn open(&self, way: Way, from: Origin<'_>) -> Result<Link, Error> {
        if way == Way::Relay {
            return self.relay(from).await;
        }
        let asking = self.place(from.control.or(from.session));
        let (found, inspected) = self.look(&asking).await?;
        let port = self.addresses.port();
        let addresses = match way {
            Way::Published => network::published(&found, &inspected, port, &asking).await?,
            Way::Bridge => network::bridged(&found, &inspected, port, &asking).await?,
            Way::HostSocket | Way::Relay => {
                let path = self.host_socket(&found, &inspected, &asking).await?;
                return dial::socket(from, Path::new(&path)).await;
            }
        };
        first_that_answers(&addresses, from).await
    }

    /// Ends the engine's clients on this machine.
    pub async fn close(&self) {
        self.children.end().await;
    }

    /// The container as it is at this moment: it may have been started anew since the last time.
    async fn look(&self, place: &Place<'_>) -> Result<(Found, Inspected), Error> {
        if let Some(found) = self.found.get() {
            let inspected = inspect(found.engine, &found.name, place).await?;
            return Ok((found.clone(), inspected));
        }
        let (found, inspected) = find(&self.wanted, place).await?;
        // Another link may have been quicker; both have found the same.
        Ok((self.found.get_or_init(|| found).clone(), inspected))
    }

    /// The path of the socket on its host.
    async fn host_socket(
        &self,
        found: &Found,
        inspected: &Inspected,
        place: &Place<'_>,
    ) -> Result<String, Error> {
        let pid = inspected.pid().to_string();
        let sockets = self.addresses.host_sockets();
        let mut argv = vec!["sh", "-c", HOST_SOCKET, "sh", &pid, &inspected.id];
        argv.extend(sockets.iter().map(String::as_str));
        let output = place.output(&argv).await?;
        // A login shell may have something to say first.
        match output.stdout.lines().last() {
            Some(path) if output.succeeded() => Ok(path.to_owned()),
            _ => Err(Error::NoHostSocket {
                name: found.name.clone(),
                place: place.words(),
                reason: output.complaint().to_owned(),
            }),
        }
    }

    fn place<'a>(&'a self, session: Option<&'a Session>) -> Place<'a> {
        match session {
            Some(session) => Place::There(session),
            None => Place::Here(&self.children),
        }
    }
}

/// Tries one after the other; `addresses` has one at least.
async fn first_that_answers(addresses: &[(IpAddr, u16)], from: Origin<'_>) -> Result<Link, Error> {
    let mut last = Err(Error::Interrupted);
    for (address, port) in addresses {
        last = dial::tcp(from, &address.to_string(), *port).await;
        if !last.as_ref().is_err_and(Error::passes) {
            break;
        }
    }
    last
}
