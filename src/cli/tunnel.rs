//! `runner tunnel TARGET [--port N] [-- COMMAND ...]`: a way to a target for other programs, until Ctrl-C or as
//! long as COMMAND runs.

use std::ffi::OsString;
use std::io;
use std::path::PathBuf;
use std::process::ExitStatus;
use std::sync::Arc;

use tokio::process::Command;

use super::args::Options;
use super::child::{Ended, Farewell, attend};
use super::runtime::{self, Signals};
use super::{End, report};
use crate::api::{Context, RunOptions, open_tunnel};
use crate::config::{LoadOptions, Target, load};
use crate::host::{Failure, State};
use crate::interrupt::{Interrupt, interrupted, shielded};
use crate::pg::tunnel::{Listen, Tunnel};
use crate::progress::{Cell, Column, Event, Reporter, Table};
use crate::ui::results::Format;

/// As shells tell of a program that is not there, and of one that cannot be run.
const NOT_FOUND: u8 = 127;
const CANNOT_RUN: u8 = 126;

/// What the command line says of the tunnel.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct Words {
    /// A target of `runner.toml`
    target: String,
    /// Listen on this port of 127.0.0.1
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    port: Option<u16>,
    /// Run this with PGHOST, PGPORT, PGUSER, PGDATABASE and PGPASSFILE, and end with its exit code
    #[arg(last = true, value_hint = clap::ValueHint::CommandWithArguments)]
    command: Vec<OsString>,
}

impl Words {
    /// A command alone needs no port, through which others could come.
    fn listen(&self) -> Listen {
        match self.port {
            None if !self.command.is_empty() => Listen::Private,
            port => Listen::Port(port),
        }
    }
}

pub fn run(words: &Words, options: &Options, reporter: &Reporter) -> Result<(), End> {
    if options.dry_run {
        return Err(End::usage(
            "what another program does through a tunnel cannot be held back, so there is none in a dry run",
        ));
    }
    let project = load(&LoadOptions {
        config: options.config.clone(),
        env_file: options.env_file.clone(),
        start: PathBuf::from("."),
    })?;
    let target = project.target(&words.target)?;
    runtime::block_on_with(reporter, |interrupt, signals| async move {
        let context = Context::new(RunOptions {
            file: "tunnel".into(),
            words: Vec::new(),
            project,
            reporter: Arc::clone(reporter),
            interrupt: interrupt.clone(),
            dry_run: false,
            confirm: options.confirm.clone(),
            at_prompt: false,
        });
        let outcome = serve(&context, target, words, options, &signals).await;
        shielded(context.close()).await;
        outcome
    })?
}

/// Opens the tunnel and keeps it as long as it is wanted.
async fn serve(
    context: &Context,
    target: Target,
    words: &Words,
    options: &Options,
    signals: &Signals,
) -> Result<(), End> {
    let interrupt = &context.options.interrupt;
    let tunnel = open_tunnel(context, target, words.listen()).await;
    let tunnel = tunnel.map_err(|error| {
        let failure = Failure::from_error(&error, Vec::new(), &State::default());
        report::end(&failure, interrupt)
    })?;
    if let [program, arguments @ ..] = words.command.as_slice() {
        signals.ignore();
        return command(&tunnel, program, arguments, interrupt).await;
    }
    context.tell(&match options.results.format() {
        Format::Aligned => Event::Print(tunnel.psql().unwrap_or_default()),
        _ => Event::Show(document(&tunnel)),
    });
    let port = tunnel.port().unwrap_or_default();
    context.note(format!(
        "tunnel: 127.0.0.1:{port} leads to `{}` until Ctrl-C",
        tunnel.name()
    ));
    interrupted().await;
    Err(End::silently(interrupt.signal()))
}

/// What a program that reads stdout wants to know.
fn document(tunnel: &Tunnel) -> Table {
    let text = |text: Option<String>| text.map_or_else(Cell::null, Cell::plain);
    let port = tunnel.port().map(|port| port.to_string());
    let cells = [
        (Column::left("target"), Cell::plain(tunnel.name())),
        (Column::left("host"), Cell::plain("127.0.0.1")),
        (Column::right("port"), text(port)),
        (Column::left("url"), text(tunnel.url())),
        (Column::left("psql"), text(tunnel.psql())),
    ];
    let (columns, row) = cells.into_iter().unzip();
    Table {
        title: String::new(),
        columns,
        rows: vec![row],
    }
}

/// Runs the command in the terminal's foreground, where Ctrl-C is its own.
async fn command(
    tunnel: &Tunnel,
    program: &OsString,
    arguments: &[OsString],
    interrupt: &Interrupt,
) -> Result<(), End> {
    if interrupt.is_tripped() {
        return Err(End::interrupted(interrupt.signal()));
    }
    let environment = tunnel.environment().map_err(anyhow::Error::from)?;
    let mut command = Command::new(program);
    command.args(arguments);
    for name in environment.removed {
        command.env_remove(name);
    }
    command.envs(environment.set);
    match attend(command, Farewell::TheSame).await {
        Ok(Ended::Exited(status)) => exit(status),
        #[cfg(unix)]
        Ok(Ended::Signalled(signal)) => Err(End::interrupted(signal)),
        Err(error) => {
            let code = match error.kind() {
                io::ErrorKind::NotFound => NOT_FOUND,
                _ => CANNOT_RUN,
            };
            let message = format!("cannot run `{}`: {error}", program.display());
            Err(End {
                code,
                ..End::usage(message)
            })
        }
    }
}

/// The exit code of the command as our own.
fn exit(status: ExitStatus) -> Result<(), End> {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return Err(End::silently(signal));
    }
    match status.code().unwrap_or_default() {
        0 => Ok(()),
        // A byte to the system.
        code => Err(End {
            code: code.to_le_bytes()[0],
            report: None,
        }),
    }
}
