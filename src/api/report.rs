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
        trace: trace(callers(failure).map(ToString::to_string)),
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

/// The calls as lines; a function that calls itself again and again is one of them.
fn trace(calls: impl Iterator<Item = String>) -> Vec<String> {
    /// The innermost and the outermost that are told of a recursion over several functions.
    const ENDS: usize = 10;
    let mut lines: Vec<(String, usize)> = Vec::new();
    for call in calls {
        match lines.last_mut() {
            Some((last, times)) if *last == call => *times += 1,
            _ => lines.push((call, 1)),
        }
    }
    let mut lines: Vec<String> = lines
        .into_iter()
        .flat_map(|(call, times)| match times {
            // A block on the line of what it is in.
            1 | 2 => vec![call; times],
            times => vec![format!("{call} ({times} times)")],
        })
        .collect();
    if lines.len() > 2 * ENDS + 1 {
        let left_out = lines.len() - 2 * ENDS;
        lines.splice(ENDS..ENDS + left_out, [format!("... {left_out} more")]);
    }
    lines
}

fn text(field: &Field) -> String {
    match field {
        Field::Text(text) => text.clone(),
        Field::Integer(number) => number.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recursion_is_told_once() {
        let calls = ["a", "f", "f", "f", "b", "b"].map(str::to_owned);
        assert_eq!(trace(calls.into_iter()), ["a", "f (3 times)", "b", "b"]);
    }

    #[test]
    fn of_a_recursion_over_several_functions_both_ends_are_told() {
        let calls = (0..90).map(|n| format!("f{n}"));
        let told = trace(calls);
        assert_eq!(told.len(), 21);
        assert_eq!(
            [&*told[9], &*told[10], &*told[11]],
            ["f9", "... 70 more", "f80"]
        );
    }
}
