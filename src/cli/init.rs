//! `runner init`: the files of a new project. Nothing that exists is written over.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;

use super::End;
use super::args::Options;
use crate::config::short;
use crate::progress::{Event, Progress, Reporter};

const FILES: [(&str, &str); 3] = [
    ("runner.toml", include_str!("templates/runner.toml")),
    (".env.example", include_str!("templates/env.example")),
    ("playbooks/hello.lua", include_str!("templates/hello.lua")),
];
const IGNORED: &str = ".env";

#[derive(Debug, thiserror::Error)]
#[error("cannot write `{}`: {source}", short(path))]
struct Error {
    path: PathBuf,
    source: std::io::Error,
}

/// Writes the files into the current folder; a dry run tells which.
pub fn run(options: &Options, reporter: &Reporter) -> Result<(), End> {
    let folder = std::env::current_dir().context("cannot tell the current folder")?;
    if options.dry_run {
        preview(&folder, reporter.as_ref());
        return Ok(());
    }
    init(&folder, reporter.as_ref()).map_err(anyhow::Error::from)?;
    Ok(())
}

fn preview(folder: &Path, progress: &dyn Progress) {
    let names = FILES.iter().map(|(name, _)| *name).chain([".gitignore"]);
    for path in names.map(|name| folder.join(name)) {
        let done = if path.exists() {
            "exists"
        } else {
            "would be written"
        };
        progress.event(&Event::Note(format!("`{}` {done}", short(&path))));
    }
}

/// Writes what is missing of a project into `folder`, and tells of every file whether it was
/// written or kept.
fn init(folder: &Path, progress: &dyn Progress) -> Result<(), Error> {
    let told =
        |path: &Path, done: &str| progress.event(&Event::Note(format!("{done} `{}`", short(path))));
    for (name, text) in FILES {
        let path = folder.join(name);
        match write_new(&path, text) {
            Ok(()) => told(&path, "wrote"),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => told(&path, "kept"),
            Err(source) => return Err(Error { path, source }),
        }
    }
    let path = folder.join(".gitignore");
    match ignore(&path) {
        Ok(true) => told(&path, "added `.env` to"),
        Ok(false) => told(&path, "kept"),
        Err(source) => return Err(Error { path, source }),
    }
    let next = if folder.join(IGNORED).exists() {
        "now run `runner playbooks/hello.lua`"
    } else {
        "now copy `.env.example` to `.env`, fill it in, and run `runner playbooks/hello.lua`"
    };
    progress.event(&Event::Note(next.to_owned()));
    Ok(())
}

fn write_new(path: &Path, text: &str) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(text.as_bytes())
}

/// Adds `.env` to a `.gitignore` unless it is there; whether it was added.
fn ignore(path: &Path) -> std::io::Result<bool> {
    let present = match std::fs::read_to_string(path) {
        Ok(present) => present,
        Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
        Err(error) => return Err(error),
    };
    if present
        .lines()
        .any(|line| line.trim().trim_start_matches('/') == IGNORED)
    {
        return Ok(false);
    }
    let gap = if present.is_empty() || present.ends_with('\n') {
        ""
    } else {
        "\n"
    };
    let mut file = OpenOptions::new().append(true).create(true).open(path)?;
    file.write_all(format!("{gap}{IGNORED}\n").as_bytes())?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use std::fs::{copy, read_to_string, write};

    use super::*;
    use crate::config::{LoadOptions, load};
    use crate::progress::Silent;

    #[test]
    fn what_is_written_loads_once_the_template_is_copied() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        init(folder.path(), &Silent).unwrap();
        let options = LoadOptions {
            start: at("playbooks"),
            ..LoadOptions::default()
        };
        let error = load(&options)
            .unwrap()
            .target("dev")
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("`DEV_DATABASE_URL`") && error.contains(".env.example`"),
            "{error}"
        );
        copy(at(".env.example"), at(".env")).unwrap();
        let dev = load(&options).unwrap().target("dev").unwrap();
        assert_eq!(
            (dev.dsn.first().name(), dev.dsn.database.as_str()),
            (Some("localhost"), "postgres")
        );
        assert_eq!(read_to_string(at(".gitignore")).unwrap(), ".env\n");
    }

    #[test]
    fn the_examples_in_the_comments_are_valid() {
        let folder = tempfile::tempdir().unwrap();
        let text = FILES[0].1.replace("# [", "[");
        let uncommented: Vec<_> = text
            .lines()
            .map(|line| {
                line.strip_prefix("# ")
                    .filter(|line| line.split_whitespace().nth(1) == Some("="))
                    .unwrap_or(line)
            })
            .collect();
        write(folder.path().join("runner.toml"), uncommented.join("\n")).unwrap();
        write(folder.path().join(".env"), "PROD_PASSWORD=x").unwrap();
        let options = LoadOptions {
            start: folder.path().to_owned(),
            ..LoadOptions::default()
        };
        let project = load(&options).unwrap();
        assert_eq!(
            project.target("prod").unwrap().protect.as_deref(),
            Some("MIGRATE PRODUCTION")
        );
        assert_eq!(project.groups["blog"], ["posts", "comments"]);
        assert_eq!(project.exclude, ["schema_migrations"]);
    }

    #[test]
    fn nothing_is_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        write(at("runner.toml"), "# mine\n").unwrap();
        write(at(".gitignore"), "/target").unwrap();
        for _ in 0..2 {
            init(folder.path(), &Silent).unwrap();
            assert_eq!(read_to_string(at("runner.toml")).unwrap(), "# mine\n");
            assert_eq!(read_to_string(at(".gitignore")).unwrap(), "/target\n.env\n");
        }
        assert!(at("playbooks/hello.lua").is_file());
    }
}
