//! Where lines come from: a terminal, or a file or pipe.

use std::path::Path;

use tokio::io::{AsyncBufReadExt, BufReader, Lines, Stdin};

use super::editor::{Editor, Prompt};
use super::input::Syntax;
use super::{Result, Trouble, history};

pub use super::editor::Typed;

pub enum Source {
    Terminal(Editor),
    Plain(Lines<BufReader<Stdin>>),
}

impl Source {
    pub fn open(root: &Path, terminal: bool) -> Result<Self> {
        if !terminal {
            return Ok(Self::Plain(BufReader::new(tokio::io::stdin()).lines()));
        }
        let history = history::file(root);
        let editor = Editor::start(history)
            .map_err(|error| Trouble::failed(format!("cannot open the prompt: {error}")))?;
        Ok(Self::Terminal(editor))
    }

    /// Reads until what was typed is whole, or nothing more comes.
    pub async fn read(&mut self, prompt: Prompt, syntax: &Syntax) -> Typed {
        let lines = match self {
            Self::Terminal(editor) => return editor.read(prompt).await,
            Self::Plain(lines) => lines,
        };
        let mut text = String::new();
        loop {
            match lines.next_line().await {
                Ok(Some(line)) => {
                    text.push_str(&line);
                    if syntax.is_whole(&text) {
                        return Typed::Text(text);
                    }
                    text.push('\n');
                }
                _ if text.trim().is_empty() => return Typed::End,
                _ => return Typed::Text(text),
            }
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
            Self::Plain(lines) => match lines.next_line().await {
                Ok(Some(line)) => Typed::Text(line),
                _ => Typed::End,
            },
        }
    }

    pub fn remember(&self, text: &str) {
        if let Self::Terminal(editor) = self {
            editor.remember(text);
        }
    }
}
