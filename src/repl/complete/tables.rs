//! The tables that a statement names, with the names it gives them.

use super::super::names::{Names, Relation};
use super::spot::{Spot, is_name};
use crate::pg::script::WordKind;

/// A table of the statement.
#[derive(Debug, PartialEq, Eq)]
pub struct Used {
    pub schema: Option<String>,
    pub name: String,
    pub alias: Option<String>,
}

/// Words behind which tables are named.
const BEFORE: [&str; 7] = ["FROM", "JOIN", "INTO", "UPDATE", "TABLE", "USING", "COPY"];
/// Words that follow a table and are no name for it.
const NO_ALIAS: [&str; 32] = [
    "ADD",
    "ALTER",
    "ATTACH",
    "CROSS",
    "DEFAULT",
    "DISABLE",
    "DROP",
    "ENABLE",
    "EXCEPT",
    "FOR",
    "FROM",
    "FULL",
    "GROUP",
    "HAVING",
    "INNER",
    "INTERSECT",
    "JOIN",
    "LEFT",
    "LIMIT",
    "NATURAL",
    "OFFSET",
    "ON",
    "ORDER",
    "RENAME",
    "RETURNING",
    "RIGHT",
    "SELECT",
    "SET",
    "UNION",
    "USING",
    "VALUES",
    "WHERE",
];

impl Used {
    /// Whether `name` means this table in the statement.
    pub fn is_called(&self, name: &str) -> bool {
        self.called() == name
    }

    pub fn called(&self) -> &str {
        self.alias.as_ref().unwrap_or(&self.name)
    }

    /// What the catalogue knows of it.
    pub fn relation<'a>(&'a self, names: &'a Names) -> Option<&'a Relation> {
        let mut of_name = names.relations_named(&self.name);
        match &self.schema {
            Some(schema) => of_name.find(|relation| *relation.schema == **schema),
            None => of_name.find(|relation| relation.visible),
        }
    }
}

/// All of them, in order.
pub fn used(spot: &Spot) -> Vec<Used> {
    let mut used = Vec::new();
    let mut at = 0;
    while at < spot.tokens.len() {
        let is_before = BEFORE.contains(&spot.word(at).as_str())
            // An index or a trigger is made, something is granted, on a table.
            || spot.word(at) == "ON" && ["CREATE", "GRANT", "REVOKE"].contains(&spot.word(0).as_str());
        at += 1;
        if is_before {
            at = listed(spot, at, &mut used);
        }
    }
    used
}

/// The tables of a list that begins at `at`, and where it ends.
fn listed(spot: &Spot, mut at: usize, used: &mut Vec<Used>) -> usize {
    while let Some((table, next)) = table(spot, at) {
        used.push(table);
        at = next;
        if spot.symbol(at) != Some(',') {
            break;
        }
        at += 1;
    }
    at
}

/// The table that is named at `at`, and where it ends.
fn table(spot: &Spot, at: usize) -> Option<(Used, usize)> {
    let at = if spot.word(at) == "ONLY" { at + 1 } else { at };
    // The word at the cursor is not among the tokens: nothing goes on across it.
    let same_side = |other: usize| (at < spot.before) == (other < spot.before);
    let name = |index: usize| {
        let token = spot.tokens.get(index).filter(|token| is_name(token))?;
        Some(spot.name(token))
    };
    let first = name(at)?;
    let word = spot.word(at);
    if word == "SELECT" || word == "LATERAL" {
        return None;
    }
    let (schema, table, mut next) = match name(at + 2) {
        Some(second) if spot.symbol(at + 1) == Some('.') => (Some(first), second, at + 3),
        _ => (None, first, at + 1),
    };
    let behind = usize::from(spot.word(next) == "AS");
    let alias = spot.tokens.get(next + behind).filter(|token| {
        let is_plain = token.kind == WordKind::QuotedIdent
            || !NO_ALIAS.contains(&spot.word(next + behind).as_str());
        is_name(token) && is_plain && same_side(next + behind)
    });
    let alias = alias.map(|token| spot.name(token));
    if alias.is_some() {
        next += behind + 1;
    }
    Some((
        Used {
            schema,
            name: table,
            alias,
        },
        next,
    ))
}

/// The names that `WITH name AS (` gives.
pub fn named_queries(spot: &Spot) -> Vec<String> {
    let is_named = |index: &usize| {
        spot.word(index + 1) == "AS"
            && spot.symbol(index + 2) == Some('(')
            && is_name(&spot.tokens[*index])
    };
    if spot.word(0) != "WITH" {
        return Vec::new();
    }
    let names = (1..spot.tokens.len()).filter(is_named);
    names.map(|index| spot.name(&spot.tokens[index])).collect()
}
