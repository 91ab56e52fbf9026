//! Lines and columns.

use std::fmt;

/// A place in a text, counted from 1; the column in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    pub line: usize,
    pub column: usize,
}

impl Default for Place {
    fn default() -> Self {
        Self { line: 1, column: 1 }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

impl Place {
    /// The place right behind `text`, which begins here.
    #[must_use]
    pub fn behind(self, text: &str) -> Self {
        let characters = |text: &str| text.chars().count();
        match text.rsplit_once('\n') {
            None => Self {
                column: self.column + characters(text),
                ..self
            },
            Some((before, last)) => Self {
                line: self.line + 1 + before.matches('\n').count(),
                column: 1 + characters(last),
            },
        }
    }
}
