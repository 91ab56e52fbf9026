//! Finds `runner.toml` and `.env`, and reads them.

use std::path::{Path, PathBuf};

use super::env::{self, Env};
use super::error::{Error, Place};
use super::raw::{self, RawProject};
use super::resolve::Context;
use super::suggest::did_you_mean;
use super::{Project, Secret, Target};

const FILE: &str = "runner.toml";
const ENV_FILE: &str = ".env";

/// What the command line says about the configuration.
#[derive(Debug, Clone, Default)]
pub struct LoadOptions {
    /// `--config`: this file, and no search.
    pub config: Option<PathBuf>,
    /// `--env-file`: this file instead of the `.env` beside `runner.toml`; it must exist.
    pub env_file: Option<PathBuf>,
    /// Where the search begins: the folder of the playbook. After it and its parents come the
    /// current one and its.
    pub start: PathBuf,
}

/// Reads the project; without a `runner.toml` it is an empty one in the current folder. Targets are
/// only parsed: their variables are looked up by [`Project::target`].
pub fn load(options: &LoadOptions) -> Result<Project, Error> {
    let here = std::env::current_dir().map_err(Error::NoCurrentFolder)?;
    let file = match &options.config {
        Some(file) => Some(here.join(file)),
        None => find(&here.join(&options.start)).or_else(|| find(&here)),
    };
    let root = file
        .as_deref()
        .and_then(Path::parent)
        .unwrap_or(&here)
        .to_owned();
    let env = read_env(
        options.env_file.as_deref().map(|file| here.join(file)),
        &root,
    )?;
    let raw = match &file {
        Some(file) => {
            let source = std::fs::read_to_string(file).map_err(|source| Error::Read {
                path: file.clone(),
                source,
            })?;
            raw::parse(file, &source)?
        }
        None => RawProject::default(),
    };
    project(file, root, env, raw)
}

fn find(start: &Path) -> Option<PathBuf> {
    start
        .ancestors()
        .map(|folder| folder.join(FILE))
        .find(|file| file.is_file())
}

fn read_env(given: Option<PathBuf>, root: &Path) -> Result<Env, Error> {
    let must_exist = given.is_some();
    let path = given.unwrap_or_else(|| root.join(ENV_FILE));
    let env = Env::read(&path, env::inherited())?;
    if must_exist && !env.found() {
        return Err(Error::NoEnvFile {
            path,
            remedy: Box::new(env.remedy()),
        });
    }
    Ok(env)
}

fn project(
    file: Option<PathBuf>,
    root: PathBuf,
    env: Env,
    raw: RawProject,
) -> Result<Project, Error> {
    let mut project = Project {
        root,
        file,
        targets: raw.targets,
        groups: raw.groups,
        exclude: raw.copy.exclude,
        sensitive: raw.copy.sensitive,
        mask_seed: raw.copy.mask_seed,
        playbooks: raw.playbooks,
        ssh_config: None,
        env,
    };
    if let Some(written) = raw.ssh.config {
        let place = || Place {
            file: project.file.clone(),
            ..Place::default()
        };
        let text = project.context().text("ssh.config", place, &written)?;
        project.ssh_config = Some(project.env.path(&text, &project.root));
    }
    Ok(project)
}

impl Project {
    /// The target of this name, with its variables looked up and all defaults filled in.
    pub fn target(&self, name: &str) -> Result<Target, Error> {
        match self.targets.get(name) {
            Some(raw) => self.context().target(Some(name), raw),
            None => Err(self.unknown(name)),
        }
    }

    /// A target that has no name, from the keys of `[targets.NAME]`: what `connect{...}` gives.
    pub fn unnamed_target(&self, keys: toml::Table) -> Result<Target, Error> {
        Context {
            file: None,
            ..self.context()
        }
        .target(None, &raw::target(keys)?)
    }

    /// A variable of `.env` or of the environment that is to be shown nowhere.
    pub fn secret(&self, variable: &str) -> Result<Secret, Error> {
        match self.env.get(variable) {
            Some(value) => Ok(Secret::new(value)),
            None => Err(Error::MissingSecret {
                variable: variable.to_owned(),
                remedy: Box::new(self.env.remedy()),
            }),
        }
    }

    /// `[copy] mask_seed`, with its variables looked up: what the masks of values depend on.
    pub fn mask_seed(&self) -> Result<Option<Secret>, Error> {
        let place = || Place {
            file: self.file.clone(),
            ..Place::default()
        };
        let text = |written| self.context().text("copy.mask_seed", place, written);
        let seed = self.mask_seed.as_ref().map(text).transpose()?;
        Ok(seed.filter(|seed| !seed.is_empty()).map(Secret::new))
    }

    /// The name, the phrase and the ssh host of each protected target. Its secrets are not looked up: a run that
    /// uses the host alone need not know them.
    pub fn protected(&self) -> Vec<(String, String, Option<String>)> {
        let context = self.context();
        let protected = self.targets.iter().filter_map(|(name, raw)| {
            let text = |key| context.text(key, Place::default, raw.get(key)?).ok();
            let phrase = text("protect")?;
            let ssh = text("ssh").filter(|ssh| !ssh.is_empty());
            Some((name.clone(), phrase, ssh))
        });
        protected.collect()
    }

    /// The names of all targets, in alphabetical order.
    pub fn target_names(&self) -> impl Iterator<Item = &str> {
        self.targets.keys().map(String::as_str)
    }

    fn context(&self) -> Context<'_> {
        Context {
            file: self.file.as_deref(),
            root: &self.root,
            env: &self.env,
            ssh_config: self.ssh_config.clone(),
        }
    }

    fn unknown(&self, name: &str) -> Error {
        let names: Vec<_> = self
            .target_names()
            .map(|name| format!("`{name}`"))
            .collect();
        let known = match (&self.file, names.as_slice()) {
            (None, _) => {
                format!("there is no `{FILE}` here or above either; `runner init` writes one")
            }
            (Some(file), []) => format!("`{}` has none", super::error::short(file)),
            (Some(file), names) => {
                format!("`{}` has {}", super::error::short(file), names.join(", "))
            }
        };
        Error::UnknownTarget {
            hint: did_you_mean(name, self.target_names()),
            name: name.to_owned(),
            known,
        }
    }
}

#[cfg(test)]
mod tests;
