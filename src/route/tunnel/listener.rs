//! Where clients of a tunnel connect: a port of 127.0.0.1, or a unix socket.
//!
//! Never `::1` or `localhost`: with 127.0.0.1 taken and `::1` free, a client of 127.0.0.1 would reach another
//! database. And never an address that other machines see.

use std::io;
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};

use super::Error;
use crate::route::Stream;

/// How long a listener that cannot accept (no file handle is left, say) waits before it tries again.
pub const PAUSE: Duration = Duration::from_millis(200);

/// Where a tunnel is to listen.
#[derive(Debug, Clone)]
pub enum Address {
    /// A port of 127.0.0.1, any that is free for `None`.
    Port(Option<u16>),
    /// A unix socket that does not exist yet; who may connect is a matter of its folder.
    #[cfg(unix)]
    Socket(PathBuf),
}

#[derive(Debug)]
pub enum Listener {
    Port(TcpListener),
    #[cfg(unix)]
    Socket(tokio::net::UnixListener),
}

impl Listener {
    pub async fn bind(address: &Address) -> Result<Self, Error> {
        match address {
            Address::Port(port) => {
                let port = port.unwrap_or(0);
                let bound = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await;
                bound.map(Self::Port).map_err(|error| match error.kind() {
                    io::ErrorKind::AddrInUse if port != 0 => Error::PortTaken { port },
                    _ => Error::PortRefused {
                        port,
                        reason: error.to_string(),
                    },
                })
            }
            #[cfg(unix)]
            Address::Socket(path) => {
                let bound = tokio::net::UnixListener::bind(path);
                bound
                    .map(Self::Socket)
                    .map_err(|error| Error::SocketRefused {
                        path: path.display().to_string(),
                        reason: error.to_string(),
                    })
            }
        }
    }

    /// The port that was found; `None` for a socket.
    pub fn port(&self) -> Option<u16> {
        match self {
            Self::Port(listener) => listener.local_addr().ok().map(|address| address.port()),
            #[cfg(unix)]
            Self::Socket(_) => None,
        }
    }

    /// The next client.
    pub async fn accept(&self) -> io::Result<Stream> {
        match self {
            Self::Port(listener) => {
                let (client, _) = listener.accept().await?;
                at_once(&client);
                Ok(Stream::new(client))
            }
            #[cfg(unix)]
            Self::Socket(listener) => Ok(Stream::new(listener.accept().await?.0)),
        }
    }
}

/// Connects as a client does. `port` is the one that was found.
pub async fn connect(address: &Address, port: Option<u16>) -> io::Result<Stream> {
    match address {
        Address::Port(_) => {
            let address = (Ipv4Addr::LOCALHOST, port.unwrap_or_default());
            let client = TcpStream::connect(address).await?;
            at_once(&client);
            Ok(Stream::new(client))
        }
        #[cfg(unix)]
        Address::Socket(path) => {
            let client = tokio::net::UnixStream::connect(path).await?;
            Ok(Stream::new(client))
        }
    }
}

/// Has small packets leave without waiting for more; a system that cannot is only slower.
fn at_once(client: &TcpStream) {
    let _ = client.set_nodelay(true);
}

/// Whether only this one client is lost, so that the next may be accepted at once.
pub fn is_of_client(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::Interrupted
    )
}
