//! The host keys the user has vouched for.
//!
//! russh's own reader does not know wildcards, markers, tabs, several files, nor a right key behind a stale one; and
//! a host key is the one thing that may not be got wrong. So: any matching line that holds the key makes it known,
//! and a key has changed if there are matching lines but none holds it.

mod learn;
mod line;

use std::borrow::Cow;
use std::io;
use std::path::{Path, PathBuf};

use russh::Preferred;
use russh::keys::{Algorithm, PublicKey};

use super::config::HostConfig;
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

    /// The host-key algorithms to ask for, those on record first: otherwise a host would show another of its keys,
    /// one that nobody has vouched for.
    pub fn algorithms(&self) -> Vec<Algorithm> {
        let plain: Vec<&str> = [&self.entries, &self.portless]
            .into_iter()
            .find(|entries| !entries.is_empty())
            .into_iter()
            .flatten()
            .filter(|entry| entry.marker == Marker::None)
            .map(|entry| entry.key_type.as_str())
            .collect();
        let recorded = |algorithm: &Algorithm| match algorithm {
            Algorithm::Rsa { .. } => plain.contains(&"ssh-rsa"),
            other => plain.contains(&other.as_str()),
        };
        let Cow::Borrowed(offered) = Preferred::DEFAULT.key else {
            return Vec::new();
        };
        // SHA-1 signatures are not offered, as OpenSSH does not either.
        let sound = offered
            .iter()
            .filter(|algorithm| !matches!(algorithm, Algorithm::Rsa { hash: None }));
        let (mut first, rest): (Vec<_>, Vec<_>) = sound.cloned().partition(recorded);
        first.extend(rest);
        first
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
