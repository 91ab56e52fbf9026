//! Certificates of hosts: what makes the word of an authority count, as OpenSSH has it.

use std::time::{SystemTime, UNIX_EPOCH};

use russh::keys::ssh_key::certificate::CertType;
use russh::keys::{Algorithm, Certificate, HashAlg};

/// Why a certificate vouches for nothing. Each reads on after "its certificate".
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    #[error("is by an authority that is not on record")]
    UnknownAuthority,
    #[error("is not one for hosts")]
    NotForHosts,
    #[error("is not valid yet")]
    Early,
    #[error("has expired")]
    Expired,
    #[error("is for {}", listed(.0))]
    OtherHost(Vec<String>),
    #[error("asks for `{0}`, which is not known here")]
    Option(String),
    #[error("is signed by `{0}`, which `CASignatureAlgorithms` does not allow")]
    Signature(String),
    #[error("is forged")]
    Forged,
}

/// Whether a certificate by an authority on record says that its key is that of `host`, without the port.
/// `signatures` are those that authorities may use.
pub fn check(certificate: &Certificate, host: &str, signatures: &[Algorithm]) -> Result<(), Fault> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let now = now.map_or(0, |since| since.as_secs());
    let names = certificate.valid_principals();
    let signed_with = certificate.signature().algorithm();
    if certificate.cert_type() != CertType::Host {
        Err(Fault::NotForHosts)
    } else if now < certificate.valid_after() {
        Err(Fault::Early)
    } else if now >= certificate.valid_before() {
        Err(Fault::Expired)
    } else if !names.is_empty() && !names.iter().any(|name| name == host) {
        Err(Fault::OtherHost(names.to_vec()))
    } else if let Some((option, _)) = certificate.critical_options().iter().next() {
        Err(Fault::Option(option.clone()))
    } else if !signatures.contains(&signed_with) {
        Err(Fault::Signature(signed_with.to_string()))
    } else {
        let authority = certificate.signature_key().fingerprint(HashAlg::Sha256);
        let signed = certificate.validate_at(now, [&authority]);
        signed.map_err(|_| Fault::Forged)
    }
}

fn listed(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

#[cfg(test)]
mod texts {
    use super::*;

    #[test]
    fn what_is_hard_to_provoke_says_what_where_and_what_now() {
        for (error, text) in [
            (Fault::NotForHosts, "is not one for hosts"),
            (Fault::Early, "is not valid yet"),
            (
                Fault::Option("force".into()),
                "asks for `force`, which is not known here",
            ),
            (Fault::Forged, "is forged"),
        ] {
            assert_eq!(error.to_string(), text);
        }
    }
}
