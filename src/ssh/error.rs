//! What can go wrong on the way to an ssh host: one variant per situation.

use std::path::PathBuf;
use std::time::Duration;

use super::config::OnlyOpenssh;
use super::keys::KeyError;
use super::known_hosts::Unknown;
use super::tcp;
use crate::progress::AskError;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("`{given}` is no ssh destination: {reason}")]
    BadDestination { given: String, reason: &'static str },
    #[error("`ssh -G` cannot read the ssh configuration for `{alias}`: {reason}")]
    ConfigRefused { alias: String, reason: String },
    #[error("{}:{line}: {reason}", file.display())]
    ConfigLine {
        file: PathBuf,
        line: usize,
        reason: String,
    },
    #[error("cannot read `{}`: {reason}", file.display())]
    Unreadable { file: PathBuf, reason: String },
    #[error("ssh host `{alias}` takes the user's own `ssh`, since {reason}")]
    OnlyOpenssh { alias: String, reason: OnlyOpenssh },
    #[error(
        "ssh host `{alias}` takes the user's own `ssh`, since {reason}; there is none on PATH: install OpenSSH's client"
    )]
    NoOpenssh { alias: String, reason: OnlyOpenssh },
    #[error("`ssh` does not get to host `{alias}`: {said}")]
    OpensshFailed {
        alias: String,
        /// Its last lines.
        said: String,
    },
    #[error(
        "`ssh` does not trust host `{alias}`: {said}; compare the fingerprint with the host's own, then run `{fix}` to \
         record it; where another key is recorded, somebody may be in between"
    )]
    OpensshHostKey {
        alias: String,
        said: String,
        fix: String,
    },
    #[error("ssh host `{alias}` asks a question before it lets anybody in: {reason}")]
    NotAsked { alias: String, reason: AskError },
    #[error("the jump hosts of the ssh configuration go round in circles: {}", way.join(" ← "))]
    JumpLoop {
        /// The host first, then the one it is reached from, and so on.
        way: Vec<String>,
    },
    #[error("cannot reach ssh host `{alias}`: {source}")]
    Tcp { alias: String, source: tcp::Error },
    #[error("ssh host `{alias}` does not complete the ssh handshake: {reason}")]
    Handshake { alias: String, reason: String },

    #[error(
        "the host key of `{name}`, {key}, is not known{why}; compare the fingerprint with the host's own, then run `{fix}` to \
         record it"
    )]
    HostKeyUnknown {
        /// As `known_hosts` names the host.
        name: String,
        /// Kind and SHA-256 fingerprint, as `ssh-keygen -l` prints them.
        key: String,
        why: Unknown,
        fix: String,
    },
    #[error(
        "the host key of `{name}`, {key}, has changed: {}:{line} records another; somebody may be in between; if the \
         host was reinstalled, run `{fix}` and record the new key", file.display()
    )]
    HostKeyChanged {
        name: String,
        key: String,
        file: PathBuf,
        line: usize,
        fix: String,
    },
    #[error("the host key of `{name}`, {key}, is marked as revoked in {}:{line}", file.display())]
    HostKeyRevoked {
        name: String,
        key: String,
        file: PathBuf,
        line: usize,
    },
    #[error("cannot record the host key of `{name}` in `{}`: {reason}", file.display())]
    HostKeyUnrecorded {
        name: String,
        file: PathBuf,
        reason: String,
    },

    #[error(
        "ssh host `{alias}` refused every key for user `{user}`; tried: {}; {answer}",
        listed(tried)
    )]
    KeysRefused {
        alias: String,
        user: String,
        tried: Vec<String>,
        /// What the host said last: the methods it accepts, or why it hung up.
        answer: String,
        /// What the user's own `ssh` could try yet.
        further: Option<Box<OnlyOpenssh>>,
    },
    #[error(
        "ssh host `{alias}` would take the key {key} of user `{user}`, but it cannot be opened: {reason}"
    )]
    KeyLocked {
        alias: String,
        user: String,
        key: String,
        reason: KeyError,
    },
    #[error(
        "ssh host `{alias}` accepted a key of user `{user}` and asks for more: {}", methods.join(", ")
    )]
    MoreFactors {
        alias: String,
        user: String,
        /// The methods it asks for, as ssh spells them.
        methods: Vec<String>,
    },

    #[error("from ssh host `{alias}`, {target} cannot be reached: {reason}")]
    OpenRefused {
        alias: String,
        target: String,
        reason: String,
    },
    #[error("from ssh host `{alias}`, no answer from {target} within {} s", limit.as_secs())]
    OpenTimedOut {
        alias: String,
        target: String,
        limit: Duration,
    },
    #[error(
        "ssh host `{alias}` lets no command run: `MaxSessions` of its sshd allows none, or no further one; a server that \
         it can reach by TCP needs none"
    )]
    SessionRefused { alias: String },
    #[error(
        "ssh host `{alias}` runs another command in place of ours, which {exit} {said}; a forced command (`ForceCommand` of \
         its sshd, `command=` in `authorized_keys`) or the login shell of the user is in the way"
    )]
    CommandsReplaced {
        alias: String,
        exit: String,
        /// Reads on after how it ended.
        said: String,
    },
    #[error("ssh host `{alias}` refuses to run commands")]
    ExecRefused { alias: String },
    #[error(
        "ssh host `{alias}` has no subsystem `{name}`; its `sshd_config` wants a line such as `Subsystem sftp \
         internal-sftp`"
    )]
    NoSubsystem { alias: String, name: String },
    #[error("ssh host `{alias}`: no answer within {} s", limit.as_secs())]
    Silent { alias: String, limit: Duration },
    #[error("the ssh connection to `{alias}` is lost: {reason}")]
    Lost { alias: String, reason: String },
    #[error("interrupted")]
    Interrupted,
    /// An error of the protocol that nobody has put into words yet; never leaves this layer.
    #[error("{0}")]
    Protocol(#[from] russh::Error),
}

impl Error {
    /// Why the user's own `ssh` may get further than we did; `None` where it would fail alike.
    pub fn for_openssh(&self) -> Option<OnlyOpenssh> {
        match self {
            Self::OnlyOpenssh { reason, .. } => Some(reason.clone()),
            Self::KeysRefused { further, .. } => further.as_deref().cloned(),
            Self::MoreFactors { methods, .. } => Some(OnlyOpenssh::Methods(methods.clone())),
            _ => None,
        }
    }
}

fn listed(tried: &[String]) -> String {
    if tried.is_empty() {
        "none, as neither an agent nor a key file offers one".to_owned()
    } else {
        tried.join(", ")
    }
}

#[cfg(test)]
mod texts {
    use super::*;

    #[test]
    fn what_is_hard_to_provoke_says_what_where_and_what_now() {
        for (error, text) in [
            (
                Error::BadDestination {
                    given: "-x".into(),
                    reason: "it begins with `-`",
                },
                "`-x` is no ssh destination: it begins with `-`",
            ),
            (
                Error::ConfigRefused {
                    alias: "hz".into(),
                    reason: "line 3: bad".into(),
                },
                "`ssh -G` cannot read the ssh configuration for `hz`: line 3: bad",
            ),
            (
                Error::OpensshFailed {
                    alias: "hz".into(),
                    said: "timed out".into(),
                },
                "`ssh` does not get to host `hz`: timed out",
            ),
            (
                Error::OpensshHostKey {
                    alias: "hz".into(),
                    said: "unknown key".into(),
                    fix: "ssh hz".into(),
                },
                "`ssh` does not trust host `hz`: unknown key; compare the fingerprint with the host's own, then run `ssh hz` to record it; where another key is recorded, somebody may be in between",
            ),
            (
                Error::HostKeyUnrecorded {
                    name: "hz".into(),
                    file: "known_hosts".into(),
                    reason: "full".into(),
                },
                "cannot record the host key of `hz` in `known_hosts`: full",
            ),
            (
                Error::MoreFactors {
                    alias: "hz".into(),
                    user: "me".into(),
                    methods: vec!["password".into()],
                },
                "ssh host `hz` accepted a key of user `me` and asks for more: password",
            ),
            (
                Error::OpenTimedOut {
                    alias: "hz".into(),
                    target: "`db:5432`".into(),
                    limit: Duration::from_secs(5),
                },
                "from ssh host `hz`, no answer from `db:5432` within 5 s",
            ),
            (
                Error::ExecRefused { alias: "hz".into() },
                "ssh host `hz` refuses to run commands",
            ),
            (
                Error::Silent {
                    alias: "hz".into(),
                    limit: Duration::from_secs(5),
                },
                "ssh host `hz`: no answer within 5 s",
            ),
        ] {
            assert_eq!(error.to_string(), text);
        }
    }
}
