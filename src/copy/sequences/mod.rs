//! Sequences move forward, never back: to the furthest of where the target's is, where the source's is, and the
//! numbers that are in the column. After `replace` they stand where the source's do, unless that would be back.

mod loose;
mod position;
mod set;

pub(super) use loose::{Pair, forward as forward_loose, read as loose};
pub(super) use position::Position;

use std::collections::{BTreeMap, HashMap};

use super::plan::TablePlan;
use super::{CopyOptions, Result};
use crate::pg::catalog::{self, Relation, Sequence};
use crate::pg::{Ident, Session, Value};
use crate::progress::Event;
use position::positions;
use set::set;

/// A sequence of the target that a column of a copied table draws from.
#[derive(Debug, Clone)]
pub(super) struct UsedSequence {
    pub sequence: Sequence,
    pub column: String,
    pub integer: bool,
    /// What the same column draws from at the source and the role may read: mostly one.
    pub sources: Vec<Sequence>,
}

/// How far a sequence goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Aim {
    /// At least past the numbers that are in the columns.
    PastRows,
    /// To where the source's is, though rows be ahead of it there as here.
    AsSource,
}

/// A sequence of the target with every column that draws from it.
struct Goal<'a> {
    sequence: &'a Sequence,
    columns: Vec<(&'a Relation, &'a str)>,
    /// Where it has to be at least.
    known: Vec<Position>,
}

/// Finds out which sequences the tables use, for all at a time.
pub(super) async fn find(
    options: &CopyOptions,
    tables: &mut [TablePlan],
    notes: &mut Vec<String>,
) -> Result<()> {
    if !options.sequences {
        return Ok(());
    }
    let there = catalog::sequences(&options.from, tables.iter().map(|t| t.source.oid)).await?;
    let here = catalog::sequences(&options.to, tables.iter().map(|t| t.target.oid)).await?;
    let mut sources: HashMap<(u32, String), Vec<Sequence>> = HashMap::new();
    for used in there {
        let column = (used.table, used.column);
        sources.entry(column).or_default().push(used.sequence);
    }
    let mut places: HashMap<u32, usize> = HashMap::new();
    for (place, table) in tables.iter().enumerate() {
        places.insert(table.target.oid, place);
    }
    for used in here {
        let table = &mut tables[places[&used.table]];
        let column = table.column_at_source(&used.column).unwrap_or(&used.column);
        let column = (table.source.oid, column.to_owned());
        let (sources, unreadable): (Vec<_>, Vec<_>) = sources
            .get(&column)
            .cloned()
            .unwrap_or_default()
            .into_iter()
            .partition(|source| source.may.read);
        notes.extend(unreadable.iter().map(|source| {
            format!(
                "sequence `{}` on `{}` may not be read, so `{}` is moved past the rows only",
                source.name.shown(),
                options.from.name(),
                used.sequence.name.shown()
            )
        }));
        table.sequences.push(UsedSequence {
            sequence: used.sequence,
            column: used.column,
            integer: used.integer,
            sources,
        });
    }
    Ok(())
}

/// Moves the sequences that the copied tables use.
pub(super) async fn forward(options: &CopyOptions, tables: &[&TablePlan]) -> Result<()> {
    let used = tables.iter().flat_map(|table| &table.sequences);
    let sources = used.flat_map(|used| &used.sources);
    let sources: BTreeMap<u32, &Sequence> = sources.map(|source| (source.oid, source)).collect();
    let sources: Vec<&Sequence> = sources.into_values().collect();
    let known = positions(&options.from, &sources).await?;
    let known: HashMap<u32, Position> = sources.iter().map(|s| s.oid).zip(known).collect();
    let mut goals: BTreeMap<u32, Goal> = BTreeMap::new();
    for table in tables {
        for used in &table.sequences {
            let goal = Goal::in_map(&mut goals, &used.sequence);
            let known = used.sources.iter().filter_map(|s| known.get(&s.oid));
            goal.known.extend(known);
            if used.integer {
                goal.columns.push((&table.target, &used.column));
            }
        }
    }
    move_all(
        &options.to,
        goals.into_values().collect(),
        Aim::of(options.mode),
    )
    .await
}

/// Moves the sequences that the tables use at least to where `known` says, and past the numbers in the tables.
pub(super) async fn advance(
    session: &Session,
    tables: &[&Relation],
    known: impl Fn(&Sequence) -> Option<Position>,
) -> Result<()> {
    let sequences = catalog::sequences(session, tables.iter().map(|t| t.oid)).await?;
    let mut goals: BTreeMap<u32, Goal> = BTreeMap::new();
    for used in &sequences {
        let goal = Goal::in_map(&mut goals, &used.sequence);
        goal.known.extend(known(&used.sequence));
        let table = tables.iter().find(|table| table.oid == used.table);
        if let Some(table) = table.filter(|_| used.integer) {
            goal.columns.push((table, &used.column));
        }
    }
    move_all(session, goals.into_values().collect(), Aim::PastRows).await
}

/// Always in the order of their oids, so that no two transactions wait for each other.
async fn move_all(session: &Session, mut goals: Vec<Goal<'_>>, aim: Aim) -> Result<()> {
    goals.retain(|goal| may_move(session, goal.sequence));
    if goals.is_empty() {
        return Ok(());
    }
    goals.sort_by_key(|goal| goal.sequence.oid);
    for goal in &mut goals {
        if aim == Aim::AsSource && !goal.known.is_empty() {
            goal.columns.clear();
        }
    }
    let sequences: Vec<&Sequence> = goals.iter().map(|goal| goal.sequence).collect();
    let current = positions(session, &sequences).await?;
    read_columns(session, &mut goals).await?;
    let moves = goals.iter().zip(current);
    let moves = moves.filter_map(|(goal, current)| Some((goal.sequence, goal.of(current, aim)?)));
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

impl<'a> Goal<'a> {
    fn in_map<'m>(map: &'m mut BTreeMap<u32, Self>, sequence: &'a Sequence) -> &'m mut Self {
        map.entry(sequence.oid).or_insert_with(|| Self {
            sequence,
            columns: Vec::new(),
            known: Vec::new(),
        })
    }

    /// Where the sequence is to go, if that is further than where it is, or the same written as the source
    /// writes it.
    fn of(&self, current: Position, aim: Aim) -> Option<Position> {
        let increment = self.sequence.increment;
        let (min, max) = (self.sequence.min, self.sequence.max);
        let goal = self
            .known
            .iter()
            .filter(|position| (min..=max).contains(&position.last))
            .max_by_key(|position| position.reach(increment))?;
        let (goal_reach, reach) = (goal.reach(increment), current.reach(increment));
        let same = aim == Aim::AsSource && goal_reach == reach && *goal != current;
        (goal_reach > reach || same).then_some(*goal)
    }
}

/// Adds the furthest number in each column to what is known.
async fn read_columns(session: &Session, goals: &mut [Goal<'_>]) -> Result<()> {
    let furthest = |goal: &Goal<'_>| {
        let function = if goal.sequence.increment < 0 {
            "min"
        } else {
            "max"
        };
        let select = move |(table, column): &(&Relation, &str)| {
            let (column, only) = (Ident(column), table.only());
            format!("(SELECT pg_catalog.{function}({column})::pg_catalog.int8 FROM {only})")
        };
        goal.columns.iter().map(select).collect::<Vec<_>>()
    };
    let selects: Vec<String> = goals.iter().flat_map(furthest).collect();
    if selects.is_empty() {
        return Ok(());
    }
    let sql = format!("SELECT ARRAY[{}]", selects.join(", "));
    let Value::Array(numbers) = session.value(&sql, &[]).await? else {
        return Ok(());
    };
    let mut numbers = numbers.into_iter();
    for goal in goals {
        let numbers = numbers.by_ref().take(goal.columns.len());
        let called = |number: Value| number.as_int().map(|last| Position { last, called: true });
        goal.known.extend(numbers.filter_map(called));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
