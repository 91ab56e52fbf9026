//! What all globals of one run share.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crate::config::Project;
use crate::host::{Error, Result};
use crate::interrupt::Interrupt;
use crate::progress::{AskError, Event, Question, Reporter, ask};

/// What the command line says about a run.
pub struct RunOptions {
    pub file: PathBuf,
    /// What follows the file: the playbook's own parameters.
    pub words: Vec<String>,
    pub project: Project,
    pub reporter: Reporter,
    pub interrupt: Interrupt,
    pub dry_run: bool,
    /// `--confirm`: phrases, or `TARGET=PHRASE`.
    pub confirm: Vec<String>,
}

/// One run, as the globals see it.
pub struct Context {
    pub file: PathBuf,
    pub words: Vec<String>,
    pub project: Project,
    pub reporter: Reporter,
    pub interrupt: Interrupt,
    pub dry_run: bool,
    pub confirm: Vec<String>,
    /// Whether `playbook{}` has read the words.
    words_read: AtomicBool,
    /// How many steps are open.
    depth: AtomicUsize,
}

impl Context {
    pub fn new(options: RunOptions) -> Self {
        Self {
            file: options.file,
            words: options.words,
            project: options.project,
            reporter: options.reporter,
            interrupt: options.interrupt,
            dry_run: options.dry_run,
            confirm: options.confirm,
            words_read: AtomicBool::new(false),
            depth: AtomicUsize::new(0),
        }
    }

    pub fn tell(&self, event: &Event) {
        self.reporter.event(event);
    }

    pub fn note(&self, text: impl Into<String>) {
        self.tell(&Event::Note(text.into()));
    }

    pub fn warn(&self, text: impl Into<String>) {
        self.tell(&Event::Warning(text.into()));
    }

    /// A path of the playbook: relative ones start at the folder of `runner.toml`.
    pub fn path(&self, text: &str) -> PathBuf {
        self.project.root.join(text)
    }

    /// The playbook's name in `[playbooks.NAME]`.
    pub fn stem(&self) -> String {
        let stem = self.file.file_stem().unwrap_or_default();
        stem.to_string_lossy().into_owned()
    }

    pub fn words_are_read(&self) {
        self.words_read.store(true, Ordering::Relaxed);
    }

    /// Words that no `playbook{}` has read are a mistake, best told before anything is done.
    pub fn check_words(&self) -> Result<()> {
        match self.words.first() {
            Some(word) if !self.words_read.load(Ordering::Relaxed) => Err(Error::usage(format!(
                "unexpected argument `{word}`: the playbook declares no parameters with `playbook {{ params = ... }}`"
            ))),
            _ => Ok(()),
        }
    }

    /// Opens one more level of steps; gives the level it stands on.
    pub fn deeper(&self) -> usize {
        self.depth.fetch_add(1, Ordering::Relaxed)
    }

    pub fn shallower(&self) {
        self.depth.fetch_sub(1, Ordering::Relaxed);
    }

    /// Asks the operator. Ctrl-C at the question interrupts the run.
    pub async fn ask(&self, question: Question) -> Result<String> {
        match ask(&self.reporter, question).await {
            Ok(answer) => Ok(answer.expose().to_owned()),
            Err(AskError::Interrupted) => {
                self.interrupt.trip(2);
                Err(Error::interrupted())
            }
            Err(error @ AskError::NoTerminal { .. }) => Err(Error::from_cause(error)),
        }
    }

    /// Where paths on the command line start.
    pub fn here() -> PathBuf {
        std::env::current_dir().unwrap_or_else(|_| Path::new(".").to_owned())
    }
}
