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
mod tests {
    use super::*;

    const TOML: &str = r#"
[targets.dev]
url = "${DEV_URL}"

[targets.prod]
url = "postgres://postgres@/app"
ssh = "jump"
docker = "${RUNNER_TEST_CONTAINER:-shared_postgres}"
password = "${RUNNER_TEST_PASSWORD}"
protect = "MIGRATE PRODUCTION"

[groups]
law = ["uk_lrt", "lat"]

[copy]
exclude = ["solid_queue_*"]

[ssh]
config = "ssh/config"

[playbooks.promote]
tables = ["group:law"]
"#;

    fn files(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let file = folder.path().join(name);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, text).unwrap();
        }
        folder
    }

    fn from(folder: &Path) -> Result<Project, Error> {
        load(&LoadOptions {
            start: folder.join("playbooks/deep"),
            ..LoadOptions::default()
        })
    }

    #[test]
    fn a_project_is_found_above_its_playbook() {
        let folder = files(&[
            ("runner.toml", TOML),
            (".env", "DEV_URL='postgres://dev@db:6000/dev_db'\n"),
            ("playbooks/deep/x.lua", ""),
        ]);
        let project = from(folder.path()).unwrap();
        assert_eq!(project.root, folder.path());
        assert_eq!(project.groups["law"], ["uk_lrt", "lat"]);
        assert_eq!(project.exclude, ["solid_queue_*"]);
        assert!(project.playbooks["promote"].contains_key("tables"));
        assert_eq!(project.target_names().collect::<Vec<_>>(), ["dev", "prod"]);
        let dev = project.target("dev").unwrap();
        assert_eq!(
            (
                dev.name.as_str(),
                dev.dsn.first().name(),
                dev.dsn.first().port
            ),
            ("dev", Some("db"), 6000)
        );
        assert_eq!(dev.ssh_config, Some(folder.path().join("ssh/config")));
    }

    #[test]
    fn a_missing_variable_stops_only_the_target_that_needs_it() {
        let folder = files(&[
            ("runner.toml", TOML),
            (".env.example", ""),
            (".env", "DEV_URL=postgres:///x\n"),
        ]);
        let project = from(folder.path()).unwrap();
        assert!(project.target("dev").is_ok());
        let at = folder.path().display();
        assert_eq!(
            project.target("prod").unwrap_err().to_string(),
            format!(
                "`{at}/runner.toml:9`, target `prod`: the variable `RUNNER_TEST_PASSWORD` is set nowhere; \
                 add it to `{at}/.env`, as in `{at}/.env.example`"
            )
        );
        std::fs::remove_file(folder.path().join(".env")).unwrap();
        assert_eq!(
            from(folder.path())
                .unwrap()
                .target("dev")
                .unwrap_err()
                .to_string(),
            format!(
                "`{at}/runner.toml:3`, target `dev`: the variable `DEV_URL` is set nowhere; \
                 copy `{at}/.env.example` to `{at}/.env` and fill it in"
            )
        );
    }

    #[test]
    fn a_target_behind_ssh_in_a_container() {
        let folder = files(&[
            ("runner.toml", TOML),
            (".env", "RUNNER_TEST_PASSWORD='ab$c d'"),
        ]);
        let prod = from(folder.path()).unwrap().target("prod").unwrap();
        assert_eq!(prod.ssh.as_deref(), Some("jump"));
        assert_eq!(prod.docker.as_deref(), Some("shared_postgres"));
        assert_eq!(prod.protect.as_deref(), Some("MIGRATE PRODUCTION"));
        assert_eq!(
            (prod.dsn.first().name(), prod.dsn.user.as_str()),
            (None, "postgres")
        );
        let password = prod.dsn.first().password.as_ref().unwrap();
        assert_eq!(password.expose(), "ab$c d");
    }

    #[test]
    fn an_unknown_target_is_told_with_the_known_ones() {
        let folder = files(&[("runner.toml", TOML)]);
        let error = from(folder.path()).unwrap().target("prd").unwrap_err();
        assert_eq!(
            error.to_string(),
            format!(
                "there is no target `prd`, did you mean `prod`; `{}/runner.toml` has `dev`, `prod`",
                folder.path().display()
            )
        );
    }

    #[test]
    fn a_given_file_must_exist() {
        let folder = files(&[("runner.toml", TOML), ("x.env.example", "")]);
        let at = folder.path();
        let mut options = LoadOptions {
            config: Some(at.join("runner.toml")),
            env_file: Some(at.join("x.env")),
            start: PathBuf::new(),
        };
        let at = at.display();
        assert_eq!(
            load(&options).unwrap_err().to_string(),
            format!(
                "there is no `{at}/x.env`; copy `{at}/x.env.example` to `{at}/x.env` and fill it in"
            )
        );
        options.env_file = None;
        options.config = Some(folder.path().join("other.toml"));
        let error = load(&options).unwrap_err().to_string();
        assert!(
            error.starts_with(&format!("cannot read `{at}/other.toml`: ")),
            "{error}"
        );
    }

    #[test]
    fn a_table_given_to_connect_is_a_target() {
        let folder = files(&[("runner.toml", TOML), (".env", "H=db.example\n")]);
        let project = from(folder.path()).unwrap();
        let target = |keys: &str| project.unnamed_target(keys.parse().unwrap());
        let plain =
            target("host = \"${H}\"\nport = 6000\nuser = \"me\"\ndatabase = \"app\"").unwrap();
        assert_eq!(
            (plain.name.as_str(), plain.dsn.first().port),
            ("db.example/app", 6000)
        );
        for (keys, error) in [
            (
                "ssh = \"-oProxyCommand=x\"",
                "`ssh` begins with `-`, which another program would take for an option",
            ),
            (
                "protect = \" \"",
                "`protect` is empty; give the phrase to type, or leave the key out",
            ),
            (
                "url = \"\"",
                "`url` is empty; check the variable it is made of",
            ),
            (
                "host = \"${H\"",
                "`host` holds a `${` that names no variable; write `${NAME}` or `${NAME:-default}`, and `$$` for a `$`",
            ),
        ] {
            assert_eq!(
                target(keys).unwrap_err().to_string(),
                format!("the table given to `connect`: {error}")
            );
        }
    }
}
