//! Where lines come from: a terminal, a file or a pipe.

use std::path::Path;
use std::sync::Arc;

use tokio::io::{AsyncBufRead, AsyncBufReadExt, BufReader, Lines};

use super::classify::Language;
use super::editor::{Editor, Prompt};
use super::input::Syntax;
use super::known::Known;
use super::{Result, Trouble, history};
use crate::host::Location;
use crate::progress::{Event, Reporter};
use crate::ui::Console;

pub use super::editor::Typed;

pub enum Source {
    Terminal(Editor),
    Plain(Plain),
}

/// Lines that nobody types.
pub struct Plain {
    lines: Lines<Box<dyn AsyncBufRead + Send + Unpin>>,
    /// Lines that were read.
    read: usize,
    /// The line on which the last text began, counted from 1.
    began: usize,
    /// What errors call it.
    file: String,
}

impl Plain {
    fn new(file: String, reader: impl AsyncBufRead + Send + Unpin + 'static) -> Self {
        let reader: Box<dyn AsyncBufRead + Send + Unpin> = Box::new(reader);
        Self {
            lines: reader.lines(),
            read: 0,
            began: 1,
            file,
        }
    }

    async fn next(&mut self) -> std::result::Result<Option<String>, String> {
        self.read += 1;
        let line = self.lines.next_line().await;
        let line = line.map_err(|error| format!("line {}: {error}", self.read))?;
        // What some editors put before a text.
        Ok(line.map(|line| match line.strip_prefix('\u{feff}') {
            Some(text) if self.read == 1 => text.to_owned(),
            _ => line,
        }))
    }

    async fn text(&mut self, syntax: &Syntax) -> Typed {
        let mut text = String::new();
        let mut in_sql = false;
        self.began = self.read + 1;
        loop {
            match self.next().await {
                Ok(Some(line)) => {
                    text.push_str(&line);
                    // A statement of thousands of lines is not read again for each of them.
                    if !in_sql || line.contains([';', '\\']) {
                        match syntax.open(&text) {
                            None => return Typed::Text(text),
                            Some(open) => in_sql = syntax.classify(open).0 == Language::Sql,
                        }
                    }
                    text.push('\n');
                }
                Ok(None) if text.trim().is_empty() => return Typed::End,
                Ok(None) => return Typed::Text(text),
                Err(reason) => return Typed::Gone(reason),
            }
        }
    }
}

impl Source {
    pub fn open(root: &Path, terminal: bool, known: Known, console: &Arc<Console>) -> Result<Self> {
        if !terminal {
            let stdin = BufReader::new(tokio::io::stdin());
            return Ok(Self::Plain(Plain::new("stdin".to_owned(), stdin)));
        }
        let editor = Editor::start(history::file(root), known, console)
            .map_err(|error| Trouble::failed(format!("cannot open the prompt: {error}")))?;
        Ok(Self::Terminal(editor))
    }

    /// The lines of a file.
    pub fn of_file(name: String, file: tokio::fs::File) -> Self {
        Self::Plain(Plain::new(name, BufReader::new(file)))
    }

    /// The place of what follows `before` in the text that was read last; nothing where somebody types.
    pub fn place(&self, before: &str) -> Option<Location> {
        match self {
            Self::Terminal(_) => None,
            Self::Plain(plain) => Some(Location {
                file: plain.file.clone(),
                line: plain.began + before.matches('\n').count(),
            }),
        }
    }

    /// What was typed together with a statement that reads lines: they are read first.
    pub fn hold(&mut self, lines: &str) {
        if let Self::Terminal(editor) = self {
            editor.hold(lines);
        }
    }

    /// What nobody has read of it.
    pub fn release(&mut self) -> String {
        match self {
            Self::Terminal(editor) => editor.release(),
            Self::Plain(_) => String::new(),
        }
    }

    /// Reads until what was typed is whole, or nothing more comes.
    pub async fn read(&mut self, prompt: Prompt, syntax: &Syntax) -> Typed {
        match self {
            Self::Terminal(editor) => editor.read(prompt).await,
            Self::Plain(plain) => plain.text(syntax).await,
        }
    }

    /// One line of data.
    pub async fn read_line(&mut self, prompt: &str) -> Typed {
        match self {
            Self::Terminal(editor) => {
                let prompt = Prompt {
                    plain: prompt.to_owned(),
                    painted: prompt.to_owned(),
                };
                editor.read_line(prompt).await
            }
            Self::Plain(plain) => match plain.next().await {
                Ok(Some(line)) => Typed::Text(line),
                Ok(None) => Typed::End,
                Err(reason) => Typed::Gone(reason),
            },
        }
    }

    /// Tells whoever types data how it ends.
    pub fn explain_data(&self, reporter: &Reporter) {
        if matches!(self, Self::Terminal(_)) {
            let text =
                "a row on each line; `\\.` on a line of its own ends them, Ctrl-C drops them all";
            reporter.event(&Event::Note(text.to_owned()));
        }
    }

    /// Gives the terminal back as it was: nobody waits any longer for the line that is being typed.
    pub fn abandon(&self) {
        if let Self::Terminal(editor) = self {
            editor.abandon();
        }
    }

    pub fn remember(&self, text: &str) {
        if let Self::Terminal(editor) = self {
            editor.remember(text);
        }
    }
}
