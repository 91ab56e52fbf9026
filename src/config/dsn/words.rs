//! libpq's words: which there are, which variable is the default of each, and what we refuse.

use std::collections::BTreeMap;

use super::super::env::Env;
use super::super::suggest::did_you_mean;
use super::problem::Problem;

/// A word of libpq's connection strings.
pub struct Word {
    pub name: &'static str,
    /// The variable that is its default.
    pub variable: Option<&'static str>,
    reach: Reach,
    /// Why we do not take it.
    refused: Option<&'static str>,
}

/// Whether a variable means the server as this machine sees it, so that it says nothing about one
/// behind ssh or in a container.
#[derive(PartialEq, Eq)]
enum Reach {
    Always,
    DirectOnly,
}

const fn place(name: &'static str, variable: &'static str) -> Word {
    Word {
        reach: Reach::DirectOnly,
        ..word(name, variable)
    }
}

const fn word(name: &'static str, variable: &'static str) -> Word {
    Word {
        variable: Some(variable),
        ..bare(name)
    }
}

const fn bare(name: &'static str) -> Word {
    Word {
        name,
        variable: None,
        reach: Reach::Always,
        refused: None,
    }
}

const fn refused(name: &'static str, reason: &'static str) -> Word {
    Word {
        refused: Some(reason),
        ..bare(name)
    }
}

const NO_GSS: &str = "runner does not speak GSSAPI";
const NO_OAUTH: &str = "runner does not log in by OAuth";
const NO_KEYS: &str = "runner logs in with the password, not with keys made of it";

/// Every word libpq knows, in the order of its documentation. What we refuse changes where, how
/// safely or as what one connects: taking it in silence would be worse.
pub const WORDS: [Word; 54] = [
    place("service", "PGSERVICE"),
    place("servicefile", "PGSERVICEFILE"),
    place("host", "PGHOST"),
    place("hostaddr", "PGHOSTADDR"),
    place("port", "PGPORT"),
    word("dbname", "PGDATABASE"),
    word("user", "PGUSER"),
    word("password", "PGPASSWORD"),
    word("passfile", "PGPASSFILE"),
    word("require_auth", "PGREQUIREAUTH"),
    word("channel_binding", "PGCHANNELBINDING"),
    word("connect_timeout", "PGCONNECT_TIMEOUT"),
    word("client_encoding", "PGCLIENTENCODING"),
    word("options", "PGOPTIONS"),
    word("application_name", "PGAPPNAME"),
    bare("fallback_application_name"),
    bare("keepalives"),
    bare("keepalives_idle"),
    bare("keepalives_interval"),
    bare("keepalives_count"),
    bare("tcp_user_timeout"),
    word("gssencmode", "PGGSSENCMODE"),
    word("sslmode", "PGSSLMODE"),
    word("sslnegotiation", "PGSSLNEGOTIATION"),
    word("sslcompression", "PGSSLCOMPRESSION"),
    word("sslcert", "PGSSLCERT"),
    word("sslkey", "PGSSLKEY"),
    bare("sslpassword"),
    word("sslcertmode", "PGSSLCERTMODE"),
    word("sslrootcert", "PGSSLROOTCERT"),
    word("sslcrl", "PGSSLCRL"),
    word("sslcrldir", "PGSSLCRLDIR"),
    word("sslsni", "PGSSLSNI"),
    word("ssl_min_protocol_version", "PGSSLMINPROTOCOLVERSION"),
    word("ssl_max_protocol_version", "PGSSLMAXPROTOCOLVERSION"),
    word("min_protocol_version", "PGMINPROTOCOLVERSION"),
    word("max_protocol_version", "PGMAXPROTOCOLVERSION"),
    word("target_session_attrs", "PGTARGETSESSIONATTRS"),
    word("load_balance_hosts", "PGLOADBALANCEHOSTS"),
    Word {
        variable: Some("PGREQUIREPEER"),
        ..refused(
            "requirepeer",
            "runner does not ask which user runs the server behind a socket",
        )
    },
    refused("krbsrvname", NO_GSS),
    refused("gsslib", NO_GSS),
    refused("gssdelegation", NO_GSS),
    refused(
        "replication",
        "a session of runner runs statements, which one for replication does not",
    ),
    refused(
        "sslkeylogfile",
        "runner writes the keys of a connection nowhere",
    ),
    refused("scram_client_key", NO_KEYS),
    refused("scram_server_key", NO_KEYS),
    refused("oauth_issuer", NO_OAUTH),
    refused("oauth_client_id", NO_OAUTH),
    refused("oauth_client_secret", NO_OAUTH),
    refused("oauth_scope", NO_OAUTH),
    refused("oauth_ca_file", NO_OAUTH),
    refused("tty", "no server knows it any more"),
    refused("authtype", "no server knows it any more"),
];

/// The word of this name that we take.
pub fn named(name: &str) -> Result<&'static str, Problem> {
    let Some(word) = WORDS.iter().find(|word| word.name == name) else {
        let known = WORDS.iter().filter(|word| word.refused.is_none());
        return Err(Problem::UnknownWord {
            hint: did_you_mean(name, known.map(|word| word.name)),
            word: name.to_owned(),
        });
    };
    match word.refused {
        None => Ok(word.name),
        Some(reason) => Err(Problem::RefusedWord {
            word: word.name,
            reason,
        }),
    }
}

/// An address by libpq's words, as far as it was given.
#[derive(Default)]
pub struct Words(BTreeMap<&'static str, String>);

impl Words {
    /// Takes a word by its name.
    pub fn set_named(&mut self, name: &str, value: String) -> Result<(), Problem> {
        self.set(named(name)?, value);
        Ok(())
    }

    /// Sets a word; an empty value is none, as in libpq.
    pub fn set(&mut self, word: &'static str, value: String) {
        if value.is_empty() {
            self.0.remove(word);
        } else {
            self.0.insert(word, value);
        }
    }

    /// Sets a word that nobody has set yet.
    pub fn set_default(&mut self, word: &'static str, value: &str) {
        if !value.is_empty() {
            self.0.entry(word).or_insert_with(|| value.to_owned());
        }
    }

    pub fn take(&mut self, word: &'static str) -> Option<String> {
        self.0.remove(word)
    }

    /// The word as it was given, or else its variable.
    pub fn take_with_default(
        &mut self,
        word: &'static str,
        env: &Env,
        direct: bool,
    ) -> Option<String> {
        let variable = || {
            let word = WORDS.iter().find(|known| known.name == word)?;
            word.default(env, direct).map(str::to_owned)
        };
        self.take(word).or_else(variable)
    }

    /// Fills in the variables. `direct` is false behind ssh or in a container.
    pub fn set_variables(&mut self, env: &Env, direct: bool) -> Result<(), Problem> {
        for word in &WORDS {
            match (word.default(env, direct), word.refused) {
                (Some(value), None) => self.set_default(word.name, value),
                (Some(_), Some(reason)) => {
                    return Err(Problem::RefusedWord {
                        word: word.name,
                        reason,
                    });
                }
                (None, _) => {}
            }
        }
        Ok(())
    }
}

impl Word {
    fn default<'a>(&self, env: &'a Env, direct: bool) -> Option<&'a str> {
        let applies = direct || self.reach == Reach::Always;
        let value = self.variable.filter(|_| applies).and_then(|it| env.get(it));
        value.filter(|value| !value.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_word_and_no_variable_stands_twice() {
        let mut names: Vec<_> = WORDS.iter().map(|word| word.name).collect();
        let variables = WORDS.iter().filter_map(|word| word.variable);
        names.extend(variables);
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }

    #[test]
    fn every_word_stands_in_the_readme() {
        let readme = include_str!("../../../README.md");
        let (_, readme) = readme.split_once("### Addresses").unwrap();
        let (readme, _) = readme.split_once("\n### ").unwrap();
        for word in &WORDS {
            let name = format!("`{}`", word.name);
            assert!(readme.contains(&name), "{name}");
        }
    }

    #[test]
    fn a_word_is_taken_refused_with_its_reason_or_unknown() {
        assert_eq!(named("sslcrl"), Ok("sslcrl"));
        for (name, message) in [
            (
                "krbsrvname",
                "`krbsrvname` is a word of libpq that runner does not take: runner does not speak GSSAPI",
            ),
            (
                "replication",
                "`replication` is a word of libpq that runner does not take: a session of runner runs statements, \
                 which one for replication does not",
            ),
            ("sslmod", "unknown word `sslmod`, did you mean `sslmode`"),
        ] {
            assert_eq!(named(name).unwrap_err().to_string(), message);
        }
    }
}
