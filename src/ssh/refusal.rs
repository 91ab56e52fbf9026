//! What a host would not open, and why, in words that say whose setting forbids it.

use std::time::Duration;

use russh::ChannelOpenFailure;

use super::error::Error;

/// What is to be opened on a host.
#[derive(Debug, Clone, Copy)]
pub enum Wanted<'a> {
    Tcp {
        host: &'a str,
        port: u16,
    },
    Socket(&'a str),
    /// What commands and sftp run in.
    Session,
}

/// A refusal as the host words it.
#[derive(Debug, Clone)]
pub struct Refusal {
    pub reason: ChannelOpenFailure,
    pub description: String,
}

impl Refusal {
    /// The refusal that a line in the log of an `ssh` tells of, if it does.
    #[cfg(unix)]
    pub fn in_log(line: &str) -> Option<Self> {
        let (_, told) = line.split_once(": open failed: ")?;
        let (reason, description) = told.split_once(": ").unwrap_or((told, ""));
        Some(Self {
            reason: match reason {
                "administratively prohibited" => ChannelOpenFailure::AdministrativelyProhibited,
                "connect failed" => ChannelOpenFailure::ConnectFailed,
                "unknown channel type" => ChannelOpenFailure::UnknownChannelType,
                _ => ChannelOpenFailure::ResourceShortage,
            },
            description: description.trim().to_owned(),
        })
    }
}

impl Wanted<'_> {
    pub fn name(&self) -> String {
        match self {
            Self::Tcp { host, port } => format!("`{host}:{port}`"),
            Self::Socket(path) => format!("`{path}`"),
            Self::Session => "a session for a command".to_owned(),
        }
    }

    pub fn timed_out(&self, alias: &str, limit: Duration) -> Error {
        Error::OpenTimedOut {
            alias: alias.to_owned(),
            target: self.name(),
            limit,
        }
    }

    /// The error of a refusal; its words may be missing.
    pub fn refused(&self, alias: &str, refusal: Option<&Refusal>) -> Error {
        let alias = alias.to_owned();
        match self {
            Self::Session => Error::SessionRefused { alias },
            _ => Error::OpenRefused {
                alias,
                target: self.name(),
                reason: refusal.map_or("the host refuses it".to_owned(), |it| self.because(it)),
            },
        }
    }

    fn because(&self, refusal: &Refusal) -> String {
        match (&refusal.reason, refusal.description.as_str()) {
            // sshd's words for every refusal to do with forwarding.
            (ChannelOpenFailure::AdministrativelyProhibited, "" | "open failed") => {
                "the host does not permit it; see `AllowTcpForwarding` and `PermitOpen` of its sshd, and the options \
                 of the key in its `authorized_keys`"
                    .to_owned()
            }
            (ChannelOpenFailure::ConnectFailed, "" | "open failed") => {
                let mut because = "nothing accepts connections there; is the server running".to_owned();
                // Of a socket it says nothing else where it is forbidden.
                if let Self::Socket(_) = self {
                    because += ", and does the host's sshd allow it (`AllowStreamLocalForwarding`)";
                }
                because + "?"
            }
            (_, "Connection refused") => {
                "it refuses connections; is anything listening there?".to_owned()
            }
            (_, "Name or service not known") => {
                "the name does not resolve there; one that only Docker knows needs `docker`"
                    .to_owned()
            }
            (reason, "") => format!("{reason:?}"),
            (_, description) => description.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_refusal_is_found_in_the_log_of_ssh() {
        let line = "channel 2: open failed: connect failed: Connection refused\r";
        let refusal = Refusal::in_log(line).unwrap();
        let wanted = Wanted::Tcp {
            host: "db",
            port: 5432,
        };
        let expected = "from ssh host `hz`, `db:5432` cannot be reached: it refuses connections; is anything listening \
             there?";
        assert_eq!(wanted.refused("hz", Some(&refusal)).to_string(), expected);
        assert!(Refusal::in_log("Shared connection closed.").is_none());
    }
}
