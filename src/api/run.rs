//! Running a playbook from its file to its end.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use super::context::{Context, RunOptions};
use super::{advise, install};
use crate::config::did_you_mean;
use crate::host::{Error, Failure, Loader, Machine, State, shown};
use crate::interrupt;

/// Runs the playbook. All it opened is closed when this returns, however it ended.
pub async fn run_playbook(options: RunOptions) -> Result<(), Failure> {
    let begun = Instant::now();
    let context = Arc::new(Context::new(options));
    let result = run(&context).await;
    interrupt::shielded(context.notify_outcome(begun, &result)).await;
    result
}

async fn run(context: &Arc<Context>) -> Result<(), Failure> {
    let early = |error: &Error| Failure::from_error(error, Vec::new(), &State::default());
    let name = shown(&context.options.file);
    let text = std::fs::read_to_string(&context.options.file)
        .map_err(|error| early(&unread(&context.options.file, &name, &error)))?;
    if context.options.dry_run {
        context.note("dry run: nothing is changed");
    }
    let machine = machine(context).map_err(|error| early(&error.into()))?;
    let mut result = machine.run(&name, &text).await;
    if let Err(failure) = &mut result {
        advise(context, failure).await;
    }
    interrupt::shielded(context.close()).await;
    let notes = match &result {
        Ok(()) => machine.take_notes(),
        Err(failure) => failure.notes.clone(),
    };
    for note in notes {
        context.warn(note);
    }
    result?;
    context.check_words().map_err(|error| early(&error))
}

/// A playbook that cannot be read; where it is not there, one beside it may be meant.
fn unread(file: &Path, name: &str, error: &std::io::Error) -> Error {
    let mut near = String::new();
    if error.kind() == std::io::ErrorKind::NotFound {
        let folder = match file.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let entries = folder.read_dir().into_iter().flatten().flatten();
        let files: Vec<String> = entries
            .map(|entry| entry.path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "lua"))
            .map(|path| shown(&path))
            .collect();
        near = did_you_mean(name, files.iter().map(String::as_str));
    }
    Error::usage(format!("cannot read `{name}`: {error}{near}"))
}

/// A machine with all globals, for lines that are typed one by one.
pub fn interactive(options: RunOptions) -> mlua::Result<(Arc<Context>, Machine)> {
    let context = Arc::new(Context::new(options));
    let machine = machine(&context)?;
    Ok((context, machine))
}

fn machine(context: &Arc<Context>) -> mlua::Result<Machine> {
    let loader = Loader::new(&context.options.file, &context.options.project.root);
    let machine = Machine::new(
        context.options.interrupt.clone(),
        Arc::clone(&context.options.reporter),
        loader,
    )?;
    install(machine.lua(), context)?;
    Ok(machine)
}

/// A machine with all globals and nothing to run.
#[cfg(test)]
pub(super) fn bare_machine() -> Machine {
    let context = Context::new(RunOptions {
        file: "none.lua".into(),
        words: Vec::new(),
        project: crate::config::Project::default(),
        reporter: Arc::new(crate::progress::Silent),
        interrupt: crate::interrupt::Interrupt::default(),
        dry_run: false,
        confirm: Vec::new(),
        at_prompt: false,
    });
    machine(&Arc::new(context)).unwrap()
}
