//! `runner list`: the playbooks of the project, with what each says of itself.

use std::path::{Path, PathBuf};

use anyhow::Context;

use super::End;
use super::args::Options;
use crate::config::{LoadOptions, load, short};
use crate::progress::{Cell, Column, Event, Reporter, Table};

const FOLDER: &str = "playbooks";

pub fn run(options: &Options, reporter: &Reporter) -> Result<(), End> {
    let project = load(&LoadOptions {
        config: options.config.clone(),
        env_file: options.env_file.clone(),
        start: PathBuf::from("."),
    })?;
    let folder = project.root.join(FOLDER);
    let files = playbooks(&folder).with_context(|| {
        format!(
            "no playbooks in `{}`; `runner init` makes one",
            short(&folder)
        )
    })?;
    let rows = files
        .iter()
        .map(|path| {
            vec![
                Cell::plain(short(path).to_string()),
                Cell::plain(summary(path)),
            ]
        })
        .collect();
    reporter.event(&Event::Show(Table {
        title: String::new(),
        columns: vec![Column::left("playbook"), Column::left("summary")],
        rows,
    }));
    Ok(())
}

fn playbooks(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "lua"))
        .collect();
    files.sort();
    Ok(files)
}

/// The first comment line of the file: to hear what `playbook{}` declares it would have to be run.
fn summary(path: &Path) -> String {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let first = text
        .lines()
        .find(|line| !line.starts_with("#!"))
        .unwrap_or_default();
    first
        .strip_prefix("--")
        .map(|rest| rest.trim_start_matches('-').trim())
        .unwrap_or_default()
        .to_owned()
}
