//! The line editor, on a thread of its own: it blocks while somebody thinks.

use std::borrow::Cow;
use std::path::PathBuf;
use std::sync::mpsc;

use rustyline::completion::{Completer, Pair};
use rustyline::error::ReadlineError;
use rustyline::highlight::{CmdKind, Highlighter};
use rustyline::hint::{Hint, Hinter, HistoryHinter};
use rustyline::history::{FileHistory, History};
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{Behavior, CompletionType, Config, Context, Helper};
use tokio::sync::oneshot;

use super::highlight::paint;
use super::history;
use super::input::Syntax;
use super::knowing::Knowing;
use crate::ui::{Modes, escape};

/// What came of reading a line.
#[derive(Debug)]
pub enum Typed {
    Text(String),
    /// Ctrl-C: what was typed is dropped.
    Dropped,
    /// Ctrl-D, or the end of a file.
    End,
    /// Nothing can be read, and why.
    Gone(String),
}

/// The prompt without colours, and with them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Prompt {
    pub plain: String,
    pub painted: String,
}

impl rustyline::Prompt for Prompt {
    fn raw(&self) -> &str {
        &self.plain
    }

    fn styled(&self) -> &str {
        &self.painted
    }
}

enum Order {
    Read {
        prompt: Prompt,
        /// Whether input that is not whole goes on with the next line.
        whole: bool,
        answer: oneshot::Sender<Typed>,
    },
    Remember(String),
}

/// A handle on the thread that reads.
pub struct Editor {
    orders: mpsc::Sender<Order>,
    /// How the terminal was before.
    before: Option<Modes>,
}

impl Editor {
    /// `history` is the file that lines are kept in.
    pub fn start(history: Option<PathBuf>, knowing: Knowing) -> std::io::Result<Self> {
        let before = Modes::now();
        let (orders, received) = mpsc::channel();
        std::thread::Builder::new()
            .name("prompt".to_owned())
            .spawn(move || serve(&received, history.as_ref(), knowing))?;
        Ok(Self { orders, before })
    }

    /// Reads until all that was typed is whole.
    pub async fn read(&self, prompt: Prompt) -> Typed {
        self.ask(prompt, true).await
    }

    /// Reads one line as it is: data of a COPY.
    pub async fn read_line(&self, prompt: Prompt) -> Typed {
        self.ask(prompt, false).await
    }

    async fn ask(&self, prompt: Prompt, whole: bool) -> Typed {
        let (answer, typed) = oneshot::channel();
        let order = Order::Read {
            prompt,
            whole,
            answer,
        };
        let ended = || Typed::Gone("the line editor has ended".to_owned());
        if self.orders.send(order).is_err() {
            return ended();
        }
        typed.await.unwrap_or_else(|_| ended())
    }

    /// Nobody waits for the line any longer: the terminal is as it was before.
    pub fn abandon(&self) {
        if let Some(before) = &self.before {
            before.leave_editor();
        }
    }

    /// Keeps a line in the history.
    pub fn remember(&self, text: &str) {
        // Fails only when nobody reads any longer.
        let _ = self.orders.send(Order::Remember(text.to_owned()));
    }
}

type Line = rustyline::Editor<Assistant, FileHistory>;

fn serve(orders: &mpsc::Receiver<Order>, file: Option<&PathBuf>, knowing: Knowing) {
    let Ok(mut editor) = editor(file, knowing) else {
        return;
    };
    while let Ok(order) = orders.recv() {
        match order {
            Order::Read {
                prompt,
                whole,
                answer,
            } => {
                if let Some(helper) = editor.helper_mut() {
                    helper.whole = whole;
                }
                let typed = match editor.readline(&prompt) {
                    Ok(text) => Typed::Text(text),
                    Err(ReadlineError::Interrupted) => Typed::Dropped,
                    Err(ReadlineError::Eof) => Typed::End,
                    Err(error) => Typed::Gone(error.to_string()),
                };
                // Nobody waits any longer where the session has ended meanwhile.
                let _ = answer.send(typed);
            }
            Order::Remember(text) => remember(&mut editor, file, &text),
        }
    }
}

fn editor(file: Option<&PathBuf>, knowing: Knowing) -> rustyline::Result<Line> {
    let config = Config::builder()
        .behavior(Behavior::PreferTerm)
        .completion_type(CompletionType::List)
        .max_history_size(history::LINES)?
        .history_ignore_dups(true)?
        .build();
    let history = FileHistory::with_config(&config);
    let mut editor = Line::with_history(config, history)?;
    editor.set_helper(Some(Assistant {
        syntax: Syntax::new(),
        knowing,
        whole: true,
    }));
    if let Some(file) = file {
        // There is none the first time.
        let _ = editor.load_history(file);
    }
    Ok(editor)
}

fn remember(editor: &mut Line, file: Option<&PathBuf>, text: &str) {
    if history::bears_a_secret(text) || editor.history_mut().add(text).is_err() {
        return;
    }
    if let Some(file) = file {
        // Where it cannot be written, it lasts as long as the session.
        let _ = history::prepare(file)
            .and_then(|()| editor.append_history(file).map_err(std::io::Error::other));
    }
}

/// What the editor asks while somebody types.
struct Assistant {
    syntax: Syntax,
    knowing: Knowing,
    whole: bool,
}

impl Helper for Assistant {}

impl Completer for Assistant {
    type Candidate = Pair;

    fn complete(
        &self,
        line: &str,
        position: usize,
        _: &Context<'_>,
    ) -> rustyline::Result<(usize, Vec<Pair>)> {
        if !self.whole {
            return Ok((position, Vec::new()));
        }
        let (start, found) = self.knowing.complete(line, position);
        let pairs = found.into_iter().map(|candidate| Pair {
            // Names of others, on a terminal.
            display: escape::line(&candidate.shown),
            replacement: candidate.text,
        });
        Ok((start, pairs.collect()))
    }
}

/// Shown behind the cursor.
enum Shown {
    /// The rest of a line that was typed before: the arrow to the right takes it over.
    Before(String),
    /// The arguments of a function, never taken for what was typed.
    Signature(String),
}

impl Hint for Shown {
    fn display(&self) -> &str {
        match self {
            Self::Before(text) | Self::Signature(text) => text,
        }
    }

    fn completion(&self) -> Option<&str> {
        match self {
            Self::Before(text) => Some(text),
            Self::Signature(_) => None,
        }
    }
}

impl Hinter for Assistant {
    type Hint = Shown;

    fn hint(&self, line: &str, position: usize, context: &Context<'_>) -> Option<Shown> {
        if !self.whole || position < line.len() || line.is_empty() {
            return None;
        }
        let before = HistoryHinter::new().hint(line, position, context);
        // One of several lines would move what stands below.
        if let Some(rest) = before.filter(|rest| !rest.contains(char::is_control)) {
            return Some(Shown::Before(rest));
        }
        let signature = self.knowing.signature(line)?;
        let signature = escape::line(&signature);
        Some(Shown::Signature(format!("  {signature}")))
    }
}

impl Highlighter for Assistant {
    fn highlight<'l>(&self, line: &'l str, position: usize) -> Cow<'l, str> {
        let painted = self.whole.then(|| paint(line, position)).flatten();
        painted.map_or(Cow::Borrowed(line), Cow::Owned)
    }

    fn highlight_char(&self, _: &str, _: usize, _: CmdKind) -> bool {
        self.whole
    }

    fn highlight_hint<'h>(&self, hint: &'h str) -> Cow<'h, str> {
        Cow::Owned(format!("\u{1b}[2m{hint}\u{1b}[0m"))
    }
}

impl Validator for Assistant {
    fn validate(&self, context: &mut ValidationContext) -> rustyline::Result<ValidationResult> {
        let whole = !self.whole || self.syntax.is_whole(context.input());
        Ok(if whole {
            ValidationResult::Valid(None)
        } else {
            ValidationResult::Incomplete
        })
    }
}
