//! The parameters of a playbook: declared in Lua, given on the command line or in `runner.toml`.
//!
//! `declare` reads the declaration, `value` knows the types, `parse` reads the words, `help` prints.

mod declare;
mod help;
mod parse;
mod value;

pub use declare::{Declaration, RESERVED};
pub use help::usage;
pub use parse::{Defaults, Given, parse};
pub use value::{Arg, Kind};

/// One declared parameter.
#[derive(Debug, Clone)]
pub struct Param {
    pub name: String,
    pub kind: Kind,
    pub default: Option<Arg>,
    pub required: bool,
    pub help: String,
    pub choices: Vec<Arg>,
}

impl Param {
    /// As typed on the command line: `--dry-run` for `dry_run`.
    pub fn flag(&self) -> String {
        format!("--{}", self.name.replace('_', "-"))
    }
}

/// The words of the command line, or the defaults of `runner.toml`, do not fit the declaration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParamError {
    #[error("unknown parameter `{name}`{hint}")]
    Unknown { name: String, hint: String },
    #[error("unexpected argument `{0}`")]
    Unexpected(String),
    #[error("parameter `{0}` wants a value")]
    NoValue(String),
    #[error("parameter `{0}` is a flag and takes no value but `true` or `false`")]
    FlagValue(String),
    #[error("parameter `{0}` is given twice")]
    Twice(String),
    #[error("parameter `{0}` is required")]
    Missing(String),
    #[error("parameter `{name}` wants {wanted}, got `{got}`")]
    IllTyped {
        name: String,
        wanted: &'static str,
        got: String,
    },
    #[error("parameter `{name}` must be one of {choices}, got `{got}`{hint}")]
    NotAChoice {
        name: String,
        choices: String,
        got: String,
        hint: String,
    },
    #[error("`[playbooks.{playbook}]` in `runner.toml`: {problem}")]
    InConfig {
        playbook: String,
        problem: Box<ParamError>,
    },
}

#[cfg(test)]
mod tests;
