//! Colours, where the terminal has them.

use std::io::IsTerminal;

use crate::progress::Tone;

/// Colours texts, or leaves them as they are. What is painted must be escaped before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paint {
    pub on: bool,
}

impl Paint {
    /// On for a terminal that is not dumb, unless `NO_COLOR` is set to anything.
    pub fn detect(stream: &impl IsTerminal) -> Self {
        let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        Self {
            on: stream.is_terminal() && !is_set("NO_COLOR") && !dumb,
        }
    }

    pub fn tone(self, tone: Tone, text: &str) -> String {
        match tone {
            Tone::Plain => text.to_owned(),
            Tone::Good => self.code("32", text),
            Tone::Bad => self.code("31", text),
            Tone::Faint => self.code("2", text),
        }
    }

    pub fn bold(self, text: &str) -> String {
        self.code("1", text)
    }

    pub fn error(self, text: &str) -> String {
        self.code("1;31", text)
    }

    pub fn warning(self, text: &str) -> String {
        self.code("33", text)
    }

    fn code(self, code: &str, text: &str) -> String {
        if self.on && !text.is_empty() {
            format!("\u{1b}[{code}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }
}
