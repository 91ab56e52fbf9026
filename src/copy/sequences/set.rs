//! Moving sequences, as part of the transaction where the role may.

use super::super::Result;
use super::Position;
use crate::pg::catalog::Sequence;
use crate::pg::{Literal, Session};
use crate::progress::Event;

/// As owner, an ALTER that changes nothing keeps others from drawing until the transaction ends, and makes
/// `setval` part of it. Without that the comparison and the setting are at least one statement.
pub(super) async fn set(session: &Session, moves: &[(&Sequence, Position)]) -> Result<()> {
    let lock = |(sequence, _): &(&Sequence, Position)| {
        let (name, increment) = (&sequence.name, sequence.increment);
        format!("ALTER SEQUENCE {name} INCREMENT BY {increment}")
    };
    let (owned, foreign): (Vec<_>, Vec<_>) = moves.iter().partition(|(s, _)| s.may.own);
    let statements: Vec<String> = owned
        .iter()
        .map(lock)
        .chain(moves.iter().map(setval))
        .collect();
    if statements.is_empty() {
        return Ok(());
    }
    session.batch(&statements.join(";\n")).await?;
    for (sequence, _) in foreign {
        session.reporter().event(&Event::Note(format!(
            "sequence `{}` on `{}` was moved without a lock, which only its owner could take: the move stays even \
             if the copy is rolled back",
            sequence.name.shown(),
            session.name()
        )));
    }
    Ok(())
}

/// Moves a sequence, unless it has got further meanwhile.
fn setval((sequence, position): &(&Sequence, Position)) -> String {
    let (name, increment) = (&sequence.name, sequence.increment);
    let literal = name.to_string();
    let behind = if increment < 0 { ">=" } else { "<=" };
    format!(
        "SELECT pg_catalog.setval({}::pg_catalog.regclass, {}::pg_catalog.int8, {}) FROM {name} AS q WHERE \
         CASE WHEN q.is_called THEN q.last_value::pg_catalog.numeric \
         ELSE q.last_value::pg_catalog.numeric OPERATOR(pg_catalog.-) ({increment})::pg_catalog.numeric END \
         OPERATOR(pg_catalog.{behind}) ({})::pg_catalog.numeric",
        Literal(&literal),
        Literal(&position.last.to_string()),
        position.called,
        position.drawn(increment)
    )
}
