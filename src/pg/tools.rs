//! Where PostgreSQL's programs are: distributions put them next to PATH rather than on it.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Folders that hold one installation per version: the parent, and what stands before the version.
const VERSIONED: [(&str, &str); 5] = [
    ("/usr/lib/postgresql", ""),
    ("/usr", "pgsql-"),
    ("/opt/homebrew/opt", "postgresql@"),
    ("/usr/local/opt", "postgresql@"),
    ("/Applications/Postgres.app/Contents/Versions", ""),
];

/// The folder that is looked in instead of all others, where the variable is set.
pub fn given_folder() -> Option<PathBuf> {
    std::env::var_os("RUNNER_PG_BIN").map(PathBuf::from)
}

/// Folders that may hold the programs: those of PATH, what `pg_config --bindir` says, then where Debian, Red
/// Hat, Homebrew and Postgres.app install, the newest version first.
pub fn folders() -> impl Iterator<Item = PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path: Vec<_> = std::env::split_paths(&path)
        .filter(|folder| folder.is_absolute())
        .collect();
    on_path
        .into_iter()
        .chain(std::iter::once_with(from_pg_config).flatten())
        .chain(
            VERSIONED
                .iter()
                .flat_map(|(parent, before)| versions(Path::new(parent), before)),
        )
}

/// The same in words, for an error.
pub fn looked_in() -> Vec<String> {
    let usual = VERSIONED.map(|(parent, before)| format!("{parent}/{before}*/bin"));
    ["PATH", "`pg_config --bindir`"]
        .map(String::from)
        .into_iter()
        .chain(usual)
        .collect()
}

fn from_pg_config() -> Option<PathBuf> {
    let output = Command::new("pg_config").arg("--bindir").output().ok()?;
    let folder = String::from_utf8(output.stdout).ok()?;
    Some(PathBuf::from(folder.trim()))
}

/// `parent/<before><version>/bin` of all versions, the newest first.
fn versions(parent: &Path, before: &str) -> Vec<PathBuf> {
    let mut found: Vec<(Vec<u32>, PathBuf)> = std::fs::read_dir(parent)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let version = version(entry.file_name().to_str()?.strip_prefix(before)?)?;
            Some((version, entry.path().join("bin")))
        })
        .collect();
    found.sort_by(|a, b| b.cmp(a));
    found.into_iter().map(|(_, folder)| folder).collect()
}

/// `9.6` as `[9, 6]`; nothing for what is no version.
fn version(text: &str) -> Option<Vec<u32>> {
    text.split('.').map(|part| part.parse().ok()).collect()
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
        let names: Vec<_> = versions(parent.path(), "pg-")
            .iter()
            .map(|folder| folder.strip_prefix(parent.path()).unwrap().to_owned())
            .collect();
        assert_eq!(
            names,
            ["pg-17/bin", "pg-15/bin", "pg-9.6/bin"].map(PathBuf::from)
        );
    }
}
