//! What can be wrong with a project's configuration. No variant carries a url, a password or the
//! source line it stands on.

use std::fmt;
use std::path::{Path, PathBuf};

use super::dsn::Problem as DsnProblem;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("cannot read `{}`: {source}", short(path))]
    Read {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("there is no `{}`; {remedy}", short(path))]
    NoEnvFile { path: PathBuf, remedy: Box<Remedy> },
    #[error(
        "`{}:{line}` is not of the form `NAME=value`; put values with spaces, quotes or `$` in single quotes",
        short(path)
    )]
    EnvLine { path: PathBuf, line: usize },
    #[error("{place}: {message}{hint}")]
    Toml {
        place: Box<Place>,
        message: String,
        /// `, did you mean ...`, or nothing.
        hint: String,
    },
    #[error("{place}: the variable `{variable}` is set nowhere; {remedy}")]
    MissingVariable {
        place: Box<Place>,
        variable: String,
        remedy: Box<Remedy>,
    },
    #[error("the secret `{variable}` is set nowhere; {remedy}")]
    MissingSecret {
        variable: String,
        remedy: Box<Remedy>,
    },
    #[error(
        "{place}: `{key}` holds a `${{` that names no variable; write `${{NAME}}` or `${{NAME:-default}}`, and `$$` for a `$`"
    )]
    Interpolation {
        place: Box<Place>,
        key: &'static str,
    },
    #[error("{place}: {problem}")]
    Dsn {
        place: Box<Place>,
        problem: Box<DsnProblem>,
    },
    #[error("{place}: `protect` is empty; give the phrase to type, or leave the key out")]
    EmptyPhrase { place: Box<Place> },
    #[error("{place}: {reason}")]
    Compose {
        place: Box<Place>,
        reason: &'static str,
    },
    #[error("{place}: `{key}` begins with `-`, which another program would take for an option")]
    LeadingDash {
        place: Box<Place>,
        key: &'static str,
    },
    #[error("there is no target `{name}`{hint}; {known}")]
    UnknownTarget {
        name: String,
        hint: String,
        known: String,
    },
    #[error("cannot tell the current folder: {0}")]
    NoCurrentFolder(std::io::Error),
}

/// Where a setting stands, as far as it can be told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// `None` for a table given to `connect`.
    pub file: Option<PathBuf>,
    /// 1-based.
    pub line: Option<usize>,
    pub target: Option<String>,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.file, self.line) {
            (Some(file), Some(line)) => write!(f, "`{}:{line}`", short(file))?,
            (Some(file), None) => write!(f, "`{}`", short(file))?,
            (None, _) => f.write_str("the table given to `connect`")?,
        }
        match &self.target {
            Some(target) => write!(f, ", target `{target}`"),
            None => Ok(()),
        }
    }
}

/// What to do about a missing variable or `.env`: the template is named where there is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remedy {
    pub env_file: PathBuf,
    pub env_file_exists: bool,
    pub template: Option<PathBuf>,
}

impl fmt::Display for Remedy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = short(&self.env_file);
        match (&self.template, self.env_file_exists) {
            (Some(template), false) => {
                write!(f, "copy `{}` to `{file}` and fill it in", short(template))
            }
            (Some(template), true) => {
                write!(f, "add it to `{file}`, as in `{}`", short(template))
            }
            (None, false) => write!(f, "write `{file}` with a line `NAME=value`"),
            (None, true) => write!(f, "add it to `{file}`"),
        }
    }
}

/// `path` as somebody in the current folder would write it.
pub fn short(path: &Path) -> std::path::Display<'_> {
    std::env::current_dir()
        .ok()
        .and_then(|here| path.strip_prefix(here).ok())
        .filter(|rest| !rest.as_os_str().is_empty())
        .unwrap_or(path)
        .display()
}

#[cfg(test)]
mod texts {
    use super::*;

    #[test]
    fn what_is_hard_to_provoke_says_what_where_and_what_now() {
        {
            let (error, text) = (
                Error::NoCurrentFolder(std::io::Error::other("gone")),
                "cannot tell the current folder: gone",
            );
            assert_eq!(error.to_string(), text);
        }
    }
}
