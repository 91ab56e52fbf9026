//! The words of a database address, and how libpq's defaults complete them.
//!
//! A url and the keys of a target both become [`Words`]; [`Words::finish`] makes the [`Dsn`] of
//! them. A further word of libpq is one line in [`WORDS`] and one field of [`Dsn`].

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::env::Env;
use super::error::DsnProblem as Problem;
use super::suggest::did_you_mean;
use super::{Dsn, Secret, SslMode, pgpass};

/// What we honour: libpq's word, the variable that is its default, and whether the variable means
/// the server as this machine sees it, so that it says nothing about one behind ssh or in a
/// container.
const WORDS: [(&str, &str, Reach); 8] = [
    ("host", "PGHOST", Reach::DirectOnly),
    ("port", "PGPORT", Reach::DirectOnly),
    ("user", "PGUSER", Reach::Always),
    ("password", "PGPASSWORD", Reach::Always),
    ("dbname", "PGDATABASE", Reach::Always),
    ("sslmode", "PGSSLMODE", Reach::Always),
    ("sslrootcert", "PGSSLROOTCERT", Reach::Always),
    ("connect_timeout", "PGCONNECT_TIMEOUT", Reach::Always),
];

/// Words of libpq that change where or how safely one connects: taking them silently would be worse
/// than refusing.
const REFUSED: [&str; 16] = [
    "application_name",
    "channel_binding",
    "client_encoding",
    "gssencmode",
    "hostaddr",
    "keepalives",
    "load_balance_hosts",
    "options",
    "passfile",
    "require_auth",
    "service",
    "sslcert",
    "sslcrl",
    "sslkey",
    "sslnegotiation",
    "target_session_attrs",
];

/// libpq's name for the system's own certificate authorities, in the place of a file.
pub const SYSTEM_ROOTS: &str = "system";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    Always,
    DirectOnly,
}

/// An address by libpq's words, as far as it was given.
#[derive(Default)]
pub struct Words(BTreeMap<&'static str, String>);

impl Words {
    /// Takes a word of a url's query.
    pub fn set_named(&mut self, word: &str, value: String) -> Result<(), Problem> {
        // JDBC's and Heroku's spelling, which libpq takes as well.
        let (word, value) = match (word, value.as_str()) {
            ("ssl", "true") => ("sslmode", "require".to_owned()),
            _ => (word, value),
        };
        let known = || WORDS.iter().map(|(word, ..)| *word);
        if let Some(word) = known().find(|known| *known == word) {
            self.set(word, value);
            return Ok(());
        }
        if let Some(word) = REFUSED.iter().find(|refused| **refused == word) {
            return Err(Problem::RefusedWord(word));
        }
        Err(Problem::UnknownWord {
            hint: did_you_mean(word, known()),
            word: word.to_owned(),
        })
    }

    /// Sets a word; an empty value is none, as in libpq.
    pub fn set(&mut self, word: &'static str, value: String) {
        if value.is_empty() {
            self.0.remove(word);
        } else {
            self.0.insert(word, value);
        }
    }

    /// Fills in what is missing, as libpq would, and checks the whole. `direct` is false behind ssh
    /// or in a container; a relative `sslrootcert` starts at `root`.
    pub fn finish(mut self, env: &Env, direct: bool, root: &Path) -> Result<Dsn, Problem> {
        for (word, variable, reach) in WORDS {
            if (direct || reach == Reach::Always)
                && let Some(value) = env.get(variable).filter(|value| !value.is_empty())
            {
                self.0.entry(word).or_insert_with(|| value.to_owned());
            }
        }
        let host = self.0.remove("host").map(checked_host).transpose()?;
        let port = self
            .0
            .remove("port")
            .map_or(Ok(5432), |port| parse_port(&port))?;
        let user = self
            .0
            .remove("user")
            .or_else(os_user)
            .ok_or(Problem::NoUser)?;
        let database = self.0.remove("dbname").unwrap_or_else(|| user.clone());
        let (sslmode, sslrootcert) = self.tls(env, root)?;
        let password = match self.0.remove("password") {
            Some(password) => Some(password),
            None if host.is_some() || direct => {
                let login = pgpass::Login {
                    host: host.as_deref(),
                    port,
                    database: &database,
                    user: &user,
                };
                pgpass::password(env, &login)?
            }
            // Behind ssh or in a container without a host there is no name to look up; `localhost`
            // is another server.
            None => None,
        };
        Ok(Dsn {
            password: password.map(|password| secret(password, &user, &database)),
            connect_timeout: self
                .0
                .remove("connect_timeout")
                .map_or(Ok(None), |seconds| parse_timeout(&seconds))?,
            host,
            port,
            user,
            database,
            sslmode,
            sslrootcert,
        })
    }

    fn tls(&mut self, env: &Env, root: &Path) -> Result<(SslMode, Option<PathBuf>), Problem> {
        let mode = self
            .0
            .remove("sslmode")
            .map(|mode| SslMode::parse(&mode))
            .transpose()?;
        match (self.0.remove("sslrootcert"), mode) {
            (Some(file), None | Some(SslMode::VerifyFull)) if file == SYSTEM_ROOTS => {
                Ok((SslMode::VerifyFull, Some(file.into())))
            }
            (Some(file), Some(_)) if file == SYSTEM_ROOTS => Err(Problem::WeakSystemRoots),
            (Some(file), mode) => Ok((mode.unwrap_or_default(), Some(env.path(&file, root)))),
            (None, mode) => {
                let mode = mode.unwrap_or_default();
                // libpq checks the certificate as soon as this file is there, from `require` on.
                let own = env.home().map(|home| home.join(".postgresql/root.crt"));
                let strict = matches!(
                    mode,
                    SslMode::Require | SslMode::VerifyCa | SslMode::VerifyFull
                );
                Ok((mode, own.filter(|file| strict && file.exists())))
            }
        }
    }
}

fn checked_host(host: String) -> Result<String, Problem> {
    if host.contains(',') {
        return Err(Problem::SeveralHosts);
    }
    let folder = host.starts_with('/');
    let misplaced =
        |c: char| c.is_control() || (!folder && (c.is_whitespace() || "@/?#[]".contains(c)));
    if host.starts_with('-') || host.contains(misplaced) {
        return Err(Problem::Host);
    }
    Ok(host)
}

fn parse_port(port: &str) -> Result<u16, Problem> {
    if port.contains(',') {
        return Err(Problem::SeveralHosts);
    }
    port.parse()
        .ok()
        .filter(|port| *port > 0)
        .ok_or(Problem::Port)
}

fn parse_timeout(seconds: &str) -> Result<Option<Duration>, Problem> {
    let seconds: i64 = seconds
        .trim()
        .parse()
        .map_err(|_| Problem::ConnectTimeout)?;
    // Zero and less mean to wait for ever, as in libpq.
    Ok(u64::try_from(seconds)
        .ok()
        .filter(|seconds| *seconds > 0)
        .map(Duration::from_secs))
}

fn os_user() -> Option<String> {
    whoami::username().ok().filter(|name| !name.is_empty())
}

/// `postgres` as the password of `postgres` gives nothing away, and blanking it out would take the
/// user, the database and half of every message with it.
fn secret(password: String, user: &str, database: &str) -> Secret {
    if password == user || password == database {
        Secret::unlisted(password)
    } else {
        Secret::new(password)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(pairs: &[(&'static str, &str)]) -> Words {
        let mut words = Words::default();
        for (word, value) in pairs {
            words.set(word, (*value).to_owned());
        }
        words
    }

    fn env(pairs: &[(&str, &str)]) -> Env {
        let nowhere = [("HOME", "/nonexistent"), ("PGPASSFILE", "/nonexistent")];
        let pairs = nowhere
            .iter()
            .chain(pairs)
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Env::read(Path::new("/nonexistent/.env"), pairs.collect()).unwrap()
    }

    #[test]
    fn what_is_not_given_is_filled_in_as_libpq_would() {
        let dsn = words(&[("user", "app")])
            .finish(&env(&[]), true, Path::new("/p"))
            .unwrap();
        assert_eq!(
            (dsn.host, dsn.port, dsn.user.as_str(), dsn.database.as_str()),
            (None, 5432, "app", "app")
        );
        assert_eq!(
            (dsn.sslmode, dsn.sslrootcert, dsn.connect_timeout),
            (SslMode::Prefer, None, None)
        );
        assert!(dsn.password.is_none());
    }

    #[test]
    fn variables_of_libpq_are_defaults() {
        let env = env(&[
            ("PGHOST", "db"),
            ("PGPORT", "6000"),
            ("PGUSER", "u"),
            ("PGPASSWORD", "hunter2"),
            ("PGDATABASE", "d"),
            ("PGSSLMODE", "verify-ca"),
            ("PGSSLROOTCERT", "ca.pem"),
            ("PGCONNECT_TIMEOUT", "7"),
        ]);
        let dsn = words(&[("port", "7000")])
            .finish(&env, true, Path::new("/p"))
            .unwrap();
        assert_eq!(
            (
                dsn.host.as_deref(),
                dsn.port,
                dsn.user.as_str(),
                dsn.database.as_str()
            ),
            (Some("db"), 7000, "u", "d")
        );
        assert_eq!(dsn.password.unwrap().expose(), "hunter2");
        assert_eq!(
            (dsn.sslmode, dsn.sslrootcert),
            (SslMode::VerifyCa, Some("/p/ca.pem".into()))
        );
        assert_eq!(dsn.connect_timeout, Some(Duration::from_secs(7)));
    }

    #[test]
    fn this_machines_server_says_nothing_about_one_behind_ssh() {
        let env = env(&[("PGHOST", "db"), ("PGPORT", "6000"), ("PGUSER", "u")]);
        let dsn = words(&[]).finish(&env, false, Path::new("/p")).unwrap();
        assert_eq!((dsn.host, dsn.port, dsn.user.as_str()), (None, 5432, "u"));
    }

    #[test]
    fn values_that_cannot_be_meant_are_refused_without_being_shown() {
        let finish = |pairs| {
            words(pairs)
                .finish(&env(&[("PGUSER", "u")]), true, Path::new("/p"))
                .unwrap_err()
        };
        assert_eq!(finish(&[("host", "a,b")]), Problem::SeveralHosts);
        assert_eq!(finish(&[("host", "ss@db")]), Problem::Host);
        assert_eq!(finish(&[("host", "-oProxyCommand=x")]), Problem::Host);
        assert_eq!(finish(&[("port", "0")]), Problem::Port);
        assert_eq!(
            finish(&[("port", "hunter2")]).to_string(),
            "the port is not a number from 1 to 65535"
        );
        assert_eq!(
            finish(&[("connect_timeout", "5s")]),
            Problem::ConnectTimeout
        );
        assert_eq!(
            finish(&[("sslmode", "require"), ("sslrootcert", "system")]),
            Problem::WeakSystemRoots
        );
        assert_eq!(
            finish(&[("sslmode", "verify_full")]).to_string(),
            "unknown sslmode `verify_full`, did you mean `verify-full`; there are `disable`, `allow`, `prefer`, \
             `require`, `verify-ca` and `verify-full`"
        );
    }

    #[test]
    fn system_roots_imply_verify_full() {
        let dsn = words(&[("sslrootcert", "system")])
            .finish(&env(&[]), true, Path::new("/p"))
            .unwrap();
        assert_eq!(
            (dsn.sslmode, dsn.sslrootcert),
            (SslMode::VerifyFull, Some(SYSTEM_ROOTS.into()))
        );
    }

    #[test]
    fn a_password_equal_to_the_user_does_not_blank_out_the_user() {
        let dsn = words(&[("user", "gallery"), ("password", "gallery")]);
        let dsn = dsn.finish(&env(&[]), true, Path::new("/p")).unwrap();
        assert_eq!(format!("{:?}", dsn.password.unwrap()), "[secret]");
        assert_eq!(super::super::redact("user gallery"), "user gallery");
    }
}
