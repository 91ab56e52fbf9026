//! TLS as `sslmode` says, by rustls.
//!
//! `prefer` and `require` encrypt and check nothing, unless `sslrootcert` is given, as in libpq; `verify-ca`
//! checks the chain, `verify-full` the real host name too.

mod words;

use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
};
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::config::{Dsn, SYSTEM_ROOTS, SslMode};
use crate::route::Stream;

pub use words::of as in_words;

pub type Connect = <MakeRustlsConnect as MakeTlsConnect<Stream>>::TlsConnect;

/// A certificate file that cannot be used.
#[derive(Debug)]
pub struct Failure {
    pub file: String,
    pub reason: String,
}

pub fn connector(dsn: &Dsn) -> Result<MakeRustlsConnect, Failure> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let checks = match dsn.sslmode {
        SslMode::VerifyFull => Checks::Name,
        SslMode::VerifyCa => Checks::Chain,
        _ if dsn.sslrootcert.is_some() => Checks::Chain,
        _ => Checks::Nothing,
    };
    let verifier = Verifier::new(checks, dsn, &provider)?;
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Failure {
            file: "TLS".to_owned(),
            reason: error.to_string(),
        })?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Checks {
    Nothing,
    Chain,
    Name,
}

/// What libpq checks, where rustls alone would check more or less.
#[derive(Debug)]
struct Verifier {
    checks: Checks,
    provider: Arc<CryptoProvider>,
    roots: Vec<CertificateDer<'static>>,
    chain: Option<Arc<WebPkiServerVerifier>>,
}

impl Verifier {
    fn new(checks: Checks, dsn: &Dsn, provider: &Arc<CryptoProvider>) -> Result<Self, Failure> {
        let mut verifier = Self {
            checks,
            provider: Arc::clone(provider),
            roots: Vec::new(),
            chain: None,
        };
        if checks == Checks::Nothing {
            return Ok(verifier);
        }
        verifier.roots = roots(dsn)?;
        let mut store = RootCertStore::empty();
        store.add_parsable_certificates(verifier.roots.iter().cloned());
        let chain =
            WebPkiServerVerifier::builder_with_provider(Arc::new(store), Arc::clone(provider))
                .build()
                .map_err(|error| Failure {
                    file: file(dsn),
                    reason: error.to_string(),
                })?;
        verifier.chain = Some(chain);
        Ok(verifier)
    }
}

fn file(dsn: &Dsn) -> String {
    dsn.sslrootcert.as_ref().map_or_else(
        || "the system's certificates".to_owned(),
        |path| format!("`{}`", path.display()),
    )
}

/// The certificates of `sslrootcert`, or the system's.
fn roots(dsn: &Dsn) -> Result<Vec<CertificateDer<'static>>, Failure> {
    let failure = |reason: String| Failure {
        file: file(dsn),
        reason,
    };
    let path = match &dsn.sslrootcert {
        Some(path) if path.as_os_str() != SYSTEM_ROOTS => path,
        _ => return Ok(rustls_native_certs::load_native_certs().certs),
    };
    let certificates: Vec<_> = CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect)
        .map_err(|error| failure(unreadable(&error)))?;
    if certificates.is_empty() {
        return Err(failure("there is no certificate in it".to_owned()));
    }
    Ok(certificates)
}

fn unreadable(error: &pem::Error) -> String {
    match error {
        pem::Error::Io(error) => error.to_string(),
        error => error.to_string(),
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let Some(chain) = &self.chain else {
            return Ok(ServerCertVerified::assertion());
        };
        let verdict =
            chain.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now);
        match verdict {
            Err(Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) if self.checks == Checks::Chain => Ok(ServerCertVerified::assertion()),
            // A self-signed certificate that is itself the root: libpq takes it, rustls says CaUsedAsEndEntity.
            Err(Error::InvalidCertificate(CertificateError::Other(_)))
                if self.roots.iter().any(|root| root == end_entity) =>
            {
                if self.checks == Checks::Name {
                    let certificate = rustls::server::ParsedCertificate::try_from(end_entity)?;
                    rustls::client::verify_server_name(&certificate, server_name)?;
                }
                Ok(ServerCertVerified::assertion())
            }
            verdict => verdict,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, cert, dss, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, cert, dss, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}
