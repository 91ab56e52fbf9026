//! What can go wrong with marks.

use std::path::PathBuf;

use crate::pg;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Pg(#[from] pg::Error),
    #[error("`{table}` has no column `{column}`{suggestion}")]
    NoColumn {
        table: String,
        column: String,
        suggestion: String,
    },
    #[error(
        "`since` goes with `column`: by default changes are told by transactions, not by a time"
    )]
    SinceWithoutColumn,
    #[error(
        "a file keeps one mark for all rows of a table, so `where` does not go with it; keep the marks in `db`"
    )]
    FilterWithFile,
    #[error(
        "`{table}`: `since` ({since}) is later than the stored mark ({mark}); what changed in between would be \
         lost if the mark were advanced"
    )]
    Gap {
        table: String,
        since: String,
        mark: String,
    },
    #[error(
        "`{table}`: another run has moved the mark from {was} to {now} meanwhile; run this one again"
    )]
    Moved {
        table: String,
        was: String,
        now: String,
    },
    #[error("a mark is advanced inside the `transaction` that brings the rows")]
    NoTransaction,
    #[error("these marks are kept in `{marks}`, the transaction is one of `{tx}`")]
    OtherDatabase { marks: String, tx: String },
    #[error("{}: {reason}", .path.display())]
    File { path: PathBuf, reason: String },
    #[error(
        "{}: `{key}` is no mark; expected is an object with a time for each table, as \
         {{\"lat\": \"2026-01-31T08:00:00Z\"}}", .path.display()
    )]
    FileFormat { path: PathBuf, key: String },
}

#[cfg(test)]
mod texts {
    use super::*;

    #[test]
    fn what_is_hard_to_provoke_says_what_where_and_what_now() {
        for (error, text) in [
            (
                Error::SinceWithoutColumn,
                "`since` goes with `column`: by default changes are told by transactions, not by a time",
            ),
            (
                Error::OtherDatabase {
                    marks: "prod".into(),
                    tx: "dev".into(),
                },
                "these marks are kept in `prod`, the transaction is one of `dev`",
            ),
            (
                Error::FileFormat {
                    path: "m.json".into(),
                    key: "lat".into(),
                },
                r#"m.json: `lat` is no mark; expected is an object with a time for each table, as {"lat": "2026-01-31T08:00:00Z"}"#,
            ),
        ] {
            assert_eq!(error.to_string(), text);
        }
    }
}
