//! How the layers report what they do and ask what they need, without knowing who listens.
//!
//! `ui` implements [`Progress`]; nothing else prints. All text here may hold bytes of a server, a row or a
//! remote host: the listener escapes it before a terminal sees it.

use std::io::Write;
use std::sync::Arc;

use crate::config::Secret;
use crate::docs::Page;
use crate::interrupt::race;

/// The listener, shared by everything that belongs to one run.
pub type Reporter = Arc<dyn Progress>;

pub trait Progress: Send + Sync {
    fn event(&self, event: &Event);

    /// Asks the operator; blocks, so call it through [`ask`].
    fn ask(&self, question: &Question) -> Result<Secret, AskError>;

    /// Where what is exported to stdout is written: past the lines of the run, and whole.
    fn stdout(&self, _: Content) -> Result<Box<dyn Write + Send>, NoStdout> {
        Err(NoStdout::Nobody)
    }

    /// Nobody waits any longer for the answer to the question that is open: the terminal is to be as before.
    fn withdraw(&self) {}

    /// Another program has the terminal, or has it no longer: nothing is drawn or printed meanwhile.
    fn lend(&self, _lent: bool) {}

    /// The process ends at once: the terminal is to be as before, and nothing is drawn on it any more.
    fn end(&self) {}
}

/// Asks without blocking the runtime. An interruption withdraws the question; its thread waits on for an answer
/// that nobody hears.
pub async fn ask(reporter: &Reporter, question: Question) -> Result<Secret, AskError> {
    let listener = Arc::clone(reporter);
    let answer = tokio::task::spawn_blocking(move || listener.ask(&question));
    let Ok(answer) = race(answer).await else {
        reporter.withdraw();
        return Err(AskError::Interrupted);
    };
    answer.unwrap_or(Err(AskError::Interrupted))
}

/// The variable that names the socket on which a program of another's, an `ssh` that logs in, has its questions asked.
pub const ASKPASS_SOCKET: &str = "RUNNER_ASKPASS_SOCKET";

#[derive(Debug, Clone)]
pub struct Question {
    pub prompt: String,
    /// Not echoed while typed.
    pub secret: bool,
    /// What to give on the command line instead, e.g. `--confirm "MIGRATE PRODUCTION"`.
    pub instead: String,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AskError {
    #[error("no terminal to ask `{prompt}` on; give {instead}")]
    NoTerminal { prompt: String, instead: String },
    #[error("interrupted")]
    Interrupted,
}

/// What an export to stdout consists of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    Text,
    JsonLines,
    /// Nothing that a terminal could show.
    Binary,
}

/// Why nothing can be exported to stdout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoStdout {
    #[error(
        "with `--json` there are only JSON lines on stdout; give `format = \"jsonl\"`, or a file"
    )]
    Json,
    #[error(
        "stdout is a terminal, which cannot show binary data; lead it to a file or to another program"
    )]
    Terminal,
    #[error("there is no stdout here")]
    Nobody,
}

#[derive(Debug, Clone)]
pub enum Event {
    /// Printed before connecting: the hops in order, and why this way was taken.
    Route {
        target: String,
        hops: Vec<String>,
        why: String,
    },
    /// A way to the server that could not be taken.
    RungPassed {
        target: String,
        rung: String,
        reason: String,
    },
    /// Printed before the first statement: which server answered.
    Server {
        target: String,
        description: String,
    },
    /// A NOTICE, WARNING or INFO of the server.
    Notice {
        target: String,
        severity: String,
        message: String,
    },
    Note(String),
    Warning(String),
    /// `log(...)` of a playbook.
    Log(String),
    /// `io.write(...)` of a playbook, for stdout or stderr: text or not, and seldom whole lines.
    Written {
        bytes: Vec<u8>,
        stderr: bool,
    },
    StepStarted {
        name: String,
        depth: usize,
    },
    StepFinished {
        name: String,
        depth: usize,
        seconds: f64,
        failed: bool,
    },
    /// A copy of these tables begins, each with the rows it is expected to have.
    CopyBegan {
        tables: Vec<(String, Option<u64>)>,
    },
    /// Rows and bytes that have passed so far for one table, in so many seconds.
    Copying {
        table: String,
        rows: u64,
        bytes: u64,
        seconds: f64,
    },
    /// It ended; without a report where it failed, or where its one line says all.
    CopyEnded {
        report: Option<Table>,
    },
    /// One table is done; `summary` reads like `12,000 rows, 3.1 MB`.
    Copied {
        table: String,
        summary: String,
        rows: u64,
        bytes: u64,
        seconds: f64,
    },
    /// A line that a command printed; `source` is the machine it runs on, or the container there.
    Output {
        source: String,
        line: String,
    },
    /// Bytes of a file that have passed so far; `total` where it is known.
    Moving {
        file: String,
        bytes: u64,
        total: u64,
    },
    /// A statement, or a wait for one, takes long: it began `seconds` ago.
    Waiting {
        id: u64,
        target: String,
        what: String,
        seconds: f64,
    },
    /// It has ended, one way or the other.
    Waited {
        id: u64,
    },
    /// A report of a primitive (copy, verify); goes to stderr with the rest of the progress.
    Report(Table),
    /// `print(...)` of a playbook, and help; goes to stdout.
    Print(String),
    /// A result the playbook shows; goes to stdout.
    Show(Table),
    /// The same, drawn.
    Chart(Chart),
    /// Help; goes to stdout.
    Page(Box<Page>),
}

/// One column over another.
#[derive(Debug, Clone)]
pub struct Chart {
    pub title: String,
    pub kind: ChartKind,
    /// The names of the two columns.
    pub x: String,
    pub y: String,
    pub points: Vec<Point>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChartKind {
    Bar,
    Line,
}

#[derive(Debug, Clone)]
pub struct Point {
    /// `None` for NULL.
    pub label: Option<String>,
    /// Where the label is a number.
    pub x: Option<f64>,
    pub y: Option<f64>,
}

/// A table to print: cells by row, `None` for SQL NULL.
#[derive(Debug, Clone, Default)]
pub struct Table {
    pub title: String,
    pub columns: Vec<Column>,
    pub rows: Vec<Vec<Cell>>,
}

#[derive(Debug, Clone)]
pub struct Column {
    pub name: String,
    pub right: bool,
}

#[derive(Debug, Clone)]
pub struct Cell {
    pub text: Option<String>,
    /// The text is a document of JSON and stands as such where JSON is written: `true`, an object.
    pub is_json: bool,
    pub tone: Tone,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Tone {
    #[default]
    Plain,
    Good,
    Bad,
    Faint,
}

impl Cell {
    pub fn plain(text: impl Into<String>) -> Self {
        Self {
            text: Some(text.into()),
            is_json: false,
            tone: Tone::Plain,
        }
    }

    pub fn json(document: impl Into<String>) -> Self {
        Self {
            is_json: true,
            ..Self::plain(document)
        }
    }

    pub fn toned(text: impl Into<String>, tone: Tone) -> Self {
        Self {
            tone,
            ..Self::plain(text)
        }
    }

    pub fn null() -> Self {
        Self {
            text: None,
            is_json: false,
            tone: Tone::Faint,
        }
    }
}

impl Column {
    pub fn left(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            right: false,
        }
    }

    pub fn right(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            right: true,
        }
    }
}

/// A listener that hears nothing and answers nothing: for tests and for work nobody watches.
#[derive(Debug)]
pub struct Silent;

impl Progress for Silent {
    fn event(&self, _: &Event) {}

    fn ask(&self, question: &Question) -> Result<Secret, AskError> {
        Err(AskError::NoTerminal {
            prompt: question.prompt.clone(),
            instead: question.instead.clone(),
        })
    }
}

#[cfg(test)]
mod texts {
    use super::*;

    #[test]
    fn what_is_hard_to_provoke_says_what_where_and_what_now() {
        for (error, text) in [
            (
                NoStdout::Json,
                r#"with `--json` there are only JSON lines on stdout; give `format = "jsonl"`, or a file"#,
            ),
            (
                NoStdout::Terminal,
                "stdout is a terminal, which cannot show binary data; lead it to a file or to another program",
            ),
            (NoStdout::Nobody, "there is no stdout here"),
        ] {
            assert_eq!(error.to_string(), text);
        }
    }
}
