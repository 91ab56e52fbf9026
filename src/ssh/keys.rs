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
}

/// A private key that exists, opened or not.
#[derive(Debug)]
pub struct KeyFile {
    pub path: PathBuf,
    text: String,
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
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return None,
            Err(error) => {
                let reason = KeyError::Unreadable(error.to_string());
                return Some(Err((path.to_owned(), reason)));
            }
        };
        let public = match PrivateKey::from_openssh(&text) {
            Ok(key) => Some(key.public_key().clone()),
            Err(_) => keys::load_public_key(with_pub(path)).ok(),
        };
        Some(Ok(Self {
            path: path.to_owned(),
            text,
            public,
        }))
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
        match decode_secret_key(&self.text, None) {
            Ok(key) => return Ok(key),
            Err(error) if !needs_passphrase(&error, &self.text) => {
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
            let text = self.text.clone();
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
