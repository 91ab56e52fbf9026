//! Key files, and the passphrases that open them: asked for once, kept in memory for the run.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use russh::keys::{self, HashAlg, PrivateKey, PublicKey, decode_secret_key};
use tokio::sync::Mutex;

use super::config::HostConfig;
use crate::progress::{AskError, Question, Reporter, ask};

/// As often as ssh asks.
const ATTEMPTS: usize = 3;

/// The keys opened so far. The lock is held while asking, so that two connections do not ask at once.
static OPENED: LazyLock<Mutex<HashMap<PathBuf, Arc<PrivateKey>>>> = LazyLock::new(Mutex::default);

/// Why a key file cannot be used; reads on after the name of the file.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    #[error("cannot be read: {0}")]
    Unreadable(String),
    #[error("passphrase not given: {0}")]
    NotAsked(AskError),
    #[error("wrong passphrase")]
    WrongPassphrase,
    #[error("is a public key, and no agent holds its private one")]
    PublicOnly,
}

/// A configured key that exists, opened or not.
#[derive(Debug)]
pub struct KeyFile {
    pub path: PathBuf,
    /// The private key as it stands in the file; `None` where only the public one is here, to choose from the
    /// keys of an agent.
    private: Option<String>,
    /// Known without the passphrase for OpenSSH's own format, or where a `.pub` file lies beside it.
    pub public: Option<PublicKey>,
}

impl KeyFile {
    /// The key files of a host that exist; those that cannot be read come with the reason.
    pub fn all(config: &HostConfig) -> Vec<Result<Self, (PathBuf, KeyError)>> {
        let files = config.identity_files.iter();
        files.filter_map(|path| Self::read(path)).collect()
    }

    fn read(path: &Path) -> Option<Result<Self, (PathBuf, KeyError)>> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let public = keys::load_public_key(with_pub(path)).ok()?;
                return Some(Ok(Self::public_only(path, public)));
            }
            Err(error) => {
                let reason = KeyError::Unreadable(error.to_string());
                return Some(Err((path.to_owned(), reason)));
            }
        };
        if let Ok(public) = PublicKey::from_openssh(text.trim()) {
            return Some(Ok(Self::public_only(path, public)));
        }
        let public = match PrivateKey::from_openssh(&text) {
            Ok(key) => Some(key.public_key().clone()),
            Err(_) => keys::load_public_key(with_pub(path)).ok(),
        };
        Some(Ok(Self {
            path: path.to_owned(),
            private: Some(text),
            public,
        }))
    }

    fn public_only(path: &Path, public: PublicKey) -> Self {
        Self {
            path: path.to_owned(),
            private: None,
            public: Some(public),
        }
    }

    pub fn is_public_only(&self) -> bool {
        self.private.is_none()
    }

    /// How errors name the key.
    pub fn label(&self) -> String {
        match &self.public {
            Some(public) => format!("`{}` ({})", self.path.display(), describe(public)),
            None => format!("`{}`", self.path.display()),
        }
    }

    /// The private key; asks for the passphrase where it needs one and has not been given it yet.
    pub async fn open(&self, reporter: &Reporter) -> Result<Arc<PrivateKey>, KeyError> {
        let mut opened = OPENED.lock().await;
        if let Some(key) = opened.get(&self.path) {
            return Ok(Arc::clone(key));
        }
        let key = Arc::new(self.decode_or_ask(reporter).await?);
        opened.insert(self.path.clone(), Arc::clone(&key));
        Ok(key)
    }

    async fn decode_or_ask(&self, reporter: &Reporter) -> Result<PrivateKey, KeyError> {
        let text = self.private.as_ref().ok_or(KeyError::PublicOnly)?;
        match decode_secret_key(text, None) {
            Ok(key) => return Ok(key),
            Err(error) if !needs_passphrase(&error, text) => {
                return Err(KeyError::Unreadable(error.to_string()));
            }
            Err(_) => {}
        }
        for attempt in 0..ATTEMPTS {
            let again = if attempt == 0 { "" } else { "wrong; " };
            let question = Question {
                prompt: format!("{again}passphrase of {}", self.path.display()),
                secret: true,
                instead: format!("the key to an agent: `ssh-add {}`", self.path.display()),
            };
            let passphrase = ask(reporter, question).await.map_err(KeyError::NotAsked)?;
            let text = text.clone();
            // The derivation of the key is made to be slow.
            let decoded = tokio::task::spawn_blocking(move || {
                decode_secret_key(&text, Some(passphrase.expose())).ok()
            });
            if let Ok(Some(key)) = decoded.await {
                return Ok(key);
            }
        }
        Err(KeyError::WrongPassphrase)
    }
}

fn needs_passphrase(error: &keys::Error, text: &str) -> bool {
    matches!(error, keys::Error::KeyIsEncrypted) || text.contains("ENCRYPTED")
}

fn with_pub(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".pub");
    PathBuf::from(name)
}

/// The kind of a key and its fingerprint as `ssh-keygen -l` prints it.
pub fn describe(key: &PublicKey) -> String {
    format!("{} {}", key.algorithm(), key.fingerprint(HashAlg::Sha256))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PUBLIC: &str =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKc1KGBIe+aKdVeqXXv/uXbosFG8Lz9h1qEvBtJOmfp4";

    #[test]
    fn a_public_key_alone_chooses_one_of_the_agent() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("id.pub");
        std::fs::write(&file, format!("{PUBLIC} me\n")).unwrap();
        for path in [file.as_path(), &folder.path().join("id")] {
            let key = KeyFile::read(path).unwrap().unwrap();
            assert!(key.is_public_only() && key.public.is_some());
        }
        assert!(KeyFile::read(&folder.path().join("other")).is_none());
    }
}
