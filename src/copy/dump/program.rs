//! PostgreSQL's client programs on this machine.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::process::Command;

use super::{Error, Result};
use crate::interrupt::race;
use crate::pg::tools;

/// The programs of this name, in the order in which they are looked for.
pub fn candidates(name: &str) -> Vec<PathBuf> {
    let name = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    let folders: Vec<PathBuf> = match tools::given_folder() {
        Some(folder) => vec![folder],
        None => tools::folders().collect(),
    };
    let mut programs: Vec<PathBuf> = Vec::new();
    for folder in folders {
        let program = folder.join(&name);
        if program.is_file() && !programs.contains(&program) {
            programs.push(program);
        }
    }
    programs
}

/// Where they were looked for, in words.
pub fn looked_in() -> Vec<String> {
    match tools::given_folder() {
        Some(folder) => vec![format!("`{}` (RUNNER_PG_BIN)", folder.display())],
        None => tools::looked_in(),
    }
}

/// A command that inherits nothing of what this process knows: passwords least of all.
pub fn clean(program: &Path) -> Command {
    let mut command = Command::new(program);
    command
        .env_clear()
        .env("LC_ALL", "C")
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    #[cfg(windows)]
    if let Some(root) = std::env::var_os("SystemRoot") {
        command.env("SystemRoot", root);
    }
    command
}

/// `15.18` of `pg_restore (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`.
pub async fn version(program: &Path) -> Result<String> {
    let output = race(clean(program).arg("--version").output()).await?;
    let output = output.map_err(|reason| Error::CannotRun {
        program: program.to_owned(),
        reason,
    })?;
    let text = String::from_utf8_lossy(&output.stdout);
    let word = text.split_whitespace().nth(2);
    Ok(word.unwrap_or_default().to_owned())
}

/// The number before the point; `None` of a version that says nothing to us.
pub fn major(version: &str) -> Option<u32> {
    let digits = version.find(|c: char| !c.is_ascii_digit());
    version[..digits.unwrap_or(version.len())].parse().ok()
}
