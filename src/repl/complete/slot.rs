//! What may stand at a place of a statement, by the words before it.

use super::super::names::{Kind, Plain};
use super::spot::Spot;
use super::words;
use crate::pg::script::{Token, WordKind};

/// What may stand at a place.
#[derive(Debug, PartialEq, Eq)]
pub enum Slot {
    Statement,
    /// Relations of these kinds, all that has columns where there are none.
    Relation(&'static [Kind]),
    /// A value: columns, functions, keywords of expressions.
    Value,
    /// Behind a value or a table: what may follow in this clause.
    Behind(String),
    Column,
    Function,
    Type,
    Setting,
    SettingValue(String),
    Plain(Plain),
    Words(&'static [&'static str]),
    Nothing,
}

/// The parenthesis that is open at the cursor.
pub fn open_parenthesis(spot: &Spot) -> Option<usize> {
    let mut depth = 0_usize;
    for index in (0..spot.before).rev() {
        match spot.symbol(index) {
            Some(')') => depth += 1,
            Some('(') if depth == 0 => return Some(index),
            Some('(') => depth -= 1,
            _ => {}
        }
    }
    None
}

/// The last word before the cursor that begins a clause, on the level of the cursor or around it.
fn clause(spot: &Spot) -> String {
    let mut depth = 0_usize;
    for index in (0..spot.before).rev() {
        match spot.symbol(index) {
            Some(')') => depth += 1,
            Some('(') => depth = depth.saturating_sub(1),
            _ if depth == 0 && words::CLAUSES.contains(&spot.word(index).as_str()) => {
                return spot.word(index);
            }
            _ => {}
        }
    }
    String::new()
}

pub fn slot(spot: &Spot) -> Slot {
    let Some(last) = spot.behind().last() else {
        return Slot::Statement;
    };
    settings(spot)
        .or_else(|| definitions(spot))
        .unwrap_or_else(|| general(spot, last))
}

/// SET, SHOW and RESET.
fn settings(spot: &Spot) -> Option<Slot> {
    let first = spot.word(0);
    if !["SET", "SHOW", "RESET"].contains(&first.as_str()) {
        return None;
    }
    let skipped = usize::from(["LOCAL", "SESSION"].contains(&spot.word(1).as_str()));
    Some(match spot.before - skipped {
        1 => Slot::Setting,
        2 if spot.word(1 + skipped) == "ROLE" => Slot::Plain(Plain::Role),
        2 if first == "SET" => Slot::Words(&["TO", "="]),
        3 => {
            let name = spot.name(&spot.tokens[1 + skipped]);
            Slot::SettingValue(name)
        }
        _ => Slot::Nothing,
    })
}

const TABLES: &[Kind] = &[Kind::Table];

/// CREATE, ALTER, DROP, COMMENT ON, GRANT and REVOKE: what is named by its kind, and who.
fn definitions(spot: &Spot) -> Option<Slot> {
    let first = spot.word(0);
    let last = spot.last(1);
    let is_definition = ["CREATE", "ALTER", "DROP", "COMMENT"].contains(&first.as_str());
    let is_grant = first == "GRANT" || first == "REVOKE";
    if !is_definition && !is_grant {
        return None;
    }
    let kind = match last.as_str() {
        "EXISTS" => spot.last(if spot.last(2) == "NOT" { 4 } else { 3 }),
        _ => last.clone(),
    };
    Some(match kind.as_str() {
        "CREATE" => Slot::Words(words::OBJECTS),
        "ALTER" | "DROP" if spot.before == 1 => Slot::Words(words::OBJECTS),
        "COMMENT" => Slot::Words(&["ON"]),
        "ON" if first == "COMMENT" => Slot::Words(words::OBJECTS),
        "ALTER" | "DROP" | "COLUMN" => Slot::Column,
        "VIEW" if spot.last(2) == "MATERIALIZED" => Slot::Relation(&[Kind::MaterializedView]),
        "VIEW" => Slot::Relation(&[Kind::View]),
        "INDEX" if first != "CREATE" => Slot::Relation(&[Kind::Index]),
        "SEQUENCE" => Slot::Relation(&[Kind::Sequence]),
        "SCHEMA" => Slot::Plain(Plain::Schema),
        "ROLE" | "USER" | "TO" if last != "TO" || is_grant || spot.last(2) == "OWNER" => {
            Slot::Plain(Plain::Role)
        }
        "FROM" if first == "REVOKE" => Slot::Plain(Plain::Role),
        "DATABASE" => Slot::Plain(Plain::Database),
        "EXTENSION" => Slot::Plain(Plain::Extension),
        "FUNCTION" | "PROCEDURE" | "ROUTINE" | "AGGREGATE" => Slot::Function,
        "TYPE" | "DOMAIN" => Slot::Type,
        "ON" if first != "ALTER" && first != "DROP" => Slot::Relation(&[]),
        "TABLE" | "ON" => Slot::Relation(TABLES),
        "OWNER" => Slot::Words(&["TO"]),
        "GRANT" | "REVOKE" => Slot::Words(&[
            "ALL",
            "CONNECT",
            "CREATE",
            "DELETE",
            "EXECUTE",
            "INSERT",
            "REFERENCES",
            "SELECT",
            "TEMPORARY",
            "TRIGGER",
            "TRUNCATE",
            "UPDATE",
            "USAGE",
        ]),
        _ => return None,
    })
}

fn general(spot: &Spot, last: &Token) -> Slot {
    let word = spot.last(1);
    let clause = clause(spot);
    match word.as_str() {
        "FROM" if spot.word(0) == "COPY" => return Slot::Words(&["STDIN", "PROGRAM"]),
        "FROM" | "JOIN" | "INTO" | "UPDATE" | "ONLY" | "TABLE" | "REFERENCES" | "ANALYZE"
        | "VACUUM" | "LOCK" | "COPY" | "TRUNCATE" | "CLUSTER" | "LATERAL" => {
            return Slot::Relation(&[]);
        }
        "VIEW" => return Slot::Relation(&[Kind::MaterializedView]),
        "CALL" => return Slot::Function,
        "INSERT" | "MERGE" => return Slot::Words(&["INTO"]),
        "DELETE" => return Slot::Words(&["FROM"]),
        "GROUP" | "ORDER" => return Slot::Words(&["BY"]),
        "REFRESH" => return Slot::Words(&["MATERIALIZED VIEW"]),
        "LEFT" | "RIGHT" | "FULL" => return Slot::Words(&["JOIN", "OUTER JOIN"]),
        "INNER" | "CROSS" | "NATURAL" | "OUTER" => return Slot::Words(&["JOIN"]),
        "EXPLAIN" => return Slot::Statement,
        "AS" if spot.last(2).is_empty() || clause != "WITH" => {
            return if in_cast(spot) {
                Slot::Type
            } else {
                Slot::Nothing
            };
        }
        "IS" => {
            return Slot::Words(&[
                "NULL",
                "NOT NULL",
                "TRUE",
                "FALSE",
                "DISTINCT FROM",
                "NOT DISTINCT FROM",
            ]);
        }
        "LIMIT" | "OFFSET" => return Slot::Nothing,
        "USING" if clause == "USING" && spot.word(0) == "DELETE" => return Slot::Relation(&[]),
        _ if words::EXPECTING.contains(&word.as_str()) => return Slot::Value,
        _ => {}
    }
    let before = spot.before;
    match spot.symbol(before - 1) {
        Some(':') if before > 1 && spot.symbol(before - 2) == Some(':') => Slot::Type,
        Some(',')
            if ["FROM", "JOIN", "TRUNCATE", "TABLE"].contains(&clause.as_str())
                && open_parenthesis(spot).is_none() =>
        {
            Slot::Relation(&[])
        }
        Some('(') => opened(spot, &clause),
        Some(',') if clause == "INTO" => Slot::Column,
        Some('*') if is_all(spot) => Slot::Behind(clause),
        Some(')') | None => Slot::Behind(clause),
        Some(_) if last.kind == WordKind::Backslash => Slot::Nothing,
        Some(_) => Slot::Value,
    }
}

/// Behind an open parenthesis: the columns to insert into, to join by, or a value.
fn opened(spot: &Spot, clause: &str) -> Slot {
    let word = spot.last(2);
    match clause {
        "INTO" if word != "INTO" && word != "VALUES" => Slot::Column,
        "USING" if word == "USING" => Slot::Column,
        "ON" if spot.word(0) == "CREATE" => Slot::Value,
        "FROM" | "JOIN" if word == clause => Slot::Words(&["SELECT", "VALUES", "WITH"]),
        _ if word == "AS" || word == "EXISTS" => {
            Slot::Words(&["SELECT", "VALUES", "WITH", "INSERT INTO", "UPDATE"])
        }
        _ => Slot::Value,
    }
}

/// Whether the last word stands in `CAST(... AS`.
fn in_cast(spot: &Spot) -> bool {
    let open = open_parenthesis(spot);
    open.and_then(|open| open.checked_sub(1))
        .is_some_and(|before| spot.word(before) == "CAST")
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
