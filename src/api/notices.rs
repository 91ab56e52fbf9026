//! What a server has said, kept for `db:notices()` while it passes on to the reporter.

use std::collections::VecDeque;
use std::io::Write;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::config::Secret;
use crate::progress::{AskError, Content, Event, NoStdout, Progress, Question, Reporter};

/// A function that raises a notice per row must not fill the memory.
const KEPT: usize = 1_000;

/// A reporter that remembers notices.
pub struct Notices {
    reporter: Reporter,
    kept: Mutex<VecDeque<(String, String)>>,
}

impl Notices {
    pub fn new(reporter: Reporter) -> Self {
        Self {
            reporter,
            kept: Mutex::default(),
        }
    }

    /// Severity and message of each, oldest first; they are forgotten here.
    pub fn take(&self) -> Vec<(String, String)> {
        self.locked().drain(..).collect()
    }

    fn locked(&self) -> MutexGuard<'_, VecDeque<(String, String)>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Progress for Notices {
    fn event(&self, event: &Event) {
        if let Event::Notice {
            severity, message, ..
        } = event
        {
            let mut kept = self.locked();
            if kept.len() == KEPT {
                kept.pop_front();
            }
            kept.push_back((severity.clone(), message.clone()));
        }
        self.reporter.event(event);
    }

    fn ask(&self, question: &Question) -> Result<Secret, AskError> {
        self.reporter.ask(question)
    }

    fn stdout(&self, content: Content) -> Result<Box<dyn Write + Send>, NoStdout> {
        self.reporter.stdout(content)
    }

    fn withdraw(&self) {
        self.reporter.withdraw();
    }

    fn lend(&self, lent: bool) {
        self.reporter.lend(lent);
    }

    fn end(&self) {
        self.reporter.end();
    }
}
