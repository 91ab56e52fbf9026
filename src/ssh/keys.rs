//! Key files, and the passphrases that open them: asked for once, kept in memory for the run.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use russh::keys::{self, HashAlg, PrivateKey, PublicKey, decode_secret_key};
use tokio::sync::Mutex;

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
    #[error("names an environment variable that is not set")]
    Unset,
    #[error("passphrase not given: {0}")]
    NotAsked(AskError),
    #[error("wrong passphrase")]
    WrongPassphrase,
    #[error("is encrypted in a way of old; run `ssh-keygen -p -f {}` to renew it", .0.display())]
    Old(PathBuf),
    #[error("others may read it; run `chmod 600 {}`", .0.display())]
    Exposed(PathBuf),
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
    /// `None` where there is neither the key nor its public half.
    pub fn read(path: &Path) -> Option<Result<Self, KeyError>> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let public = keys::load_public_key(with_suffix(path, ".pub")).ok()?;
                return Some(Ok(Self::public_only(path, public)));
            }
            Err(error) => {
                return Some(Err(KeyError::Unreadable(error.to_string())));
            }
        };
        if let Ok(public) = PublicKey::from_openssh(text.trim()) {
            return Some(Ok(Self::public_only(path, public)));
        }
        let public = match PrivateKey::from_openssh(&text) {
            Ok(key) => Some(key.public_key().clone()),
            Err(_) => keys::load_public_key(with_suffix(path, ".pub")).ok(),
        };
        Some(Ok(Self {
            path: path.to_owned(),
            private: Some(text),
            public,
        }))
    }

    pub fn public_only(path: &Path, public: PublicKey) -> Self {
        Self {
            path: path.to_owned(),
            private: None,
            public: Some(public),
        }
    }

    pub fn is_public_only(&self) -> bool {
        self.private.is_none()
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
        if is_exposed(&self.path) {
            return Err(KeyError::Exposed(self.path.clone()));
        }
        if is_old(text) {
            return Err(KeyError::Old(self.path.clone()));
        }
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

/// Whether the file is encrypted in one of the ways of old that russh does not know.
fn is_old(text: &str) -> bool {
    let known = text.contains("RSA PRIVATE KEY") && text.contains("DEK-Info: AES-128-CBC,");
    text.contains("DEK-Info:") && !known
}

fn needs_passphrase(error: &keys::Error, text: &str) -> bool {
    matches!(error, keys::Error::KeyIsEncrypted) || text.contains("ENCRYPTED")
}

/// `path` with `suffix` behind its last part.
pub fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// Whether others than the owner may read the file, as OpenSSH has it.
#[cfg(unix)]
fn is_exposed(path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let own = rustix::process::getuid().as_raw();
    std::fs::metadata(path).is_ok_and(|file| file.uid() == own && file.mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn is_exposed(_: &Path) -> bool {
    false
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

    /// A key made by `ssh-keygen` with these options and the passphrase `correct horse`.
    fn made(folder: &Path, options: &str) -> KeyFile {
        let file = folder.join(options.replace(' ', ""));
        let made = std::process::Command::new("ssh-keygen")
            .args(["-q", "-N", "correct horse", "-f"])
            .arg(&file)
            .args(options.split(' '))
            .status();
        assert!(made.unwrap().success());
        KeyFile::read(&file).unwrap().unwrap()
    }

    #[test]
    fn every_format_of_ssh_keygen_is_opened() {
        let folder = tempfile::tempdir().unwrap();
        for options in [
            "-t ed25519",
            "-t ed25519 -Z aes256-gcm@openssh.com",
            "-t ed25519 -Z chacha20-poly1305@openssh.com",
            "-t ed25519 -Z aes256-cbc",
            "-t ecdsa -m PKCS8",
            "-t rsa -b 2048 -m PKCS8",
            "-t rsa -b 2048 -m PEM",
        ] {
            let key = made(folder.path(), options);
            let text = key.private.as_ref().unwrap();
            let closed = decode_secret_key(text, None).unwrap_err();
            assert!(needs_passphrase(&closed, text), "{options}: {closed}");
            assert!(!is_old(text), "{options}");
            let opened = decode_secret_key(text, Some("correct horse")).unwrap();
            let public = key.public.as_ref().unwrap();
            assert_eq!(opened.public_key().key_data(), public.key_data());
        }
        let key = made(folder.path(), "-t ecdsa -m PEM");
        assert!(is_old(key.private.as_ref().unwrap()));
    }
}

#[cfg(test)]
mod texts {
    use super::*;

    #[test]
    fn what_is_hard_to_provoke_says_what_where_and_what_now() {
        for (error, text) in [
            (KeyError::WrongPassphrase, "wrong passphrase"),
            (
                KeyError::Old("id_rsa".into()),
                "is encrypted in a way of old; run `ssh-keygen -p -f id_rsa` to renew it",
            ),
            (
                KeyError::PublicOnly,
                "is a public key, and no agent holds its private one",
            ),
        ] {
            assert_eq!(error.to_string(), text);
        }
    }
}
