//! Why no stream to a server could be had: one variant per situation.

use std::time::Duration;

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
    #[error(
        "target `{target}` has `docker` and the host `{host}` in its url, which is not supported yet; leave the host \
         out (`postgres://user@/database`) to reach the container's own socket"
    )]
    HostWithDocker { target: String, host: String },
    #[error("docker cannot be used {place}: {reason}")]
    NoDocker { place: String, reason: String },
    #[error("there is no container `{name}` {place}; `docker ps` lists those that run")]
    ContainerMissing { name: String, place: String },
    #[error(
        "container `{name}` {place} is not running (its state is `{state}`); start it with `docker {} {name}`",
        start(state)
    )]
    ContainerStopped {
        name: String,
        place: String,
        state: String,
    },
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

impl Error {
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
                | Self::NoRelay { .. }
                | Self::ServerRefused { .. }
                | Self::RelayFailed { .. }
                | Self::RelaySilent { .. }
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
