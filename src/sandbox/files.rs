//! The files of a sandbox: the project a playbook runs in, and what the jump host stands on.

use std::fs;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use russh::keys::ssh_key::LineEnding;
use russh::keys::{Algorithm, PrivateKey};

use super::postgres::Cluster;
use super::{CONTAINER, DEV_DATABASE, Error, PROD_DATABASE};

const OWNER_ONLY: u32 = 0o600;
const EXECUTABLE: u32 = 0o700;
const DOCKER: &str = include_str!("docker.sh");
/// The ssh alias of the first workflow.
const ALIAS: &str = "sertantai-hz";

/// What a path in a url's query has escaped.
const NOT_IN_PATHS: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'-')
    .remove(b'_')
    .remove(b'.');

/// A pair of keys made for one sandbox.
pub fn new_key() -> Result<PrivateKey, Error> {
    Ok(PrivateKey::random(&mut rand::rng(), Algorithm::Ed25519)?)
}

/// A folder that only its owner may enter.
pub fn private_folder(path: &Path) -> Result<(), Error> {
    fs::create_dir(path).map_err(Error::file("make the folder", path))?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o700))
        .map_err(Error::file("close the folder", path))
}

/// Puts `docker` into a folder of its own, to stand first on the jump host's PATH.
pub fn write_docker(folder: &Path) -> Result<(), Error> {
    private_folder(folder)?;
    write(&folder.join("docker"), DOCKER, EXECUTABLE)
}

/// What the project's files speak of.
pub struct Project<'a> {
    pub dev: &'a Cluster,
    pub prod: &'a Cluster,
    pub jump_port: u16,
    pub host_key: &'a PrivateKey,
    pub user_key: &'a PrivateKey,
}

impl Project<'_> {
    /// Writes `runner.toml` with the two targets, `.env`, and the ssh configuration it names.
    pub fn write(&self, folder: &Path) -> Result<(), Error> {
        let file = |name: &str, text: &str| write(&folder.join(name), text, OWNER_ONLY);
        file("runner.toml", &self.runner_toml())?;
        let url = self.dev.url(DEV_DATABASE);
        file(".env", &format!("DEV_DATABASE_URL={}\n", url.expose()))?;
        file("ssh_config", &self.ssh_config(folder))?;
        let host_key = self.host_key.public_key().to_openssh()?;
        file(
            "known_hosts",
            &format!("[127.0.0.1]:{} {host_key}\n", self.jump_port),
        )?;
        file("id_ed25519", &self.user_key.to_openssh(LineEnding::LF)?)
    }

    fn runner_toml(&self) -> String {
        let socket = self.prod.socket_folder();
        let url = format!(
            "postgres://postgres@/{PROD_DATABASE}?host={}&port={}",
            utf8_percent_encode(&socket.to_string_lossy(), NOT_IN_PATHS),
            self.prod.port()
        );
        format!(
            r#"# A sandbox: both servers are throw-away and go with this folder.
[targets.dev]
url = "${{DEV_DATABASE_URL}}"

[targets.prod]
url     = "{url}"
ssh     = "{ALIAS}"
docker  = "{CONTAINER}"
protect = "MIGRATE PRODUCTION"

[ssh]
config = "ssh_config"

[groups]
law    = ["uk_lrt", "lat", "amendment_annotations"]
scrape = ["scrape_sessions", "scrape_session_records", "cascade_affected_laws"]

[copy]
exclude = ["schema_migrations", "solid_queue_*"]
"#
        )
    }

    fn ssh_config(&self, folder: &Path) -> String {
        format!(
            "Host {ALIAS}\n\
             \x20 HostName 127.0.0.1\n\
             \x20 Port {}\n\
             \x20 User operator\n\
             \x20 IdentityFile {}\n\
             \x20 IdentitiesOnly yes\n\
             \x20 UserKnownHostsFile {}\n\
             \x20 StrictHostKeyChecking yes\n",
            self.jump_port,
            ssh_path(&folder.join("id_ed25519")),
            ssh_path(&folder.join("known_hosts")),
        )
    }
}

/// A path as one word of an ssh configuration, where `%` begins a token.
fn ssh_path(path: &Path) -> String {
    format!("\"{}\"", path.to_string_lossy().replace('%', "%%"))
}

fn write(path: &Path, text: &str, mode: u32) -> Result<(), Error> {
    use std::io::Write;
    fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(mode)
        .open(path)
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(Error::file("write", path))
}

/// PATH with `first` in front.
pub fn path_beginning_with(first: &[PathBuf]) -> std::ffi::OsString {
    let rest = std::env::var_os("PATH").unwrap_or_default();
    let folders = first.iter().cloned().chain(std::env::split_paths(&rest));
    // Fails where a folder's name holds the separator; such a folder cannot be on a PATH at all.
    std::env::join_paths(folders).unwrap_or(rest)
}
