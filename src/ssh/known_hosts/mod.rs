//! The host keys the user has vouched for.
//!
//! russh's own reader does not know wildcards, markers, tabs, several files, nor a right key behind a stale one; and
//! a host key is the one thing that may not be got wrong. So: any matching line that holds the key makes it known,
//! and a key has changed if there are matching lines but none holds it.

mod learn;
mod line;

use std::io;
use std::path::{Path, PathBuf};

use russh::keys::{Algorithm, PublicKey};

use super::config::{HostConfig, HostKeyAlgorithms};
use super::error::Error;
pub use learn::learn;
use line::{Line, Marker};

const DEFAULT_PORT: u16 = 22;

/// The lines that are about one host.
#[derive(Debug)]
pub struct KnownHosts {
    /// The name searched for: `HostKeyAlias`, the host, or `[host]:port`.
    pub name: String,
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
    Unknown,
    Changed { file: PathBuf, line: usize },
    Revoked { file: PathBuf, line: usize },
    Authority { file: PathBuf, line: usize },
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
            None if config.port == DEFAULT_PORT => (host, None),
            None => (format!("[{host}]:{}", config.port), Some(host)),
        };
        let mut known = Self {
            name,
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

    pub fn verdict(&self, key: &PublicKey) -> Verdict {
        // A key that cannot be written down cannot be recorded anywhere either.
        let Ok(key) = key.to_bytes() else {
            return Verdict::Unknown;
        };
        let holds = |entry: &&Entry| entry.key == key;
        let marked = |marker| move |entry: &&Entry| entry.marker == marker;
        let mut all = self.entries.iter().chain(&self.portless);
        if let Some(entry) = all.find(|entry| holds(entry) && marked(Marker::Revoked)(entry)) {
            let (file, line) = (entry.file.clone(), entry.line);
            return Verdict::Revoked { file, line };
        }
        let mut plain = self.entries.iter().filter(marked(Marker::None));
        let mut portless = self.portless.iter().filter(marked(Marker::None));
        if plain.clone().any(|entry| holds(&entry)) {
            Verdict::Known
        } else if let Some(Entry { file, line, .. }) = plain.next() {
            let (file, line) = (file.clone(), *line);
            Verdict::Changed { file, line }
        } else if portless.any(|entry| holds(&entry)) {
            Verdict::Known
        } else if let Some(entry) = self.entries.iter().find(marked(Marker::Authority)) {
            let (file, line) = (entry.file.clone(), entry.line);
            Verdict::Authority { file, line }
        } else {
            Verdict::Unknown
        }
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
        let mut all = self.entries.iter().chain(&self.portless);
        if all.any(|entry| entry.marker == Marker::Authority) || offered.plain.is_empty() {
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
