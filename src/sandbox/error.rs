//! What can go wrong while throw-away servers are found, started, filled and removed.

use std::io;
use std::path::{Path, PathBuf};

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(
        "no PostgreSQL server found: looked for `initdb` in {}; install one (Debian, Ubuntu: `apt-get install \
         postgresql`; Fedora: `dnf install postgresql-server`; macOS: `brew install postgresql`), or set \
         RUNNER_PG_BIN to the folder of `initdb`",
        list(.looked_in)
    )]
    NoPostgres { looked_in: Vec<String> },

    #[error("RUNNER_PG_BIN is `{}`, but `{missing}` is not in that folder", .folder.display())]
    WrongBin {
        folder: PathBuf,
        missing: &'static str,
    },

    #[error(
        "PostgreSQL refuses to run as root, and /etc/passwd has neither `postgres` nor `nobody` to run it as; \
         add one of them, or run as an ordinary user"
    )]
    NoAccount,

    #[error("cannot {doing} `{}`: {source}", .path.display())]
    File {
        doing: &'static str,
        path: PathBuf,
        source: io::Error,
    },

    #[error("cannot run `{program}`: {source}")]
    Spawn { program: String, source: io::Error },

    #[error("`{program}` failed with {status} while it was to {purpose}: {}", .stderr.trim())]
    Failed {
        program: String,
        purpose: String,
        status: std::process::ExitStatus,
        stderr: String,
    },

    #[error(
        "the throw-away server `{name}` ended with {status} before it was ready; its log ends with: {log}"
    )]
    Died {
        name: String,
        status: String,
        log: String,
    },

    #[error(
        "the throw-away server `{name}` was not ready after {seconds} s; its log ends with: {log}"
    )]
    NotReady {
        name: String,
        seconds: u64,
        log: String,
    },

    #[error("the throw-away server `{name}` (process {pid}) did not end when it was killed")]
    NotEnding { name: String, pid: i32 },

    #[error("cannot make a key for the jump host: {0}")]
    Key(#[from] russh::keys::ssh_key::Error),

    #[error("cannot listen on 127.0.0.1: {0}")]
    Listen(io::Error),

    #[error("interrupted")]
    Interrupted,
}

impl Error {
    /// For `map_err` of a file operation: `Error::file("write", path)`.
    pub(super) fn file(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File {
            doing,
            path,
            source,
        }
    }
}

fn list(places: &[String]) -> String {
    places.join(", ")
}

#[cfg(test)]
mod texts {
    use super::*;

    #[test]
    fn what_is_hard_to_provoke_says_what_where_and_what_now() {
        for (error, text) in [
            (
                Error::NoAccount,
                "PostgreSQL refuses to run as root, and /etc/passwd has neither `postgres` nor `nobody` to run it as; add one of them, or run as an ordinary user",
            ),
            (
                Error::Failed {
                    program: "initdb".into(),
                    purpose: "make a cluster".into(),
                    status: std::process::ExitStatus::default(),
                    stderr: "no room\n".into(),
                },
                "`initdb` failed with exit status: 0 while it was to make a cluster: no room",
            ),
            (
                Error::Died {
                    name: "dev".into(),
                    status: "exit status: 1".into(),
                    log: "FATAL".into(),
                },
                "the throw-away server `dev` ended with exit status: 1 before it was ready; its log ends with: FATAL",
            ),
            (
                Error::NotReady {
                    name: "dev".into(),
                    seconds: 60,
                    log: "starting".into(),
                },
                "the throw-away server `dev` was not ready after 60 s; its log ends with: starting",
            ),
            (
                Error::NotEnding {
                    name: "dev".into(),
                    pid: 7,
                },
                "the throw-away server `dev` (process 7) did not end when it was killed",
            ),
            (
                Error::Key(russh::keys::ssh_key::Error::Crypto),
                "cannot make a key for the jump host: cryptographic error",
            ),
            (
                Error::Listen(io::Error::other("in use")),
                "cannot listen on 127.0.0.1: in use",
            ),
        ] {
            assert_eq!(error.to_string(), text);
        }
    }
}
