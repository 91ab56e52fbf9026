//! TCP connections that notice a dead peer: every address of a name is tried, and the socket is kept alive.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use rand::seq::SliceRandom;
use socket2::{SockRef, TcpKeepalive};
use tokio::net::{TcpSocket, TcpStream};

use super::wait::{Cut, within};
use crate::config::KeepAlive;

/// The time a connection may take where nothing else is configured.
pub const DEFAULT_LIMIT: Duration = Duration::from_secs(15);

/// How long an address is ahead of the next one of the same name.
const HEAD_START: Duration = Duration::from_millis(250);

/// A link that has gone silent is to be an error within 30 s, whether bytes are on it or not.
const KEEPALIVE_AFTER: Duration = Duration::from_secs(10);
const KEEPALIVE_EVERY: Duration = Duration::from_secs(5);
const KEEPALIVE_TRIES: u32 = 3;
/// How long written bytes may go unacknowledged before the link counts as lost.
#[cfg(target_os = "linux")]
const STALLED_AFTER: Duration = Duration::from_secs(25);

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

/// How a connection is made.
#[derive(Debug, Clone)]
pub struct Dial {
    pub limit: Duration,
    /// When it counts as dead, where that is to be earlier than by ours.
    pub keep_alive: KeepAlive,
    /// Takes the addresses of a name in random order.
    pub random: bool,
    pub ends: Ends,
}

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

impl Dial {
    pub fn within(limit: Duration) -> Self {
        Self {
            limit,
            keep_alive: KeepAlive::default(),
            random: false,
            ends: Ends::default(),
        }
    }
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

/// Connects to the first address of `host` that answers within `limit`.
pub async fn connect(host: &str, port: u16, limit: Duration) -> Result<TcpStream, Error> {
    dial(host, port, &Dial::within(limit)).await
}

/// The same in another way.
pub async fn dial(host: &str, port: u16, dial: &Dial) -> Result<TcpStream, Error> {
    let limit = dial.limit;
    match within(limit, race_addresses(host, port, dial)).await {
        Ok(result) => result,
        Err(Cut::Interrupted) => Err(Error::Interrupted),
        Err(Cut::TimedOut) => Err(Error::TimedOut {
            host: host.to_owned(),
            port,
            limit,
        }),
    }
}

async fn race_addresses(host: &str, port: u16, dial: &Dial) -> Result<TcpStream, Error> {
    let unresolvable = |reason: String| Error::Unresolvable {
        host: host.to_owned(),
        reason,
    };
    let mut addresses: Vec<_> = tokio::net::lookup_host((host, port))
        .await
        .map_err(|error| unresolvable(in_words(&error)))?
        .filter(|address| dial.ends.may_reach(address))
        .collect();
    if dial.random {
        addresses.shuffle(&mut rand::rng());
    }
    let mut attempts: FuturesUnordered<_> = addresses
        .into_iter()
        .zip(0u32..)
        .map(|(address, place)| async move {
            tokio::time::sleep(HEAD_START * place).await;
            open(address, dial).await
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

async fn open(address: SocketAddr, dial: &Dial) -> io::Result<TcpStream> {
    let socket = if address.is_ipv4() {
        TcpSocket::new_v4()?
    } else {
        TcpSocket::new_v6()?
    };
    if let Some(source) = dial.ends.source_for(&address).await? {
        socket.bind(source)?;
    }
    let stream = socket.connect(address).await?;
    let keep_alive = &dial.keep_alive;
    stream.set_nodelay(true)?;
    let socket = SockRef::from(&stream);
    if keep_alive.on {
        socket.set_tcp_keepalive(&probes(keep_alive))?;
    }
    #[cfg(target_os = "linux")]
    socket.set_tcp_user_timeout(Some(shorter(STALLED_AFTER, keep_alive.stalled)))?;
    Ok(stream)
}

fn probes(given: &KeepAlive) -> TcpKeepalive {
    let tries = given.count.unwrap_or(KEEPALIVE_TRIES);
    TcpKeepalive::new()
        .with_time(shorter(KEEPALIVE_AFTER, given.idle))
        .with_interval(shorter(KEEPALIVE_EVERY, given.interval))
        .with_retries(tries.min(KEEPALIVE_TRIES))
}

fn shorter(ours: Duration, given: Option<Duration>) -> Duration {
    given.map_or(ours, |given| given.min(ours))
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

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn a_link_is_given_up_as_early_as_we_or_the_user_say() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let seconds = |count| Some(Duration::from_secs(count));
        let open = async |keep_alive| {
            let dialling = Dial {
                keep_alive,
                random: true,
                ..Dial::within(DEFAULT_LIMIT)
            };
            dial("127.0.0.1", port, &dialling).await.unwrap()
        };
        let stream = open(KeepAlive {
            idle: seconds(7),
            interval: seconds(7200),
            count: Some(2),
            stalled: seconds(5),
            ..KeepAlive::default()
        })
        .await;
        let socket = SockRef::from(&stream);
        assert!(socket.keepalive().unwrap());
        assert_eq!(socket.tcp_keepalive_time().unwrap(), Duration::from_secs(7));
        assert_eq!(socket.tcp_keepalive_interval().unwrap(), KEEPALIVE_EVERY);
        assert_eq!(socket.tcp_keepalive_retries().unwrap(), 2);
        assert_eq!(socket.tcp_user_timeout().unwrap(), seconds(5));
        let off = open(KeepAlive {
            on: false,
            ..KeepAlive::default()
        });
        assert!(!SockRef::from(&off.await).keepalive().unwrap());
    }

    #[tokio::test]
    async fn a_name_without_an_address_is_named() {
        let error = connect("no-such-host.invalid", 22, DEFAULT_LIMIT)
            .await
            .unwrap_err();
        assert!(matches!(error, Error::Unresolvable { .. }), "{error}");
    }
}
