//! Why a dump cannot be used.

use std::path::{Path, PathBuf};

use crate::interrupt::Interrupted;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("cannot read the dump `{}`: {reason}", file.display())]
    Unreadable {
        file: PathBuf,
        reason: std::io::Error,
    },
    #[error("`{}` is no dump of pg_dump in the custom, directory, tar or plain format{hint}", file.display())]
    NoDump { file: PathBuf, hint: &'static str },
    #[error(
        "`{}` was written by pg_dump {written_by} (archive format {format}), which is newer than `{}` of \
         PostgreSQL {newest}; install the client programs of PostgreSQL {wanted} or newer, or name their folder in \
         RUNNER_PG_BIN",
        file.display(), program.display()
    )]
    TooNew {
        file: PathBuf,
        written_by: String,
        format: String,
        program: PathBuf,
        newest: String,
        wanted: u32,
    },
    #[error(
        "no `pg_restore` found in {}; install PostgreSQL's client programs (`apt-get install postgresql-client`), \
         or name their folder in RUNNER_PG_BIN",
        looked_in.join(", ")
    )]
    NoPgRestore { looked_in: Vec<String> },
    #[error(
        "no `pg_dump` of PostgreSQL {wanted} or newer found in {}{}; install it (`apt-get install \
         postgresql-client-{wanted}`), or name its folder in RUNNER_PG_BIN",
        looked_in.join(", "), found_instead(found)
    )]
    NoPgDump {
        wanted: u32,
        /// Those that are too old, by version and path.
        found: Vec<String>,
        looked_in: Vec<String>,
    },
    #[error("`pg_dump` failed: {message} ({status})")]
    DumpFailed {
        status: String,
        /// The first error it wrote to stderr.
        message: String,
    },
    #[error("`pg_dump` cannot be run in the container: {reason}")]
    Inside { reason: String },
    #[error(
        "`pg_dump` is found in the container only, from where no folder can be written; give the format `custom`"
    )]
    FolderInside,
    #[error(
        "the transaction of `{target}` has changed something that `pg_dump` would not see, since it reads in sessions \
         of its own; dump behind the transaction, or in a `snapshot`"
    )]
    Unseen { target: String },
    #[error("cannot run `{}`: {reason}", program.display())]
    CannotRun {
        program: PathBuf,
        reason: std::io::Error,
    },
    #[error("`pg_restore` cannot read `{}`: {message} ({status})", file.display())]
    Failed {
        file: PathBuf,
        status: String,
        /// The first line it wrote to stderr.
        message: String,
    },
    #[error("no rows of `{table}` in `{}`{suggestion}", file.display())]
    NotInDump {
        table: String,
        file: PathBuf,
        suggestion: String,
    },
    #[error("`{}` has rows of none of the tables asked for", file.display())]
    NothingSelected { file: PathBuf },
    #[error(
        "the INSERT statements in `{}` cannot be read: they are in {encoding}, or with backslashes that escape; make \
         the dump without `--inserts` and `--column-inserts`, or with `--encoding=UTF8`",
        file.display()
    )]
    InsertsNotReadable { file: PathBuf, encoding: String },
    #[error("there are several databases in `{}`; dump them one by one", file.display())]
    SeveralDatabases { file: PathBuf },
    #[error("`{}` ends within the statement `{line}`", file.display())]
    UnendedScript { file: PathBuf, line: String },
    #[error("`{}` is cut short: its compressed data has no end", file.display())]
    Truncated { file: PathBuf },
    #[error("in the dump stands what is not understood, or is more than rows: `{line}`")]
    Script { line: String },
    #[error("the dump ends within the rows of `{table}`")]
    CutShort { table: String },
    #[error("interrupted")]
    Interrupted,
}

fn found_instead(found: &[String]) -> String {
    match found {
        [] => String::new(),
        found => format!(" (there is {})", found.join(", ")),
    }
}

impl Error {
    pub(super) fn of_reading(file: &Path, reason: std::io::Error) -> Self {
        let file = file.to_owned();
        match reason.kind() {
            std::io::ErrorKind::UnexpectedEof => Self::Truncated { file },
            _ => Self::Unreadable { file, reason },
        }
    }
}

impl From<Interrupted> for Error {
    fn from(_: Interrupted) -> Self {
        Self::Interrupted
    }
}

#[cfg(test)]
mod texts {
    use super::*;

    #[test]
    fn what_is_hard_to_provoke_says_what_where_and_what_now() {
        for (error, text) in [
            (
                Error::NoDump {
                    file: "a".into(),
                    hint: "",
                },
                "`a` is no dump of pg_dump in the custom, directory, tar or plain format",
            ),
            (
                Error::TooNew {
                    file: "a".into(),
                    written_by: "18".into(),
                    format: "1.16".into(),
                    program: "pg_restore".into(),
                    newest: "15".into(),
                    wanted: 18,
                },
                "`a` was written by pg_dump 18 (archive format 1.16), which is newer than `pg_restore` of PostgreSQL 15; install the client programs of PostgreSQL 18 or newer, or name their folder in RUNNER_PG_BIN",
            ),
            (
                Error::NoPgRestore {
                    looked_in: vec!["/usr/bin".into()],
                },
                "no `pg_restore` found in /usr/bin; install PostgreSQL's client programs (`apt-get install postgresql-client`), or name their folder in RUNNER_PG_BIN",
            ),
            (
                Error::NoPgDump {
                    wanted: 18,
                    found: vec!["15 in /usr".into()],
                    looked_in: vec!["/usr/bin".into()],
                },
                "no `pg_dump` of PostgreSQL 18 or newer found in /usr/bin (there is 15 in /usr); install it (`apt-get install postgresql-client-18`), or name its folder in RUNNER_PG_BIN",
            ),
            (
                Error::Inside {
                    reason: "denied".into(),
                },
                "`pg_dump` cannot be run in the container: denied",
            ),
            (
                Error::FolderInside,
                "`pg_dump` is found in the container only, from where no folder can be written; give the format `custom`",
            ),
            (
                Error::Unseen {
                    target: "prod".into(),
                },
                "the transaction of `prod` has changed something that `pg_dump` would not see, since it reads in sessions of its own; dump behind the transaction, or in a `snapshot`",
            ),
            (
                Error::InsertsNotReadable {
                    file: "a".into(),
                    encoding: "LATIN1".into(),
                },
                "the INSERT statements in `a` cannot be read: they are in LATIN1, or with backslashes that escape; make the dump without `--inserts` and `--column-inserts`, or with `--encoding=UTF8`",
            ),
        ] {
            assert_eq!(error.to_string(), text);
        }
    }
}
