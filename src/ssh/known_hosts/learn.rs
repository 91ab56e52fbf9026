//! Recording a new host's key, for those who configured `StrictHostKeyChecking accept-new`.

use std::fs::OpenOptions;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use russh::keys::PublicKey;

use super::line::hashed_name;
use crate::ssh::config::HostConfig;
use crate::ssh::error::Error;

/// Appends the key to the first of the user's files.
pub fn learn(config: &HostConfig, name: &str, key: &PublicKey) -> Result<(), Error> {
    // Without a file to write to, OpenSSH connects too and forgets.
    let Some(file) = config.user_known_hosts.first() else {
        return Ok(());
    };
    append(file, name, config.hash_known_hosts, key).map_err(|error| Error::HostKeyUnrecorded {
        name: name.to_owned(),
        file: file.clone(),
        reason: error.to_string(),
    })
}

fn append(file: &Path, name: &str, hash: bool, key: &PublicKey) -> io::Result<()> {
    if let Some(folder) = file.parent() {
        create_folder(folder)?;
    }
    let hosts = if hash {
        hashed_name(&rand::random::<[u8; 20]>(), name)
    } else {
        None
    };
    let hosts = hosts.unwrap_or_else(|| name.to_owned());
    let bare = PublicKey::from(key.key_data().clone());
    let key = bare.to_openssh().map_err(io::Error::other)?;

    let mut options = OpenOptions::new();
    options.read(true).append(true).create(true);
    let mut file = options.open(file)?;
    // A last line without its end would swallow ours.
    let mut last = [b'\n'];
    if file.seek(SeekFrom::End(0))? > 0 {
        file.seek(SeekFrom::End(-1))?;
        file.read_exact(&mut last)?;
    }
    let start = if last == [b'\n'] { "" } else { "\n" };
    file.write_all(format!("{start}{hosts} {key}\n").as_bytes())
}

fn create_folder(folder: &Path) -> io::Result<()> {
    if folder.exists() {
        return Ok(());
    }
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}
