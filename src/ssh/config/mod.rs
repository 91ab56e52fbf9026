//! What the user's ssh configuration says about a host.
//!
//! `ssh -G` prints what OpenSSH itself resolved, `Match` and all; [`fallback`] stands in where no OpenSSH client is
//! installed. Jump hosts have configurations of their own and are resolved as `ssh -J` would.

mod algorithms;
mod fallback;
mod only;
mod openssh;
mod settings;
mod tokens;

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::destination::Destination;
use super::error::Error;
use super::tcp::Ends;
pub use algorithms::{Algorithms, HostKeyAlgorithms};
pub use only::OnlyOpenssh;

/// More than anybody has, and few enough to find out soon that they go round in circles.
const MOST_JUMPS: usize = 64;
/// So many are shown of those that do.
const SHOWN_JUMPS: usize = 8;

/// One host, ready to be connected to.
#[derive(Debug, Clone)]
pub struct HostConfig {
    /// As the target or `ProxyJump` spells it; errors name the host so.
    pub alias: String,
    pub host: String,
    pub port: u16,
    pub user: String,
    /// The name `known_hosts` is searched for, where it is not `host` and `port`.
    pub host_key_alias: Option<String>,
    pub host_keys: HostKeyPolicy,
    pub user_known_hosts: Vec<PathBuf>,
    pub global_known_hosts: Vec<PathBuf>,
    pub hash_known_hosts: bool,
    /// Key files in the order they are tried; not all need exist.
    pub identity_files: Vec<PathBuf>,
    /// Certificates of keys; without any, those beside the key files count.
    pub certificate_files: Vec<PathBuf>,
    pub identities_only: bool,
    /// The socket of the agent.
    pub agent: Option<PathBuf>,
    pub connect_timeout: Option<Duration>,
    /// How often a connection is tried, a second apart.
    pub connection_attempts: u32,
    pub ends: Ends,
    pub compression: bool,
    /// After so many bytes, or so long, the keys of a session are renewed.
    pub rekey_bytes: Option<usize>,
    pub rekey_interval: Option<Duration>,
    /// After this long without a word from the host it is asked for one, and after as many unanswered questions
    /// the link counts as lost.
    pub alive_interval: Duration,
    pub alive_count: usize,
    pub algorithms: Algorithms,
    /// Why the host cannot be reached but by the user's own `ssh`; `None` where it can.
    pub only_openssh: Option<OnlyOpenssh>,
    /// The ways of logging in besides keys that the configuration allows, as ssh spells them: what the user's own
    /// `ssh` would try where no key is accepted.
    pub other_methods: Vec<String>,
    /// The socket of a master connection, which need not exist.
    pub control_path: Option<PathBuf>,
    /// The configuration given by `ssh_config`, for the commands that errors suggest.
    pub config_file: Option<PathBuf>,
}

impl HostConfig {
    /// The command by which OpenSSH shows the key and records it.
    pub fn ssh_once(&self) -> String {
        let file = match &self.config_file {
            Some(file) => format!("-F {} ", file.display()),
            None => String::new(),
        };
        let alias = &self.alias;
        // ssh itself takes a port only in a url.
        let url = match Destination::parse(alias) {
            Ok(Destination { port: Some(_), .. }) if !alias.starts_with("ssh:") => "ssh://",
            _ => "",
        };
        // Without the option, whoever configured `yes` would not be asked.
        format!("ssh {file}-o StrictHostKeyChecking=ask {url}{alias} true")
    }
}

#[cfg(test)]
impl HostConfig {
    /// A host `db` about which no configuration says anything.
    pub fn unconfigured() -> Self {
        let destination = Destination {
            host: "db".to_owned(),
            user: None,
            port: None,
        };
        settings::Settings::default().host("db", &destination, None)
    }
}

/// What to do about a host nobody has connected to before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HostKeyPolicy {
    /// `yes`, `ask`, and also `no` and `off`: there is no off switch.
    Strict,
    AcceptNew,
}

/// A host and the jump hosts before it, the outermost first.
#[derive(Debug)]
pub struct Chain {
    pub jumps: Vec<HostConfig>,
    pub host: HostConfig,
}

/// The way to `given`.
pub async fn resolve(given: &str, file: Option<&Path>) -> Result<Chain, Error> {
    let (host, mut next) = resolve_one(given, None, file).await?;
    let mut jumps = Vec::new();
    let mut passed = vec![(given.to_owned(), None)];
    while let Some(jump) = next {
        // OpenSSH would start itself again and again. With tokens a loop need not come back to the same name.
        if passed.contains(&jump) || passed.len() > MOST_JUMPS {
            let mut way: Vec<_> = passed.into_iter().map(|(alias, _)| alias).collect();
            way.push(jump.0);
            way.truncate(SHOWN_JUMPS);
            return Err(Error::JumpLoop { way });
        }
        let (config, further) = resolve_one(&jump.0, jump.1.as_deref(), file).await?;
        jumps.push(config);
        passed.push(jump);
        next = further;
    }
    jumps.reverse();
    Ok(Chain { jumps, host })
}

/// A jump host, and those before it where they are given too.
type Jump = (String, Option<String>);

async fn resolve_one(
    alias: &str,
    jumps: Option<&str>,
    file: Option<&Path>,
) -> Result<(HostConfig, Option<Jump>), Error> {
    let destination = Destination::parse(alias)?;
    let settings = match openssh::settings(alias, &destination, jumps, file).await? {
        Some(settings) => settings,
        None => fallback::settings(&destination, jumps, file)?,
    };
    let host = settings.host(alias, &destination, file);
    let jumps = settings.jumps(&destination);
    Ok((host, jumps.as_deref().map(last_jump)))
}

/// `ssh -J a,b host` reaches `host` from `b`, and `b` by `ssh -J a`; a single jump host uses a configuration of its own.
fn last_jump(jumps: &str) -> Jump {
    match jumps.rsplit_once(',') {
        Some((before, last)) => (last.trim().to_owned(), Some(before.to_owned())),
        None => (jumps.trim().to_owned(), None),
    }
}

/// The folder keys and configuration are in.
fn home() -> PathBuf {
    std::env::home_dir().unwrap_or_else(|| PathBuf::from("/"))
}

fn local_user() -> String {
    ["USER", "LOGNAME", "USERNAME"]
        .iter()
        .find_map(|name| std::env::var(name).ok())
        .unwrap_or_else(|| "root".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_jump_host_is_reached_through_those_before_it() {
        assert_eq!(last_jump("a,b,c"), ("c".into(), Some("a,b".into())));
        assert_eq!(last_jump("a"), ("a".into(), None));
    }
}
