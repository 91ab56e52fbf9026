//! From a target as written to a target as used.

use std::path::{Path, PathBuf};

use super::dsn::{self, Problem, Surroundings, Words};
use super::env::Env;
use super::error::{Error, Place};
use super::interpolate::{self, interpolate};
use super::raw::{RawTarget, Written};
use super::{Secret, Service, Target};

/// Where a target stands and what its texts may refer to.
pub struct Context<'a> {
    /// `runner.toml`; `None` for a table given to `connect`.
    pub file: Option<&'a Path>,
    pub root: &'a Path,
    pub env: &'a Env,
    pub ssh_config: Option<PathBuf>,
}

impl Context<'_> {
    /// `name` is `None` for a table given to `connect`; the target is then named for its server and
    /// database.
    pub fn target(&self, name: Option<&str>, raw: &RawTarget) -> Result<Target, Error> {
        let keys = Keys {
            context: self,
            name,
            raw,
        };
        let ssh = keys.argument("ssh")?;
        let docker = keys.argument("docker")?;
        let compose = keys.compose(ssh.is_some(), docker.is_some())?;
        let protect = keys.text("protect")?;
        if protect
            .as_ref()
            .is_some_and(|phrase| phrase.trim().is_empty())
        {
            return Err(Error::EmptyPhrase {
                place: Box::new(keys.place("protect")),
            });
        }
        let direct = ssh.is_none() && docker.is_none() && compose.is_none();
        let around = Surroundings {
            env: self.env,
            direct,
            root: self.root,
        };
        let dsn =
            dsn::finish(keys.words()?, &around).map_err(|problem| keys.wrong("url", problem))?;
        let service = compose.as_ref().map(|service| service.name.as_str());
        let server = docker
            .as_deref()
            .or(service)
            .or(dsn.first().name())
            .unwrap_or("localhost");
        Ok(Target {
            name: name.map_or_else(|| format!("{server}/{}", dsn.database), str::to_owned),
            ssh_config: self.ssh_config.clone(),
            dsn,
            ssh,
            docker,
            compose,
            protect,
        })
    }

    fn place(&self, name: Option<&str>, line: Option<usize>) -> Place {
        Place {
            file: self.file.map(Path::to_owned),
            line,
            target: name.map(str::to_owned),
        }
    }

    /// A text with its variables put in.
    pub fn text(
        &self,
        key: &'static str,
        place: impl Fn() -> Place,
        written: &Written,
    ) -> Result<String, Error> {
        // The password in these is redacted by itself; the whole value of a variable would be too
        // much.
        let secret_by_position = ["url", "password", "sslpassword"].contains(&key);
        let lookup = |variable: &str| {
            let value = self.env.get(variable)?.to_owned();
            if !secret_by_position && looks_secret(variable) {
                Secret::new(value.clone());
            }
            Some(value)
        };
        interpolate(&written.0, lookup).map_err(|problem| match problem {
            interpolate::Problem::Malformed => Error::Interpolation {
                place: Box::new(place()),
                key,
            },
            interpolate::Problem::Missing(variable) => Error::MissingVariable {
                place: Box::new(place()),
                variable,
                remedy: Box::new(self.env.remedy()),
            },
        })
    }
}

/// The keys of one target.
struct Keys<'a> {
    context: &'a Context<'a>,
    name: Option<&'a str>,
    raw: &'a RawTarget,
}

impl Keys<'_> {
    fn place(&self, key: &str) -> Place {
        let lines = &self.raw.lines;
        let line = lines.get(key).or_else(|| lines.values().min()).copied();
        self.context.place(self.name, line)
    }

    fn wrong(&self, key: &str, problem: Problem) -> Error {
        Error::Dsn {
            place: Box::new(self.place(key)),
            problem: Box::new(problem),
        }
    }

    fn text(&self, key: &'static str) -> Result<Option<String>, Error> {
        let text = |written| self.context.text(key, || self.place(key), written);
        self.raw.get(key).map(text).transpose()
    }

    /// A text that becomes an argument of another program; an empty one is none, so that
    /// `${SSH_HOST:-}` can switch it off.
    fn argument(&self, key: &'static str) -> Result<Option<String>, Error> {
        let text = self.text(key)?.filter(|text| !text.is_empty());
        if text.as_ref().is_some_and(|text| text.starts_with('-')) {
            return Err(Error::LeadingDash {
                place: Box::new(self.place(key)),
                key,
            });
        }
        Ok(text)
    }

    /// The service that `compose` and `service` name together.
    fn compose(&self, behind_ssh: bool, docker: bool) -> Result<Option<Service>, Error> {
        let Some(folder) = self.argument("compose")? else {
            return Ok(None);
        };
        let wrong = |reason| {
            let place = Box::new(self.place("compose"));
            Err(Error::Compose { place, reason })
        };
        if docker {
            return wrong("`compose` and `docker` both name a container; leave one out");
        }
        let Some(name) = self.argument("service")? else {
            return wrong("`compose` goes with `service`, the name of the service");
        };
        let Context { env, root, .. } = self.context;
        // On this machine a path starts at `runner.toml`; a word without a slash may be the name of a project.
        let here = !behind_ssh && folder.contains(['/', '.']);
        let folder = if here {
            env.path(&folder, root).display().to_string()
        } else {
            folder
        };
        Ok(Some(Service { folder, name }))
    }

    /// The words of `url`, and over them those of the single keys.
    fn words(&self) -> Result<Words, Error> {
        let mut words = match self.text("url")? {
            Some(text) => dsn::parse(&text).map_err(|problem| self.wrong("url", problem))?,
            None => Words::default(),
        };
        for (key, word, _) in self.raw.words() {
            if let Some(value) = self.text(key)? {
                words
                    .set_named(word, value)
                    .map_err(|problem| self.wrong(key, problem))?;
            }
        }
        Ok(words)
    }
}

fn looks_secret(variable: &str) -> bool {
    let variable = variable.to_ascii_uppercase();
    let inside = [
        "PASSWORD",
        "PASSWD",
        "PASSPHRASE",
        "SECRET",
        "TOKEN",
        "CREDENTIAL",
        "API_KEY",
    ];
    let at_the_end = ["_PASS", "_PWD", "_PW"];
    inside.iter().any(|part| variable.contains(part))
        || at_the_end.iter().any(|end| variable.ends_with(end))
}
