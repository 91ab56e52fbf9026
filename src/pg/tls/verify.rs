//! What is checked of a server's certificate.

use std::path::Path;
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer, ServerName, UnixTime};
use rustls::{CertificateError, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};

use super::{Failure, name};
use crate::config::{SYSTEM_ROOTS, SslMode, Tls};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Checks {
    Nothing,
    Chain,
    Name,
}

/// What libpq checks, where rustls alone would check more or less.
#[derive(Debug)]
pub struct Verifier {
    checks: Checks,
    provider: Arc<CryptoProvider>,
    roots: Vec<CertificateDer<'static>>,
    chain: Option<Arc<WebPkiServerVerifier>>,
}

pub fn verifier(tls: &Tls, provider: &Arc<CryptoProvider>) -> Result<Verifier, Failure> {
    let checks = match tls.mode {
        SslMode::VerifyFull => Checks::Name,
        SslMode::VerifyCa => Checks::Chain,
        _ if tls.roots.is_some() => Checks::Chain,
        _ => Checks::Nothing,
    };
    let mut verifier = Verifier {
        checks,
        provider: Arc::clone(provider),
        roots: Vec::new(),
        chain: None,
    };
    if checks == Checks::Nothing {
        return Ok(verifier);
    }
    verifier.roots = roots(tls)?;
    let mut store = RootCertStore::empty();
    store.add_parsable_certificates(verifier.roots.iter().cloned());
    let chain = WebPkiServerVerifier::builder_with_provider(Arc::new(store), Arc::clone(provider))
        .with_crls(revocation_lists(tls)?)
        .enforce_revocation_expiration()
        .build()
        .map_err(|error| Failure {
            word: "sslrootcert",
            file: file(tls),
            reason: error.to_string(),
        })?;
    verifier.chain = Some(chain);
    Ok(verifier)
}

/// Whoever may have signed, in words.
pub fn file(tls: &Tls) -> String {
    match &tls.roots {
        Some(path) if path.as_os_str() != SYSTEM_ROOTS => format!("`{}`", path.display()),
        _ => "the system's certificates".to_owned(),
    }
}

/// The certificates of `sslrootcert`, or the system's.
fn roots(tls: &Tls) -> Result<Vec<CertificateDer<'static>>, Failure> {
    match &tls.roots {
        Some(path) if path.as_os_str() != SYSTEM_ROOTS => certificates("sslrootcert", path),
        _ => Ok(rustls_native_certs::load_native_certs().certs),
    }
}

/// The certificates in a file, at least one.
pub fn certificates(
    word: &'static str,
    file: &Path,
) -> Result<Vec<CertificateDer<'static>>, Failure> {
    all_of(word, file, "certificate")
}

/// The lists of `sslcrl` and of each file in `sslcrldir`.
fn revocation_lists(tls: &Tls) -> Result<Vec<CertificateRevocationListDer<'static>>, Failure> {
    const KIND: &str = "list of revoked certificates";
    let mut lists = Vec::new();
    for file in &tls.revoked {
        lists.extend(all_of("sslcrl", file, KIND)?);
    }
    if let Some(folder) = &tls.revoked_folder {
        let word = "sslcrldir";
        let entries = std::fs::read_dir(folder).map_err(|e| Failure::of(word, folder, e))?;
        for entry in entries {
            let path = entry.map_err(|e| Failure::of(word, folder, e))?.path();
            if path.is_file() {
                lists.extend(all_of(word, &path, KIND)?);
            }
        }
    }
    Ok(lists)
}

/// What is of the kind `T` in a file of PEM, at least one.
fn all_of<T: PemObject>(word: &'static str, file: &Path, kind: &str) -> Result<Vec<T>, Failure> {
    let bytes = std::fs::read(file).map_err(|error| Failure::of(word, file, error))?;
    let found: Result<Vec<T>, _> = T::pem_slice_iter(&bytes).collect();
    match found {
        Ok(found) if !found.is_empty() => Ok(found),
        Ok(_) => Err(Failure::of(word, file, format!("there is no {kind} in it"))),
        Err(error) => Err(Failure::of(word, file, error)),
    }
}

impl Verifier {
    /// Whether a certificate whose alternative names do not fit will do all the same.
    fn is_name_enough(&self, certificate: &CertificateDer<'_>, server: &ServerName<'_>) -> bool {
        let fits = || name::of(certificate).is_some_and(|name| name::is_for(&name, server));
        self.checks == Checks::Chain || fits()
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
        let verdict = match verdict {
            // A self-signed certificate that is itself the root: libpq takes it, rustls says CaUsedAsEndEntity.
            Err(Error::InvalidCertificate(CertificateError::Other(_)))
                if self.roots.iter().any(|root| root == end_entity) =>
            {
                let certificate = rustls::server::ParsedCertificate::try_from(end_entity)?;
                rustls::client::verify_server_name(&certificate, server_name)
                    .map(|()| ServerCertVerified::assertion())
            }
            verdict => verdict,
        };
        match verdict {
            Err(Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) if self.is_name_enough(end_entity, server_name) => {
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
