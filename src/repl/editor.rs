//! The line editor, on a thread of its own: it blocks while somebody thinks.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};

use rustyline::error::ReadlineError;
use rustyline::history::{FileHistory, History};
use rustyline::{
    Behavior, Cmd, CompletionType, ConditionalEventHandler, Config, Event, EventContext,
    EventHandler, KeyEvent, RepeatCount,
};
use tokio::sync::oneshot;

use super::above::Above;
use super::assistant::Assistant;
use super::history;
use super::input::Syntax;
use super::known::Known;
use crate::ui::{Console, Modes};

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
    /// Lines that came together with one before them: they were pasted.
    pasted: VecDeque<String>,
    /// How the terminal was before.
    before: Option<Modes>,
    console: Arc<Console>,
}

impl Editor {
    /// `history` is the file that lines are kept in, `known` what may be typed.
    pub fn start(
        history: Option<PathBuf>,
        known: Known,
        console: &Arc<Console>,
    ) -> std::io::Result<Self> {
        let before = Modes::now();
        let (orders, received) = mpsc::channel();
        let shown = Arc::clone(console);
        std::thread::Builder::new()
            .name("prompt".to_owned())
            .spawn(move || serve(&received, history.as_deref(), known, &shown))?;
        Ok(Self {
            orders,
            pasted: VecDeque::new(),
            before,
            console: Arc::clone(console),
        })
    }

    /// Reads until all that was typed is whole.
    pub async fn read(&self, prompt: Prompt) -> Typed {
        self.ask(prompt, true).await
    }

    /// Reads one line as it is: data of a COPY.
    pub async fn read_line(&mut self, prompt: Prompt) -> Typed {
        if let Some(line) = self.pasted.pop_front() {
            return Typed::Text(line);
        }
        match self.ask(prompt, false).await {
            Typed::Text(text) => {
                let mut lines = text.lines().map(str::to_owned);
                let first = lines.next().unwrap_or_default();
                self.pasted.extend(lines);
                Typed::Text(first)
            }
            other => other,
        }
    }

    pub fn hold(&mut self, lines: &str) {
        self.pasted = lines.lines().map(str::to_owned).collect();
    }

    pub fn release(&mut self) -> String {
        let left: Vec<String> = std::mem::take(&mut self.pasted).into();
        left.join("\n")
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
        self.console.lead_away(None);
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

pub type Line = rustyline::Editor<Assistant, FileHistory>;

/// The key that completes, which in lines of data stands for itself.
struct Tab(Arc<AtomicBool>);

impl ConditionalEventHandler for Tab {
    fn handle(&self, _: &Event, _: RepeatCount, _: bool, _: &EventContext<'_>) -> Option<Cmd> {
        let in_data = self.0.load(Ordering::SeqCst);
        // A single character would be taken for a repetition of those before it.
        in_data.then(|| Cmd::Insert(1, "\t".to_owned()))
    }
}

fn serve(
    orders: &mpsc::Receiver<Order>,
    file: Option<&Path>,
    known: Known,
    console: &Arc<Console>,
) {
    let assistant = Assistant {
        syntax: Syntax::new(),
        whole: true,
        known,
        colour: console.is_coloured(),
    };
    let Ok(mut editor) = editor(file, assistant) else {
        return;
    };
    let data = Arc::new(AtomicBool::new(false));
    let tab = EventHandler::Conditional(Box::new(Tab(Arc::clone(&data))));
    editor.bind_sequence(KeyEvent::from('\t'), tab);
    let above = Above::start(&mut editor, console);
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
                data.store(!whole, Ordering::SeqCst);
                let read = above.during(|| editor.readline(&prompt));
                let typed = match read {
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

fn editor(file: Option<&Path>, assistant: Assistant) -> rustyline::Result<Line> {
    let config = Config::builder()
        .behavior(Behavior::PreferTerm)
        .completion_type(CompletionType::List)
        .max_history_size(history::LINES)?
        .history_ignore_dups(true)?
        .build();
    let history = FileHistory::with_config(&config);
    let mut editor = Line::with_history(config, history)?;
    editor.set_helper(Some(assistant));
    if let Some(file) = file {
        // There is none the first time.
        let _ = editor.load_history(file);
    }
    Ok(editor)
}

fn remember(editor: &mut Line, file: Option<&Path>, text: &str) {
    let kept = text.len() <= history::LONGEST && !history::bears_a_secret(text);
    if !kept || editor.history_mut().add(text).is_err() {
        return;
    }
    if let Some(file) = file {
        // Where it cannot be written, it lasts as long as the session.
        let _ = history::prepare(file)
            .and_then(|()| editor.append_history(file).map_err(std::io::Error::other));
    }
}
