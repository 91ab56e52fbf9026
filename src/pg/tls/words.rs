//! What a failed handshake means, in words of ours.

use std::error::Error as StdError;
use std::io;

use rustls::{AlertDescription, CertificateError, Error};

use super::connect::Unmet;
use super::verify::file;
use crate::config::Tls;

/// Why TLS with a server failed and what to do; `None` for an error that is not of TLS.
pub fn of(error: &(dyn StdError + 'static), tls: &Tls) -> Option<String> {
    let inner = causes(error).find_map(|cause| cause.downcast_ref::<io::Error>()?.get_ref());
    let inner = inner?;
    if let Some(unmet) = inner.downcast_ref::<Unmet>() {
        return Some(of_unmet(unmet, tls));
    }
    Some(match inner.downcast_ref::<Error>()? {
        Error::InvalidCertificate(reason) => certificate(reason, tls),
        Error::AlertReceived(alert) => alerted(*alert, tls),
        other => format!("the TLS handshake failed: {other}"),
    })
}

fn causes<'a>(
    error: &'a (dyn StdError + 'static),
) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}

fn of_unmet(unmet: &Unmet, tls: &Tls) -> String {
    match unmet {
        Unmet::NoTls => {
            let mode = tls.mode.word();
            format!(
                "the server does not speak TLS, which `sslmode={mode}` asks for; turn `ssl` on at the server, or, where \
                 the way there is safe, use `sslmode=prefer`"
            )
        }
        unmet => unmet.to_string(),
    }
}

/// What the server found wrong.
fn alerted(alert: AlertDescription, tls: &Tls) -> String {
    let of_ours = matches!(
        alert,
        AlertDescription::BadCertificate
            | AlertDescription::UnsupportedCertificate
            | AlertDescription::CertificateRevoked
            | AlertDescription::CertificateExpired
            | AlertDescription::CertificateUnknown
            | AlertDescription::UnknownCA
            | AlertDescription::CertificateRequired
    );
    match &tls.certificate {
        Some(certificate) if of_ours => format!(
            "the server does not accept the certificate `{}` ({alert:?})",
            certificate.file.display()
        ),
        _ if alert == AlertDescription::ProtocolVersion => {
            "the server speaks no version of TLS that the target allows".to_owned()
        }
        _ => format!("the server ended the TLS handshake ({alert:?})"),
    }
}

fn certificate(reason: &CertificateError, tls: &Tls) -> String {
    match reason {
        CertificateError::NotValidForNameContext {
            expected,
            presented,
        } => {
            let names: Vec<_> = presented.iter().map(|name| bare(name)).collect();
            let names = match names.as_slice() {
                [] => "another host".to_owned(),
                names => names.join(", "),
            };
            format!(
                "the server's certificate is for {names}, not for `{}`; put that name in the url, or use \
                 `sslmode=verify-ca` to check only who signed it",
                expected.to_str()
            )
        }
        CertificateError::Revoked => "the server's certificate has been revoked".to_owned(),
        CertificateError::UnknownRevocationStatus => {
            "no list of `sslcrl` is by whoever signed the server's certificate".to_owned()
        }
        CertificateError::ExpiredRevocationList
        | CertificateError::ExpiredRevocationListContext { .. } => {
            "the list of revoked certificates (`sslcrl`) has expired".to_owned()
        }
        reason if is_a_strangers(reason) => format!(
            "the server's certificate is signed by nobody in {}; set `sslrootcert` to the certificate of whoever \
             signed it",
            file(tls)
        ),
        reason => format!("the server's certificate is not accepted: {reason}"),
    }
}

/// Whether nobody we know vouches for the certificate.
fn is_a_strangers(reason: &CertificateError) -> bool {
    match reason {
        CertificateError::UnknownIssuer | CertificateError::BadSignature => true,
        // One that signed itself, most often; of no type that could be matched.
        CertificateError::Other(other) => other.to_string().contains("CaUsedAsEndEntity"),
        _ => false,
    }
}

/// `DnsName("db.example")` as `` `db.example` ``.
fn bare(presented: &str) -> String {
    let inside = presented
        .split_once('(')
        .and_then(|(_, rest)| rest.strip_suffix(')'));
    format!("`{}`", inside.unwrap_or(presented).trim_matches('"'))
}
