//! Posts a document to a webhook, again where the other side or the way to it was busy.
//!
//! The address is a secret: the token of a chat's webhook is in its path. Only its host is ever named.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use rustls::CertificateError;
use serde_json::Value;
use ureq::Agent;
use ureq::http::{Response, Uri};
use ureq::tls::{Certificate, RootCerts, TlsConfig};

use crate::config::Secret;

/// The pause before the second attempt, doubled before each further one.
const PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// A path so short is no secret, and its letters stand in many texts.
const SHORTEST_TOKEN: usize = 12;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    #[error("the address of the webhook is no `http://` or `https://` address with a host")]
    Address,
    #[error("the webhook at `{host}` answered {status}")]
    Refused { host: String, status: u16 },
    /// A redirection: wherever it leads, the token is not for them.
    #[error(
        "the webhook at `{host}` answered {status}: it has moved to {to}, which is not followed; give that address"
    )]
    Moved {
        host: String,
        status: u16,
        /// A host or a scheme in backticks, or words.
        to: String,
    },
    #[error(
        "the certificate of the webhook at `{host}` is not trusted: {reason}; the authorities are those of this system, or \
         of the file that `SSL_CERT_FILE` names"
    )]
    Untrusted { host: String, reason: String },
    #[error("the webhook at `{host}` cannot be reached: {reason}")]
    Unreachable { host: String, reason: String },
    #[error("the webhook at `{host}` did not answer within {within:?}")]
    Silent { host: String, within: Duration },
}

impl Error {
    /// Whether another attempt may fare better. What was refused as wrong would be refused again.
    fn may_pass(&self) -> bool {
        match self {
            Self::Address | Self::Moved { .. } | Self::Untrusted { .. } => false,
            Self::Refused { status, .. } => matches!(status, 408 | 429 | 500..),
            Self::Unreachable { .. } | Self::Silent { .. } => true,
        }
    }
}

#[derive(Clone)]
pub struct Webhook {
    url: Secret,
    host: String,
    /// For each attempt.
    timeout: Duration,
    /// Attempts after the first.
    retries: u32,
}

impl Webhook {
    pub fn new(url: &str, timeout: Duration, retries: u32) -> Result<Self, Error> {
        let secret = Secret::new(url);
        let uri: Uri = url.parse().map_err(|_| Error::Address)?;
        let known = matches!(uri.scheme_str(), Some("http" | "https"));
        let host = uri.host().filter(|host| known && !host.is_empty());
        let host = host.ok_or(Error::Address)?.to_owned();
        let token = uri.path_and_query().map_or("", |path| path.as_str());
        if token.len() >= SHORTEST_TOKEN {
            Secret::new(token);
        }
        Ok(Self {
            url: secret,
            host,
            timeout,
            retries,
        })
    }

    pub fn host(&self) -> &str {
        &self.host
    }

    /// Posts `document`; `told` hears of each attempt that failed and will be made again.
    pub async fn post(&self, document: &Value, told: impl Fn(&Error) + Sync) -> Result<(), Error> {
        let body: Arc<str> = document.to_string().into();
        let mut pause = PAUSE;
        let mut left = self.retries;
        loop {
            let Err(error) = self.attempt(Arc::clone(&body)).await else {
                return Ok(());
            };
            if left == 0 || !error.may_pass() {
                return Err(error);
            }
            left -= 1;
            told(&error);
            // Many runs that fail at one moment are not to come again at one moment.
            tokio::time::sleep(pause.mul_f64(rand::random_range(0.75..1.25))).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    async fn attempt(&self, body: Arc<str>) -> Result<(), Error> {
        // The client keeps to the time itself; a resolver of names may not.
        const MORE: Duration = Duration::from_secs(1);
        let webhook = self.clone();
        let sending = tokio::task::spawn_blocking(move || webhook.send(&body));
        match tokio::time::timeout(self.timeout + MORE, sending).await {
            Ok(Ok(sent)) => sent,
            Ok(Err(ended)) => Err(self.unreachable(ended)),
            Err(_) => Err(self.silent()),
        }
    }

    fn send(&self, body: &str) -> Result<(), Error> {
        let config = Agent::config_builder()
            .timeout_global(Some(self.timeout))
            .http_status_as_error(false)
            // Wherever it were to lead, the token is not for them.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .user_agent(concat!("runner/", env!("CARGO_PKG_VERSION")))
            .tls_config(tls())
            .build();
        let request = Agent::new_with_config(config)
            .post(self.url.expose())
            .header("content-type", "application/json");
        match request.send(body) {
            Ok(answer) if answer.status().is_success() => Ok(()),
            Ok(answer) => Err(self.refused(&answer)),
            Err(ureq::Error::Timeout(_)) => Err(self.silent()),
            // Its text has the address.
            Err(ureq::Error::BadUri(_)) => Err(Error::Address),
            Err(error) => Err(self.broken(error)),
        }
    }

    fn refused<B>(&self, answer: &Response<B>) -> Error {
        let (host, status) = (self.host.clone(), answer.status().as_u16());
        let to = answer.headers().get("location");
        match to.filter(|_| answer.status().is_redirection()) {
            None => Error::Refused { host, status },
            Some(to) => {
                let to = to.to_str().ok().and_then(|to| self.elsewhere(to));
                let to = to.unwrap_or_else(|| "another path".to_owned());
                Error::Moved { host, status, to }
            }
        }
    }

    /// What is another in the address that a redirection leads to, beside its path. Not the whole of it: it may hold the
    /// token.
    fn elsewhere(&self, to: &str) -> Option<String> {
        let from: Uri = self.url.expose().parse().ok()?;
        let to: Uri = to.parse().ok()?;
        // Without a scheme it is a path, which may be read as a host.
        let (scheme, host) = (to.scheme_str()?, to.host()?);
        if !host.eq_ignore_ascii_case(&self.host) {
            return Some(format!("`{host}`"));
        }
        if from.path_and_query() != to.path_and_query() {
            return None;
        }
        if from.scheme_str() != Some(scheme) {
            return Some(format!("`{scheme}`"));
        }
        (from.port_u16() != to.port_u16()).then(|| "another port".to_owned())
    }

    fn broken(&self, error: ureq::Error) -> Error {
        let of_tls = match &error {
            ureq::Error::Rustls(error) => Some(error),
            ureq::Error::Io(error) => error.get_ref().and_then(|inner| inner.downcast_ref()),
            _ => None,
        };
        match of_tls {
            Some(rustls::Error::InvalidCertificate(problem)) => Error::Untrusted {
                host: self.host.clone(),
                reason: in_words(problem),
            },
            Some(error) => self.unreachable(format!("the TLS handshake failed: {error}")),
            None => match error {
                ureq::Error::Io(error) => self.unreachable(error),
                error => self.unreachable(error),
            },
        }
    }

    fn silent(&self) -> Error {
        Error::Silent {
            host: self.host.clone(),
            within: self.timeout,
        }
    }

    fn unreachable(&self, reason: impl fmt::Display) -> Error {
        Error::Unreachable {
            host: self.host.clone(),
            reason: reason.to_string(),
        }
    }
}

/// What is wrong with a certificate.
fn in_words(problem: &CertificateError) -> String {
    match problem {
        // The second is that of an authority of the same name.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => {
            "no known authority has signed it".to_owned()
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "it is for another host".to_owned()
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "it has expired".to_owned()
        }
        other => other.to_string(),
    }
}

/// Checked against the system's own roots, as the servers are.
fn tls() -> TlsConfig {
    let roots = rustls_native_certs::load_native_certs().certs;
    let roots = roots
        .iter()
        .map(|root| Certificate::from_der(root).to_owned());
    TlsConfig::builder()
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .root_certs(RootCerts::from(roots))
        .build()
}

#[cfg(test)]
mod tests;
