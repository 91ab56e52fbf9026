//! What can be wrong with a project's configuration. No variant carries a url, a password or the
//! source line it stands on.

use std::fmt;
use std::path::{Path, PathBuf};

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
        problem: DsnProblem,
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

/// What is wrong with an address. No value is shown that could be part of a mangled url: half a
/// password often ends up in the host or the port.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum DsnProblem {
    #[error("`url` is empty; check the variable it is made of")]
    EmptyUrl,
    #[error("`url` does not begin with `postgres://` or `postgresql://`")]
    Scheme,
    #[error(
        "`url` holds an `@` or `/` inside the user or the password; write `%40` for `@` and `%2F` for `/`, or give \
         the password as `password = \"...\"` of its own"
    )]
    RawAt,
    #[error(
        "the {0} in `url` holds a `%` that is not followed by two hexadecimal digits; write `%25` for `%`"
    )]
    Percent(&'static str),
    #[error("`url` holds a `[` without its `]`; an IPv6 address is written `[::1]`")]
    Brackets,
    #[error("several hosts are given; name one")]
    SeveralHosts,
    #[error("the host is no host name, address or absolute path of a socket's folder")]
    Host,
    #[error("the port is not a number from 1 to 65535")]
    Port,
    #[error("`connect_timeout` is not a whole number of seconds")]
    ConnectTimeout,
    #[error("unknown word `{word}` in `url`{hint}")]
    UnknownWord { word: String, hint: String },
    #[error("`{0}` in `url` is a word of libpq that runner does not take; remove it")]
    RefusedWord(&'static str),
    #[error(
        "unknown sslmode `{value}`{hint}; there are `disable`, `allow`, `prefer`, `require`, `verify-ca` and `verify-full`"
    )]
    SslMode { value: String, hint: String },
    #[error("`sslrootcert = system` goes with `sslmode = verify-full` only")]
    WeakSystemRoots,
    #[error("no user is given, and this machine's user has no name to take instead")]
    NoUser,
    #[error(
        "`{path}` holds the password but others may read it; run `chmod 600 {path}`",
        path = .0.display()
    )]
    PassfileOpen(PathBuf),
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
