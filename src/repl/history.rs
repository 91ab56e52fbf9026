//! The lines that were typed, per project, in the user's folder for state: never one that bears a password.

use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::config::redact;

pub const LINES: usize = 10_000;
/// What is longer was pasted, data for a COPY as a rule, and nobody looks for it among lines.
pub const LONGEST: usize = 64 << 10;

/// The file of a project's history; `None` where there is no folder for it.
pub fn file(root: &Path) -> Option<PathBuf> {
    let given = std::env::var_os("XDG_STATE_HOME").map(PathBuf::from);
    let home = || Some(PathBuf::from(std::env::var_os("HOME")?).join(".local/state"));
    let state = given.filter(|path| path.is_absolute()).or_else(home)?;
    let root = root.canonicalize().unwrap_or_else(|_| root.to_owned());
    let name = root.file_name().unwrap_or_default().to_string_lossy();
    let digest = Sha256::digest(root.as_os_str().as_encoded_bytes());
    let digest = digest[..6]
        .iter()
        .fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
    Some(
        state
            .join("runner/history")
            .join(format!("{name}-{digest}")),
    )
}

/// Makes the file, which nobody else may read.
pub fn prepare(file: &Path) -> io::Result<()> {
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut options = std::fs::OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
        let file = options.mode(0o600).open(file)?;
        file.set_permissions(std::fs::Permissions::from_mode(0o600))
    }
    #[cfg(not(unix))]
    options.open(file).map(|_| ())
}

/// Whether a line may hold a password: by its words, by a url with one in it, or since a known secret stands in it.
pub fn bears_a_secret(text: &str) -> bool {
    const WORDS: [&str; 5] = ["password", "passwd", "passphrase", "secret", "api_key"];
    let lower = text.to_lowercase();
    WORDS.iter().any(|word| lower.contains(word))
        || sets_a_role(&lower)
        || has_login(text)
        || redact(text) != text
}

/// A role that is given some text: the word before it may be misspelt.
fn sets_a_role(lower: &str) -> bool {
    let words = lower
        .split(|c: char| !c.is_alphanumeric() && c != '_')
        .filter(|word| !word.is_empty());
    let mut pairs = words.clone().zip(words.skip(1));
    let sets = pairs.any(|(verb, kind)| {
        ["create", "alter"].contains(&verb) && ["role", "user", "group"].contains(&kind)
    });
    sets && lower.contains('\'')
}

/// `scheme://user:password@`
fn has_login(text: &str) -> bool {
    text.split("://").skip(1).any(|rest| {
        let end = rest.find(|c: char| c.is_whitespace() || "/?'\"".contains(c));
        let authority = &rest[..end.unwrap_or(rest.len())];
        let login = authority.rsplit_once('@').map(|(login, _)| login);
        login.is_some_and(|login| login.contains(':'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_hold_a_password_is_not_kept() {
        for text in [
            "ALTER ROLE ada PASSWORD 'x'",
            "create user a encrypted\npassword 'x'",
            "connect { url = 'postgres://ada:geheim@db/app' }",
            "secret('API')",
            "alter role ada pasword 'x'",
            "create table t2 (a int); alter role ada pasword 'x'",
            "create table t2 (a int);alter role ada pasword 'x'",
            "db:execute \"alter role ada pasword 'x'\"",
            "select dblink('host=h password=x', 'select 1')",
        ] {
            assert!(bears_a_secret(text), "{text}");
        }
        for text in [
            "select 1",
            "alter role ada login",
            "create table role (user text default 'x')",
            "connect { url = 'postgres://ada@db:5432/app' }",
            "-- see http://example.test:8080/x",
        ] {
            assert!(!bears_a_secret(text), "{text}");
        }
    }
}
