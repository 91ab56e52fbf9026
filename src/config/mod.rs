//! `runner.toml` and `.env`: as written (`raw`), and as used (this module's types).

mod secret;

use std::collections::BTreeMap;
use std::path::PathBuf;

pub use secret::{Secret, redact};

/// A project: the folder of `runner.toml` and what the file says.
#[derive(Debug, Clone, Default)]
pub struct Project {
    /// The folder of `runner.toml`; relative paths of playbooks start here.
    pub root: PathBuf,
    pub targets: BTreeMap<String, Target>,
    /// Named lists of table patterns, for `group:NAME`.
    pub groups: BTreeMap<String, Vec<String>>,
    /// `[copy] exclude`: table patterns no copy takes.
    pub exclude: Vec<String>,
    /// `[playbooks.NAME]`: defaults for the parameters of a playbook, by its file stem.
    pub playbooks: BTreeMap<String, toml::Table>,
}

/// A named database: how to reach it, and how careful to be with it.
#[derive(Debug, Clone)]
pub struct Target {
    pub name: String,
    pub dsn: Dsn,
    /// An alias of the ssh configuration, or `user@host:port`.
    pub ssh: Option<String>,
    /// `[ssh] config`: the file used instead of `~/.ssh/config` (`ssh -F`).
    pub ssh_config: Option<PathBuf>,
    /// A container by name or id, on the ssh host or on this machine.
    pub docker: Option<String>,
    /// The phrase to type before anything is written.
    pub protect: Option<String>,
}

/// A database address with every word of libpq's urls that we honour, all defaults filled in.
#[derive(Debug, Clone)]
pub struct Dsn {
    /// The real host name (also behind a tunnel), or the folder of a unix socket; `None` where the url names none.
    pub host: Option<String>,
    pub port: u16,
    pub user: String,
    pub password: Option<Secret>,
    pub database: String,
    pub sslmode: SslMode,
    pub sslrootcert: Option<PathBuf>,
    pub connect_timeout: Option<std::time::Duration>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SslMode {
    Disable,
    Allow,
    #[default]
    Prefer,
    Require,
    VerifyCa,
    VerifyFull,
}
