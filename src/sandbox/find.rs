//! Where a `PostgreSQL` server's programs are: distributions put them next to PATH rather than on it.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::Error;

/// What the sandbox runs out of the folder.
const PROGRAMS: [&str; 6] = [
    "initdb", "postgres", "pg_ctl", "psql", "createdb", "pg_dump",
];

/// Folders that hold one installation per version, as `parent`, what stands before the version, and after it.
const VERSIONED: [(&str, &str, &str); 5] = [
    ("/usr/lib/postgresql", "", "bin"),
    ("/usr", "pgsql-", "bin"),
    ("/opt/homebrew/opt", "postgresql@", "bin"),
    ("/usr/local/opt", "postgresql@", "bin"),
    ("/Applications/Postgres.app/Contents/Versions", "", "bin"),
];

/// The folder of one `PostgreSQL` installation's programs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bin(PathBuf);

impl Bin {
    /// Looks in `RUNNER_PG_BIN`, PATH, `pg_config --bindir`, then where Debian, Red Hat, Homebrew and
    /// Postgres.app install, the newest version first.
    pub fn find() -> Result<Self, Error> {
        if let Some(folder) = std::env::var_os("RUNNER_PG_BIN") {
            let folder = PathBuf::from(folder);
            return match missing_in(&folder) {
                None => Ok(Self(folder)),
                Some(missing) => Err(Error::WrongBin { folder, missing }),
            };
        }
        on_path()
            .or_else(from_pg_config)
            .or_else(installed)
            .map(Self)
            .ok_or_else(|| Error::NoPostgres {
                looked_in: looked_in(),
            })
    }

    pub fn program(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    pub fn folder(&self) -> &Path {
        &self.0
    }
}

/// The first program a server needs that is not in `folder`.
fn missing_in(folder: &Path) -> Option<&'static str> {
    PROGRAMS
        .into_iter()
        .find(|program| !folder.join(program).is_file())
}

fn on_path() -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?)
        .filter(|folder| folder.is_absolute())
        .find(|folder| missing_in(folder).is_none())
}

fn from_pg_config() -> Option<PathBuf> {
    let output = Command::new("pg_config").arg("--bindir").output().ok()?;
    let folder = PathBuf::from(String::from_utf8(output.stdout).ok()?.trim());
    missing_in(&folder).is_none().then_some(folder)
}

fn installed() -> Option<PathBuf> {
    VERSIONED
        .iter()
        .flat_map(|(parent, before, inside)| versions(Path::new(parent), before, inside))
        .find(|folder| missing_in(folder).is_none())
}

/// `parent/<before><version>/<inside>` of all versions, the newest first.
fn versions(parent: &Path, before: &str, inside: &str) -> Vec<PathBuf> {
    let mut found: Vec<(Vec<u32>, PathBuf)> = std::fs::read_dir(parent)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let version = version(entry.file_name().to_str()?.strip_prefix(before)?)?;
            Some((version, entry.path().join(inside)))
        })
        .collect();
    found.sort_by(|a, b| b.cmp(a));
    found.into_iter().map(|(_, folder)| folder).collect()
}

/// `9.6` as `[9, 6]`; nothing for what is no version.
fn version(text: &str) -> Option<Vec<u32>> {
    text.split('.').map(|part| part.parse().ok()).collect()
}

fn looked_in() -> Vec<String> {
    let usual = VERSIONED
        .iter()
        .map(|(parent, before, inside)| format!("{parent}/{before}*/{inside}"));
    ["PATH", "`pg_config --bindir`"]
        .map(String::from)
        .into_iter()
        .chain(usual)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_version_comes_first_by_number() {
        let parent = tempfile::tempdir().unwrap();
        for name in ["pg-9.6", "pg-15", "pg-17", "pg-common", "other"] {
            std::fs::create_dir(parent.path().join(name)).unwrap();
        }
        let names: Vec<_> = versions(parent.path(), "pg-", "bin")
            .iter()
            .map(|folder| folder.strip_prefix(parent.path()).unwrap().to_owned())
            .collect();
        assert_eq!(
            names,
            ["pg-17/bin", "pg-15/bin", "pg-9.6/bin"].map(PathBuf::from)
        );
    }

    #[test]
    fn a_missing_server_is_reported_with_what_to_install() {
        let text = Error::NoPostgres {
            looked_in: looked_in(),
        }
        .to_string();
        assert!(text.contains("/usr/lib/postgresql/*/bin"), "{text}");
        assert!(text.contains("`apt-get install postgresql`"), "{text}");
    }
}
