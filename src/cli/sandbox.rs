//! `runner sandbox [FILE]`: a playbook, or a shell, on throw-away servers.

use std::ffi::OsString;
use std::path::Path;

use anyhow::Context;
use tokio::process::Command;

use super::args::Options;
use super::child::{Ended, Farewell, attend};
use super::runtime::{self, Signals};
use super::{End, run};
use crate::interrupt::{Interrupt, shielded};
use crate::progress::{Event, Reporter};
use crate::sandbox::{Error, Sandbox, path_beginning_with};

/// Starts the servers, runs the playbook against them or opens a shell, and removes everything.
pub fn run(
    file: Option<&Path>,
    words: Vec<String>,
    options: &Options,
    reporter: &Reporter,
) -> Result<(), End> {
    // The playbook's own file is found before servers are started for it.
    let found = file.map(Path::canonicalize).transpose();
    let file = found.map_err(|error| End::usage(format!("cannot read the playbook: {error}")))?;
    let work = |interrupt: Interrupt, signals: Signals| {
        with_sandbox(reporter, interrupt.clone(), async move |project: &Path| {
            let Some(file) = file else {
                signals.ignore();
                return shell(project, reporter).await;
            };
            let options = inside(project, options);
            run::playbook(file, words, &options, reporter, interrupt).await
        })
    };
    runtime::block_on_with(reporter, work)?
}

/// The same options with the sandbox's own `runner.toml`.
fn inside(project: &Path, options: &Options) -> Options {
    Options {
        config: Some(project.join("runner.toml")),
        env_file: None,
        confirm: options.confirm.clone(),
        log: None,
        ..*options
    }
}

/// Starts the servers, does `work` in the folder of their `runner.toml`, and removes them whatever `work`
/// came to; also when the run is interrupted, which `work` watches for itself.
async fn with_sandbox(
    reporter: &Reporter,
    interrupt: Interrupt,
    work: impl AsyncFnOnce(&Path) -> Result<(), End>,
) -> Result<(), End> {
    let sandbox = match Sandbox::start(reporter).await {
        Err(Error::Interrupted) => return Err(End::interrupted(interrupt.signal())),
        started => started.map_err(anyhow::Error::from)?,
    };
    let outcome = work(sandbox.project_dir()).await;
    // What was done in the sandbox counts, even where its remains have to wait for the next start.
    reporter.event(&match shielded(sandbox.stop()).await {
        Ok(()) => Event::Note("sandbox: removed".to_owned()),
        Err(error) => Event::Warning(format!("the sandbox could not be removed: {error}")),
    });
    outcome
}

/// Opens the user's shell in `project`, with `runner` on its PATH, and waits until it is left. SIGTERM and
/// SIGHUP end the shell; Ctrl-C is the shell's own.
async fn shell(project: &Path, reporter: &Reporter) -> Result<(), End> {
    let shell = std::env::var_os("SHELL").unwrap_or_else(|| "/bin/sh".into());
    reporter.event(&Event::Note(format!(
        "sandbox: this shell is in {}, where `dev` and `prod` are configured; leave it to remove everything",
        project.display()
    )));
    let failed = || format!("cannot run the shell `{}`", shell.display());
    let mut command = Command::new(&shell);
    command
        .current_dir(project)
        .env("PATH", path_with_runner().with_context(failed)?);
    let ended = attend(command, Farewell::HangUp).await;
    match ended.with_context(failed)? {
        // The status of the shell's last command says nothing about the sandbox.
        Ended::Exited(_) => Ok(()),
        Ended::Signalled(signal) => Err(End::interrupted(signal)),
    }
}

/// PATH with the folder of this program in front.
fn path_with_runner() -> std::io::Result<OsString> {
    let program = std::env::current_exe()?;
    let own: Vec<_> = program.parent().map(Path::to_owned).into_iter().collect();
    Ok(path_beginning_with(&own))
}
