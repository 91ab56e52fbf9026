//! The certificate we show: `sslcert`, `sslkey`, `sslpassword`.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use pkcs8::{EncryptedPrivateKeyInfoRef, SecretDocument};
use rustls::SignatureScheme;
use rustls::client::ResolvesClientCert;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::sign::CertifiedKey;

use super::connect::Unmet;
use super::{Failure, verify};
use crate::config::{ClientCertificate, Secret, Tls};

const ENCRYPTED: &str = "-----BEGIN ENCRYPTED PRIVATE KEY-----";
const ENCRYPTED_END: &str = "-----END ENCRYPTED PRIVATE KEY-----";
/// OpenSSL's own way before PKCS #8.
const ENCRYPTED_OLD: &str = "Proc-Type: 4,ENCRYPTED";

/// What we show when the server asks, and whether it did.
#[derive(Debug)]
pub struct Identity {
    key: Option<Arc<CertifiedKey>>,
    asked: AtomicBool,
}

impl Identity {
    pub fn load(tls: &Tls, provider: &CryptoProvider) -> Result<Self, Failure> {
        let load = |certificate| load(certificate, provider).map(Arc::new);
        Ok(Self {
            key: tls.certificate.as_ref().map(load).transpose()?,
            asked: AtomicBool::new(false),
        })
    }

    /// Whether a certificate was asked for and shown.
    pub fn check_shown(&self) -> Result<(), Unmet> {
        if self.key.is_none() {
            return Err(Unmet::NoCertificate);
        }
        if self.asked.load(Ordering::SeqCst) {
            Ok(())
        } else {
            Err(Unmet::CertificateNotAsked)
        }
    }
}

impl ResolvesClientCert for Identity {
    /// The server's hints at who should have signed are not looked at, as in libpq.
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        self.asked.store(true, Ordering::SeqCst);
        self.key.clone()
    }

    fn has_certs(&self) -> bool {
        self.key.is_some()
    }
}

fn load(
    certificate: &ClientCertificate,
    provider: &CryptoProvider,
) -> Result<CertifiedKey, Failure> {
    let ClientCertificate {
        file,
        key,
        password,
    } = certificate;
    let chain: Vec<CertificateDer<'static>> = verify::certificates("sslcert", file)?;
    let private = private_key(key, password.as_ref())?;
    CertifiedKey::from_der(chain, private, provider).map_err(|error| {
        let reason = match error {
            rustls::Error::InconsistentKeys(_) => {
                format!("it is not the key to the certificate `{}`", file.display())
            }
            error => error.to_string(),
        };
        Failure::of("sslkey", key, reason)
    })
}

fn private_key(file: &Path, password: Option<&Secret>) -> Result<PrivateKeyDer<'static>, Failure> {
    let failure = |reason: &str| Failure::of("sslkey", file, reason);
    let bytes = std::fs::read(file).map_err(|error| failure(&error.to_string()))?;
    let text = String::from_utf8_lossy(&bytes);
    if text.contains(ENCRYPTED_OLD) {
        return Err(failure(
            "it is encrypted in OpenSSL's old way; `openssl pkcs8 -topk8 -in OLD -out NEW` writes it anew",
        ));
    }
    if let Some(begin) = text.find(ENCRYPTED) {
        let password = password
            .ok_or_else(|| failure("it is encrypted; give its password as `sslpassword`"))?;
        let end = text[begin..].find(ENCRYPTED_END);
        let end = end.ok_or_else(|| failure("it is cut short"))? + ENCRYPTED_END.len();
        return decrypted(&text[begin..][..end], password).map_err(failure);
    }
    if text.contains("-----BEGIN") {
        return PrivateKeyDer::from_pem_slice(&bytes)
            .map_err(|_| failure("there is no private key in it"));
    }
    PrivateKeyDer::try_from(bytes).map_err(failure)
}

/// A key of PKCS #8 in its PEM form.
fn decrypted(pem: &str, password: &Secret) -> Result<PrivateKeyDer<'static>, &'static str> {
    const MALFORMED: &str = "it is malformed";
    let (_, document) = SecretDocument::from_pem(pem).map_err(|_| MALFORMED)?;
    let key = EncryptedPrivateKeyInfoRef::try_from(document.as_bytes())
        .map_err(|_| MALFORMED)?
        .decrypt(password.expose())
        .map_err(
            |_| "`sslpassword` does not open it, or it is encrypted in a way that is not supported",
        )?;
    Ok(PrivatePkcs8KeyDer::from(key.as_bytes().to_vec()).into())
}
