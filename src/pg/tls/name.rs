//! The host name of a certificate without subject alternative names: its common name, as libpq has it and rustls
//! has not.

use rustls::pki_types::{CertificateDer, ServerName};
use x509_cert::Certificate;
use x509_cert::der::Decode;
use x509_cert::der::oid::db::rfc4519::COMMON_NAME;
use x509_cert::der::oid::db::rfc5912::ID_CE_SUBJECT_ALT_NAME;

/// The common name, where it is the only name.
pub fn of(certificate: &CertificateDer<'_>) -> Option<String> {
    let certificate = Certificate::from_der(certificate).ok()?.tbs_certificate;
    let mut extensions = certificate.extensions.iter().flatten();
    if extensions.any(|extension| extension.extn_id == ID_CE_SUBJECT_ALT_NAME) {
        return None;
    }
    let mut parts = certificate.subject.0.iter().flat_map(|part| part.0.iter());
    let name = parts.find(|part| part.oid == COMMON_NAME)?;
    // All kinds of text that are in use are UTF-8 as well.
    let name = std::str::from_utf8(name.value.value()).ok()?;
    Some(name.to_owned()).filter(|name| !name.contains('\0'))
}

/// Whether a certificate for `name` is one for the server. A `*` stands for the first part.
pub fn is_for(name: &str, server: &ServerName<'_>) -> bool {
    let server = server.to_str();
    let behind_star = name.strip_prefix("*.").zip(server.split_once('.'));
    let by_star = behind_star.is_some_and(|(name, (first, server))| {
        !first.is_empty() && name.eq_ignore_ascii_case(server)
    });
    by_star || name.eq_ignore_ascii_case(&server)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_one_part() {
        for (name, server, fits) in [
            ("db.example", "DB.example", true),
            ("*.example", "db.example", true),
            ("*.example", "a.db.example", false),
            ("*.example", "example", false),
            ("example", "db.example", false),
            ("127.0.0.1", "127.0.0.1", true),
        ] {
            let server = ServerName::try_from(server).unwrap();
            assert_eq!(is_for(name, &server), fits, "{name} {server:?}");
        }
    }
}
