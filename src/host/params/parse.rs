//! The words of the command line against a declaration.

use std::collections::BTreeMap;
use std::path::Path;

use super::value::{Arg, Kind};
use super::{Declaration, Param, ParamError};
use crate::config::did_you_mean;

/// What the words ask for.
#[derive(Debug, Clone, PartialEq)]
pub enum Given {
    Help,
    /// By parameter name; absent ones are missing.
    Args(BTreeMap<String, Arg>),
}

/// Where defaults beside the declaration's own come from.
pub struct Defaults<'a> {
    /// The playbook's file stem.
    pub playbook: &'a str,
    pub table: Option<&'a toml::Table>,
    pub root: &'a Path,
}

/// Reads `words`; relative paths in them start at `here`. The command line goes before `runner.toml`, and
/// `runner.toml` before the playbook.
pub fn parse(
    declaration: &Declaration,
    words: &[String],
    here: &Path,
    defaults: &Defaults<'_>,
) -> Result<Given, ParamError> {
    let mut reader = Reader {
        declaration,
        here,
        args: BTreeMap::new(),
    };
    if reader.read(words)? == Help::Wanted {
        return Ok(Given::Help);
    }
    let mut args = reader.args;
    for (name, arg) in configured(declaration, defaults)? {
        args.entry(name).or_insert(arg);
    }
    for param in &declaration.params {
        if args.contains_key(&param.name) {
            continue;
        }
        match &param.default {
            Some(default) => args.insert(param.name.clone(), default.clone()),
            None if param.required => return Err(ParamError::Missing(param.flag())),
            None if param.kind == Kind::Boolean => {
                args.insert(param.name.clone(), Arg::Boolean(false))
            }
            None => None,
        };
    }
    Ok(Given::Args(args))
}

#[derive(PartialEq)]
enum Help {
    Wanted,
    NotWanted,
}

struct Reader<'a> {
    declaration: &'a Declaration,
    here: &'a Path,
    args: BTreeMap<String, Arg>,
}

impl Reader<'_> {
    fn read(&mut self, words: &[String]) -> Result<Help, ParamError> {
        let mut words = words.iter().map(String::as_str).peekable();
        while let Some(word) = words.next() {
            match word {
                "--help" | "-h" => return Ok(Help::Wanted),
                "--" => {
                    for word in words.by_ref() {
                        self.bare(word)?;
                    }
                }
                _ => match word.strip_prefix("--") {
                    Some(named) => {
                        let (name, mut value) = match named.split_once('=') {
                            Some((name, value)) => (name, Some(value)),
                            None => (named, None),
                        };
                        let (param, negated) = self.lookup(name)?;
                        if param.kind == Kind::Boolean {
                            self.flag(param.clone(), negated, value)?;
                            continue;
                        }
                        if value.is_none() {
                            value = words.next_if(|next| !next.starts_with("--"));
                        }
                        let value = value.ok_or_else(|| ParamError::NoValue(param.flag()))?;
                        self.value(&param.clone(), value)?;
                    }
                    None => self.bare(word)?,
                },
            }
        }
        Ok(Help::NotWanted)
    }

    /// The parameter of `--name`, and whether it was `--no-name`.
    fn lookup(&self, typed: &str) -> Result<(&Param, bool), ParamError> {
        let name = typed.replace('-', "_");
        if let Some(param) = self.declaration.find(&name) {
            return Ok((param, false));
        }
        if let Some(param) = name
            .strip_prefix("no_")
            .and_then(|name| self.declaration.find(name))
            && param.kind == Kind::Boolean
        {
            return Ok((param, true));
        }
        let flags: Vec<String> = self.declaration.params.iter().map(Param::flag).collect();
        let name = format!("--{typed}");
        let hint = did_you_mean(&name, flags.iter().map(String::as_str));
        Err(ParamError::Unknown { name, hint })
    }

    fn flag(&mut self, param: Param, negated: bool, value: Option<&str>) -> Result<(), ParamError> {
        let value = match value {
            None => true,
            Some(word) => word
                .parse()
                .map_err(|_| ParamError::FlagValue(param.flag()))?,
        };
        self.args.insert(param.name, Arg::Boolean(value != negated));
        Ok(())
    }

    fn bare(&mut self, word: &str) -> Result<(), ParamError> {
        let unexpected = || ParamError::Unexpected(word.to_owned());
        let name = self
            .declaration
            .positional
            .as_deref()
            .ok_or_else(unexpected)?;
        let param = self.declaration.find(name).ok_or_else(unexpected)?.clone();
        if param.kind != Kind::List && self.args.contains_key(name) {
            return Err(unexpected());
        }
        self.value(&param, word)
    }

    fn value(&mut self, param: &Param, word: &str) -> Result<(), ParamError> {
        let arg = Arg::from_word(param.kind, word, self.here)
            .ok_or_else(|| ill_typed(param, &param.flag(), word))?;
        check_choice(param, &param.flag(), &arg)?;
        match (self.args.get_mut(&param.name), arg) {
            (Some(Arg::List(items)), Arg::List(more)) => items.extend(more),
            (Some(_), _) => return Err(ParamError::Twice(param.flag())),
            (None, arg) => {
                self.args.insert(param.name.clone(), arg);
            }
        }
        Ok(())
    }
}

/// The defaults of `[playbooks.NAME]`.
fn configured(
    declaration: &Declaration,
    defaults: &Defaults<'_>,
) -> Result<Vec<(String, Arg)>, ParamError> {
    let in_config = |problem| ParamError::InConfig {
        playbook: defaults.playbook.to_owned(),
        problem: Box::new(problem),
    };
    let mut args = Vec::new();
    for (key, value) in defaults.table.into_iter().flatten() {
        let name = key.replace('-', "_");
        let Some(param) = declaration.find(&name) else {
            let known = declaration.params.iter().map(|param| param.name.as_str());
            let hint = did_you_mean(&name, known);
            return Err(in_config(ParamError::Unknown {
                name: key.clone(),
                hint,
            }));
        };
        let arg = Arg::from_toml(param.kind, value, defaults.root).ok_or_else(|| {
            in_config(ill_typed(
                param,
                key,
                value.as_str().unwrap_or(value.type_str()),
            ))
        })?;
        check_choice(param, key, &arg).map_err(in_config)?;
        args.push((name, arg));
    }
    Ok(args)
}

fn ill_typed(param: &Param, name: &str, got: &str) -> ParamError {
    ParamError::IllTyped {
        name: name.to_owned(),
        wanted: param.kind.wanted(),
        got: got.to_owned(),
    }
}

fn check_choice(param: &Param, name: &str, arg: &Arg) -> Result<(), ParamError> {
    if param.choices.is_empty() {
        return Ok(());
    }
    let items: Vec<Arg> = match arg {
        Arg::List(items) => items.iter().cloned().map(Arg::Text).collect(),
        single => vec![single.clone()],
    };
    let Some(wrong) = items.into_iter().find(|item| !param.choices.contains(item)) else {
        return Ok(());
    };
    let words: Vec<String> = param.choices.iter().map(ToString::to_string).collect();
    let got = wrong.to_string();
    Err(ParamError::NotAChoice {
        name: name.to_owned(),
        hint: did_you_mean(&got, words.iter().map(String::as_str)),
        choices: words
            .iter()
            .map(|word| format!("`{word}`"))
            .collect::<Vec<_>>()
            .join(", "),
        got,
    })
}
