//! A column that one side has and the other has not.

use std::fmt;

/// A column for which there is no counterpart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    pub table: String,
    pub column: String,
    pub missing: Missing,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Missing {
    /// The target has no such column, so its values would be lost.
    OnTarget { target: String },
    /// The source, a target or a file, has no such column, and the target wants a value.
    OnSource { source: String },
    /// It was left out, and the target wants a value.
    NotChosen { target: String },
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { table, column, .. } = self;
        match &self.missing {
            Missing::OnTarget { target } => {
                write!(f, "`{table}`.`{column}` is missing on `{target}`")
            }
            Missing::OnSource { source } => write!(
                f,
                "`{table}`.`{column}` is missing on `{source}`, and is NOT NULL without a default"
            ),
            Missing::NotChosen { target } => write!(
                f,
                "`{table}`.`{column}` is left out by `columns`, and is NOT NULL without a default on `{target}`"
            ),
        }
    }
}
