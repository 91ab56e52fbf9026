//! Colours, where the terminal has them.

use std::io::IsTerminal;

use crate::progress::Tone;

/// Colours texts, or leaves them as they are. What is painted must be escaped before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paint {
    pub on: bool,
}

impl Paint {
    /// On for a terminal that is not dumb, or where `CLICOLOR_FORCE` asks for it; off where `NO_COLOR` is set to
    /// anything.
    pub fn detect(stream: &impl IsTerminal) -> Self {
        let variable = |name: &str| std::env::var(name).ok();
        Self {
            on: is_on(stream.is_terminal(), variable),
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

fn is_on(terminal: bool, variable: impl Fn(&str) -> Option<String>) -> bool {
    let set = |name| variable(name).filter(|value| !value.is_empty());
    let asked = |name| set(name).is_some_and(|value| value != "0");
    if set("NO_COLOR").is_some() {
        return false;
    }
    let dumb = set("TERM").as_deref() == Some("dumb");
    asked("CLICOLOR_FORCE") || terminal && !dumb && set("CLICOLOR").as_deref() != Some("0")
}

#[cfg(test)]
mod tests {
    use super::is_on;

    #[test]
    fn colours_go_by_the_terminal_and_by_what_variables_ask() {
        for (terminal, variables, on) in [
            (true, "TERM=xterm", true),
            (false, "TERM=xterm", false),
            (true, "TERM=dumb", false),
            (true, "TERM=xterm NO_COLOR=1", false),
            (true, "TERM=xterm NO_COLOR=", true),
            (false, "CLICOLOR_FORCE=1", true),
            (false, "CLICOLOR_FORCE=0", false),
            (true, "CLICOLOR_FORCE=1 TERM=dumb", true),
            (true, "CLICOLOR_FORCE=1 NO_COLOR=1", false),
            (true, "CLICOLOR=0", false),
        ] {
            let variable = |name: &str| {
                let mut pairs = variables.split(' ').filter_map(|pair| pair.split_once('='));
                let found = pairs.find(|(variable, _)| *variable == name);
                found.map(|(_, value)| value.to_owned())
            };
            assert_eq!(is_on(terminal, variable), on, "{terminal} {variables}");
        }
    }
}
