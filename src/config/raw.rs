//! `runner.toml` as it is written: nothing looked up, nothing filled in.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use serde::Deserialize;
use serde::de::{Deserializer, Error as _, MapAccess, Visitor};
use toml::de::{DeTable, DeValue};

use super::dsn::WORDS;
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
    pub sensitive: Vec<String>,
    pub mask_seed: Option<Written>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "a table such as `[ssh]`")]
pub struct RawSsh {
    pub config: Option<Written>,
}

/// `[targets.NAME]`: our own keys, and libpq's words.
#[derive(Debug, Clone, Default)]
pub struct RawTarget {
    keys: BTreeMap<&'static str, Written>,
    /// The line of each key in `runner.toml`; empty for a table given to `connect`.
    pub lines: BTreeMap<String, usize>,
}

/// The keys that are no words of libpq, or have another name here.
const OWN_KEYS: [&str; 6] = ["url", "database", "ssh", "docker", "compose", "protect"];

impl RawTarget {
    pub fn get(&self, key: &str) -> Option<&Written> {
        self.keys.get(key)
    }

    /// The keys that say the same as words of a url, each with that word. `service` is one, unless it is that of
    /// `compose`.
    pub fn words(&self) -> impl Iterator<Item = (&'static str, &'static str, &Written)> {
        let keys = self.keys.iter();
        keys.filter_map(|(key, written)| match *key {
            "service" if self.keys.contains_key("compose") => None,
            "database" => Some(("database", "dbname", written)),
            key if OWN_KEYS.contains(&key) => None,
            key => Some((key, key, written)),
        })
    }
}

/// The key of this name. `dbname` is called `database` here.
fn target_key(name: &str) -> Result<&'static str, String> {
    if let Some(key) = OWN_KEYS.iter().find(|key| **key == name) {
        return Ok(key);
    }
    let words = WORDS.iter().map(|word| word.name);
    let words = words.filter(|word| *word != "dbname");
    if let Some(word) = words.clone().find(|word| *word == name) {
        return Ok(word);
    }
    let hint = match name {
        "dbname" => ", did you mean `database`".to_owned(),
        _ => did_you_mean(name, OWN_KEYS.into_iter().chain(words)),
    };
    Err(format!(
        "unknown key `{name}`{hint}; there are `url`, `ssh`, `docker`, `compose`, `protect`, and the words of a url as keys"
    ))
}

impl<'de> Deserialize<'de> for RawTarget {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Key(&'static str);

        impl<'de> Deserialize<'de> for Key {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let name = String::deserialize(deserializer)?;
                target_key(&name).map(Self).map_err(D::Error::custom)
            }
        }

        struct Keys;

        impl<'de> Visitor<'de> for Keys {
            type Value = RawTarget;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a table such as `[targets.dev]`")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<RawTarget, A::Error> {
                let mut target = RawTarget::default();
                while let Some(Key(key)) = map.next_key()? {
                    target.keys.insert(key, map.next_value()?);
                }
                Ok(target)
            }
        }

        deserializer.deserialize_map(Keys)
    }
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
        assert_eq!(raw.targets["dev"].get("port").unwrap().0, "5");
        assert_eq!(raw.groups["law"], ["lat"]);
    }

    #[test]
    fn an_unknown_key_is_an_error_with_the_nearest_one() {
        refused(
            "[targets.dev]\nurl = \"x\"\ndokcer = \"pg\"\n",
            "`runner.toml:3`: unknown key `dokcer`, did you mean `docker`; there are `url`, `ssh`, `docker`, `compose`, `protect`, \
             and the words of a url as keys",
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
        assert!(error.contains(", did you mean `user`;"), "{error}");
    }
}
