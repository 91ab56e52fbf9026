//! TCP connections that notice a dead peer: every address of a name is tried, and the socket is kept alive.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use socket2::{SockRef, TcpKeepalive};
use tokio::net::{TcpSocket, TcpStream};

use super::wait::{Cut, within};

/// The time a connection may take where nothing else is configured.
pub const DEFAULT_LIMIT: Duration = Duration::from_secs(15);

/// How long an address is ahead of the next one of the same name.
const HEAD_START: Duration = Duration::from_millis(250);

const KEEPALIVE_AFTER: Duration = Duration::from_secs(30);
const KEEPALIVE_EVERY: Duration = Duration::from_secs(10);
/// How long written bytes may go unacknowledged before the link counts as lost.
#[cfg(target_os = "linux")]
const STALLED_AFTER: Duration = Duration::from_secs(60);

/// The addresses a connection may go to and come from; any, if nothing is said.
#[derive(Debug, Clone, Default)]
pub struct Ends {
    pub family: Option<Family>,
    /// An address or name of this machine to connect from.
    pub source: Option<String>,
}

/// As `AddressFamily` spells them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    Inet,
    Inet6,
}

impl Ends {
    fn may_reach(&self, address: &SocketAddr) -> bool {
        match self.family {
            None => true,
            Some(Family::Inet) => address.is_ipv4(),
            Some(Family::Inet6) => address.is_ipv6(),
        }
    }

    /// The address to connect to `target` from, which must be of its kind.
    async fn source_for(&self, target: &SocketAddr) -> io::Result<Option<SocketAddr>> {
        let Some(source) = &self.source else {
            return Ok(None);
        };
        let mut sources = tokio::net::lookup_host((source.as_str(), 0)).await?;
        match sources.find(|source| source.is_ipv4() == target.is_ipv4()) {
            Some(source) => Ok(Some(source)),
            None => Err(io::Error::other(
                "it has no address of the kind of the host's",
            )),
        }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the name `{host}` does not resolve ({reason}); is it spelled right?")]
    Unresolvable { host: String, reason: String },
    #[error("`{host}:{port}` refuses connections; is anything listening there?")]
    Refused { host: String, port: u16 },
    #[error("no answer from `{host}:{port}` within {} s", limit.as_secs())]
    TimedOut {
        host: String,
        port: u16,
        limit: Duration,
    },
    #[error("cannot reach `{host}:{port}`: {reason}")]
    Unreachable {
        host: String,
        port: u16,
        reason: String,
    },
    #[error("interrupted")]
    Interrupted,
}

/// Connects to the first address of `host` that answers within `limit`.
pub async fn connect(host: &str, port: u16, limit: Duration) -> Result<TcpStream, Error> {
    connect_between(&Ends::default(), host, port, limit).await
}

/// Connects to the first address of `host` that may be reached and answers within `limit`.
pub async fn connect_between(
    ends: &Ends,
    host: &str,
    port: u16,
    limit: Duration,
) -> Result<TcpStream, Error> {
    match within(limit, race_addresses(ends, host, port)).await {
        Ok(result) => result,
        Err(Cut::Interrupted) => Err(Error::Interrupted),
        Err(Cut::TimedOut) => Err(Error::TimedOut {
            host: host.to_owned(),
            port,
            limit,
        }),
    }
}

async fn race_addresses(ends: &Ends, host: &str, port: u16) -> Result<TcpStream, Error> {
    let unresolvable = |reason: String| Error::Unresolvable {
        host: host.to_owned(),
        reason,
    };
    let addresses = tokio::net::lookup_host((host, port))
        .await
        .map_err(|error| unresolvable(in_words(&error)))?;
    let mut attempts: FuturesUnordered<_> = addresses
        .filter(|address| ends.may_reach(address))
        .zip(0u32..)
        .map(|(address, place)| async move {
            tokio::time::sleep(HEAD_START * place).await;
            dial(ends, address).await
        })
        .collect();
    let mut last = None;
    while let Some(attempt) = attempts.next().await {
        match attempt {
            Ok(stream) => return Ok(stream),
            Err(error) => last = Some(error),
        }
    }
    let Some(error) = last else {
        return Err(unresolvable(
            "it has no address of the kind asked for".to_owned(),
        ));
    };
    let (host, port) = (host.to_owned(), port);
    Err(match error.kind() {
        io::ErrorKind::ConnectionRefused => Error::Refused { host, port },
        _ => Error::Unreachable {
            host,
            port,
            reason: error.to_string(),
        },
    })
}

/// The system's own words, without those that Rust puts before them.
fn in_words(error: &io::Error) -> String {
    let text = error.to_string();
    let own = text.strip_prefix("failed to lookup address information: ");
    own.unwrap_or(&text).to_owned()
}

async fn dial(ends: &Ends, address: SocketAddr) -> io::Result<TcpStream> {
    let socket = if address.is_ipv4() {
        TcpSocket::new_v4()?
    } else {
        TcpSocket::new_v6()?
    };
    if let Some(source) = ends.source_for(&address).await? {
        socket.bind(source)?;
    }
    let stream = socket.connect(address).await?;
    stream.set_nodelay(true)?;
    let socket = SockRef::from(&stream);
    let keepalive = TcpKeepalive::new()
        .with_time(KEEPALIVE_AFTER)
        .with_interval(KEEPALIVE_EVERY);
    socket.set_tcp_keepalive(&keepalive)?;
    #[cfg(target_os = "linux")]
    socket.set_tcp_user_timeout(Some(STALLED_AFTER))?;
    Ok(stream)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_closed_port_is_refused() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        let error = connect("127.0.0.1", port, DEFAULT_LIMIT).await.unwrap_err();
        assert!(matches!(error, Error::Refused { .. }), "{error}");
    }

    #[tokio::test]
    async fn a_name_without_an_address_is_named() {
        let error = connect("no-such-host.invalid", 22, DEFAULT_LIMIT)
            .await
            .unwrap_err();
        assert!(matches!(error, Error::Unresolvable { .. }), "{error}");
    }
}
