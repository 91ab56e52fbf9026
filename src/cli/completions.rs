//! `runner completions SHELL`: the script of a shell, and what it asks for at every Tab.
//!
//! The scripts only ask: `runner __complete WORD...`, the last word being the one under the cursor. What belongs to
//! a playbook and to a project nobody knows beforehand, so the scripts that `clap_complete` makes would not do.

mod answer;

use std::ffi::OsString;

use answer::{Answer, Files};

use crate::progress::{Event, Reporter};

/// The word before those that are to be completed.
pub const ASKED: &str = "__complete";

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Shell {
    Bash,
    Zsh,
    Fish,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::Args)]
pub struct Words {
    /// Whose script to print
    shell: Shell,
}

impl Shell {
    fn script(self) -> &'static str {
        match self {
            Self::Bash => include_str!("completions/bash.sh"),
            Self::Zsh => include_str!("completions/zsh.sh"),
            Self::Fish => include_str!("completions/fish.fish"),
        }
    }
}

pub fn run(words: Words, reporter: &Reporter) {
    reporter.event(&Event::Print(words.shell.script().trim_end().to_owned()));
}

/// Answers a script: a line for each word that fits, with a tab and its description, and the kind of files that fit.
pub fn answer(words: &[OsString], reporter: &Reporter) {
    let words: Vec<String> = words
        .iter()
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    let Answer { words, files } = answer::answer(&words);
    let one_line = |text: &str| text.replace(['\n', '\t', '\r'], " ");
    let mut lines: Vec<String> = words
        .into_iter()
        .map(|(word, about)| format!("{}\t{}", one_line(&word), one_line(&about)))
        .collect();
    lines.extend(files.map(|files| {
        let files = match files {
            Files::Any => ":files",
            Files::Lua => ":lua",
            Files::Folders => ":folders",
        };
        files.to_owned()
    }));
    if !lines.is_empty() {
        reporter.event(&Event::Print(lines.join("\n")));
    }
}
