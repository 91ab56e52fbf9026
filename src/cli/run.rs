//! `runner FILE`: a playbook from its file to the exit code.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::args::Options;
use super::{End, report, runtime};
use crate::api::{RunOptions, run_playbook};
use crate::config::{LoadOptions, load};
use crate::interrupt::Interrupt;
use crate::progress::Reporter;

pub fn run(
    file: PathBuf,
    words: Vec<String>,
    options: &Options,
    reporter: &Reporter,
) -> Result<(), End> {
    runtime::block_on(reporter, |interrupt| {
        playbook(file, words, options, reporter, interrupt)
    })?
}

/// Runs the playbook with the configuration that `options` name.
pub async fn playbook(
    file: PathBuf,
    words: Vec<String>,
    options: &Options,
    reporter: &Reporter,
    interrupt: Interrupt,
) -> Result<(), End> {
    let project = load(&LoadOptions {
        config: options.config.clone(),
        env_file: options.env_file.clone(),
        start: file.parent().unwrap_or(Path::new(".")).to_owned(),
    })?;
    let ended = run_playbook(RunOptions {
        file,
        words,
        project,
        reporter: Arc::clone(reporter),
        interrupt: interrupt.clone(),
        dry_run: options.dry_run,
        confirm: options.confirm.clone(),
        at_prompt: false,
    })
    .await;
    ended.map_err(|failure| report::end(&failure, &interrupt))
}
