//! `runner check FILE...`: what is wrong with playbooks, without running them.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;

use super::args::Options;
use super::{End, FAILED, runtime};
use crate::api::report;
use crate::check::{Ask, Checked, Made, Module, World, ask, check, place};
use crate::config::{LoadOptions, Project, load};
use crate::host::{Loader, Located, shown, syntax_error};
use crate::interrupt::Interrupt;
use crate::pg::{self, Access, Connector};
use crate::progress::{Event, Reporter};
use crate::ui::{Console, Report, SourceSpan, SqlSpan};

/// What stands in the command line behind `check`.
#[derive(Debug, PartialEq, Eq, clap::Args)]
pub struct Words {
    /// Playbooks, and folders with playbooks in them
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Ask the servers whether the tables and columns are there that are named; nothing is run there
    #[arg(long)]
    connect: bool,
}

/// Declarations for editors, which no run loads.
const DECLARATIONS: &str = "---@meta";

/// A file with what was found in it.
struct Read {
    /// As messages show it.
    name: String,
    text: String,
    project: Project,
    /// By the byte they are about.
    reports: Vec<(usize, Report)>,
    asks: Vec<Ask>,
    made: Made,
}

pub fn run(words: &Words, options: &Options, console: &Arc<Console>) -> Result<(), End> {
    let mut files = Vec::new();
    for given in &words.files {
        add(given, &mut files).with_context(|| format!("cannot read `{}`", shown(given)))?;
    }
    let mut read = Vec::new();
    for file in files {
        read.extend(examined(&file, options)?);
    }
    let reporter: Reporter = Arc::clone(console) as Reporter;
    let mut found = 0;
    if words.connect {
        let unasked = runtime::block_on(&reporter, |interrupt| {
            asked(&mut read, &reporter, interrupt)
        })??;
        found += unasked.len();
        for error in unasked {
            console.report(&Report::new(error.to_string()));
        }
    }
    for file in &mut read {
        file.reports.sort_by_key(|(at, _)| *at);
        for (_, report) in &file.reports {
            console.report(report);
        }
        found += file.reports.len();
    }
    if found > 0 {
        return Err(End {
            code: FAILED,
            report: None,
        });
    }
    let count = read.len();
    reporter.event(&Event::Note(format!(
        "nothing wrong in {count} {}",
        if count == 1 { "file" } else { "files" }
    )));
    Ok(())
}

/// The file itself, or all playbooks in a folder and below it.
fn add(path: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    if !path.is_dir() {
        // Told now, not when half of the files are read.
        std::fs::metadata(path)?;
        files.push(path.to_owned());
        return Ok(());
    }
    let entries = path.read_dir()?.collect::<Result<Vec<_>, _>>()?;
    let mut paths: Vec<PathBuf> = entries.iter().map(std::fs::DirEntry::path).collect();
    paths.sort();
    for path in paths {
        let hidden = path
            .file_name()
            .is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
        let is_lua = path.extension().is_some_and(|extension| extension == "lua");
        if !hidden && (is_lua || path.is_dir()) {
            add(&path, files)?;
        }
    }
    Ok(())
}

/// Reads a file and looks at it; `None` for declarations.
fn examined(file: &Path, options: &Options) -> Result<Option<Read>, End> {
    let name = shown(file);
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read `{name}`"))?;
    // An editor's mark of the encoding.
    let text = text.trim_start_matches('\u{feff}').to_owned();
    if text.starts_with(DECLARATIONS) {
        return Ok(None);
    }
    let project = load(&LoadOptions {
        config: options.config.clone(),
        env_file: options.env_file.clone(),
        start: file.parent().unwrap_or(Path::new(".")).to_owned(),
    })?;
    let mut read = Read {
        name,
        text,
        project,
        reports: Vec::new(),
        asks: Vec::new(),
        made: Made::default(),
    };
    if let Some(failure) = syntax_error(&read.name, &read.text) {
        let report = Report {
            kind: "check",
            ..report(&failure)
        };
        read.reports.push((0, report));
        return Ok(Some(read));
    }
    let checked = read.checked(file);
    for finding in checked.findings {
        let report = read.report(finding.at, finding.message);
        read.reports.push((finding.at, report));
    }
    (read.asks, read.made) = (checked.asks, checked.made);
    Ok(Some(read))
}

impl Read {
    fn checked(&self, file: &Path) -> Checked {
        let loader = Loader::new(file, &self.project.root);
        let module = |name: &str| match loader.locate(name) {
            Located::File(path) => Module::File(path),
            Located::Embedded => Module::Embedded,
            Located::Missing => Module::Missing,
        };
        let known = |names: Vec<String>| self.project.file.is_some().then_some(names);
        let world = World {
            targets: known(self.project.target_names().map(str::to_owned).collect()),
            groups: known(self.project.groups.keys().cloned().collect()),
            module: &module,
            modules: &|name: &str| loader.names_beside(name),
        };
        check(&self.text, &world)
    }

    fn report(&self, at: usize, message: String) -> Report {
        let (line, column) = place(&self.text, at);
        Report {
            kind: "check",
            location: Some(SourceSpan {
                file: self.name.clone(),
                line,
                column: Some(column),
                text: self.text.lines().nth(line - 1).unwrap_or("").to_owned(),
            }),
            ..Report::new(message)
        }
    }

    fn answered(&mut self, answer: ask::Answer) {
        let mut report = self.report(answer.at, answer.message);
        report.help = answer.help;
        report.fields.push(("target", answer.target));
        if let Some(server) = answer.server {
            report.fields.push(("sqlstate", server.sqlstate));
            report.fields.extend(server.hint.map(|hint| ("hint", hint)));
            report.sql = server.sql.map(|text| SqlSpan {
                text,
                position: server.position.map(|position| position as usize),
                origin: None,
            });
        }
        self.reports.push((answer.at, report));
    }
}

/// The servers to ask, by the folder of the project and the name of the target; `None` for one that cannot be asked.
type Servers = BTreeMap<(PathBuf, String), Option<Connector>>;

/// Puts what is to be asked to the servers; gives why some could not be asked.
async fn asked(
    files: &mut [Read],
    reporter: &Reporter,
    interrupt: Interrupt,
) -> Result<Vec<pg::Error>, End> {
    let mut servers = Servers::new();
    let mut unasked = Vec::new();
    for file in files {
        let mut by_target: BTreeMap<String, Vec<Ask>> = BTreeMap::new();
        for ask in std::mem::take(&mut file.asks) {
            by_target.entry(ask.target.clone()).or_default().push(ask);
        }
        for (name, asks) in by_target {
            // One that is not there has been told already.
            if !file.project.target_names().any(|target| target == name) {
                continue;
            }
            let answers = match server(&mut servers, file, &name, reporter)? {
                Ok(Some(connector)) => answers(connector, &asks, &file.made).await,
                Ok(None) => continue,
                Err(error) => Err(error),
            };
            match answers {
                Ok(answers) => answers.into_iter().for_each(|answer| file.answered(answer)),
                Err(error) if error.is_interrupted() => {
                    return Err(End::interrupted(interrupt.signal()));
                }
                Err(error) => {
                    let failed = servers.insert((file.project.root.clone(), name), None);
                    if let Some(connector) = failed.flatten() {
                        connector.close().await;
                    }
                    unasked.push(error);
                }
            }
        }
    }
    for connector in servers.values().flatten() {
        connector.close().await;
    }
    Ok(unasked)
}

/// The server of a target, which is told apart from that of another project's.
fn server<'s>(
    servers: &'s mut Servers,
    file: &Read,
    name: &str,
    reporter: &Reporter,
) -> Result<pg::Result<Option<&'s Connector>>, End> {
    let place = servers.entry((file.project.root.clone(), name.to_owned()));
    let connector = match place {
        Entry::Occupied(place) => place.into_mut(),
        Entry::Vacant(place) => {
            let target = file.project.target(name)?;
            match Connector::new(target, "runner check", Arc::clone(reporter)) {
                Ok(connector) => place.insert(Some(connector)),
                Err(error) => return Ok(Err(error)),
            }
        }
    };
    Ok(Ok(connector.as_ref()))
}

async fn answers(connector: &Connector, asks: &[Ask], made: &Made) -> pg::Result<Vec<ask::Answer>> {
    let session = connector.open(Access::ReadOnly).await?;
    let answers = ask::ask(&session, asks, made).await;
    session.close();
    answers
}
