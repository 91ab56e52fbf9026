//! What the server itself said of an error.

use std::fmt;

use tokio_postgres::error::{DbError, ErrorPosition};

/// An error report of the server with all its fields.
#[derive(Debug, Clone, Default)]
pub struct ServerError {
    pub severity: String,
    pub sqlstate: String,
    pub message: String,
    pub detail: Option<String>,
    pub hint: Option<String>,
    /// 1-based, in characters of `sql`.
    pub position: Option<u32>,
    pub context: Option<String>,
    pub schema: Option<String>,
    pub table: Option<String>,
    pub column: Option<String>,
    pub constraint: Option<String>,
    /// The function of the server that reported it.
    pub routine: Option<String>,
    /// The statement as the user wrote it.
    pub sql: Option<String>,
    /// Whose session it was, and the way to that server; `None` where nobody was let in.
    pub target: Option<String>,
    pub route: Option<String>,
}

impl fmt::Display for ServerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ServerError {}

impl ServerError {
    pub(in crate::pg) fn read(error: &DbError) -> Self {
        let own = |text: Option<&str>| text.map(str::to_owned);
        Self {
            // Not in the language of the server, where it is new enough to tell.
            severity: error
                .parsed_severity()
                .map_or_else(|| error.severity().to_owned(), |known| known.to_string()),
            sqlstate: error.code().code().to_owned(),
            message: error.message().to_owned(),
            detail: own(error.detail()),
            hint: own(error.hint()),
            position: match error.position() {
                Some(ErrorPosition::Original(position)) => Some(*position),
                _ => None,
            },
            context: own(error.where_()),
            schema: own(error.schema()),
            table: own(error.table()),
            column: own(error.column()),
            constraint: own(error.constraint()),
            routine: own(error.routine()),
            sql: None,
            target: None,
            route: None,
        }
    }

    /// The server closes the connection behind it.
    pub(in crate::pg) fn ends_session(&self) -> bool {
        matches!(self.severity.as_str(), "FATAL" | "PANIC")
    }
}
