//! The host keys the user has vouched for.
//!
//! russh's own reader does not know wildcards, markers, tabs, several files, nor a right key behind a stale one; and
//! a host key is the one thing that may not be got wrong. So: any matching line that holds the key makes it known,
//! and a key has changed if there are matching lines but none holds it.

mod certificate;
mod learn;
mod line;

use std::io;
use std::path::{Path, PathBuf};

use russh::keys::ssh_key::public::KeyData;
use russh::keys::{Algorithm, Certificate, PublicKey, PublicKeyOrCertificate};

use super::config::{HostConfig, HostKeyAlgorithms};
use super::error::Error;
use certificate::Fault;
pub use learn::learn;
use line::{Line, Marker};

const DEFAULT_PORT: u16 = 22;

/// The lines that are about one host.
#[derive(Debug)]
pub struct KnownHosts {
    /// The name searched for: `HostKeyAlias`, the host, or `[host]:port`.
    pub name: String,
    /// The name that certificates hold: never with a port.
    principal: String,
    /// What authorities may sign certificates with.
    signatures: Vec<Algorithm>,
    entries: Vec<Entry>,
    /// Lines about the host without its port: they can vouch for a key, but not accuse one.
    portless: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    file: PathBuf,
    line: usize,
    marker: Marker,
    key_type: String,
    key: Vec<u8>,
}

/// What the files say about a key the host has shown.
#[derive(Debug, PartialEq, Eq)]
pub enum Verdict {
    Known,
    Unknown(Unknown),
    Changed { file: PathBuf, line: usize },
    Revoked { file: PathBuf, line: usize },
}

/// Why nobody vouches for a key. Each reads on after "is not known".
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unknown {
    #[error("")]
    New,
    #[error(", and no certificate of the authority in {}:{line} was shown", file.display())]
    NoCertificate { file: PathBuf, line: usize },
    #[error(", and its certificate {0}")]
    BadCertificate(Fault),
}

impl KnownHosts {
    /// Reads all files of the host's configuration. A missing file is an empty one.
    pub fn read(config: &HostConfig) -> Result<Self, Error> {
        let files = || {
            let (user, global) = (&config.user_known_hosts, &config.global_known_hosts);
            user.iter().chain(global)
        };
        let host = config.host.to_ascii_lowercase();
        let (name, bare) = match &config.host_key_alias {
            Some(alias) => (alias.clone(), None),
            None if config.port == DEFAULT_PORT => (host.clone(), None),
            None => (format!("[{host}]:{}", config.port), Some(host.clone())),
        };
        let alias = config.host_key_alias.as_ref();
        let mut known = Self {
            name,
            principal: alias.cloned().unwrap_or_else(|| host.clone()),
            signatures: config.algorithms.authorities.clone(),
            entries: Vec::new(),
            portless: Vec::new(),
        };
        for file in files() {
            let text = read(file)?;
            entries(file, &text, &known.name, &mut known.entries);
            if let Some(bare) = &bare {
                entries(file, &text, bare, &mut known.portless);
            }
        }
        Ok(known)
    }

    /// A certificate that vouches for nothing counts as the key in it, as with OpenSSH.
    pub fn verdict(&self, shown: &PublicKeyOrCertificate) -> Verdict {
        let certificate = shown.certificate();
        let key = bytes(shown.public_key().key_data());
        let authority = certificate.map(|certificate| bytes(certificate.signature_key()));
        let revoked = self.all().find(|entry| {
            let is_shown = entry.key == key || Some(&entry.key) == authority.as_ref();
            entry.marker == Marker::Revoked && is_shown
        });
        if let Some(Entry { file, line, .. }) = revoked {
            let (file, line) = (file.clone(), *line);
            return Verdict::Revoked { file, line };
        }
        let mut unknown = match self.all().find(|entry| entry.marker == Marker::Authority) {
            Some(Entry { file, line, .. }) => Unknown::NoCertificate {
                file: file.clone(),
                line: *line,
            },
            None => Unknown::New,
        };
        if let Some(certificate) = certificate {
            match self.check(certificate) {
                Ok(()) => return Verdict::Known,
                Err(fault) => unknown = Unknown::BadCertificate(fault),
            }
        }
        self.plain_verdict(&key)
            .unwrap_or(Verdict::Unknown(unknown))
    }

    /// What the lines with plain keys say; nothing where there are none.
    fn plain_verdict(&self, key: &[u8]) -> Option<Verdict> {
        let is_plain = |entry: &&Entry| entry.marker == Marker::None;
        let mut plain = self.entries.iter().filter(is_plain);
        let mut portless = self.portless.iter().filter(is_plain);
        if plain.clone().any(|entry| entry.key == key) {
            return Some(Verdict::Known);
        }
        match plain.next() {
            Some(Entry { file, line, .. }) => Some(Verdict::Changed {
                file: file.clone(),
                line: *line,
            }),
            None => portless
                .any(|entry| entry.key == key)
                .then_some(Verdict::Known),
        }
    }

    /// Whether an authority on record vouches for the host by this certificate.
    fn check(&self, certificate: &Certificate) -> Result<(), Fault> {
        let authority = bytes(certificate.signature_key());
        let mut all = self.all();
        if !all.any(|entry| entry.marker == Marker::Authority && entry.key == authority) {
            return Err(Fault::UnknownAuthority);
        }
        certificate::check(certificate, &self.principal, &self.signatures)
    }

    fn all(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().chain(&self.portless)
    }

    /// The kinds of host keys to ask for, as OpenSSH orders them: those on record first, since the host would show
    /// another of its keys otherwise, one that nobody has vouched for.
    pub fn algorithms(&self, offered: &HostKeyAlgorithms) -> Vec<Algorithm> {
        let recorded = |algorithm: &Algorithm| self.records(algorithm);
        let best_is_known = offered.plain.first().is_some_and(recorded);
        if best_is_known || !offered.recorded_first {
            return offered.plain.clone();
        }
        let (mut first, rest): (Vec<_>, Vec<_>) = offered.plain.iter().cloned().partition(recorded);
        first.extend(rest);
        first
    }

    /// The kinds of certificates to ask for. Without an authority on record they say no more than their keys do.
    pub fn certificates(&self, offered: &HostKeyAlgorithms) -> Vec<Algorithm> {
        if self.all().any(|entry| entry.marker == Marker::Authority) || offered.plain.is_empty() {
            offered.certificates.clone()
        } else {
            Vec::new()
        }
    }

    fn records(&self, algorithm: &Algorithm) -> bool {
        let entries = [&self.entries, &self.portless];
        let nearest = entries.into_iter().find(|entries| !entries.is_empty());
        let kind = match algorithm {
            Algorithm::Rsa { .. } => "ssh-rsa",
            other => other.as_str(),
        };
        nearest
            .into_iter()
            .flatten()
            .any(|entry| entry.marker == Marker::None && entry.key_type == kind)
    }
}

/// A key as the files hold it; one that cannot be written down is in none of them.
fn bytes(key: &KeyData) -> Vec<u8> {
    PublicKey::from(key.clone()).to_bytes().unwrap_or_default()
}

fn read(file: &Path) -> Result<String, Error> {
    match std::fs::read(file) {
        Ok(bytes) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
        Err(error) => Err(Error::Unreadable {
            file: file.to_owned(),
            reason: error.to_string(),
        }),
    }
}

fn entries(file: &Path, text: &str, name: &str, into: &mut Vec<Entry>) {
    for (number, text) in (1..).zip(text.lines()) {
        if let Some(line) = Line::parse(text).filter(|line| line.is_about(name)) {
            into.push(Entry {
                file: file.to_owned(),
                line: number,
                marker: line.marker,
                key_type: line.key_type.to_owned(),
                key: line.key,
            });
        }
    }
}

#[cfg(test)]
mod tests;
