//! What may stand at a place of a statement, by the words before it.

use std::borrow::Cow;

use super::super::names::{Attached, Kind, Plain};
use super::spot::Spot;
use super::{rules, words};
use crate::pg::script::{Token, WordKind};

/// What may stand at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Slot {
    /// Relations of these kinds, all that has columns where there are none.
    Relation(&'static [Kind]),
    /// A value: columns, functions, keywords of expressions.
    Value,
    /// Behind a value or a table: what may follow in this clause.
    Behind(String),
    Column,
    /// A column of the table before the parenthesis.
    ItsColumn,
    /// A column of the table that is written to.
    TargetColumn,
    /// A column that both sides of a join have.
    SharedColumn,
    Function,
    Procedure,
    Type,
    Setting,
    SettingValue,
    Attached(Attached),
    Plain(Plain),
    Words(Cow<'static, [&'static str]>),
    Nothing,
}

pub fn slots(spot: &Spot) -> Cow<'static, [Slot]> {
    let Some(last) = spot.behind().last() else {
        return vec![Slot::Words(words::list("statements").into())].into();
    };
    match rules::offers(spot) {
        Some(offers) => offers.into(),
        None => vec![in_query(spot, last)].into(),
    }
}

/// The last word before the cursor that begins a clause, on the level of the cursor or around it.
fn clause(spot: &Spot) -> String {
    let mut depth = 0_usize;
    for index in (0..spot.before).rev() {
        match spot.symbol(index) {
            Some(')') => depth += 1,
            Some('(') => depth = depth.saturating_sub(1),
            _ if depth == 0 && words::has("clauses", &spot.word(index)) => {
                return spot.word(index);
            }
            _ => {}
        }
    }
    String::new()
}

fn keywords(list: &'static [&'static str]) -> Slot {
    Slot::Words(list.into())
}

fn in_query(spot: &Spot, last: &Token) -> Slot {
    let word = spot.last(1);
    let clause = clause(spot);
    if let Some(slot) = behind_word(spot, &word, &clause) {
        return slot;
    }
    let before = spot.before;
    match spot.symbol(before - 1) {
        Some(':') if before > 1 && spot.symbol(before - 2) == Some(':') => Slot::Type,
        Some(',') if spot.open_parenthesis().is_none() => match clause.as_str() {
            "FROM" | "JOIN" => Slot::Relation(&[]),
            "SET" => Slot::TargetColumn,
            _ => Slot::Value,
        },
        Some(',') if shares(spot, &clause) => Slot::SharedColumn,
        Some('(') => opened(spot, &clause),
        Some('*') if is_all(spot) => Slot::Behind(clause),
        Some(')') | None => Slot::Behind(clause),
        Some(_) if last.kind == WordKind::Backslash => Slot::Nothing,
        Some(_) => Slot::Value,
    }
}

/// What the word before the cursor alone tells.
fn behind_word(spot: &Spot, word: &str, clause: &str) -> Option<Slot> {
    Some(match word {
        "FROM" if spot.last(2) == "DISTINCT" => Slot::Value,
        "FROM" | "JOIN" | "INTO" | "ONLY" | "LATERAL" => Slot::Relation(&[]),
        "TABLE" if clause == "TABLE" => Slot::Relation(&[]),
        "UPDATE" if spot.last(2) == "FOR" => keywords(&["OF", "NOWAIT", "SKIP LOCKED"]),
        "UPDATE" => Slot::Relation(&[Kind::Table, Kind::View]),
        "SET" => Slot::TargetColumn,
        "INSERT" | "MERGE" => keywords(&["INTO"]),
        "DELETE" => keywords(&["FROM"]),
        "GROUP" | "ORDER" | "PARTITION" => keywords(&["BY"]),
        "LEFT" | "RIGHT" | "FULL" => keywords(&["JOIN", "OUTER JOIN"]),
        "INNER" | "CROSS" | "OUTER" => keywords(&["JOIN"]),
        "NATURAL" => keywords(&["JOIN", "LEFT JOIN", "INNER JOIN", "RIGHT JOIN", "FULL JOIN"]),
        "UNION" | "INTERSECT" | "EXCEPT" => keywords(&["ALL", "SELECT", "VALUES", "TABLE"]),
        "FOR" => keywords(&["UPDATE", "NO KEY UPDATE", "SHARE", "KEY SHARE"]),
        "AS" if clause == "WITH" => keywords(&["(", "MATERIALIZED (", "NOT MATERIALIZED ("]),
        "AS" if in_cast(spot) => Slot::Type,
        "AS" | "LIMIT" | "OFFSET" => Slot::Nothing,
        "RECURSIVE" if clause == "WITH" => Slot::Nothing,
        "WITH" if spot.before == 1 => keywords(&["RECURSIVE"]),
        "IS" => keywords(&[
            "NULL",
            "NOT NULL",
            "TRUE",
            "FALSE",
            "DISTINCT FROM",
            "NOT DISTINCT FROM",
        ]),
        "USING" if ["DELETE", "MERGE"].contains(&spot.word(0).as_str()) => Slot::Relation(&[]),
        "TABLESAMPLE" => keywords(&["BERNOULLI (", "SYSTEM ("]),
        _ if words::has("expecting", word) => Slot::Value,
        _ => return None,
    })
}

/// Whether the cursor is in the list of `JOIN ... USING (`.
fn shares(spot: &Spot, clause: &str) -> bool {
    let open = spot.open_parenthesis().and_then(|open| open.checked_sub(1));
    clause == "USING" && open.is_some_and(|before| spot.word(before) == "USING")
}

/// Behind an open parenthesis: a query, the columns to join by, or a value.
fn opened(spot: &Spot, clause: &str) -> Slot {
    let word = spot.last(2);
    match clause {
        "USING" if shares(spot, clause) => Slot::SharedColumn,
        "FROM" | "JOIN" if word == clause || word == "LATERAL" => {
            keywords(&["SELECT", "VALUES", "WITH"])
        }
        _ if ["AS", "MATERIALIZED", "EXISTS"].contains(&word.as_str()) => keywords(&[
            "SELECT",
            "VALUES",
            "WITH",
            "INSERT INTO",
            "UPDATE",
            "DELETE FROM",
        ]),
        _ if word == "OVER" || word == "WINDOW" => keywords(&["PARTITION BY", "ORDER BY"]),
        _ if word == "FILTER" => keywords(&["WHERE"]),
        _ => Slot::Value,
    }
}

/// Whether the last word stands in `CAST(... AS`.
fn in_cast(spot: &Spot) -> bool {
    let open = spot.open_parenthesis().and_then(|open| open.checked_sub(1));
    open.is_some_and(|before| spot.word(before) == "CAST")
}

/// Whether the `*` before the cursor is no multiplication.
fn is_all(spot: &Spot) -> bool {
    let before = spot.before.checked_sub(2);
    before.is_some_and(|before| {
        let word = spot.word(before);
        ["SELECT", "ALL", "DISTINCT", "RETURNING"].contains(&word.as_str())
            || matches!(spot.symbol(before), Some('.' | ',' | '('))
    })
}
