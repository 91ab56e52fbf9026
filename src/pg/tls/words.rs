//! What a failed handshake means, in words of ours.

use std::error::Error as StdError;
use std::io;

use rustls::{CertificateError, Error};

use super::file;
use crate::config::Dsn;

/// Why TLS with the server of `dsn` failed and what to do; `None` for an error that is not of TLS.
pub fn of(error: &tokio_postgres::Error, dsn: &Dsn) -> Option<String> {
    let cause = StdError::source(error)?;
    // The driver has no type of its own for this.
    if cause.to_string() == "server does not support TLS" {
        let mode = dsn.sslmode.word();
        return Some(format!(
            "the server does not speak TLS, which `sslmode={mode}` asks for; turn `ssl` on at the server, or, where the \
             way there is safe, use `sslmode=prefer`"
        ));
    }
    let error = cause
        .downcast_ref::<io::Error>()
        .and_then(io::Error::get_ref)
        .and_then(|inner| inner.downcast_ref::<Error>())?;
    Some(match error {
        Error::InvalidCertificate(reason) => certificate(reason, dsn),
        other => format!("the TLS handshake failed: {other}"),
    })
}

fn certificate(reason: &CertificateError, dsn: &Dsn) -> String {
    match reason {
        CertificateError::NotValidForNameContext {
            expected,
            presented,
        } => {
            let names: Vec<_> = presented.iter().map(|name| bare(name)).collect();
            let names = names.join(", ");
            format!(
                "the server's certificate is for {names}, not for `{}`; put that name in the url, or use \
                 `sslmode=verify-ca` to check only who signed it",
                expected.to_str()
            )
        }
        reason if is_a_strangers(reason) => format!(
            "the server's certificate is signed by nobody in {}; set `sslrootcert` to the certificate of whoever \
             signed it",
            file(dsn)
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
