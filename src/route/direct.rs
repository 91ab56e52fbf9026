//! Streams from this machine: TCP and unix sockets.

use std::path::Path;

use super::Stream;
use super::{Error, Fate, Link};
use crate::ssh::tcp::{self, Dial};

/// A stream to the server itself, so TLS makes sense.
pub async fn tcp(host: &str, port: u16, dial: &Dial) -> Result<Link, Error> {
    let stream = tcp::dial(host, port, dial).await?;
    Ok(Link::new(Stream::new(stream), true, Fate::default()))
}

#[cfg(unix)]
pub async fn socket(path: &Path) -> Result<Link, Error> {
    let connecting = tokio::net::UnixStream::connect(path);
    let connected = crate::interrupt::race(connecting).await;
    let stream = connected
        .map_err(|_| Error::Interrupted)?
        .map_err(|error| {
            let path = path.display().to_string();
            match error.kind() {
                std::io::ErrorKind::NotFound => Error::SocketMissing { path },
                _ => Error::SocketRefused {
                    path,
                    reason: error.to_string(),
                },
            }
        })?;
    Ok(Link::new(Stream::new(stream), false, Fate::default()))
}

#[cfg(not(unix))]
pub async fn socket(path: &Path) -> Result<Link, Error> {
    Err(Error::NoSockets {
        path: path.display().to_string(),
    })
}
