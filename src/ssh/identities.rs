//! What there is to log in with, in the order OpenSSH tries it: keys of the agent that are configured, its other
//! keys, then key files; a certificate behind its key.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use russh::keys::agent::AgentIdentity;
use russh::keys::ssh_key::certificate::CertType;
use russh::keys::ssh_key::public::KeyData;
use russh::keys::{Algorithm, Certificate, PublicKey};

use super::config::HostConfig;
use super::keys::{KeyError, KeyFile, describe, with_suffix};

/// A key, or a certificate of one, and who can sign with it.
#[derive(Debug, Clone)]
pub struct Identity {
    /// Unknown where a passphrase is needed to learn it.
    pub public: Option<PublicKey>,
    /// Shown in place of the key, together with the file it is from.
    pub certificate: Option<Box<(Certificate, Option<PathBuf>)>>,
    pub holder: Holder,
}

#[derive(Debug, Clone)]
pub enum Holder {
    /// The agent, which knows the key by this name.
    Agent(Box<AgentIdentity>),
    File(Arc<KeyFile>),
}

/// The identities of a host's configuration and of the agent's `keys`; those that cannot be used come with the reason.
#[derive(Debug, Default)]
pub struct Identities {
    pub usable: Vec<Identity>,
    pub unusable: Vec<(PathBuf, KeyError)>,
}

impl Identities {
    pub fn of(config: &HostConfig, keys: &[AgentIdentity]) -> Self {
        let mut all = Self::default();
        let mut files = all.files(config);
        let mut others = Vec::new();
        for key in keys {
            let identity = Identity::of_agent(key);
            match files.iter().position(|file| file.is_same(&identity)) {
                Some(place) => {
                    files.remove(place);
                    all.usable.push(identity);
                }
                None if config.identities_only => {}
                None => others.push(identity),
            }
        }
        for file in &mut files {
            file.signed_by_agent(keys);
        }
        all.usable.extend(others);
        all.usable.extend(files);
        all.usable.retain(|identity| identity.may_log_in(config));
        all
    }

    /// The keys that are configured, each with the certificate beside it unless certificates are configured too.
    fn files(&mut self, config: &HostConfig) -> Vec<Identity> {
        let mut files = Vec::new();
        for path in &config.identity_files {
            if path.to_string_lossy().contains("${") {
                self.unusable.push((path.clone(), KeyError::Unset));
                continue;
            }
            let key = match KeyFile::read(path) {
                None => continue,
                Some(Ok(key)) => Arc::new(key),
                Some(Err(reason)) => {
                    self.unusable.push((path.clone(), reason));
                    continue;
                }
            };
            let identity = Identity {
                public: key.public.clone(),
                certificate: None,
                holder: Holder::File(key),
            };
            files.push(identity.clone());
            if config.certificate_files.is_empty() {
                let beside = read_certificate(&with_suffix(path, "-cert"));
                files.extend(beside.map(|certificate| identity.certified(certificate)));
            }
        }
        for path in &config.certificate_files {
            if let Some(certificate) = read_certificate(path) {
                let certified = certificate.0.public_key();
                let own = |file: &&Identity| file.is_of(certified);
                let identity = files.iter().find(own).cloned();
                let identity =
                    identity.unwrap_or_else(|| Identity::without_key(path, &certificate.0));
                files.push(identity.certified(certificate));
            }
        }
        files
    }
}

impl Identity {
    fn of_agent(key: &AgentIdentity) -> Self {
        Self {
            public: Some(key.public_key().into_owned()),
            certificate: match key {
                AgentIdentity::PublicKey { .. } => None,
                AgentIdentity::Certificate { certificate, .. } => {
                    Some(Box::new((certificate.clone(), None)))
                }
            },
            holder: Holder::Agent(Box::new(key.clone())),
        }
    }

    /// The key of a certificate, which nobody has been found yet to hold.
    fn without_key(path: &Path, certificate: &Certificate) -> Self {
        let public = PublicKey::from(certificate.public_key().clone());
        Self {
            public: Some(public.clone()),
            certificate: None,
            holder: Holder::File(Arc::new(KeyFile::public_only(path, public))),
        }
    }

    fn certified(&self, certificate: (Certificate, Option<PathBuf>)) -> Self {
        Self {
            public: Some(PublicKey::from(certificate.0.public_key().clone())),
            certificate: Some(Box::new(certificate)),
            holder: self.holder.clone(),
        }
    }

    /// Leaves signing to the agent where it has the key of this certificate and no file does.
    fn signed_by_agent(&mut self, keys: &[AgentIdentity]) {
        if let (Some(certificate), Holder::File(file)) = (&self.certificate, &self.holder)
            && file.is_public_only()
            && let Some(key) = keys.iter().find(|key| {
                matches!(key, AgentIdentity::PublicKey { .. })
                    && key.public_key().key_data() == certificate.0.public_key()
            })
        {
            self.holder = Holder::Agent(Box::new(key.clone()));
        }
    }

    fn is_of(&self, key: &KeyData) -> bool {
        self.certificate.is_none()
            && self
                .public
                .as_ref()
                .is_some_and(|public| public.key_data() == key)
    }

    /// Whether both show the host the same.
    fn is_same(&self, other: &Self) -> bool {
        match (&self.certificate, &other.certificate) {
            (Some(one), Some(other)) => one.0 == other.0,
            (None, None) => other
                .public
                .as_ref()
                .is_some_and(|public| self.is_of(public.key_data())),
            _ => false,
        }
    }

    /// Whether `PubkeyAcceptedAlgorithms` lets it; what is not known yet may.
    fn may_log_in(&self, config: &HostConfig) -> bool {
        let Some(public) = &self.public else {
            return true;
        };
        let is_certificate = self.certificate.is_some();
        match public.algorithm() {
            Algorithm::Rsa { .. } => !config.algorithms.rsa_hashes(is_certificate).is_empty(),
            other => config.algorithms.lets_log_in(&other, is_certificate),
        }
    }

    /// The key file that is on a security key, which only OpenSSH can talk to.
    pub fn security_key(&self) -> Option<&Path> {
        use Algorithm::{SkEcdsaSha2NistP256, SkEd25519};
        match (&self.holder, self.public.as_ref()?.algorithm()) {
            (Holder::File(file), SkEcdsaSha2NistP256 | SkEd25519) if !file.is_public_only() => {
                Some(&file.path)
            }
            _ => None,
        }
    }

    /// How errors name it.
    pub fn label(&self) -> String {
        let described = self.public.as_ref().map(describe);
        let what = match (&self.certificate, described) {
            (Some(_), Some(key)) => format!("certificate of {key}"),
            (_, Some(key)) => key,
            (_, None) => String::new(),
        };
        let file = match (&self.certificate, &self.holder) {
            (Some(certificate), _) if certificate.1.is_some() => certificate.1.as_deref(),
            (_, Holder::File(file)) => Some(file.path.as_path()),
            (_, Holder::Agent(_)) => None,
        };
        match file {
            Some(file) if what.is_empty() => format!("`{}`", file.display()),
            Some(file) => format!("`{}` ({what})", file.display()),
            None => format!("{what} of the agent"),
        }
    }
}

/// The certificate of a user in `path`, or in `path` with `.pub`, as OpenSSH looks for it.
fn read_certificate(path: &Path) -> Option<(Certificate, Option<PathBuf>)> {
    [path.to_owned(), with_suffix(path, ".pub")]
        .into_iter()
        .find_map(|path| {
            let text = std::fs::read_to_string(&path).ok()?;
            let certificate = Certificate::from_openssh(text.trim()).ok()?;
            Some((certificate, Some(path)))
        })
        .filter(|(certificate, _)| certificate.cert_type() == CertType::User)
}
