//! From a link to a session: TLS as `sslmode` says, and the login.

use std::io;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio_postgres::Config;
use tokio_postgres::config as driver;
use tokio_postgres::tls::NoTls;

use super::gate::Gate;
use super::server::Parts;
use super::wire::{CopyWatch, Wire};
use super::{Connector, Error, refusal, tls};
use crate::config::{ChannelBinding, Endpoint, SslMode, SslNegotiation, Target};
use crate::route::Link;

/// The server has started and is not ready, or is shutting down.
const CANNOT_CONNECT_NOW: &str = "57P03";

/// Why a login failed, and how far it came.
pub(super) struct Failed {
    pub error: Error,
    /// Whether TLS was spoken, or tried.
    encrypted: bool,
    /// Nothing but the handshake failed.
    handshake: bool,
}

impl Failed {
    fn new(error: Error, encrypted: bool) -> Self {
        Self {
            error,
            encrypted,
            handshake: false,
        }
    }

    /// The other way to the same server that `sslmode` leaves open, as libpq takes it: `allow` goes on with TLS and
    /// `prefer` without it, where the server refused the login or the handshake failed.
    pub fn other_way(&self, mode: SslMode) -> Option<Encryption> {
        let refused = match &self.error {
            Error::Refused { source, .. } => source.sqlstate != CANNOT_CONNECT_NOW,
            _ => self.handshake,
        };
        match (mode, self.encrypted) {
            (SslMode::Allow, false) if refused => Some(Encryption::Tls),
            (SslMode::Prefer, true) if refused => Some(Encryption::None),
            _ => None,
        }
    }

    /// The outcome of both ways: what the server said to the one with TLS, and what is different about the other.
    pub fn and(self, other: Self) -> Error {
        let (with, without) = if self.encrypted {
            (self, other)
        } else {
            (other, self)
        };
        let (main, second, how) = match (&with.error, &without.error) {
            (Error::Refused { .. }, _) => (with.error, without.error, "without TLS"),
            (_, Error::Refused { .. }) => (without.error, with.error, "with TLS"),
            _ => return with.error,
        };
        let said = second.reason();
        match main {
            Error::Refused { target, mut source } if source.message != said => {
                let detail = source.detail.take().map(|detail| detail + "; ");
                source.detail = Some(format!("{}{how}: {said}", detail.unwrap_or_default()));
                Error::Refused { target, source }
            }
            main => main,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encryption {
    None,
    Tls,
}

impl Encryption {
    /// What is tried first.
    pub fn first(mode: SslMode) -> Self {
        match mode {
            SslMode::Disable | SslMode::Allow => Self::None,
            _ => Self::Tls,
        }
    }
}

/// Whether the server at the other end would rather have us come back later, or ask another one.
pub(super) fn is_not_ready(error: &Error) -> bool {
    error.sqlstate() == Some(CANNOT_CONNECT_NOW)
}

/// Logs in over a link.
pub(super) async fn login(
    connector: &Connector,
    link: Link,
    encryption: Encryption,
) -> Result<Parts, Failed> {
    let target = connector.target();
    let server = &target.dsn.endpoints[link.server];
    let login = Login {
        connector,
        target,
        config: settings(connector, server),
    };
    if encryption == Encryption::None {
        return login.plain(link.stream).await;
    }
    let connect = connect(target, server).map_err(|error| Failed::new(error, true))?;
    let mut stream = link.stream;
    let willing = tls::negotiate(&mut stream, target.dsn.tls.negotiation).await;
    let willing = willing.map_err(|error| Failed::new(login.broken(&error), true))?;
    if willing {
        match connect.handshake(stream).await {
            Ok(stream) => login.encrypted(stream).await,
            Err(error) => Err(login.not_encrypted(&error)),
        }
    } else if target.dsn.tls.mode.insists() {
        let error = login.broken(&tls::Unmet::NoTls.into());
        Err(Failed::new(error, true))
    } else {
        login.plain(stream).await
    }
}

/// TLS towards a server of the target.
pub(super) fn connect(target: &Target, server: &Endpoint) -> Result<tls::Connect, Error> {
    tls::connector(&target.dsn.tls, server).map_err(|failure| Error::Certificate {
        target: target.name.clone(),
        word: failure.word,
        file: failure.file,
        reason: failure.reason,
    })
}

struct Login<'a> {
    connector: &'a Connector,
    target: &'a Target,
    config: Config,
}

impl Login<'_> {
    async fn plain<S>(mut self, stream: S) -> Result<Parts, Failed>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        self.config.ssl_mode(driver::SslMode::Disable);
        let copy = CopyWatch::default();
        let stream = self.guarded(stream, &copy);
        match self.config.connect_raw(stream, NoTls).await {
            Ok((client, connection)) => Ok(Parts::new(
                client,
                connection,
                (copy, Encryption::None),
                self.connector,
            )),
            Err(error) => Err(Failed::new(self.refused(&error), false)),
        }
    }

    async fn encrypted<S>(mut self, stream: tls::Encrypted<S>) -> Result<Parts, Failed>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        self.config
            .ssl_mode(driver::SslMode::Require)
            .ssl_negotiation(driver::SslNegotiation::Direct);
        let copy = CopyWatch::default();
        let stream = self.guarded(stream, &copy);
        match self.config.connect_raw(stream, tls::Done).await {
            Ok((client, connection)) => Ok(Parts::new(
                client,
                connection,
                (copy, Encryption::Tls),
                self.connector,
            )),
            Err(error) => Err(Failed::new(self.refused(&error), true)),
        }
    }

    fn guarded<S>(&self, stream: S, copy: &CopyWatch) -> Gate<Wire<S>>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let allowed = self.target.dsn.require_auth.clone();
        Gate::new(Wire::new(stream, copy), allowed)
    }

    /// What the driver says about the login.
    fn refused(&self, error: &tokio_postgres::Error) -> Error {
        if let Some(error) = error.as_db_error() {
            let mut source = refusal::of_server(error, &self.target.dsn.tls);
            source.route = Some(self.connector.route().hops().join(" → "));
            return Error::Refused {
                target: self.target.name.clone(),
                source: Box::new(source),
            };
        }
        if error.is_closed() {
            return self.closed();
        }
        refusal::of_driver(error, self.target)
    }

    /// Why the handshake failed.
    fn not_encrypted(&self, error: &io::Error) -> Failed {
        let direct = self.target.dsn.tls.negotiation == SslNegotiation::Direct;
        let cut = matches!(
            error.kind(),
            io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset
        );
        // An older server takes the handshake for nonsense.
        let error = match error {
            _ if direct && cut => &tls::Unmet::NotDirect.into(),
            error => error,
        };
        Failed {
            handshake: !tls::Unmet::broke(error),
            ..Failed::new(self.broken(error), true)
        }
    }

    /// What happened before the driver had the stream.
    fn broken(&self, error: &io::Error) -> Error {
        match tls::in_words(error, &self.target.dsn.tls) {
            Some(reason) => Error::Connect {
                target: self.target.name.clone(),
                reason,
            },
            None if error.kind() == io::ErrorKind::UnexpectedEof => self.closed(),
            None => Error::Connect {
                target: self.target.name.clone(),
                reason: error.to_string(),
            },
        }
    }

    fn closed(&self) -> Error {
        Error::Lost {
            target: self.target.name.clone(),
            reason: "the server closed it during login".to_owned(),
        }
    }
}

fn settings(connector: &Connector, server: &Endpoint) -> Config {
    let dsn = &connector.target().dsn;
    let mut config = Config::new();
    config
        .user(&dsn.user)
        .dbname(&dsn.database)
        .application_name(connector.application_name())
        .channel_binding(match dsn.channel_binding {
            ChannelBinding::Disable => driver::ChannelBinding::Disable,
            ChannelBinding::Prefer => driver::ChannelBinding::Prefer,
            ChannelBinding::Require => driver::ChannelBinding::Require,
        });
    if let Some(options) = &dsn.options {
        config.options(options);
    }
    if let Some(password) = &server.password {
        config.password(password.expose());
    }
    config
}
