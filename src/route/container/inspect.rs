//! What an engine knows about a container: whether it runs, its process, its addresses.

use std::collections::BTreeMap;
use std::net::IpAddr;

use serde::{Deserialize, Deserializer};

use super::engine::Engine;
use super::place::Place;
use crate::route::Error;
use crate::ssh::process::{Exit, Output};

/// The parts of `docker inspect` that matter here. Podman prints the same.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Inspected {
    #[serde(default)]
    pub id: String,
    #[serde(default)]
    pub name: String,
    /// An image has none.
    state: Option<State>,
    #[serde(default)]
    config: Config,
    #[serde(default)]
    host_config: HostConfig,
    #[serde(default, rename = "NetworkSettings")]
    pub networking: Networking,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct State {
    running: bool,
    #[serde(default)]
    paused: bool,
    #[serde(default)]
    status: String,
    #[serde(default)]
    pid: u32,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Config {
    labels: Option<BTreeMap<String, String>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct HostConfig {
    network_mode: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Networking {
    /// By port and protocol, as in `5432/tcp`; nothing for a port that is not published.
    #[serde(deserialize_with = "or_empty")]
    pub ports: BTreeMap<String, Option<Vec<Binding>>>,
    #[serde(deserialize_with = "or_empty")]
    pub networks: BTreeMap<String, Network>,
}

/// Where a port of the container is published.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Binding {
    #[serde(default, rename = "HostIp")]
    pub address: String,
    #[serde(rename = "HostPort")]
    pub port: String,
}

/// A network the container is in. An address that it does not have is an empty text.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Network {
    #[serde(rename = "IPAddress")]
    v4: String,
    #[serde(rename = "IPPrefixLen")]
    v4_prefix: u8,
    #[serde(rename = "GlobalIPv6Address")]
    v6: String,
    #[serde(rename = "GlobalIPv6PrefixLen")]
    v6_prefix: u8,
}

fn or_empty<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

impl Inspected {
    pub fn runs(&self) -> bool {
        self.state.as_ref().is_some_and(State::runs)
    }

    /// The first process of the container, as its engine's machine numbers it.
    pub fn pid(&self) -> u32 {
        self.state.as_ref().map_or(0, |state| state.pid)
    }

    pub fn label(&self, name: &str) -> Option<&str> {
        self.config.labels.as_ref()?.get(name).map(String::as_str)
    }

    /// Whether it has no network of its own, but that of its host.
    pub fn has_hosts_network(&self) -> bool {
        self.host_config.network_mode == "host"
    }
}

impl State {
    fn runs(&self) -> bool {
        self.running && !self.paused
    }
}

impl Network {
    /// Its addresses there, each with the length of the network's prefix.
    pub fn addresses(&self) -> impl Iterator<Item = (IpAddr, u8)> {
        let both = [(&self.v4, self.v4_prefix), (&self.v6, self.v6_prefix)];
        both.into_iter()
            .filter_map(|(address, prefix)| Some((address.parse().ok()?, prefix)))
    }
}

/// What is known about a container that runs.
pub async fn inspect(engine: Engine, name: &str, place: &Place<'_>) -> Result<Inspected, Error> {
    let output = place.output(&[engine.program(), "inspect", name]).await?;
    let missing = || Error::ContainerMissing {
        engine,
        name: name.to_owned(),
        place: place.words(),
    };
    let complaint = output.complaint().to_lowercase();
    let says = |words: &str| !output.succeeded() && complaint.contains(words);
    if says("no such object") || says("no such container") {
        return Err(missing());
    }
    let mut all = parse(engine, &output, place)?.into_iter();
    let inspected = all.find(|it| it.state.is_some()).ok_or_else(missing)?;
    match &inspected.state {
        Some(state) if !state.runs() => Err(Error::ContainerStopped {
            engine,
            name: name.to_owned(),
            place: place.words(),
            state: state.status.clone(),
        }),
        _ => Ok(inspected),
    }
}

/// Reads what `inspect` printed.
pub fn parse(engine: Engine, output: &Output, place: &Place<'_>) -> Result<Vec<Inspected>, Error> {
    match output.exit {
        Exit::Code(0) => {}
        Exit::Code(127) => return Err(place.no_engine()),
        _ => return Err(place.unusable(engine, output.complaint())),
    }
    serde_json::from_str(behind_noise(&output.stdout)).map_err(|error| {
        let reason = format!("what `{engine} inspect` prints is not understood: {error}");
        place.unusable(engine, &reason)
    })
}

/// The answer alone: a login shell may have something to say first, with brackets in it, too.
fn behind_noise(stdout: &str) -> &str {
    let lines = stdout.split_inclusive('\n');
    let noise = lines
        .take_while(|line| !begins_answer(line.trim()))
        .map(str::len);
    stdout.get(noise.sum()..).unwrap_or_default()
}

fn begins_answer(line: &str) -> bool {
    matches!(line, "[" | "[]") || line.starts_with("[{")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_login_shell_says_first_is_left_out() {
        let answer = "[\n    {\n        \"Id\": \"x\"\n    }\n]\n";
        assert_eq!(behind_noise(answer), answer);
        let noisy = format!("[motd] welcome\n{answer}");
        assert_eq!(behind_noise(&noisy), answer);
        assert_eq!(behind_noise("[motd]\n[{}]\n"), "[{}]\n");
        assert_eq!(behind_noise("no answer"), "");
    }
}
