//! `runner sandbox [FILE]`: a playbook, or a shell, on throw-away servers.

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitStatus;

use anyhow::Context;
use tokio::process::{Child, Command};
use tokio::signal::unix::{SignalKind, signal};

use super::args::Options;
use super::{End, run, runtime};
use crate::interrupt;
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
    let work = |interrupt| {
        with_sandbox(reporter, async |project: &Path| {
            let Some(file) = file else {
                shell(project, reporter)
                    .await
                    .context("cannot open a shell")?;
                return Ok(());
            };
            let options = inside(project, options);
            run::playbook(file, words, &options, reporter, interrupt).await
        })
    };
    runtime::block_on(work)?.map_err(anyhow::Error::from)?
}

/// The same options with the sandbox's own `runner.toml`.
fn inside(project: &Path, options: &Options) -> Options {
    Options {
        config: Some(project.join("runner.toml")),
        env_file: None,
        confirm: options.confirm.clone(),
        ..*options
    }
}

/// Starts the servers, does `work` in the folder of their `runner.toml`, and removes them whatever `work`
/// came to; also when the run is interrupted, which `work` watches for itself.
async fn with_sandbox<T>(
    reporter: &Reporter,
    work: impl AsyncFnOnce(&Path) -> T,
) -> Result<T, Error> {
    let sandbox = Sandbox::start(reporter).await?;
    let outcome = work(sandbox.project_dir()).await;
    // What was done in the sandbox counts, even where its remains have to wait for the next start.
    reporter.event(&match interrupt::shielded(sandbox.stop()).await {
        Ok(()) => Event::Note("sandbox: removed".to_owned()),
        Err(error) => Event::Warning(format!("the sandbox could not be removed: {error}")),
    });
    Ok(outcome)
}

/// Opens the user's shell in `project`, with `runner` on its PATH, and waits until it is left.
///
/// Ctrl-C is the shell's while it runs: call this where the run's own signal handling is not installed.
async fn shell(project: &Path, reporter: &Reporter) -> std::io::Result<ExitStatus> {
    let shell = std::env::var_os("SHELL").unwrap_or_else(|| "/bin/sh".into());
    reporter.event(&Event::Note(format!(
        "sandbox: this shell is in {}, where `dev` and `prod` are configured; leave it to remove everything",
        project.display()
    )));
    // Having a handler is what keeps the signal from ending us.
    let _interrupt = signal(SignalKind::interrupt())?;
    let mut hang_up = signal(SignalKind::hangup())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut child = Command::new(shell)
        .current_dir(project)
        .env("PATH", path_with_runner()?)
        .spawn()?;
    tokio::select! {
        status = child.wait() => status,
        _ = hang_up.recv() => end(&mut child).await,
        _ = terminate.recv() => end(&mut child).await,
    }
}

async fn end(child: &mut Child) -> std::io::Result<ExitStatus> {
    child.start_kill()?;
    child.wait().await
}

/// PATH with the folder of this program in front.
fn path_with_runner() -> std::io::Result<OsString> {
    let program = std::env::current_exe()?;
    let own: Vec<_> = program.parent().map(Path::to_owned).into_iter().collect();
    Ok(path_beginning_with(&own))
}
