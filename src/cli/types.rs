//! `runner types [DIR]`: declarations for lua-language-server, and the `.luarc.json` that leads it to them.

mod luarc;
mod schema;

use std::path::{Path, PathBuf};

use super::args::Options;
use super::{End, runtime};
use crate::config::{LoadOptions, load, short};
use crate::docs;
use crate::progress::{Event, Reporter};

/// Beside `runner.toml`.
const FOLDER: &str = ".runner/types";
const LUARC: &str = ".luarc.json";

#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct Words {
    /// Where the declarations go, from the folder of `runner.toml`
    #[arg(value_name = "DIR", default_value = FOLDER, value_hint = clap::ValueHint::DirPath)]
    folder: PathBuf,
    /// Declare the tables of this target, too, as `schema.public.users`
    #[arg(long, value_name = "TARGET")]
    schema: Option<String>,
}

#[derive(Debug, thiserror::Error)]
enum Error {
    #[error("cannot write `{}`: {source}", short(path))]
    Write {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("cannot read `{}`: {source}", short(path))]
    Read {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error(
        "`{}` is no JSON object ({problem}), so nothing was written to it; give it these settings by hand: {settings}",
        short(path)
    )]
    NoObject {
        path: PathBuf,
        problem: String,
        settings: String,
    },
}

impl From<Error> for End {
    fn from(error: Error) -> Self {
        anyhow::Error::from(error).into()
    }
}

/// Writes the files, or tells which under `--dry-run`.
pub fn run(words: &Words, options: &Options, reporter: &Reporter) -> Result<(), End> {
    let project = load(&LoadOptions {
        config: options.config.clone(),
        env_file: options.env_file.clone(),
        start: PathBuf::from("."),
    })?;
    let folder = project.root.join(&words.folder);
    let mut files = declarations();
    if let Some(name) = &words.schema {
        let target = project.target(name)?;
        let tables = runtime::block_on(reporter, |_| schema::read(target, reporter))?;
        let tables = tables.map_err(anyhow::Error::from)?;
        files.push((format!("schema/{name}.lua"), schema::declare(name, &tables)));
    }
    let luarc = project.root.join(LUARC);
    let settings = luarc::merged(&luarc, &words.folder)?;
    let verb = if options.dry_run {
        "would write"
    } else {
        "wrote"
    };
    if !options.dry_run {
        // Made for this program's version, so it is nothing to commit.
        write(&folder.join(".gitignore"), "*\n")?;
        for (name, text) in &files {
            write(&folder.join(name), text)?;
        }
        write(&luarc, &settings)?;
    }
    let note = format!(
        "{verb} {} declarations to `{}`, and `{}`",
        files.len(),
        short(&folder),
        short(&luarc)
    );
    reporter.event(&Event::Note(note));
    Ok(())
}

/// Name and text of each file: the globals, and the modules as `require` finds them.
fn declarations() -> Vec<(String, String)> {
    let globals = docs::META
        .iter()
        .map(|(name, text)| (format!("{name}.lua"), (*text).to_owned()));
    let modules = docs::MODULES
        .iter()
        .map(|(name, text)| (format!("stdlib/{name}.lua"), (*text).to_owned()));
    globals.chain(modules).collect()
}

fn write(path: &Path, text: &str) -> Result<(), Error> {
    let failed = |source| Error::Write {
        path: path.to_owned(),
        source,
    };
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    std::fs::write(path, text).map_err(failed)
}
