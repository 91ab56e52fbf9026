//! Looking a script over without running it, for dry runs.

use super::{Report, Script, ScriptOptions};
use crate::pg::{Error, Result, Session};
use crate::progress::Event;

/// Refuses what [`run`](super::run) would refuse and has the server parse every statement; nothing is run.
/// What is missing because an earlier statement of the script would have made it becomes a note. The report
/// counts no rows.
pub async fn check(session: &Session, text: &str, options: &ScriptOptions) -> Result<Report> {
    let script = Script::read(session, text, options).await?;
    let mut report = Report::default();
    for statement in &script.statements {
        match session.check(statement.text).await {
            Ok(()) => report.statements += 1,
            Err(error) if is_missing(&error) => {
                let error = script.failure(statement, error);
                let note = format!("not checked, it may depend on the script itself: {error}");
                session.reporter().event(&Event::Note(note));
            }
            Err(error) => return Err(script.failure(statement, error)),
        }
    }
    Ok(report)
}

/// Something the statement names is not there: a schema, table, column, function or type.
fn is_missing(error: &Error) -> bool {
    matches!(
        error.sqlstate(),
        Some("3F000" | "42P01" | "42703" | "42883" | "42704")
    )
}
