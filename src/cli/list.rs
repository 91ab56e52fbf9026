//! `runner list`: what can be run and required here, with what each says of itself.

use std::path::{Path, PathBuf};

use super::End;
use super::args::Options;
use crate::config::{LoadOptions, Project, load, short};
use crate::docs::{self, Kind};
use crate::progress::{Cell, Column, Event, Reporter, Table, Tone};

const FOLDER: &str = "playbooks";

/// One line of the list.
struct Listed {
    name: String,
    /// Where it comes from.
    from: &'static str,
    summary: String,
}

pub fn run(options: &Options, reporter: &Reporter) -> Result<(), End> {
    let project = load(&LoadOptions {
        config: options.config.clone(),
        env_file: options.env_file.clone(),
        start: PathBuf::from("."),
    })?;
    let listed = of_project(&project).chain(of_stdlib());
    let rows = listed.map(|it| {
        vec![
            Cell::plain(it.name),
            Cell::toned(it.from, Tone::Faint),
            // More of it would break the line, and stands in `runner FILE --help`.
            Cell::plain(it.summary.lines().next().unwrap_or_default()),
        ]
    });
    reporter.event(&Event::Show(Table {
        title: String::new(),
        columns: ["playbook", "from", "summary"].map(Column::left).into(),
        rows: rows.collect(),
    }));
    if playbooks(&project.root).is_empty() {
        reporter.event(&Event::Note(format!(
            "no playbooks in `{}`; `runner init` makes one",
            short(&project.root.join(FOLDER))
        )));
    }
    Ok(())
}

/// The playbooks of a project, in the order of their names.
pub fn playbooks(root: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(root.join(FOLDER)).into_iter().flatten();
    let files = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let mut files: Vec<PathBuf> = files
        .filter(|path| path.extension().is_some_and(|extension| extension == "lua"))
        .collect();
    files.sort();
    files
}

fn of_project(project: &Project) -> impl Iterator<Item = Listed> {
    playbooks(&project.root).into_iter().map(|path| Listed {
        name: short(&path).to_string(),
        from: "project",
        summary: docs::declared(&std::fs::read_to_string(&path).unwrap_or_default()).summary,
    })
}

/// What is in the program itself is required, not run.
fn of_stdlib() -> impl Iterator<Item = Listed> {
    let modules = docs::entries()
        .iter()
        .filter(|entry| entry.kind == Kind::Required);
    modules.map(|module| Listed {
        name: module.signature(),
        from: "stdlib",
        summary: module.summary.clone(),
    })
}
