//! `runner sandbox [FILE]`: a playbook, or a shell, on throw-away servers.

use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use rustix::process::{Pid, Signal, kill_process};
use tokio::process::{Child, Command};
use tokio::signal::unix::{SignalKind, signal};

use super::args::Options;
use super::runtime::{self, Signals};
use super::{End, run};
use crate::interrupt::{Interrupt, shielded};
use crate::progress::{Event, Reporter};
use crate::sandbox::{Error, Sandbox, path_beginning_with};

/// How long a shell may take to end before it is killed.
const GOODBYE_WITHIN: Duration = Duration::from_secs(2);

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
    runtime::block_on_with(work)?
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
    let ended = wait_for_shell(&shell, project).await;
    // The status of the shell's last command says nothing about the sandbox.
    match ended.with_context(|| format!("cannot run the shell `{}`", shell.display()))? {
        None => Ok(()),
        Some(signal) => Err(End::interrupted(signal.as_raw_value())),
    }
}

/// The signal that ended it, if one of ours did.
async fn wait_for_shell(shell: &OsStr, project: &Path) -> std::io::Result<Option<SignalKind>> {
    let (hangup, terminate) = (SignalKind::hangup(), SignalKind::terminate());
    let (mut disconnected, mut terminated) = (signal(hangup)?, signal(terminate)?);
    // Having a handler is what keeps the signal from ending us.
    let _interrupt = signal(SignalKind::interrupt())?;
    let mut child = Command::new(shell)
        .current_dir(project)
        .env("PATH", path_with_runner()?)
        .spawn()?;
    let ended_by = tokio::select! {
        status = child.wait() => return status.map(|_| None),
        _ = disconnected.recv() => hangup,
        _ = terminated.recv() => terminate,
    };
    end(&mut child).await?;
    Ok(Some(ended_by))
}

/// As a terminal that closes: a shell passes that on to what it runs.
async fn end(shell: &mut Child) -> std::io::Result<()> {
    let id = shell.id().and_then(|id| i32::try_from(id).ok());
    if let Some(pid) = id.and_then(Pid::from_raw) {
        kill_process(pid, Signal::HUP)?;
    }
    match tokio::time::timeout(GOODBYE_WITHIN, shell.wait()).await {
        Ok(status) => status.map(drop),
        Err(_) => shell.kill().await,
    }
}

/// PATH with the folder of this program in front.
fn path_with_runner() -> std::io::Result<OsString> {
    let program = std::env::current_exe()?;
    let own: Vec<_> = program.parent().map(Path::to_owned).into_iter().collect();
    Ok(path_beginning_with(&own))
}
