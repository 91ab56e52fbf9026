//! The columns of a table of the statement: from the catalogue, or those that a query in the statement gives.

use std::ops::Range;

use super::super::names::Names;
use super::spot::{Spot, is_name};
use super::tables::{Used, named_queries, of_query};
use crate::pg::script::WordKind;

/// Queries in queries are followed so far: one may be its own.
const DEPTH: usize = 8;

/// The columns of a table in order, as the catalogue has their names.
pub fn columns(spot: &Spot, names: &Names, table: &Used) -> Vec<String> {
    let asked = Asked {
        spot,
        names,
        queries: named_queries(spot),
    };
    asked.columns(table, DEPTH)
}

struct Asked<'a> {
    spot: &'a Spot<'a>,
    names: &'a Names,
    queries: Vec<Used>,
}

impl Asked<'_> {
    fn columns(&self, table: &Used, depth: usize) -> Vec<String> {
        let Some(depth) = depth.checked_sub(1) else {
            return Vec::new();
        };
        if !table.columns.is_empty() {
            return table.columns.clone();
        }
        if let Some(query) = &table.query {
            return self.selected(query, depth);
        }
        let is_it = |query: &&Used| table.schema.is_none() && query.name == table.name;
        if let Some(query) = self.queries.iter().find(is_it) {
            return self.columns(query, depth);
        }
        let schema = table.schema.as_deref();
        let relation = self.names.relation(schema, &table.name);
        let columns = relation.map(|relation| relation.columns().map(str::to_owned).collect());
        columns.unwrap_or_default()
    }

    /// What a query selects, or returns; of parenthesised tables what they have.
    fn selected(&self, query: &Range<usize>, depth: usize) -> Vec<String> {
        let begins = |at: &usize| ["SELECT", "RETURNING"].contains(&self.spot.word(*at).as_str());
        let list = self.outer(query.clone()).into_iter().find(begins);
        let tables = of_query(self.spot, query);
        let Some(list) = list else {
            return self.all(&tables, depth);
        };
        let items = self.items(list + 1..query.end);
        let columns = items.into_iter().flat_map(|item| {
            let all = self.spot.symbol(item.end - 1) == Some('*');
            match (all, item.len()) {
                (true, 1) => self.all(&tables, depth),
                (true, 3) => {
                    let name = self.spot.name_at(item.start).unwrap_or_default();
                    let is_it = |table: &&Used| table.called() == name;
                    let table = tables.iter().find(is_it);
                    table.map_or_else(Vec::new, |table| self.columns(table, depth))
                }
                _ => self.called(item).into_iter().collect(),
            }
        });
        columns.collect()
    }

    fn all(&self, tables: &[Used], depth: usize) -> Vec<String> {
        let columns = tables.iter().flat_map(|table| self.columns(table, depth));
        columns.collect()
    }

    /// The places in a range that are in no parentheses of it.
    fn outer(&self, range: Range<usize>) -> Vec<usize> {
        let mut outer = Vec::new();
        let mut at = range.start;
        while at < range.end {
            if self.spot.symbol(at) == Some('(') {
                at = self.spot.closed(at).max(at + 1);
            } else {
                outer.push(at);
                at += 1;
            }
        }
        outer
    }

    /// The items of a list that ends with the clause.
    fn items(&self, range: Range<usize>) -> Vec<Range<usize>> {
        const ENDS: [&str; 11] = [
            "FROM",
            "INTO",
            "WHERE",
            "GROUP",
            "ORDER",
            "HAVING",
            "LIMIT",
            "UNION",
            "INTERSECT",
            "EXCEPT",
            "WINDOW",
        ];
        let mut items = Vec::new();
        let mut start = range.start;
        let mut end = range.end;
        for at in self.outer(range) {
            if ENDS.contains(&self.spot.word(at).as_str()) {
                end = at;
                break;
            }
            if self.spot.symbol(at) == Some(',') {
                items.push(start..at);
                start = at + 1;
            }
        }
        items.push(start..end);
        items.retain(|item| !item.is_empty());
        items
    }

    /// How the server calls the column that an item is, as far as its words tell.
    fn called(&self, item: Range<usize>) -> Option<String> {
        let name = |at: usize| self.spot.name_at(at);
        let last = item.end - 1;
        if self.spot.word(last.checked_sub(1)?) == "AS" {
            return name(last);
        }
        // `name::type` is called as the name.
        let cast = item.clone().find(|at| self.spot.symbol(*at) == Some(':'));
        let is_cast = cast.filter(|at| *at > item.start);
        if let Some(cast) = is_cast {
            return self.called(item.start..cast);
        }
        let before = (last > item.start).then(|| last - 1);
        let is_own = before.is_none_or(|before| {
            let token = &self.spot.tokens[before];
            self.spot.symbol(before) == Some('.')
                || self.spot.symbol(before) == Some(')')
                || is_name(token)
                || matches!(token.kind, WordKind::String | WordKind::Number)
        });
        match self.spot.symbol(last) {
            None if is_own => name(last).filter(|name| name != "end"),
            // A call is called as the function.
            Some(')') => {
                let open = self.spot.opening(last)?;
                let function = open.checked_sub(1).filter(|at| *at >= item.start)?;
                let alone = function == item.start || self.spot.symbol(function - 1) == Some('.');
                name(function).filter(|_| alone)
            }
            _ => None,
        }
    }
}
