//! `runner.toml` and `.env`: as written (`raw`), and as used (this module's types).
//!
//! [`load`] reads both; [`Project::target`] resolves one target, so that a variable missing for
//! `prod` does not stop a run that only uses `dev`.

mod dsn;
mod env;
mod error;
mod interpolate;
mod load;
mod raw;
mod resolve;
mod secret;
mod suggest;

use std::collections::BTreeMap;
use std::path::PathBuf;

pub use dsn::{
    CertMode, ChannelBinding, ClientCertificate, Dsn, Endpoint, KeepAlive, LoadBalance,
    LoginMethod, Problem as DsnProblem, SYSTEM_ROOTS, SessionAttrs, SslMode, SslNegotiation, Tls,
    TlsVersion,
};
pub use error::{Error, Place, Remedy, short};
pub use load::{LoadOptions, load};
pub use secret::{Secret, redact};
pub use suggest::{closest, did_you_mean};

/// A project: the folder of `runner.toml` and what the file says.
#[derive(Debug, Clone, Default)]
pub struct Project {
    /// The folder of `runner.toml`; relative paths of playbooks start here.
    pub root: PathBuf,
    /// `runner.toml` itself; `None` for a project without one.
    pub file: Option<PathBuf>,
    /// As written; [`Project::target`] gives them as used.
    targets: BTreeMap<String, raw::RawTarget>,
    /// Named lists of table patterns, for `group:NAME`.
    pub groups: BTreeMap<String, Vec<String>>,
    /// `[copy] exclude`: table patterns no copy takes.
    pub exclude: Vec<String>,
    /// `[copy] sensitive`: columns that cross masked only, as `table.column`.
    pub sensitive: Vec<String>,
    /// As written; [`Project::mask_seed`] gives it as used.
    mask_seed: Option<raw::Written>,
    /// `[playbooks.NAME]`: defaults for the parameters of a playbook, by its file stem.
    pub playbooks: BTreeMap<String, toml::Table>,
    /// `[ssh] config`: the file used instead of `~/.ssh/config`.
    pub ssh_config: Option<PathBuf>,
    env: env::Env,
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
    /// In place of `docker`: a compose service, there or here.
    pub compose: Option<Service>,
    /// The phrase to type before anything is written.
    pub protect: Option<String>,
}

/// A service of a compose project, known by the project's folder or name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    pub folder: String,
    pub name: String,
}
