//! `runner` and `runner repl [TARGET ...]`: the prompt.

use std::io::IsTerminal;
use std::path::Path;
use std::sync::Arc;

use super::args::Options;
use super::{End, report, runtime};
use crate::api::RunOptions;
use crate::config::{LoadOptions, load};
use crate::interrupt::Interrupt;
use crate::progress::Reporter;
use crate::repl::{self, Start};
use crate::ui::Console;

/// What `runner repl` takes.
#[derive(Debug, Default, PartialEq, Eq, clap::Args)]
pub struct Words {
    /// Targets of `runner.toml` to open; SQL goes to the first
    #[arg(value_name = "TARGET")]
    pub targets: Vec<String>,
}

pub fn run(words: Words, options: &Options, console: &Arc<Console>) -> Result<(), End> {
    let project = load(&LoadOptions {
        config: options.config.clone(),
        env_file: options.env_file.clone(),
        start: Path::new(".").to_owned(),
    })?;
    for name in &words.targets {
        project.target(name)?;
    }
    let terminal = std::io::stdin().is_terminal();
    let shown = Arc::clone(console);
    let reporter = Arc::clone(console) as Reporter;
    let ended = runtime::block_on_lines(console, |interrupt| {
        repl::run(Start {
            options: RunOptions {
                file: project.root.join("repl.lua"),
                words: Vec::new(),
                project,
                reporter: Arc::clone(&reporter),
                interrupt,
                dry_run: options.dry_run,
                confirm: options.confirm.clone(),
                at_prompt: true,
            },
            targets: words.targets,
            terminal,
            console: Arc::clone(console),
            format: options.results.format(),
            report: Box::new(move |failure| shown.report(&crate::api::report(failure))),
        })
    })?;
    match ended {
        Ok(0) => Ok(()),
        Ok(code) => Err(End {
            code: code.to_le_bytes()[0],
            report: None,
        }),
        Err(trouble) => Err(report::end(&trouble, &Interrupt::default())),
    }
}
