//! `runner.toml` as it is written: nothing looked up, nothing filled in.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use serde::Deserialize;
use serde::de::{Deserializer, Visitor};
use toml::de::{DeTable, DeValue};

use super::error::{Error, Place};
use super::suggest::did_you_mean;

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "a table")]
pub struct RawProject {
    pub targets: BTreeMap<String, RawTarget>,
    pub groups: BTreeMap<String, Vec<String>>,
    pub copy: RawCopy,
    pub playbooks: BTreeMap<String, toml::Table>,
    pub ssh: RawSsh,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "a table such as `[copy]`")]
pub struct RawCopy {
    pub exclude: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "a table such as `[ssh]`")]
pub struct RawSsh {
    pub config: Option<Written>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(
    default,
    deny_unknown_fields,
    expecting = "a table such as `[targets.dev]`"
)]
pub struct RawTarget {
    pub url: Option<Written>,
    pub host: Option<Written>,
    pub port: Option<Written>,
    pub user: Option<Written>,
    pub password: Option<Written>,
    pub database: Option<Written>,
    pub sslmode: Option<Written>,
    pub sslrootcert: Option<Written>,
    pub ssh: Option<Written>,
    pub docker: Option<Written>,
    pub compose: Option<Written>,
    pub service: Option<Written>,
    pub protect: Option<Written>,
    /// The line of each key in `runner.toml`; empty for a table given to `connect`.
    #[serde(skip)]
    pub lines: BTreeMap<String, usize>,
}

/// A text before its variables are put in. Never shown: it may hold a literal password.
#[derive(Clone)]
pub struct Written(pub String);

impl fmt::Debug for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[as written]")
    }
}

/// Numbers are taken too, so that `port = 5432` and `port = "${PORT}"` both work.
impl<'de> Deserialize<'de> for Written {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextOrNumber;

        impl Visitor<'_> for TextOrNumber {
            type Value = Written;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text")
            }

            fn visit_str<E>(self, text: &str) -> Result<Written, E> {
                Ok(Written(text.to_owned()))
            }

            fn visit_i64<E>(self, number: i64) -> Result<Written, E> {
                Ok(Written(number.to_string()))
            }
        }

        deserializer.deserialize_any(TextOrNumber)
    }
}

/// Parses `runner.toml`. `file` is only named in errors.
pub fn parse(file: &Path, source: &str) -> Result<RawProject, Error> {
    let place = |error: &toml::de::Error| Place {
        file: Some(file.to_owned()),
        line: error.span().map(|span| line_of(source, span.start)),
        target: None,
    };
    let table = DeTable::parse(source).map_err(|error| rejected(place(&error), &error))?;
    let mut lines = target_lines(table.get_ref(), source);
    let mut raw = RawProject::deserialize(toml::de::Deserializer::from(table))
        .map_err(|error| rejected(place(&error), &error))?;
    for (name, target) in &mut raw.targets {
        target.lines = lines.remove(name).unwrap_or_default();
    }
    Ok(raw)
}

/// Takes a table with the keys of `[targets.NAME]`, as `connect{...}` gives it.
pub fn target(keys: toml::Table) -> Result<RawTarget, Error> {
    RawTarget::deserialize(keys).map_err(|error| rejected(Place::default(), &error))
}

fn target_lines(table: &DeTable<'_>, source: &str) -> BTreeMap<String, BTreeMap<String, usize>> {
    let keys = |target: &DeValue<'_>| {
        let keys = target.as_table().into_iter().flatten();
        keys.map(|(key, _)| (key.get_ref().to_string(), line_of(source, key.span().start)))
            .collect()
    };
    let targets = table
        .get("targets")
        .and_then(|value| value.get_ref().as_table());
    targets
        .into_iter()
        .flatten()
        .map(|(name, target)| (name.get_ref().to_string(), keys(target.get_ref())))
        .collect()
}

fn line_of(source: &str, offset: usize) -> usize {
    1 + source.get(..offset).unwrap_or(source).matches('\n').count()
}

fn rejected(place: Place, error: &toml::de::Error) -> Error {
    let message = without_value(error.message());
    // serde's text is "unknown field `a`, expected one of `b`, `c`".
    let mut quoted = message.split('`').skip(1).step_by(2);
    let hint = match quoted.next() {
        Some(word) if message.starts_with("unknown field") => did_you_mean(word, quoted),
        _ => String::new(),
    };
    Error::Toml {
        place: Box::new(place),
        hint,
        message: message.replace("unknown field", "unknown key"),
    }
}

/// serde's `invalid type: string "...", expected ...` without the value, which may be a url with a
/// password.
fn without_value(message: &str) -> String {
    match message.rsplit_once(", expected ") {
        Some((found, expected)) if message.starts_with("invalid ") => {
            let kind = found.split(['"', '`']).next().unwrap_or_default();
            format!("{}, expected {expected}", kind.trim_end())
        }
        _ => message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refused(source: &str, expected: &str) {
        let error = parse(Path::new("runner.toml"), source).unwrap_err();
        assert_eq!(error.to_string(), expected);
    }

    #[test]
    fn keys_know_their_lines() {
        let source = "[groups]\nlaw = [\"lat\"]\n\n[targets.dev]\nurl = \"x\"\nport = 5\n";
        let raw = parse(Path::new("runner.toml"), source).unwrap();
        assert_eq!(raw.targets["dev"].lines["port"], 6);
        assert_eq!(raw.targets["dev"].port.as_ref().unwrap().0, "5");
        assert_eq!(raw.groups["law"], ["lat"]);
    }

    #[test]
    fn an_unknown_key_is_an_error_with_the_nearest_one() {
        refused(
            "[targets.dev]\nurl = \"x\"\ndokcer = \"pg\"\n",
            "`runner.toml:3`: unknown key `dokcer`, expected one of `url`, `host`, `port`, `user`, `password`, \
             `database`, `sslmode`, `sslrootcert`, `ssh`, `docker`, `compose`, `service`, `protect`, did you mean \
             `docker`",
        );
        refused(
            "\n[target.dev]\n",
            "`runner.toml:2`: unknown key `target`, expected one of `targets`, `groups`, `copy`, `playbooks`, `ssh`, \
             did you mean `targets`",
        );
    }

    #[test]
    fn a_value_of_the_wrong_kind_is_not_shown() {
        refused(
            "[targets]\nprod = \"postgres://u:hunter2@h/db\"\n",
            "`runner.toml:2`: invalid type: string, expected a table such as `[targets.dev]`",
        );
        refused(
            "groups = []\n",
            "`runner.toml:1`: invalid type: sequence, expected a map",
        );
        refused(
            "[targets.prod]\npassword = true\n",
            "`runner.toml:2`: invalid type: boolean, expected a text",
        );
    }

    #[test]
    fn a_table_of_connect_is_checked_alike() {
        let keys = "host = \"h\"\nusr = \"x\"".parse().unwrap();
        let error = target(keys).unwrap_err().to_string();
        assert!(
            error.starts_with("the table given to `connect`: unknown key `usr`"),
            "{error}"
        );
        assert!(error.ends_with(", did you mean `user`"), "{error}");
    }
}
