//! Tunnels for other programs: psql, pg_dump, whatever speaks PostgreSQL's protocol.
//!
//! The server is logged in to first: this finds the rung of the ladder that leads there, shows which server
//! answers, and whether it is protected. Then the tunnel listens, and is tried by going through it.
//!
//! Who speaks TLS depends on who listens:
//!
//! - On a port of 127.0.0.1 bytes pass as they are, so the client negotiates TLS with the real server, and checks
//!   its real name where it is told (`PGHOST` with `PGHOSTADDR`). A server at the end of a socket or a relay
//!   answers that it has none.
//! - For a single command there is no port: through one onto a server that trusts whoever reaches it, every user
//!   of this machine would be a superuser. There is a unix socket in a folder only we may enter. Clients speak no
//!   TLS over a socket, so it is spoken from here on, by `sslmode` and with the same checks as in our own sessions;
//!   the login is then not bound to it (`unbound`).
//!   Where a system has no unix sockets, a command gets a port.

mod environment;
mod folder;
mod unbound;
mod way;

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::server::Server;
use super::{Access, Connector, Error, Result, tls};
use crate::config::SslNegotiation;
use crate::progress::Event;
use crate::route::Stream;
use crate::route::tunnel::{self, Address};
pub use environment::Environment;
use folder::Folder;
use way::{Closed, Plain, Raw};

/// SQLSTATE: the server knows us, and has no such database.
const NO_DATABASE: &str = "3D000";

/// Where a tunnel is to listen.
#[derive(Debug, Clone, Copy)]
pub enum Listen {
    /// On a port of 127.0.0.1, any that is free for `None`.
    Port(Option<u16>),
    /// Where nobody else connects, for one command.
    Private,
}

/// A server that answers, before a tunnel to it is opened.
pub struct Reached {
    connector: Connector,
    server: Option<Server>,
}

/// Finds the way to the server. One that does not let us in counts too: clients may know the password.
pub async fn reach(connector: &Connector) -> Result<Reached> {
    let server = match connector.open(Access::ReadOnly).await {
        Ok(session) => {
            let server = session.server().clone();
            session.close();
            Some(server)
        }
        Err(error) if error.is_login_refusal() || error.sqlstate() == Some(NO_DATABASE) => {
            way::try_server(connector).await?;
            connector.reporter().event(&Event::Note(format!(
                "{error}; so nobody could ask the server whether it is protected, and the tunnel is for clients that \
                 may log in"
            )));
            None
        }
        Err(error) => return Err(error),
    };
    Ok(Reached {
        connector: connector.clone(),
        server,
    })
}

impl Reached {
    /// Which server it is; `None` where it did not let us in.
    pub fn server(&self) -> Option<&Server> {
        self.server.as_ref()
    }

    /// Opens the tunnel and goes through it once. `closed` is what every client is told instead of being let
    /// through: in a dry run.
    pub async fn listen(self, at: Listen, closed: Option<&str>) -> Result<Tunnel> {
        let name = self.connector.name();
        let (address, folder) = place(at, &self.connector).map_err(|e| failed(name, e))?;
        let way: Box<dyn tunnel::Way> = match (closed, &address) {
            (Some(reason), _) => Box::new(Closed(reason.to_owned())),
            (None, Address::Port(_)) => Box::new(Raw(self.connector.clone())),
            #[cfg(unix)]
            (None, Address::Socket(_)) => Box::new(Plain(self.connector.clone())),
        };
        let reporter = Arc::clone(self.connector.reporter());
        let opened = tunnel::Tunnel::open(address, way, name, reporter).await;
        let tunnel = opened.map_err(|e| failed(name, e))?;
        if closed.is_none()
            && let Err(error) = tunnel.probe(is_answered).await
        {
            tunnel.close().await;
            return Err(failed(name, error));
        }
        Ok(Tunnel {
            listening: tunnel,
            connector: self.connector,
            folder: Mutex::new(folder),
        })
    }
}

/// Whether PostgreSQL answers; what is no matter.
async fn is_answered(stream: &mut Stream) -> io::Result<()> {
    tls::negotiate(stream, SslNegotiation::Asked)
        .await
        .map(drop)
}

/// Where to listen, and the folder that this is in.
#[cfg(unix)]
fn place(
    at: Listen,
    connector: &Connector,
) -> std::result::Result<(Address, Option<Folder>), tunnel::Error> {
    match at {
        Listen::Port(port) => Ok((Address::Port(port), None)),
        Listen::Private => {
            let folder = Folder::make()?;
            let name = format!(".s.PGSQL.{}", connector.target().dsn.first().port);
            Ok((Address::Socket(folder.path().join(name)), Some(folder)))
        }
    }
}

#[cfg(not(unix))]
fn place(
    at: Listen,
    _: &Connector,
) -> std::result::Result<(Address, Option<Folder>), tunnel::Error> {
    let port = match at {
        Listen::Port(port) => port,
        Listen::Private => None,
    };
    Ok((Address::Port(port), None))
}

fn failed(target: &str, source: tunnel::Error) -> Error {
    match source {
        tunnel::Error::Interrupted => Error::Interrupted,
        source => Error::Tunnel {
            target: target.to_owned(),
            source,
        },
    }
}

/// An open tunnel; [`close`](Self::close) ends it.
pub struct Tunnel {
    listening: tunnel::Tunnel,
    connector: Connector,
    /// For the socket, and for the password once it was asked for.
    folder: Mutex<Option<Folder>>,
}

impl Tunnel {
    /// The target's name.
    pub fn name(&self) -> &str {
        self.connector.name()
    }

    /// The port of 127.0.0.1; `None` for a private tunnel.
    pub fn port(&self) -> Option<u16> {
        self.listening.port()
    }

    /// Ends every connection, its link, and what was made for it. A second call does nothing.
    pub async fn close(&self) {
        self.listening.close().await;
        self.folder().take();
    }

    /// A file of ours, which only we may read.
    fn keep(&self, name: &str, contents: &str) -> Result<PathBuf> {
        let kept = || {
            let mut folder = self.folder();
            if folder.is_none() {
                *folder = Some(Folder::make()?);
            }
            let folder = folder.as_ref().map(|folder| folder.write(name, contents));
            folder.transpose()
        };
        let path = kept().map_err(|e| failed(self.name(), e))?;
        Ok(path.unwrap_or_default())
    }

    fn folder(&self) -> MutexGuard<'_, Option<Folder>> {
        self.folder.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
