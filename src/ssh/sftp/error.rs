//! What can go wrong with a file of an ssh host.

use russh_sftp::client::error::Error as Answer;
use russh_sftp::protocol::StatusCode;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("`{path}` is not there on ssh host `{alias}`")]
    Missing { alias: String, path: String },
    #[error("ssh host `{alias}` denies access to `{path}`")]
    Denied { alias: String, path: String },
    /// The host says no more than that it failed.
    #[error("ssh host `{alias}` fails at `{path}`: {reason}")]
    Failed {
        alias: String,
        path: String,
        reason: String,
    },
    #[error("the sftp session on ssh host `{alias}` is lost: {reason}")]
    Lost { alias: String, reason: String },
}

impl Error {
    pub(super) fn of(alias: &str, path: &str, error: Answer) -> Self {
        let (alias, path) = (alias.to_owned(), path.to_owned());
        match error {
            Answer::Status(status) => match status.status_code {
                StatusCode::NoSuchFile => Self::Missing { alias, path },
                StatusCode::PermissionDenied => Self::Denied { alias, path },
                code => Self::Failed {
                    alias,
                    path,
                    reason: match status.error_message {
                        words if words.is_empty() => code.to_string(),
                        words => words,
                    },
                },
            },
            Answer::Timeout => Self::Lost {
                alias,
                reason: "no answer".to_owned(),
            },
            // The crate's words for a stream that has ended.
            Answer::UnexpectedBehavior(_) => Self::Lost {
                alias,
                reason: "its sftp server has ended".to_owned(),
            },
            other => Self::Lost {
                alias,
                reason: other.to_string(),
            },
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
                Error::Missing {
                    alias: "hz".into(),
                    path: "/a".into(),
                },
                "`/a` is not there on ssh host `hz`",
            ),
            (
                Error::Denied {
                    alias: "hz".into(),
                    path: "/a".into(),
                },
                "ssh host `hz` denies access to `/a`",
            ),
            (
                Error::Failed {
                    alias: "hz".into(),
                    path: "/a".into(),
                    reason: "Failure".into(),
                },
                "ssh host `hz` fails at `/a`: Failure",
            ),
            (
                Error::Lost {
                    alias: "hz".into(),
                    reason: "no answer".into(),
                },
                "the sftp session on ssh host `hz` is lost: no answer",
            ),
        ] {
            assert_eq!(error.to_string(), text);
        }
    }
}
