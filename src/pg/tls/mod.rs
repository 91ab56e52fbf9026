//! TLS as the words of the address say, by rustls.
//!
//! `prefer` and `require` encrypt and check nothing, unless there is a root to check against, as in libpq;
//! `verify-ca` checks the chain, `verify-full` the real host name too.

mod connect;
mod identity;
mod name;
mod verify;
mod words;

use std::fmt;
use std::sync::Arc;

use rustls::ClientConfig;
use rustls::SupportedProtocolVersion;
use rustls::version::{TLS12, TLS13};

use crate::config::{CertMode, Endpoint, SslNegotiation, Tls, TlsVersion};
pub use connect::{Connect, Done, Encrypted, Unmet, negotiate};
use identity::Identity;
pub use words::of as in_words;

/// What PostgreSQL is called where one port serves several protocols; direct TLS asks for it.
const PROTOCOL: &[u8] = b"postgresql";

/// A file that cannot be used.
#[derive(Debug)]
pub struct Failure {
    /// Which word names it.
    pub word: &'static str,
    /// In quotes, or words for the system's own.
    pub file: String,
    pub reason: String,
}

impl Failure {
    fn of(word: &'static str, file: &std::path::Path, reason: impl fmt::Display) -> Self {
        Self {
            word,
            file: format!("`{}`", file.display()),
            reason: reason.to_string(),
        }
    }
}

/// TLS towards the real host name of a server, whatever the route connects to.
pub fn connector(tls: &Tls, server: &Endpoint) -> Result<Connect, Failure> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = verify::verifier(tls, &provider)?;
    let identity = Arc::new(Identity::load(tls, &provider)?);
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&versions(tls))
        .map_err(|error| Failure {
            word: "ssl_min_protocol_version",
            file: "as it is".to_owned(),
            reason: error.to_string(),
        })?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_client_cert_resolver(Arc::<Identity>::clone(&identity));
    config.enable_sni = !tls.hides_name;
    if tls.negotiation == SslNegotiation::Direct {
        config.alpn_protocols = vec![PROTOCOL.to_vec()];
    }
    let required = (tls.certificate_mode == CertMode::Require).then_some(identity);
    let name = server.name().unwrap_or("localhost");
    // The zone of an address is ours alone.
    let name = name.split('%').next().unwrap_or(name);
    Ok(Connect::new(config, name, required))
}

/// Those that are allowed of the two we speak; there is always one.
fn versions(tls: &Tls) -> Vec<&'static SupportedProtocolVersion> {
    let spoken = [(TlsVersion::V1_2, &TLS12), (TlsVersion::V1_3, &TLS13)];
    let allowed = spoken.into_iter().filter(|(version, _)| {
        tls.lowest.is_none_or(|lowest| *version >= lowest)
            && tls.highest.is_none_or(|highest| *version <= highest)
    });
    allowed.map(|(_, version)| version).collect()
}
