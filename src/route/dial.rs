//! Streams to an address, from this machine or from the last ssh host.

use std::path::Path;

use super::container::Origin;
use super::{Error, Fate, Link, Stream};
use crate::ssh::{Session, tcp};

/// A stream to the server itself, so TLS makes sense.
pub async fn tcp(from: Origin<'_>, host: &str, port: u16) -> Result<Link, Error> {
    let (stream, fate) = if let Some(session) = from.session {
        let stream = session.open_tcp(host, port, from.dial.limit).await?;
        (Stream::new(stream), fate(session))
    } else {
        let stream = tcp::dial(host, port, from.dial).await?;
        (Stream::new(stream), Fate::default())
    };
    Ok(Link::new(stream, true, fate))
}

pub async fn socket(from: Origin<'_>, path: &Path) -> Result<Link, Error> {
    let (stream, fate) = match from.session {
        Some(session) => {
            let path = path.to_string_lossy();
            let stream = session.open_socket(&path, from.dial.limit).await?;
            (Stream::new(stream), fate(session))
        }
        None => (socket_here(path).await?, Fate::default()),
    };
    Ok(Link::new(stream, false, fate))
}

fn fate(session: &Session) -> Fate {
    Fate::of_session(session.alias(), session.end())
}

#[cfg(unix)]
async fn socket_here(path: &Path) -> Result<Stream, Error> {
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
    Ok(Stream::new(stream))
}

#[cfg(not(unix))]
async fn socket_here(path: &Path) -> Result<Stream, Error> {
    Err(Error::NoSockets {
        path: path.display().to_string(),
    })
}
