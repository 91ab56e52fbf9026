//! Why a file cannot be read or written.

use std::io;
use std::path::PathBuf;

use crate::interrupt::Interrupted;
use crate::progress::NoStdout;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("`{}` exists already; `overwrite = true` replaces it", file.display())]
    Exists { file: PathBuf },
    #[error("`{}` is a folder; several tables go there with a `/` behind its name", file.display())]
    IsFolder { file: PathBuf },
    #[error("`{}` is no folder", file.display())]
    NoFolder { file: PathBuf },
    #[error("cannot write `{file}`: {reason}")]
    Unwritable { file: String, reason: io::Error },
    #[error("cannot read `{file}`: {reason}")]
    Unreadable { file: String, reason: io::Error },
    #[error("`{file}` is cut short: its compressed data has no end")]
    CutShort { file: String },
    #[error(
        "cannot tell from the name `{file}` what is to be in it; give `format`, one of `csv`, `tsv`, `jsonl`, `binary`"
    )]
    NoFormat { file: String },
    #[error(transparent)]
    Stdout(#[from] NoStdout),
    #[error("interrupted")]
    Interrupted,
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
                Error::IsFolder { file: "a".into() },
                "`a` is a folder; several tables go there with a `/` behind its name",
            ),
            (Error::NoFolder { file: "a".into() }, "`a` is no folder"),
            (
                Error::NoFormat { file: "a.x".into() },
                "cannot tell from the name `a.x` what is to be in it; give `format`, one of `csv`, `tsv`, `jsonl`, `binary`",
            ),
        ] {
            assert_eq!(error.to_string(), text);
        }
    }
}
