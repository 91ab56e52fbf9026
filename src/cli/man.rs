//! `runner man DIR`: runner(1), and a page for each command.

use std::path::{Path, PathBuf};

use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, italic, roman};

use super::End;
use super::args::{self, Options};
use crate::config::short;
use crate::progress::{Event, Reporter};

#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct Words {
    /// The folder the pages go to, such as /usr/local/share/man/man1
    #[arg(value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    folder: PathBuf,
}

#[derive(Debug, thiserror::Error)]
#[error("cannot write `{}`: {source}", short(path))]
struct Error {
    path: PathBuf,
    source: std::io::Error,
}

/// Writes the pages, or tells which under `--dry-run`.
pub fn run(words: &Words, options: &Options, reporter: &Reporter) -> Result<(), End> {
    let pages = pages();
    if !options.dry_run {
        for (name, text) in &pages {
            write(&words.folder, name, text).map_err(anyhow::Error::from)?;
        }
    }
    let verb = if options.dry_run {
        "would write"
    } else {
        "wrote"
    };
    let note = format!(
        "{verb} {} man pages to `{}`",
        pages.len(),
        short(&words.folder)
    );
    reporter.event(&Event::Note(note));
    Ok(())
}

fn write(folder: &Path, name: &str, text: &[u8]) -> Result<(), Error> {
    let path = folder.join(name);
    let written = std::fs::create_dir_all(folder).and_then(|()| std::fs::write(&path, text));
    written.map_err(|source| Error { path, source })
}

/// File name and text of each.
fn pages() -> Vec<(String, Vec<u8>)> {
    let clap = args::clap();
    let commands = clap
        .get_subcommands()
        .filter(|command| !command.is_hide_set());
    let mut pages = vec![page(&clap, &more())];
    // What the first page says of files and exit codes is so for all.
    pages.extend(commands.map(|command| page(command, &see_also())));
    pages
}

fn page(command: &clap::Command, more: &Roff) -> (String, Vec<u8>) {
    // A memory takes every byte.
    let mut text = Vec::new();
    let man = Man::new(command.clone())
        .date(jiff::Zoned::now().date().to_string())
        .source(concat!("runner ", env!("CARGO_PKG_VERSION")))
        .manual("runner");
    let name = man.get_filename();
    let _ = man.render(&mut text);
    let _ = more.to_writer(&mut text);
    (name, text)
}

fn more() -> Roff {
    let mut roff = Roff::new();
    let mut section = |title: &str, items: &[(&str, &str)]| {
        roff.control("SH", [title]);
        for (name, text) in items {
            roff.control("TP", []);
            roff.text([bold(*name)]);
            roff.text([roman(*text)]);
        }
    };
    section(
        "PLAYBOOKS",
        &[
            (
                "runner FILE --help",
                "tells the parameters that a playbook declares.",
            ),
            (
                "runner help NAME",
                "tells about a function that playbooks call, with its options and an example.",
            ),
            ("runner list", "lists the playbooks of the project."),
        ],
    );
    section(
        "FILES",
        &[
            (
                "runner.toml",
                "targets, groups and defaults of a project; the nearest one above the playbook is used.",
            ),
            (
                ".env",
                "variables that runner.toml names; they win over inherited ones.",
            ),
        ],
    );
    section(
        "EXIT STATUS",
        &[
            ("0", "all was done."),
            ("1", "the playbook or the command failed."),
            ("2", "the command line or the configuration is wrong."),
            ("130, 143", "interrupted."),
        ],
    );
    roff
}

fn see_also() -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", ["SEE ALSO"]);
    roff.text([italic("runner"), roman("(1)")]);
    roff
}
