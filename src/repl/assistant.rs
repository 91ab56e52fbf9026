//! What the line editor asks while somebody types: whether it is whole, how it may go on, how it looks.

use std::borrow::Cow;

use rustyline::completion::{Completer, Pair};
use rustyline::highlight::{CmdKind, Highlighter};
use rustyline::hint::{Hint, Hinter, HistoryHinter};
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{Context, Helper};

use super::highlight::paint;
use super::input::Syntax;
use super::known::Known;

pub struct Assistant {
    pub syntax: Syntax,
    /// Whether input that is not whole goes on with the next line.
    pub whole: bool,
    pub known: Known,
    pub colour: bool,
}

/// What stands behind the cursor in grey.
pub struct Shown {
    text: String,
    /// Whether it can be taken over: a line of the history, not the arguments of a function.
    taken: bool,
}

impl Hint for Shown {
    fn display(&self) -> &str {
        &self.text
    }

    fn completion(&self) -> Option<&str> {
        self.taken.then_some(&self.text)
    }
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
        let (start, found) = self.known.complete(line, position);
        // What a server calls its things is not ours: no controls of it reach the terminal.
        let clean = found
            .into_iter()
            .filter(|candidate| !candidate.text.contains(char::is_control));
        let pairs = clean.map(|candidate| Pair {
            display: candidate.shown,
            replacement: candidate.text,
        });
        Ok((start, pairs.collect()))
    }
}

impl Hinter for Assistant {
    type Hint = Shown;

    fn hint(&self, line: &str, position: usize, context: &Context<'_>) -> Option<Shown> {
        if !self.whole || position < line.len() || line.is_empty() {
            return None;
        }
        if line.ends_with('\n') {
            let awaited = self.syntax.awaited(line)?;
            return Some(Shown {
                text: format!("goes on until `{awaited}`"),
                taken: false,
            });
        }
        let before = HistoryHinter::new().hint(line, position, context);
        if let Some(text) = before.filter(|text| !text.contains(char::is_control)) {
            return Some(Shown { text, taken: true });
        }
        let signature = self.known.signature(line)?;
        (!signature.contains(char::is_control)).then(|| Shown {
            text: format!("  {signature}"),
            taken: false,
        })
    }
}

impl Highlighter for Assistant {
    fn highlight<'l>(&self, line: &'l str, position: usize) -> Cow<'l, str> {
        let painted = (self.colour && self.whole).then(|| paint(line, position));
        match painted.flatten() {
            Some(painted) => Cow::Owned(painted),
            None => Cow::Borrowed(line),
        }
    }

    fn highlight_hint<'h>(&self, hint: &'h str) -> Cow<'h, str> {
        if self.colour {
            Cow::Owned(format!("\x1b[2m{hint}\x1b[0m"))
        } else {
            Cow::Borrowed(hint)
        }
    }

    /// One key may change the colour of all that stands before it.
    fn highlight_char(&self, _: &str, _: usize, _: CmdKind) -> bool {
        self.colour && self.whole
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
