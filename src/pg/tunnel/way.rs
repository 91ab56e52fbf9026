//! How the connections of a tunnel reach the server.

use std::io;
use std::time::Duration;

use futures_util::future::BoxFuture;

use super::unbound::Unbound;
use crate::config::SslNegotiation;
use crate::interrupt::race;
use crate::pg::login::{self, Encryption};
use crate::pg::{Connector, Error, Result, tls};
use crate::route::tunnel::Way;
use crate::route::{self, Link, Stream};

/// How long a server may take for its part of a handshake.
const LIMIT: Duration = Duration::from_secs(30);

type Opened<'a> = BoxFuture<'a, std::result::Result<Link, String>>;
type Reached = std::result::Result<Link, route::Error>;

/// Bytes as they are.
pub struct Raw(pub Connector);

/// Clients speak in the open, and TLS is spoken from here on.
pub struct Plain(pub Connector);

/// Nobody is let through, for this reason.
pub struct Closed(pub String);

impl Way for Raw {
    fn open(&self) -> Opened<'_> {
        Box::pin(async { told(reached(&self.0, self.0.route().open().await)) })
    }

    fn open_control(&self) -> Opened<'_> {
        Box::pin(async { told(reached(&self.0, self.0.route().open_control().await)) })
    }
}

impl Way for Plain {
    fn open(&self) -> Opened<'_> {
        Box::pin(async { told(secured(&self.0, self.0.route().open().await).await) })
    }

    fn open_control(&self) -> Opened<'_> {
        Box::pin(async { told(secured(&self.0, self.0.route().open_control().await).await) })
    }
}

impl Way for Closed {
    fn open(&self) -> Opened<'_> {
        Box::pin(async { Err(self.0.clone()) })
    }

    fn open_control(&self) -> Opened<'_> {
        self.open()
    }
}

/// Whether a server answers that would not have us, and keeps to the way that led there.
pub async fn try_server(connector: &Connector) -> Result<()> {
    let link = reached(connector, connector.route().open().await)?;
    let (link, _) = asked_for_tls(connector, link, SslNegotiation::Asked).await?;
    connector.route().hold(link.place);
    Ok(())
}

fn told(opened: Result<Link>) -> std::result::Result<Link, String> {
    opened.map_err(|error| error.to_string())
}

fn reached(connector: &Connector, opened: Reached) -> Result<Link> {
    opened.map_err(|source| connector.unreachable(source))
}

/// The link with TLS on it, where our own sessions have that, too.
async fn secured(connector: &Connector, opened: Reached) -> Result<Link> {
    let link = reached(connector, opened)?;
    if connector.encryption(&link) == Encryption::None {
        return Ok(Link { tls: false, ..link });
    }
    let tls = &connector.target().dsn.tls;
    let (link, speaks_tls) = asked_for_tls(connector, link, tls.negotiation).await?;
    if speaks_tls {
        return encrypted(connector, link).await;
    }
    if tls.mode.insists() {
        return Err(broken(connector, &tls::Unmet::NoTls.into()));
    }
    Ok(Link { tls: false, ..link })
}

async fn encrypted(connector: &Connector, link: Link) -> Result<Link> {
    let target = connector.target();
    let connect = login::connect(target, &target.dsn.endpoints[link.server])?;
    let handshake = connect.handshake(link.stream);
    match race(tokio::time::timeout(LIMIT, handshake)).await? {
        Ok(Ok(stream)) => Ok(Link {
            stream: Stream::new(Unbound::new(stream)),
            tls: false,
            ..link
        }),
        Ok(Err(error)) => Err(broken(connector, &error)),
        Err(_) => Err(silent(connector)),
    }
}

async fn asked_for_tls(
    connector: &Connector,
    mut link: Link,
    negotiation: SslNegotiation,
) -> Result<(Link, bool)> {
    let asked = tokio::time::timeout(LIMIT, tls::negotiate(&mut link.stream, negotiation));
    match race(asked).await? {
        Ok(Ok(speaks_tls)) => Ok((link, speaks_tls)),
        Ok(Err(error)) => match link.fate.describe().await {
            Some(reason) => Err(refused(connector, reason)),
            None => Err(broken(connector, &error)),
        },
        Err(_) => Err(silent(connector)),
    }
}

fn silent(connector: &Connector) -> Error {
    Error::Silent {
        target: connector.name().to_owned(),
        limit: LIMIT,
    }
}

fn broken(connector: &Connector, error: &io::Error) -> Error {
    let known = tls::in_words(error, &connector.target().dsn.tls);
    refused(connector, known.unwrap_or_else(|| error.to_string()))
}

fn refused(connector: &Connector, reason: String) -> Error {
    Error::Connect {
        target: connector.name().to_owned(),
        reason,
    }
}
