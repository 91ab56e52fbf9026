//! The command line: one file per subcommand.

pub mod args;
mod check;
mod child;
mod completions;
mod help;
mod init;
mod list;
mod man;
mod protect;
mod repl;
mod report;
mod run;
mod runtime;
#[cfg(unix)]
mod sandbox;
mod tunnel;
mod types;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::Arc;

use crate::bug::Bug;
use crate::progress::Reporter;
use crate::ui;
use args::{Args, Command, Stop};

/// Usage and configuration errors.
const USAGE: u8 = 2;
const FAILED: u8 = 1;

/// Runs the program: `words` without the program's own name.
pub fn main(words: impl Iterator<Item = std::ffi::OsString>) -> ExitCode {
    #[cfg(unix)]
    if let Some(socket) = std::env::var_os(crate::progress::ASKPASS_SOCKET) {
        return askpass(words, &socket);
    }
    Bug::watch();
    let words: Vec<_> = words.collect();
    // Told by the word alone: the words may be what is wrong.
    let json = words.iter().any(|word| word == "--json");
    let args = match args::parse(words) {
        Ok(args) => args,
        Err(stop) => return stopped(&stop, json),
    };
    let console = match console(&args.options) {
        Ok(console) => Arc::new(console),
        Err(stop) => return stopped(&stop, json),
    };
    runtime::trace(args.options.verbose, &console);
    let code = guarded(&console, || dispatch(args, &console));
    let code = whole(&console, code);
    console.close();
    console.log(&format!("ended with exit code {code}"));
    ExitCode::from(code)
}

fn console(options: &args::Options) -> Result<ui::Console, Stop> {
    let console = ui::Console::new(ui::Options {
        quiet: options.quiet,
        format: options.results.format(),
    });
    let Some(path) = &options.log else {
        return Ok(console);
    };
    match ui::Log::open(path) {
        Ok(log) => Ok(console.with_log(log)),
        Err(error) => {
            let message = format!("cannot write the log `{}`: {error}", path.display());
            Err(Stop::Usage(Box::new(ui::Report::new(message))))
        }
    }
}

/// Tells a bug of ours that nothing below has told: a panic outside of the playbook's calls, or in a task of its own.
fn guarded(console: &ui::Console, work: impl FnOnce() -> u8) -> u8 {
    let (code, bug) = match catch_unwind(AssertUnwindSafe(work)) {
        Ok(code) => (code, Bug::untold()),
        Err(panic) => (FAILED, Some(Bug::caught(&*panic))),
    };
    let Some(bug) = bug else {
        return code;
    };
    console.report(&ui::Report {
        kind: "bug",
        fields: bug.facts(),
        help: Some(Bug::HELP.to_owned()),
        ..ui::Report::new(bug.to_string())
    });
    if code == 0 { FAILED } else { code }
}

/// A command whose output was lost, on a full disk say, has failed however it ended.
fn whole(console: &ui::Console, code: u8) -> u8 {
    let Some(reason) = console.take_lost() else {
        return code;
    };
    console.report(&ui::Report {
        help: Some("what was done is done; what stands on stdout is not whole".to_owned()),
        ..ui::Report::new(format!("cannot write to stdout: {reason}"))
    });
    if code == 0 { FAILED } else { code }
}

/// An `ssh` that a run of ours has started wants something asked.
#[cfg(unix)]
fn askpass(
    mut words: impl Iterator<Item = std::ffi::OsString>,
    socket: &std::ffi::OsStr,
) -> ExitCode {
    let question = words.next().unwrap_or_default();
    // What went wrong is told by the run.
    match ui::askpass(socket.as_ref(), &question.to_string_lossy()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::from(FAILED),
    }
}

fn stopped(stop: &Stop, json: bool) -> ExitCode {
    let format = if json {
        ui::results::Format::Json
    } else {
        ui::results::Format::default()
    };
    let console = ui::Console::new(ui::Options {
        format,
        ..ui::Options::default()
    });
    match stop {
        Stop::Asked(text) => {
            console.print(text);
            ExitCode::SUCCESS
        }
        Stop::Usage(report) => {
            console.report(report);
            ExitCode::from(USAGE)
        }
    }
}

fn dispatch(args: Args, console: &Arc<ui::Console>) -> u8 {
    let reporter: Reporter = Arc::clone(console) as Reporter;
    let outcome = match args.command {
        Command::Run { file, words } => run::run(file, words, &args.options, &reporter),
        #[cfg(not(unix))]
        Command::Sandbox { .. } => Err(End::usage(
            "there is no sandbox on this system: it takes one with unix sockets",
        )),
        #[cfg(unix)]
        Command::Sandbox { file, words } => {
            sandbox::run(file.as_deref(), words, &args.options, &reporter)
        }
        Command::Repl(words) => repl::run(words, &args.options, console),
        Command::Init => init::run(&args.options, &reporter),
        Command::Protect { target } => protect::run(&target, &args.options, &reporter),
        Command::Check(words) => check::run(&words, &args.options, console),
        Command::List => list::run(&args.options, &reporter),
        Command::Help { name } => help::run(name.as_deref(), &args.options, &reporter),
        Command::Tunnel(words) => tunnel::run(&words, &args.options, &reporter),
        Command::Types(words) => types::run(&words, &args.options, &reporter),
        Command::Man(words) => man::run(&words, &args.options, &reporter),
        Command::Completions(words) => {
            completions::run(words, &reporter);
            Ok(())
        }
        Command::Complete(words) => {
            completions::answer(&words, &reporter);
            Ok(())
        }
    };
    match outcome {
        Ok(()) => 0,
        Err(end) => {
            if let Some(report) = &end.report {
                console.report(report);
            }
            end.code
        }
    }
}

/// How a command ended, when not well.
#[derive(Debug)]
struct End {
    code: u8,
    /// `None` where all has been said.
    report: Option<Box<ui::Report>>,
}

impl End {
    fn usage(message: impl Into<String>) -> Self {
        Self {
            code: USAGE,
            report: Some(Box::new(ui::Report {
                kind: "usage",
                ..ui::Report::new(message)
            })),
        }
    }

    /// Ended by a signal, whose number the exit code tells.
    fn interrupted(signal: i32) -> Self {
        Self {
            report: Some(Box::new(ui::Report {
                kind: "interrupted",
                ..ui::Report::new("interrupted")
            })),
            ..Self::silently(signal)
        }
    }

    /// The same where nothing was cut off.
    fn silently(signal: i32) -> Self {
        Self {
            code: (128 + signal).to_le_bytes()[0],
            report: None,
        }
    }
}

/// Whatever goes wrong in a command itself, with what it was about in front.
impl From<anyhow::Error> for End {
    fn from(error: anyhow::Error) -> Self {
        Self {
            code: FAILED,
            report: Some(Box::new(ui::Report::new(format!("{error:#}")))),
        }
    }
}

impl From<crate::config::Error> for End {
    fn from(error: crate::config::Error) -> Self {
        Self::usage(error.to_string())
    }
}
