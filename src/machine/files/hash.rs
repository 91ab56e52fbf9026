//! Whether the part of a file that an interrupted run left is the beginning of what is to be there.

use std::fmt::Write as _;
use std::io::Read;
use std::time::Duration;

use sha2::{Digest, Sha256};

use super::{Files, Store};
use crate::machine::{Command, Error};

/// Of the first `$1` bytes of the file `$2`, by the program that is there.
const REMOTE: &str = r#"head -c "$1" <"$2" | {
  if command -v sha256sum >/dev/null; then sha256sum
  elif command -v shasum >/dev/null; then shasum -a 256
  else openssl dgst -sha256 -r
  fi
}"#;
/// A machine that takes longer is not asked twice: the file is sent from its front.
const LIMIT: Duration = Duration::from_secs(600);

impl Files {
    /// SHA-256 of the first `size` bytes, in hexadecimal; `None` where it cannot be had.
    pub(super) async fn hash(&self, path: &str, size: u64) -> Result<Option<String>, Error> {
        match &self.store {
            Store::Here => {
                let path = path.to_owned();
                let hashed = tokio::task::spawn_blocking(move || here(&path, size).ok()).await;
                Ok(hashed.ok().flatten())
            }
            Store::There(_) => {
                let words = ["sh", "-c", REMOTE, "sh", &size.to_string(), path];
                let ran = self.machine.run(Command::new(words).within(LIMIT)).await;
                match ran {
                    Ok(ran) if ran.succeeded() => Ok(first_word(&ran.text())),
                    Err(Error::Interrupted) => Err(Error::Interrupted),
                    _ => Ok(None),
                }
            }
        }
    }
}

fn here(path: &str, size: u64) -> std::io::Result<String> {
    let mut file = std::fs::File::open(path)?.take(size);
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        match file.read(&mut buffer)? {
            0 => break,
            length => hash.update(&buffer[..length]),
        }
    }
    let digest = hash.finalize();
    Ok(digest.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    }))
}

fn first_word(printed: &str) -> Option<String> {
    let word = printed.split_whitespace().next()?;
    let is_hash = word.len() == 64 && word.chars().all(|c| c.is_ascii_hexdigit());
    is_hash.then(|| word.to_ascii_lowercase())
}
