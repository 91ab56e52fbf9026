//! One line of a `known_hosts` file.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

use crate::ssh::pattern;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Marker {
    None,
    Revoked,
    Authority,
}

/// What a line says, whichever hosts it is about.
#[derive(Debug, PartialEq, Eq)]
pub struct Line<'a> {
    pub marker: Marker,
    /// Names, patterns, or one hashed name.
    pub hosts: &'a str,
    /// The key type as the line names it, e.g. `ssh-ed25519`.
    pub key_type: &'a str,
    /// The public key in the encoding of the protocol.
    pub key: Vec<u8>,
}

impl<'a> Line<'a> {
    /// `None` for blank lines, comments and lines nobody could use. Fields may be separated by tabs.
    pub fn parse(text: &'a str) -> Option<Self> {
        let mut fields = text.split_ascii_whitespace();
        let first = fields.next().filter(|field| !field.starts_with('#'))?;
        let (marker, hosts) = match first {
            "@revoked" => (Marker::Revoked, fields.next()?),
            "@cert-authority" => (Marker::Authority, fields.next()?),
            _ if first.starts_with('@') => return None,
            _ => (Marker::None, first),
        };
        let key_type = fields.next()?;
        let key = STANDARD.decode(fields.next()?).ok()?;
        Some(Self {
            marker,
            hosts,
            key_type,
            key,
        })
    }

    /// Whether the line is about `name`: a host, or `[host]:port` for a port that is not 22.
    pub fn is_about(&self, name: &str) -> bool {
        match self.hosts.strip_prefix("|1|") {
            Some(hashed) => matches_hash(hashed, name).unwrap_or(false),
            None => pattern::list_matches(self.hosts.split(','), name),
        }
    }
}

fn matches_hash(hashed: &str, name: &str) -> Option<bool> {
    let (salt, hash) = hashed.split_once('|')?;
    let salt = STANDARD.decode(salt).ok()?;
    let hash = STANDARD.decode(hash).ok()?;
    Some(mac(&salt, name)?.verify_slice(&hash).is_ok())
}

/// `name` as `HashKnownHosts` writes it.
pub fn hashed_name(salt: &[u8], name: &str) -> Option<String> {
    let hash = mac(salt, name)?.finalize().into_bytes();
    Some(format!(
        "|1|{}|{}",
        STANDARD.encode(salt),
        STANDARD.encode(hash)
    ))
}

fn mac(salt: &[u8], name: &str) -> Option<Hmac<Sha1>> {
    let mut mac = Hmac::<Sha1>::new_from_slice(salt).ok()?;
    mac.update(name.as_bytes());
    Some(mac)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "AAAAC3NzaC1lZDI1NTE5AAAAIJdD7y3aLq454yWBdwLWbieU1ebz9/cu7/QEXn9OIeZJ";

    #[test]
    fn fields_may_be_separated_by_tabs_and_marked() {
        let text = format!("@revoked\thz,10.0.0.1\tssh-ed25519\t{KEY}\ta comment");
        let line = Line::parse(&text).unwrap();
        assert_eq!(line.marker, Marker::Revoked);
        assert!(line.is_about("10.0.0.1") && line.is_about("HZ") && !line.is_about("h"));
        assert_eq!(Line::parse("# hz ssh-ed25519 AAAA"), None);
        assert_eq!(Line::parse("hz ssh-ed25519"), None);
    }
}
