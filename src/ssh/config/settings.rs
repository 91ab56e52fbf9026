//! Settings as words, and the [`HostConfig`] they make.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use super::algorithms::Algorithms;
use super::tokens::Tokens;
use super::{HostConfig, HostKeyPolicy, home as home_here, local_user as local_user_here};
use crate::ssh::destination::Destination;
use crate::ssh::tcp::{Ends, Family};

/// Unless the user's own setting is shorter: a host is asked after the first interval of silence, and given up one
/// interval after the last question, which is to be within 30 s.
const ALIVE_INTERVAL: Duration = Duration::from_secs(7);
const ALIVE_COUNT: u32 = 3;

const DEFAULT_PORT: u16 = 22;

/// Keywords in lower case with their values, in the order found.
#[derive(Debug, Default)]
pub struct Settings {
    words: BTreeMap<String, Vec<String>>,
    /// What OpenSSH takes where nothing is configured; empty where it was not asked.
    defaults: BTreeMap<String, Vec<String>>,
}

impl Settings {
    pub fn add(&mut self, key: &str, value: &str) {
        self.words
            .entry(key.to_ascii_lowercase())
            .or_default()
            .push(value.trim().to_owned());
    }

    /// Adds the values of `other` behind those already here.
    pub fn append(&mut self, other: Self) {
        for (key, values) in other.words {
            self.words.entry(key).or_default().extend(values);
        }
    }

    /// Takes the values of `defaults` for those that OpenSSH has where nothing is configured.
    pub fn with_defaults(self, defaults: Self) -> Self {
        Self {
            words: self.words,
            defaults: defaults.words,
        }
    }

    /// For all keywords but `IdentityFile` the first value wins.
    pub fn first(&self, key: &str) -> Option<&str> {
        self.words.get(key)?.first().map(String::as_str)
    }

    /// The value that somebody configured; `option` in any letter case.
    pub fn configured(&self, option: &str) -> Option<&str> {
        let key = option.to_ascii_lowercase();
        self.first(&key)
            .filter(|value| self.unconfigured(&key) != Some(value))
    }

    /// OpenSSH's own value; `option` in any letter case.
    pub fn unconfigured(&self, option: &str) -> Option<&str> {
        let values = self.defaults.get(&option.to_ascii_lowercase());
        values?.first().map(String::as_str)
    }

    pub fn given(&self, key: &str) -> Option<&str> {
        self.first(key)
            .filter(|value| !value.is_empty() && !value.eq_ignore_ascii_case("none"))
    }

    /// Whether the value is one of these, in any letter case.
    fn is(&self, key: &str, values: &[&str]) -> bool {
        let first = self.first(key).unwrap_or_default();
        values.iter().any(|value| value.eq_ignore_ascii_case(first))
    }

    pub fn is_yes(&self, key: &str) -> bool {
        self.is(key, &["yes", "true"])
    }

    pub fn is_no(&self, key: &str) -> bool {
        self.is(key, &["no", "false"])
    }

    /// The jump hosts, with their tokens replaced.
    pub fn jumps(&self, destination: &Destination) -> Option<String> {
        let jumps = self.given("proxyjump")?;
        Some(self.tokens(destination).replace(jumps))
    }

    /// The host that `alias` means.
    pub fn host(&self, alias: &str, destination: &Destination, file: Option<&Path>) -> HostConfig {
        let tokens = self.tokens(destination);
        let (alive_interval, alive_count) = self.alive();
        let (algorithms, missing) = Algorithms::of(self);
        HostConfig {
            alias: alias.to_owned(),
            host: tokens.host.clone(),
            port: tokens.port,
            user: tokens.remote_user.clone(),
            host_key_alias: tokens.host_key_alias.clone(),
            host_keys: if self.is("stricthostkeychecking", &["accept-new"]) {
                HostKeyPolicy::AcceptNew
            } else {
                HostKeyPolicy::Strict
            },
            user_known_hosts: self.paths("userknownhostsfile", &tokens),
            global_known_hosts: self.paths("globalknownhostsfile", &tokens),
            hash_known_hosts: self.is_yes("hashknownhosts"),
            identity_files: self.files("identityfile", &tokens),
            certificate_files: self.files("certificatefile", &tokens),
            identities_only: self.is_yes("identitiesonly"),
            agent: self.agent(&tokens),
            connect_timeout: self.seconds("connecttimeout"),
            connection_attempts: self.number("connectionattempts").unwrap_or(1),
            ends: self.ends(),
            compression: self.is_yes("compression"),
            rekey_bytes: self.rekey(0),
            rekey_interval: self.rekey(1).map(Duration::from_secs),
            alive_interval,
            alive_count,
            algorithms,
            only_openssh: self.only_openssh().or(missing),
            other_methods: self.other_methods(),
            control_path: self.given("controlpath").map(|path| tokens.path(path)),
            config_file: file.map(Path::to_owned),
        }
    }

    fn tokens(&self, destination: &Destination) -> Tokens {
        let local_user = self.unconfigured("user");
        let local_user = local_user.map_or_else(local_user_here, str::to_owned);
        let port = self.first("port").and_then(|port| port.parse().ok());
        let user = self.given("user");
        Tokens {
            home: self.home(),
            host: self
                .given("hostname")
                .unwrap_or(&destination.host)
                .to_owned(),
            original: destination.host.clone(),
            host_key_alias: self.given("hostkeyalias").map(str::to_owned),
            port: port.unwrap_or(DEFAULT_PORT),
            remote_user: user.map_or_else(|| local_user.clone(), str::to_owned),
            local_user,
        }
    }

    /// The home folder of OpenSSH, which is that of the system's list of users: `HOME` counts for others only.
    fn home(&self) -> PathBuf {
        let default = self.unconfigured("userknownhostsfile");
        let home = default.and_then(|files| files.split_once("/.ssh/known_hosts"));
        home.map_or_else(home_here, |(home, _)| PathBuf::from(home))
    }

    fn seconds(&self, key: &str) -> Option<Duration> {
        let seconds = self.number(key).filter(|&seconds| seconds > 0);
        seconds.map(|seconds| Duration::from_secs(u64::from(seconds)))
    }

    fn number(&self, key: &str) -> Option<u32> {
        self.first(key)?.parse().ok()
    }

    fn ends(&self) -> Ends {
        Ends {
            family: [("inet", Family::Inet), ("inet6", Family::Inet6)]
                .into_iter()
                .find_map(|(name, family)| self.is("addressfamily", &[name]).then_some(family)),
            source: self.given("bindaddress").map(str::to_owned),
        }
    }

    /// A part of `RekeyLimit`, bytes or seconds; 0 stands for the default.
    fn rekey<T: FromStr + Default + PartialEq>(&self, part: usize) -> Option<T> {
        let limit = self.first("rekeylimit")?.split(' ').nth(part)?;
        limit.parse().ok().filter(|limit| *limit != T::default())
    }

    /// The shorter of the user's own keepalive and ours.
    fn alive(&self) -> (Duration, usize) {
        let count = self.number("serveralivecountmax").unwrap_or(ALIVE_COUNT);
        let count = count.max(1);
        let whole = |interval: Duration, count| interval * count;
        match self.seconds("serveraliveinterval") {
            Some(interval) if whole(interval, count) < whole(ALIVE_INTERVAL, ALIVE_COUNT) => {
                (interval, count as usize)
            }
            _ => (ALIVE_INTERVAL, ALIVE_COUNT as usize),
        }
    }

    /// The files of a list; `none` stands for no file. `ssh -G` drops quotes: a word that begins like no path goes on
    /// with the one before it, unless that one is there as it stands.
    fn paths(&self, key: &str, tokens: &Tokens) -> Vec<PathBuf> {
        let mut paths: Vec<String> = Vec::new();
        for word in self.given(key).into_iter().flat_map(|list| list.split(' ')) {
            match paths.last_mut() {
                Some(last)
                    if !word.starts_with(['/', '~', '%', '$']) && !tokens.path(last).exists() =>
                {
                    last.push(' ');
                    last.push_str(word);
                }
                _ => paths.push(word.to_owned()),
            }
        }
        paths.iter().map(|path| tokens.path(path)).collect()
    }

    /// All values of a keyword, one file each.
    fn files(&self, key: &str, tokens: &Tokens) -> Vec<PathBuf> {
        let mut files: Vec<PathBuf> = Vec::new();
        for value in self.words.get(key).into_iter().flatten() {
            let path = tokens.path(value);
            if !value.eq_ignore_ascii_case("none") && !files.contains(&path) {
                files.push(path);
            }
        }
        files
    }

    fn agent(&self, tokens: &Tokens) -> Option<PathBuf> {
        let socket = match self.first("identityagent") {
            None | Some("" | "SSH_AUTH_SOCK") => return env_path("SSH_AUTH_SOCK"),
            Some(value) if value.eq_ignore_ascii_case("none") => return None,
            Some(value) => value,
        };
        match socket.strip_prefix('$') {
            Some(name) if !name.starts_with('{') => env_path(name),
            _ => Some(tokens.path(socket)),
        }
    }
}

fn env_path(name: &str) -> Option<PathBuf> {
    std::env::var_os(name)
        .filter(|value| !value.is_empty())
        .map(PathBuf::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(lines: &[(&str, &str)]) -> HostConfig {
        let mut settings = Settings::default();
        for (key, value) in lines {
            settings.add(key, value);
        }
        settings.host("hz", &Destination::parse("hz").unwrap(), None)
    }

    #[test]
    fn identity_files_keep_their_order_and_lose_their_tokens() {
        let config = host(&[
            ("hostname", "db.example"),
            ("user", "deploy"),
            ("identityfile", "/keys/%r@%h"),
            ("identityfile", "/keys/%n"),
            ("identityfile", "/keys/%r@%h"),
        ]);
        assert_eq!(
            config.identity_files,
            [
                PathBuf::from("/keys/deploy@db.example"),
                PathBuf::from("/keys/hz")
            ]
        );
    }

    #[test]
    fn checking_of_host_keys_cannot_be_switched_off() {
        for value in ["no", "off", "false", "ask", "yes"] {
            let config = host(&[("stricthostkeychecking", value)]);
            assert_eq!(config.host_keys, HostKeyPolicy::Strict, "{value}");
        }
        let config = host(&[("stricthostkeychecking", "accept-new")]);
        assert_eq!(config.host_keys, HostKeyPolicy::AcceptNew);
    }

    #[test]
    fn the_shorter_keepalive_counts() {
        let alive = |interval, count| {
            let config = host(&[
                ("serveraliveinterval", interval),
                ("serveralivecountmax", count),
            ]);
            (config.alive_interval.as_secs(), config.alive_count)
        };
        assert_eq!(alive("0", "3"), (7, 3));
        assert_eq!(alive("60", "3"), (7, 3));
        assert_eq!(alive("5", "2"), (5, 2));
    }

    #[test]
    fn a_path_with_a_space_is_put_together_again() {
        let folder = tempfile::tempdir().unwrap();
        let here = folder.path().join("known").display().to_string();
        std::fs::write(&here, "").unwrap();
        let list = format!("/my own/known hosts ~/other {here} relative");
        let files = host(&[("userknownhostsfile", &list)]).user_known_hosts;
        let expected = [
            "/my own/known hosts".into(),
            home_here().join("other"),
            here.into(),
            "relative".into(),
        ];
        assert_eq!(files, expected);
    }
}
