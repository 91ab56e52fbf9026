//! From the failure of a playbook to what is printed about it.

use crate::host::{Failure, Field, Frame};
use crate::ui::{Report, SourceSpan, SqlSpan};

/// All that a failure tells, ready to be printed.
pub fn report(failure: &Failure) -> Report {
    Report {
        kind: failure.kind.name(),
        message: failure.message.clone(),
        location: failure.location.as_ref().map(|location| SourceSpan {
            file: location.file.clone(),
            line: location.line,
            column: failure.column,
            text: failure.source_line.clone().unwrap_or_default(),
        }),
        sql: failure.statement.as_ref().map(|statement| SqlSpan {
            text: statement.text.clone(),
            position: statement.position,
            origin: statement
                .origin
                .as_ref()
                .map(|at| (at.file.clone(), at.line)),
        }),
        fields: failure
            .fields
            .iter()
            // The caret shows it.
            .filter(|(name, _)| *name != "position" || failure.statement.is_none())
            .map(|(name, field)| (*name, text(field)))
            .collect(),
        trace: callers(failure).map(ToString::to_string).collect(),
        help: failure.help.clone(),
    }
}

/// The calls, without the one that would only say again where the error is.
fn callers(failure: &Failure) -> impl Iterator<Item = &Frame> {
    let said = |frame: &Frame| {
        frame.function.is_none() && Some(&frame.location) == failure.location.as_ref()
    };
    let again = failure.trace.first().is_some_and(said);
    failure.trace.iter().skip(usize::from(again))
}

fn text(field: &Field) -> String {
    match field {
        Field::Text(text) => text.clone(),
        Field::Integer(number) => number.to_string(),
    }
}
