//! Streams from this machine: TCP and unix sockets.

use std::path::Path;
use std::time::Duration;

use super::Stream;
use super::{Error, Fate, Link};
use crate::ssh::tcp;

/// A stream to the server itself, so TLS makes sense.
pub async fn tcp(host: &str, port: u16, limit: Duration) -> Result<Link, Error> {
    let stream = tcp::connect(host, port, limit).await?;
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
