//! The handshake: asked for by a message of PostgreSQL or begun at once, and checked afterwards.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::io;
use std::sync::Arc;

use rustls::ClientConfig;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio_postgres::tls::{MakeTlsConnect, TlsConnect, TlsStream};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::identity::Identity;
use crate::config::{LoginMethod, SslNegotiation};

type Rustls<S> = <MakeRustlsConnect as MakeTlsConnect<S>>::TlsConnect;

/// What the target asks of a connection and the server does not do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unmet {
    #[error("the server does not speak TLS")]
    NoTls,
    #[error(
        "the server does not begin TLS at once, which `sslnegotiation=direct` asks for; PostgreSQL does from version 17 on"
    )]
    NotDirect,
    #[error(
        "the server answered the request for TLS with the byte {0}; is it PostgreSQL that listens there?"
    )]
    Nonsense(u8),
    #[error(
        "the server did not ask for a certificate, which `sslcertmode=require` wants; the server needs `ssl_ca_file`"
    )]
    CertificateNotAsked,
    #[error(
        "there is no certificate to show, which `sslcertmode=require` wants; set `sslcert` and `sslkey`"
    )]
    NoCertificate,
    #[error("the server wants to log us in by `{}`, which `require_auth` does not allow", .0.word())]
    Method(LoginMethod),
}

impl Unmet {
    /// Whether this is what broke a stream.
    pub fn broke(error: &io::Error) -> bool {
        let inner = error.get_ref();
        inner
            .and_then(|inner| inner.downcast_ref::<Self>())
            .is_some()
    }
}

impl From<Unmet> for io::Error {
    fn from(unmet: Unmet) -> Self {
        Self::other(unmet)
    }
}

/// Comes to terms with the server about TLS; whether it is willing. What follows on the stream is the handshake, or
/// the login.
pub async fn negotiate<S>(stream: &mut S, negotiation: SslNegotiation) -> io::Result<bool>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    if negotiation == SslNegotiation::Direct {
        return Ok(true);
    }
    let mut request = bytes::BytesMut::new();
    postgres_protocol::message::frontend::ssl_request(&mut request);
    stream.write_all(&request).await?;
    stream.flush().await?;
    // No byte more: an attacker could have put an answer of his own behind the server's.
    match stream.read_u8().await? {
        b'S' => Ok(true),
        b'N' => Ok(false),
        other => Err(Unmet::Nonsense(other).into()),
    }
}

/// A handshake to be made with one server.
pub struct Connect {
    make: MakeRustlsConnect,
    name: String,
    /// What the server has to have asked for.
    required: Option<Arc<Identity>>,
}

impl Connect {
    pub(super) fn new(config: ClientConfig, name: &str, required: Option<Arc<Identity>>) -> Self {
        Self {
            make: MakeRustlsConnect::new(config),
            name: name.to_owned(),
            required,
        }
    }

    /// Makes it.
    pub async fn handshake<S>(mut self, stream: S) -> io::Result<Encrypted<S>>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let connect = MakeTlsConnect::<S>::make_tls_connect(&mut self.make, &self.name)
            .map_err(io::Error::other)?;
        let stream = connect.connect(stream).await?;
        if let Some(identity) = self.required {
            identity.check_shown()?;
        }
        Ok(stream)
    }
}

/// A stream behind a handshake.
pub type Encrypted<S> = <Rustls<S> as TlsConnect<S>>::Stream;

/// The TLS of a stream that is behind its handshake when the driver gets it: the driver knows only servers that
/// are asked for it in the way of its own.
pub struct Done;

impl<S: TlsStream + Unpin> TlsConnect<S> for Done {
    type Stream = S;
    type Error = Infallible;
    type Future = Ready<Result<S, Infallible>>;

    fn connect(self, stream: S) -> Self::Future {
        ready(Ok(stream))
    }
}

#[cfg(test)]
mod texts {
    use super::*;

    #[test]
    fn what_is_hard_to_provoke_says_what_where_and_what_now() {
        for (error, text) in [
            (
                Unmet::Nonsense(72),
                "the server answered the request for TLS with the byte 72; is it PostgreSQL that listens there?",
            ),
            (
                Unmet::CertificateNotAsked,
                "the server did not ask for a certificate, which `sslcertmode=require` wants; the server needs `ssl_ca_file`",
            ),
        ] {
            assert_eq!(error.to_string(), text);
        }
    }
}
