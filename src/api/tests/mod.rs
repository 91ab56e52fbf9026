//! The globals that need no database, used as playbooks use them.

mod meta;
mod words;

use std::sync::{Arc, Mutex};

use super::{RunOptions, run_playbook};
use crate::config::{self, LoadOptions, Secret};
use crate::host::Failure;
use crate::interrupt::Interrupt;
use crate::progress::{AskError, Event, Progress, Question};

/// Remembers what it is told, and answers every question alike.
#[derive(Default)]
struct Listener {
    lines: Mutex<Vec<String>>,
    answer: Option<&'static str>,
}

impl Progress for Listener {
    fn event(&self, event: &Event) {
        let line = match event {
            Event::Print(text) => text.clone(),
            Event::Log(text) => format!("log {text}"),
            Event::Note(text) => format!("note {text}"),
            Event::Warning(text) => format!("warning {text}"),
            Event::StepStarted { name, depth } => format!("start {depth} {name}"),
            Event::StepFinished {
                name,
                depth,
                failed,
                ..
            } => format!("finish {depth} {name} failed={failed}"),
            Event::Show(table) => table
                .rows
                .iter()
                .map(|row| {
                    row.iter()
                        .map(|cell| cell.text.as_deref().unwrap_or("NULL"))
                        .collect::<Vec<_>>()
                        .join("|")
                })
                .fold(
                    table
                        .columns
                        .iter()
                        .map(|column| {
                            format!("{}{}", column.name, if column.right { ">" } else { "" })
                        })
                        .collect::<Vec<_>>()
                        .join("|"),
                    |text, row| text + "\n" + &row,
                ),
            _ => return,
        };
        self.lines.lock().unwrap().push(line);
    }

    fn ask(&self, question: &Question) -> Result<Secret, AskError> {
        self.event(&Event::Print(question.prompt.clone()));
        match self.answer {
            Some(answer) => Ok(Secret::unlisted(answer)),
            None => Err(AskError::NoTerminal {
                prompt: question.prompt.clone(),
                instead: question.instead.clone(),
            }),
        }
    }
}

/// A run in the making.
struct Play {
    folder: tempfile::TempDir,
    text: String,
    words: Vec<String>,
    confirm: Vec<String>,
    answer: Option<&'static str>,
    dry_run: bool,
}

struct Played {
    result: Result<(), Failure>,
    lines: Vec<String>,
}

fn play(text: &str) -> Play {
    Play {
        folder: tempfile::tempdir().unwrap(),
        text: text.to_owned(),
        words: Vec::new(),
        confirm: Vec::new(),
        answer: None,
        dry_run: false,
    }
}

impl Play {
    fn words(mut self, words: &[&str]) -> Self {
        self.words = words.iter().map(ToString::to_string).collect();
        self
    }

    fn confirm(mut self, given: &str) -> Self {
        self.confirm.push(given.to_owned());
        self
    }

    fn answer(mut self, answer: &'static str) -> Self {
        self.answer = Some(answer);
        self
    }

    fn dry_run(mut self) -> Self {
        self.dry_run = true;
        self
    }

    fn file(self, name: &str, text: &str) -> Self {
        std::fs::write(self.folder.path().join(name), text).unwrap();
        self
    }

    async fn run(self) -> Played {
        let listener = Arc::new(Listener {
            answer: self.answer,
            ..Listener::default()
        });
        let root = self.folder.path();
        let file = root.join("play.lua");
        std::fs::write(&file, &self.text).unwrap();
        if !root.join("runner.toml").exists() {
            std::fs::write(root.join("runner.toml"), "").unwrap();
        }
        let project = config::load(&LoadOptions {
            start: root.to_owned(),
            ..LoadOptions::default()
        });
        let result = run_playbook(RunOptions {
            file,
            words: self.words,
            project: project.unwrap(),
            reporter: Arc::clone(&listener) as _,
            interrupt: Interrupt::default(),
            dry_run: self.dry_run,
            confirm: self.confirm,
            at_prompt: false,
        })
        .await;
        let lines = listener.lines.lock().unwrap().clone();
        Played { result, lines }
    }
}

impl Played {
    #[track_caller]
    fn success(self) -> Vec<String> {
        match self.result {
            Ok(()) => self.lines,
            Err(failure) => panic!("{failure}\n{:?}", self.lines),
        }
    }

    #[track_caller]
    fn failure(self) -> Failure {
        self.result.expect_err("the playbook should have failed")
    }
}
