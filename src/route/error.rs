//! Why no stream to a server could be had: one variant per situation.

use std::time::Duration;

use super::container::Engine;
use crate::config::Service;
use crate::ssh::{self, tcp};

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Ssh(Box<ssh::Error>),
    #[error(transparent)]
    Tcp(tcp::Error),
    #[error("there is no socket at `{path}`; is the server running, and does it listen there?")]
    SocketMissing { path: String },
    #[error("the socket at `{path}` cannot be opened: {reason}")]
    SocketRefused { path: String, reason: String },
    #[error("`{path}` is a unix socket, which this system does not have")]
    NoSockets { path: String },

    #[error("`{name}` is no name of a container: {reason}")]
    BadContainer { name: String, reason: &'static str },
    #[error("no container can be reached {place}: there is neither `docker` nor `podman` {remedy}")]
    NoEngine { place: String, remedy: &'static str },
    #[error("{engine} cannot be used {place}: {reason}")]
    EngineUnusable {
        engine: Engine,
        place: String,
        reason: String,
    },
    #[error("`{program}` cannot be run on this machine: {reason}")]
    Command { program: String, reason: String },
    #[error("there is no container `{name}` {place}; `{engine} ps` lists those that run")]
    ContainerMissing {
        engine: Engine,
        name: String,
        place: String,
    },
    #[error(
        "container `{name}` {place} is not running (its state is `{state}`); start it with `{engine} {} {name}`",
        start(state)
    )]
    ContainerStopped {
        engine: Engine,
        name: String,
        place: String,
        state: String,
    },
    #[error(
        "there is no container of service `{}` of the compose project `{}` {place}; {}",
        service.name, service.folder, known(services, *engine)
    )]
    ServiceMissing {
        engine: Engine,
        service: Service,
        place: String,
        /// Those of the project that have a container.
        services: Vec<String>,
    },
    #[error(
        "service `{}` of the compose project `{}` runs in several containers {place}: `{}`; name one of them as `docker`",
        service.name, service.folder, containers.join("`, `")
    )]
    ServiceScaled {
        service: Service,
        place: String,
        containers: Vec<String>,
    },
    #[error("container `{name}` {place}: {reason}")]
    NoHostSocket {
        name: String,
        place: String,
        reason: String,
    },
    #[error("container `{name}` publishes its port {port} nowhere")]
    Unpublished { name: String, port: u16 },
    #[error(
        "container `{name}` has no address that can be reached {place}; its networks: {}",
        listed(networks)
    )]
    NoBridge {
        name: String,
        place: String,
        networks: Vec<String>,
    },
    #[error(
        "container `{name}` is no process {place}, so its addresses mean nothing there; is its engine elsewhere, or in a \
         virtual machine?"
    )]
    EngineElsewhere { name: String, place: String },
    #[error(
        "the image of container `{name}` has nothing that can carry bytes to its server; looked for {}; add one of them to \
         the image, or publish the server's port and name it in the url, without `docker`", looked_for.join(", ")
    )]
    NoRelay {
        name: String,
        looked_for: Vec<&'static str>,
    },
    #[error(
        "no server answers in container `{name}`: {reason}; is it up? a socket elsewhere is named by its folder in the \
         url (`?host=/folder`)"
    )]
    ServerRefused { name: String, reason: String },
    #[error("the {relay} relay in container `{name}` {exit} before it connected: {said}")]
    RelayFailed {
        name: String,
        relay: &'static str,
        exit: String,
        said: String,
    },
    #[error("the {relay} relay in container `{name}` did not connect within {} s", limit.as_secs())]
    RelaySilent {
        name: String,
        relay: &'static str,
        limit: Duration,
    },
    #[error("every way was tried: {}", tried(ways))]
    AllPassed {
        /// The last hop of each, and what was wrong with it.
        ways: Vec<(String, String)>,
    },
    #[error("interrupted")]
    Interrupted,
}

/// The docker command that brings a container in this state back.
fn start(state: &str) -> &'static str {
    match state {
        "paused" => "unpause",
        _ => "start",
    }
}

fn tried(ways: &[(String, String)]) -> String {
    let ways = ways.iter().map(|(way, reason)| format!("{way}: {reason}"));
    ways.collect::<Vec<_>>().join("; ")
}

fn known(services: &[String], engine: Engine) -> String {
    match services {
        [] => format!(
            "no container bears the label of that project; `{engine} compose up` makes them"
        ),
        some => format!("those it has are of `{}`", some.join("`, `")),
    }
}

fn listed(networks: &[String]) -> String {
    match networks {
        [] => "none".to_owned(),
        some => format!("`{}`", some.join("`, `")),
    }
}

impl Error {
    /// Whether the container may be one of another engine's on the same machine.
    pub(super) fn other_engine_may_help(&self) -> bool {
        matches!(
            self,
            Self::NoEngine { .. }
                | Self::EngineUnusable { .. }
                | Self::ContainerMissing { .. }
                | Self::ServiceMissing { .. }
        )
    }

    /// Whether another way to the same server may still work.
    pub(super) fn passes(&self) -> bool {
        if let Self::Ssh(error) = self {
            return matches!(
                **error,
                ssh::Error::OpenRefused { .. } | ssh::Error::OpenTimedOut { .. }
            );
        }
        matches!(
            self,
            Self::Tcp(
                tcp::Error::Unresolvable { .. }
                    | tcp::Error::Refused { .. }
                    | tcp::Error::TimedOut { .. }
                    | tcp::Error::Unreachable { .. }
            ) | Self::SocketMissing { .. }
                | Self::SocketRefused { .. }
                | Self::NoHostSocket { .. }
                | Self::NoRelay { .. }
                | Self::RelayFailed { .. }
                | Self::RelaySilent { .. }
                | Self::Unpublished { .. }
                | Self::NoBridge { .. }
                | Self::EngineElsewhere { .. }
        )
    }
}

impl From<ssh::Error> for Error {
    fn from(error: ssh::Error) -> Self {
        match error {
            ssh::Error::Interrupted => Self::Interrupted,
            error => Self::Ssh(Box::new(error)),
        }
    }
}

impl From<tcp::Error> for Error {
    fn from(error: tcp::Error) -> Self {
        match error {
            tcp::Error::Interrupted => Self::Interrupted,
            error => Self::Tcp(error),
        }
    }
}

#[cfg(test)]
mod texts {
    use super::*;

    #[test]
    fn what_is_hard_to_provoke_says_what_where_and_what_now() {
        for (error, text) in [
            (
                Error::SocketRefused {
                    path: "/run/s".into(),
                    reason: "denied".into(),
                },
                "the socket at `/run/s` cannot be opened: denied",
            ),
            (
                Error::NoSockets {
                    path: "/run/s".into(),
                },
                "`/run/s` is a unix socket, which this system does not have",
            ),
            (
                Error::Command {
                    program: "docker".into(),
                    reason: "denied".into(),
                },
                "`docker` cannot be run on this machine: denied",
            ),
            (
                Error::NoBridge {
                    name: "db".into(),
                    place: "on `hz`".into(),
                    networks: vec!["none".into()],
                },
                "container `db` has no address that can be reached on `hz`; its networks: `none`",
            ),
            (
                Error::NoRelay {
                    name: "db".into(),
                    looked_for: vec!["perl", "nc"],
                },
                "the image of container `db` has nothing that can carry bytes to its server; looked for perl, nc; add one of them to the image, or publish the server's port and name it in the url, without `docker`",
            ),
            (
                Error::RelaySilent {
                    name: "db".into(),
                    relay: "perl",
                    limit: Duration::from_secs(5),
                },
                "the perl relay in container `db` did not connect within 5 s",
            ),
        ] {
            assert_eq!(error.to_string(), text);
        }
    }
}
