//! The tables that a statement names and that can be seen from the cursor, with the names it gives them.

use std::ops::Range;

use super::spot::{Spot, is_name};
use super::words;
use crate::pg::script::WordKind;

/// A table of the statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Used {
    pub schema: Option<String>,
    pub name: String,
    pub alias: Option<String>,
    /// Where the query stands that it is, of words of the statement.
    pub query: Option<Range<usize>>,
    /// The names that its columns are given there.
    pub columns: Vec<String>,
}

/// Words behind which tables are named.
const BEFORE: [&str; 7] = ["FROM", "JOIN", "INTO", "UPDATE", "TABLE", "USING", "COPY"];

impl Used {
    fn table(schema: Option<String>, name: String) -> Self {
        Self {
            schema,
            name,
            alias: None,
            query: None,
            columns: Vec::new(),
        }
    }

    /// The table that the qualifiers of a column name.
    pub fn named(qualifiers: &[String]) -> Option<Self> {
        match qualifiers {
            [name] => Some(Self::table(None, name.clone())),
            [schema, name] => Some(Self::table(Some(schema.clone()), name.clone())),
            _ => None,
        }
    }

    pub fn called(&self) -> &str {
        self.alias.as_ref().unwrap_or(&self.name)
    }
}

/// All that can be seen from the cursor, the nearest first.
pub fn used(spot: &Spot) -> Vec<Used> {
    let mut used = Vec::new();
    let mut inside = spot.before;
    loop {
        let open = spot.opening(inside);
        let start = open.map_or(0, |open| open + 1);
        let end = open.map_or(spot.tokens.len(), |open| spot.closed(open));
        let found = of_query(spot, &part_of_union(spot, start..end, inside));
        used.extend(found);
        match open {
            Some(open) => inside = open,
            None => break,
        }
    }
    // What a row would have been.
    let conflict = (0..spot.tokens.len()).any(|at| spot.word(at) == "CONFLICT");
    let excluded = target(spot).filter(|_| conflict).map(|table| Used {
        alias: Some("excluded".to_owned()),
        ..table
    });
    used.extend(excluded);
    used
}

/// The table that the statement writes to.
pub fn target(spot: &Spot) -> Option<Used> {
    let writes = |at: &usize| ["INTO", "UPDATE"].contains(&spot.word(*at).as_str());
    let at = (0..spot.before).find(writes)?;
    table(spot, at + 1).map(|(used, _)| used)
}

/// The table that is named before the parenthesis that is open.
pub fn before_parenthesis(spot: &Spot) -> Option<Used> {
    let mut at = spot.open_parenthesis()?;
    // CREATE INDEX has a method between.
    if at >= 2 && spot.word(at - 2) == "USING" {
        at -= 2;
    }
    let last = spot.name_at(at.checked_sub(1)?)?;
    match at.checked_sub(3).and_then(|schema| spot.name_at(schema)) {
        Some(schema) if spot.symbol(at - 2) == Some('.') => Some(Used::table(Some(schema), last)),
        _ => Some(Used::table(None, last)),
    }
}

/// The tables of the query that the words of `range` are, without those of queries in it.
pub fn of_query(spot: &Spot, range: &Range<usize>) -> Vec<Used> {
    let mut used = Vec::new();
    let mut at = range.start;
    while at < range.end {
        if spot.symbol(at) == Some('(') {
            at = spot.closed(at).max(at + 1);
            continue;
        }
        let word = spot.word(at);
        let is_before = BEFORE.contains(&word.as_str())
            // An index or a trigger is made, something is granted, on a table.
            || word == "ON" && ["CREATE", "GRANT", "REVOKE"].contains(&spot.word(0).as_str());
        at += 1;
        // The columns of a join.
        let is_list = word == "USING" && spot.symbol(at) == Some('(');
        if is_before && !is_list {
            at = listed(spot, at, range.end, &mut used);
        }
    }
    used
}

/// The names that `WITH name (columns) AS (` gives, with the queries that they are.
pub fn named_queries(spot: &Spot) -> Vec<Used> {
    let mut named = Vec::new();
    for with in (0..spot.tokens.len()).filter(|at| spot.word(*at) == "WITH") {
        let mut at = with + 1 + usize::from(spot.word(with + 1) == "RECURSIVE");
        while let Some((query, next)) = named_query(spot, at) {
            named.push(query);
            at = next;
        }
    }
    named
}

/// One of them, and where the next one begins.
fn named_query(spot: &Spot, at: usize) -> Option<(Used, usize)> {
    let mut query = Used::table(None, spot.name_at(at)?);
    let mut at = at + 1;
    if spot.symbol(at) == Some('(') {
        query.columns = names(spot, at);
        at = spot.closed(at);
    }
    if spot.word(at) != "AS" {
        return None;
    }
    at += 1;
    while ["NOT", "MATERIALIZED"].contains(&spot.word(at).as_str()) {
        at += 1;
    }
    if spot.symbol(at) != Some('(') {
        return None;
    }
    let end = spot.closed(at);
    query.query = Some(inside(spot, at));
    let next = end + usize::from(spot.symbol(end) == Some(','));
    Some((query, next))
}

/// What is between the parenthesis at `open` and the one that closes it.
fn inside(spot: &Spot, open: usize) -> Range<usize> {
    let end = spot.closed(open);
    let is_closed = spot.symbol(end - 1) == Some(')');
    open + 1..(end - usize::from(is_closed)).max(open + 1)
}

/// Of a query that is joined with others by UNION and the like the one with the cursor.
fn part_of_union(spot: &Spot, range: Range<usize>, cursor: usize) -> Range<usize> {
    let Range { mut start, mut end } = range;
    let mut at = start;
    while at < end {
        if spot.symbol(at) == Some('(') {
            at = spot.closed(at).max(at + 1);
            continue;
        }
        if ["UNION", "INTERSECT", "EXCEPT"].contains(&spot.word(at).as_str()) {
            if at < cursor {
                start = at;
            } else {
                end = at;
            }
        }
        at += 1;
    }
    start..end
}

/// The tables of a list that begins at `at`, and where it ends.
fn listed(spot: &Spot, mut at: usize, end: usize, used: &mut Vec<Used>) -> usize {
    while let Some((table, next)) = table(spot, at).filter(|_| at < end) {
        match &table.query {
            Some(joined) if !is_query(spot, joined.start) => {
                let first = listed(spot, joined.start, joined.end, used);
                used.extend(of_query(spot, &(first..joined.end)));
            }
            _ => used.push(table),
        }
        at = next;
        if spot.symbol(at) != Some(',') {
            break;
        }
        at += 1;
    }
    at
}

/// Whether a query begins at a place, not tables in parentheses.
fn is_query(spot: &Spot, at: usize) -> bool {
    spot.symbol(at) == Some('(') || words::has("query", spot.word(at).as_str())
}

/// The table that is named at `at`, and where it ends.
fn table(spot: &Spot, at: usize) -> Option<(Used, usize)> {
    let mut at = at;
    while ["ONLY", "LATERAL", "IF", "NOT", "EXISTS"].contains(&spot.word(at).as_str()) {
        at += 1;
    }
    // The word at the cursor is not among the tokens: nothing goes on across it.
    let same_side = |other: usize| (at < spot.before) == (other < spot.before);
    let (mut used, mut next) = if spot.symbol(at) == Some('(') {
        let mut used = Used::table(None, String::new());
        used.query = Some(inside(spot, at));
        (used, spot.closed(at))
    } else {
        plain_table(spot, at)?
    };
    let behind = usize::from(spot.word(next) == "AS");
    let alias = next + behind;
    if is_alias(spot, alias) && same_side(alias) {
        used.alias = spot.name_at(alias);
        next = alias + 1;
        if spot.symbol(next) == Some('(') && used.alias.is_some() {
            used.columns = names(spot, next);
            next = spot.closed(next);
        }
    }
    Some((used, next))
}

/// A table or a function by its name.
fn plain_table(spot: &Spot, at: usize) -> Option<(Used, usize)> {
    let first = spot.name_at(at).filter(|_| is_alias(spot, at))?;
    let (used, mut next) = match spot.name_at(at + 2) {
        Some(second) if spot.symbol(at + 1) == Some('.') => {
            (Used::table(Some(first), second), at + 3)
        }
        _ => (Used::table(None, first), at + 1),
    };
    // The arguments of a function.
    if spot.symbol(next) == Some('(') {
        next = spot.closed(next);
    }
    Some((used, next))
}

/// Whether the word at a place may be a name behind a table: no word that goes on in the statement.
fn is_alias(spot: &Spot, at: usize) -> bool {
    spot.tokens.get(at).is_some_and(|token| {
        let quoted = token.kind == WordKind::QuotedIdent;
        is_name(token) && (quoted || !words::has("no alias", &spot.word(at)))
    })
}

/// The names in the parenthesis at `open`, those that begin its items.
fn names(spot: &Spot, open: usize) -> Vec<String> {
    let range = inside(spot, open);
    let begins = |at: &usize| *at == range.start || spot.symbol(at - 1) == Some(',');
    let begins = range.clone().filter(begins);
    begins.filter_map(|at| spot.name_at(at)).collect()
}
