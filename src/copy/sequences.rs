//! Sequences move forward, never back: to the furthest of where the target's is, where the source's is, and the
//! numbers that are in the column.

use std::collections::{BTreeMap, HashMap};

use super::plan::TablePlan;
use super::{CopyOptions, Result};
use crate::pg::catalog::{self, Relation, Sequence};
use crate::pg::fields::Fields;
use crate::pg::{Ident, Literal, Session, Value};
use crate::progress::Event;

/// How far a sequence has been drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Position {
    pub last: i64,
    /// Whether `last` itself was drawn, or is the next to be.
    pub called: bool,
}

impl Position {
    /// The last number drawn, whichever way the position is written.
    fn drawn(self, increment: i64) -> i128 {
        let last = i128::from(self.last);
        if self.called {
            last
        } else {
            last - i128::from(increment)
        }
    }
}

/// A sequence of the target with every column that draws from it.
struct Used<'a> {
    sequence: &'a Sequence,
    columns: Vec<(&'a Relation, &'a str)>,
    /// Where it has to be at least.
    known: Vec<Position>,
}

/// Moves the sequences that the copied tables use.
pub(super) async fn forward(options: &CopyOptions, tables: &[&TablePlan]) -> Result<()> {
    let sequences = catalog::sequences(&options.from, tables.iter().map(|t| t.source.oid)).await?;
    let readable: Vec<&Sequence> = sequences.iter().filter(|s| s.may.read).collect();
    let positions = positions(&options.from, &readable).await?;
    let mut known: HashMap<(u32, &str), Vec<Position>> = HashMap::new();
    for (sequence, position) in readable.iter().zip(positions) {
        let table = tables.iter().find(|t| t.source.oid == sequence.table);
        let column =
            table.and_then(|t| Some((t.target.oid, t.column_on_target(&sequence.column)?)));
        known
            .entry(column.unwrap_or_default())
            .or_default()
            .push(position);
    }
    let targets: Vec<&Relation> = tables.iter().map(|t| &t.target).collect();
    advance(&options.to, &targets, |sequence| {
        let column = (sequence.table, sequence.column.as_str());
        known.get(&column).cloned().unwrap_or_default()
    })
    .await
}

/// Moves the sequences that the tables use at least to where `known` says, and past the numbers in the tables.
pub(super) async fn advance(
    session: &Session,
    tables: &[&Relation],
    known: impl Fn(&Sequence) -> Vec<Position>,
) -> Result<()> {
    let sequences = catalog::sequences(session, tables.iter().map(|t| t.oid)).await?;
    let mut used: BTreeMap<u32, Used> = BTreeMap::new();
    for sequence in &sequences {
        let entry = used.entry(sequence.oid).or_insert_with(|| Used {
            sequence,
            columns: Vec::new(),
            known: Vec::new(),
        });
        entry.known.extend(known(sequence));
        let table = tables.iter().find(|table| table.oid == sequence.table);
        if let Some(table) = table.filter(|_| sequence.integer) {
            entry.columns.push((table, &sequence.column));
        }
    }
    let mut used: Vec<Used> = used.into_values().collect();
    used.retain(|used| may_move(session, used.sequence));
    if used.is_empty() {
        return Ok(());
    }
    let sequences: Vec<&Sequence> = used.iter().map(|used| used.sequence).collect();
    let current = positions(session, &sequences).await?;
    read_columns(session, &mut used).await?;
    let moves = used.iter().zip(current);
    let moves = moves.filter_map(|(used, current)| Some((used.sequence, used.goal(current)?)));
    set(session, &moves.collect::<Vec<_>>()).await
}

/// Whether the sequence can be moved; if not, says why.
fn may_move(session: &Session, sequence: &Sequence) -> bool {
    let why = if sequence.cycle {
        "it cycles"
    } else if !sequence.may.read || !sequence.may.set {
        "the role may not read and set it"
    } else {
        return true;
    };
    session.reporter().event(&Event::Warning(format!(
        "sequence `{}` on `{}` is left where it is: {why}",
        sequence.name.shown(),
        session.name()
    )));
    false
}

impl Used<'_> {
    /// Where the sequence is to go, if that is further than where it is.
    fn goal(&self, current: Position) -> Option<Position> {
        let increment = self.sequence.increment;
        // Further in the direction in which it counts.
        let reach = |position: &Position| {
            let drawn = position.drawn(increment);
            if increment < 0 { -drawn } else { drawn }
        };
        let (min, max) = (self.sequence.min, self.sequence.max);
        let goal = self
            .known
            .iter()
            .filter(|position| (min..=max).contains(&position.last))
            .max_by_key(|position| reach(position))?;
        (reach(goal) > reach(&current)).then_some(*goal)
    }
}

/// The positions of sequences, in the order given.
async fn positions(session: &Session, sequences: &[&Sequence]) -> Result<Vec<Position>> {
    let unknown = Position {
        last: 0,
        called: false,
    };
    let mut positions = vec![unknown; sequences.len()];
    if sequences.is_empty() {
        return Ok(positions);
    }
    let selects = sequences
        .iter()
        .enumerate()
        .map(|(place, s)| format!("SELECT {place}, last_value, is_called FROM {}", s.name));
    let sql = selects.collect::<Vec<_>>().join(" UNION ALL ");
    for row in session.query(&sql, &[]).await?.rows {
        let mut row = Fields::new(row);
        let place = usize::try_from(row.int()).unwrap_or(usize::MAX);
        if let Some(position) = positions.get_mut(place) {
            *position = Position {
                last: row.int(),
                called: row.flag(),
            };
        }
    }
    Ok(positions)
}

/// Adds the furthest number in each column to what is known.
async fn read_columns(session: &Session, used: &mut [Used<'_>]) -> Result<()> {
    let furthest = |used: &Used<'_>| {
        let function = if used.sequence.increment < 0 {
            "min"
        } else {
            "max"
        };
        let select = move |(table, column): &(&Relation, &str)| {
            let (column, only) = (Ident(column), table.only());
            format!("(SELECT pg_catalog.{function}({column})::pg_catalog.int8 FROM {only})")
        };
        used.columns.iter().map(select).collect::<Vec<_>>()
    };
    let selects: Vec<String> = used.iter().flat_map(furthest).collect();
    if selects.is_empty() {
        return Ok(());
    }
    let sql = format!("SELECT ARRAY[{}]", selects.join(", "));
    let Value::Array(numbers) = session.value(&sql, &[]).await? else {
        return Ok(());
    };
    let mut numbers = numbers.into_iter();
    for used in used {
        let numbers = numbers.by_ref().take(used.columns.len());
        let called = |number: Value| number.as_int().map(|last| Position { last, called: true });
        used.known.extend(numbers.filter_map(called));
    }
    Ok(())
}

/// As owner, an ALTER that changes nothing keeps others from drawing until the transaction ends, and makes
/// `setval` part of it. Without that the comparison and the setting are at least one statement.
async fn set(session: &Session, moves: &[(&Sequence, Position)]) -> Result<()> {
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

/// Moves a sequence, unless it has got there meanwhile.
fn setval((sequence, position): &(&Sequence, Position)) -> String {
    let (name, increment) = (&sequence.name, sequence.increment);
    let literal = name.to_string();
    let behind = if increment < 0 { ">" } else { "<" };
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

#[cfg(test)]
mod tests;
