//! How the connections of a tunnel reach the server.

use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio_postgres::tls::TlsConnect;

use super::unbound::Unbound;
use crate::config::SslMode;
use crate::interrupt::race;
use crate::pg::{Connector, Error, Result};
use crate::route::tunnel::{Way, request_tls};
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
    let (link, _) = asked_for_tls(connector, link).await?;
    connector.route().hold(link.place);
    Ok(())
}

fn told(opened: Result<Link>) -> std::result::Result<Link, String> {
    opened.map_err(|error| error.to_string())
}

fn reached(connector: &Connector, opened: Reached) -> Result<Link> {
    opened.map_err(|source| connector.unreachable(source))
}

/// The link with TLS on it, where `sslmode` asks for that and the server is reached by TCP.
async fn secured(connector: &Connector, opened: Reached) -> Result<Link> {
    let link = reached(connector, opened)?;
    let mode = connector.target().dsn.sslmode;
    if !link.tls || matches!(mode, SslMode::Disable | SslMode::Allow) {
        return Ok(link);
    }
    let (link, speaks_tls) = asked_for_tls(connector, link).await?;
    match (speaks_tls, mode) {
        (true, _) => encrypted(connector, link).await,
        (false, SslMode::Prefer) => Ok(link),
        (false, mode) => {
            let mode = mode.word();
            let reason = format!("the server speaks no TLS, which `sslmode={mode}` asks for");
            Err(refused(connector, reason))
        }
    }
}

async fn encrypted(connector: &Connector, link: Link) -> Result<Link> {
    let handshake = connector.tls()?.connect(link.stream);
    match race(tokio::time::timeout(LIMIT, handshake)).await? {
        Ok(Ok(stream)) => Ok(Link {
            stream: Stream::new(Unbound::new(stream)),
            tls: false,
            ..link
        }),
        Ok(Err(error)) => Err(refused(connector, format!("TLS: {error}"))),
        Err(_) => Err(silent(connector)),
    }
}

async fn asked_for_tls(connector: &Connector, mut link: Link) -> Result<(Link, bool)> {
    let asked = tokio::time::timeout(LIMIT, request_tls(&mut link.stream));
    match race(asked).await? {
        Ok(Ok(speaks_tls)) => Ok((link, speaks_tls)),
        Ok(Err(error)) => {
            let reason = link.fate.describe().await;
            let reason = reason.unwrap_or_else(|| error.to_string());
            Err(refused(connector, reason))
        }
        Err(_) => Err(silent(connector)),
    }
}

fn silent(connector: &Connector) -> Error {
    let reason = format!(
        "it does not answer within {} s; is it PostgreSQL that listens there?",
        LIMIT.as_secs()
    );
    refused(connector, reason)
}

fn refused(connector: &Connector, reason: String) -> Error {
    Error::Connect {
        target: connector.name().to_owned(),
        reason,
    }
}
