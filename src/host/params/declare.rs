//! `playbook { summary =, positional =, params = { NAME = { type =, ... } } }`

use std::path::Path;

use mlua::{Table, Value};

use super::super::error::{Error, Result};
use super::super::options::Options;
use super::Param;
use super::value::{Arg, Kind};

/// Options of the program itself, which a parameter would hide. `no_` is how a flag is negated.
pub const RESERVED: [&str; 9] = [
    "confirm", "config", "dry_run", "env_file", "help", "json", "no_", "verbose", "version",
];

/// What a playbook declares.
#[derive(Debug, Clone, Default)]
pub struct Declaration {
    pub summary: String,
    /// The parameter that bare words fill.
    pub positional: Option<String>,
    /// By name.
    pub params: Vec<Param>,
}

impl Declaration {
    /// Reads the table; relative paths in defaults start at `root`.
    pub fn read(table: Table, root: &Path) -> Result<Self> {
        let options = Options::new("playbook", Some(table));
        let mut declaration = Self {
            summary: options.string("summary")?.unwrap_or_default(),
            positional: options.string("positional")?,
            params: Vec::new(),
        };
        let params = options.table("params")?;
        options.finish()?;
        if let Some(params) = params {
            for pair in params.pairs::<Value, Value>() {
                let (name, value) = pair?;
                declaration.params.push(param(&name, &value, root)?);
            }
        }
        declaration.params.sort_by(|a, b| a.name.cmp(&b.name));
        if let Some(positional) = &declaration.positional
            && declaration.find(positional).is_none()
        {
            return Err(wrong(format!(
                "`positional` names no parameter: `{positional}`"
            )));
        }
        Ok(declaration)
    }

    pub(super) fn find(&self, name: &str) -> Option<&Param> {
        self.params.iter().find(|param| param.name == name)
    }
}

fn param(name: &Value, value: &Value, root: &Path) -> Result<Param> {
    let name = match name {
        Value::String(name) => name.to_string_lossy(),
        _ => {
            return Err(wrong("`params` is a table of `NAME = { type = ... }`"));
        }
    };
    check_name(&name)?;
    let Value::Table(table) = value else {
        return Err(wrong(format!(
            "parameter `{name}` must be a table such as `{{ type = \"string\" }}`"
        )));
    };
    let options = Options::new("playbook.Param", Some(table.clone()));
    let of = |error: Error| {
        let message = error.message().replacen("`playbook.Param`: ", "", 1);
        wrong(format!("parameter `{name}`: {message}"))
    };
    let kind = options
        .choice("type", &Kind::WORDS)
        .map_err(of)?
        .unwrap_or(Kind::String);
    let default = options.value("default").map_err(of)?;
    let default = default
        .map(|value| {
            Arg::from_lua(kind, &value, root)
                .ok_or_else(|| options.wrong("default", kind.wanted(), &value))
        })
        .transpose()
        .map_err(of)?;
    let param = Param {
        kind,
        default,
        required: options.boolean("required").map_err(of)?.unwrap_or(false),
        help: options.string("help").map_err(of)?.unwrap_or_default(),
        choices: choices(&options, kind, root).map_err(of)?,
        name: name.clone(),
    };
    options.finish().map_err(of)?;
    if param.required && param.default.is_some() {
        return Err(wrong(format!(
            "parameter `{name}` is required and has a default"
        )));
    }
    Ok(param)
}

fn choices(options: &Options, kind: Kind, root: &Path) -> Result<Vec<Arg>> {
    let Some(list) = options.table("choices")? else {
        return Ok(Vec::new());
    };
    // The choices of a list are those of its items.
    let kind = if kind == Kind::List {
        Kind::String
    } else {
        kind
    };
    list.sequence_values::<Value>()
        .map(|value| {
            let value = value?;
            Arg::from_lua(kind, &value, root)
                .ok_or_else(|| options.wrong("choices", kind.wanted(), &value))
        })
        .collect()
}

fn check_name(name: &str) -> Result<()> {
    let fits = name.starts_with(|c: char| c.is_ascii_lowercase())
        && name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if !fits {
        return Err(wrong(format!(
            "parameter `{name}` must be named with lower-case letters, digits and `_`"
        )));
    }
    if RESERVED.contains(&name) || name.starts_with("no_") {
        let flag = name.replace('_', "-");
        return Err(wrong(format!(
            "parameter `{name}` would hide the option `--{flag}` of the program"
        )));
    }
    Ok(())
}

fn wrong(problem: impl std::fmt::Display) -> Error {
    Error::failed(format!("`playbook`: {problem}"))
}
