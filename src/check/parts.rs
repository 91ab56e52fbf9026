//! What options name inside of tables: rows by a condition, columns, an order.

use full_moon::ast::{Expression, Field, TableConstructor};
use full_moon::tokenizer::TokenReference;

use super::ask::{Ask, Clause, Wanted};
use super::call::Called;
use super::source::word;
use super::value::text;
use super::walk::Walk;

/// The calls whose options are about tables of a `Db`.
const ABOUT_TABLES: [&str; 7] = [
    "copy.tables",
    "copy.plan",
    "copy.subset",
    "copy.export",
    "copy.import",
    "verify.tables",
    "Marks:changed",
];

/// What an option holds, for one table or by the names of several.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    /// A condition, alone or in a list with its parameters.
    Rows,
    Order,
    /// Names of columns, or `{ except = names }`.
    Columns,
    /// What is done with columns, by their names.
    ByColumn,
    /// The same, where a text is SQL.
    Values,
    /// Nothing that a server knows.
    Other,
}

impl Part {
    fn of(option: &str) -> Option<Self> {
        Some(match option {
            "where" | "roots" => Self::Rows,
            "order_by" => Self::Order,
            "columns" | "except" | "column" => Self::Columns,
            "rename" => Self::ByColumn,
            "mask" => Self::Values,
            "limit" => Self::Other,
            _ => return None,
        })
    }
}

impl Walk<'_> {
    /// Asks for what the options of a call name inside of tables.
    pub fn parts(&mut self, call: &Called, options: &TableConstructor) {
        if call.target.is_none() || !ABOUT_TABLES.contains(&call.name) {
            return;
        }
        let sole = sole_table(options).or_else(|| call.table.clone());
        for (key, value) in named(options) {
            let Some(part) = text_or_word(key).and_then(|option| Part::of(&option)) else {
                continue;
            };
            match value {
                Expression::TableConstructor(tables) if named(tables).next().is_some() => {
                    for (table, value) in named(tables) {
                        self.table_name(call, table);
                        if let Some(table) = text_or_word(table) {
                            self.part(call, part, &table, value);
                        }
                    }
                }
                value => {
                    if let Some(table) = &sole {
                        self.part(call, part, table, value);
                    }
                }
            }
        }
    }

    fn part(&mut self, call: &Called, part: Part, table: &str, value: &Expression) {
        match (part, value) {
            (Part::Rows, value) => {
                if let Some(condition) = strings(value).next() {
                    self.clause(call, table, Clause::Where, condition);
                }
            }
            (Part::Order, Expression::String(order)) => {
                self.clause(call, table, Clause::OrderBy, order);
            }
            (Part::Columns, value) => {
                let inner = match value {
                    Expression::TableConstructor(inner) => named(inner).next(),
                    _ => None,
                };
                let names = inner.map_or(value, |(_, names)| names);
                for column in strings(names) {
                    self.column(call, table, column);
                }
            }
            (Part::ByColumn | Part::Values, Expression::TableConstructor(inner)) => {
                for (column, value) in named(inner) {
                    self.column(call, table, column);
                    if let (Part::Values, Expression::String(sql)) = (part, value) {
                        self.clause(call, table, Clause::Select, sql);
                    }
                }
            }
            _ => {}
        }
    }

    fn column(&mut self, call: &Called, table: &str, column: &TokenReference) {
        if let Some(name) = text_or_word(column) {
            let table = table.to_owned();
            self.ask(call, column, Wanted::Column { table, name });
        }
    }

    fn clause(&mut self, call: &Called, table: &str, clause: Clause, sql: &TokenReference) {
        if let Some(text) = text(sql) {
            let table = table.to_owned();
            self.ask(
                call,
                sql,
                Wanted::Clause {
                    table,
                    clause,
                    text,
                },
            );
        }
    }

    /// Puts a question to the server of the call's target, where that is known.
    pub fn ask(&mut self, call: &Called, token: &TokenReference, wanted: Wanted) {
        if let Some(target) = call.target.clone() {
            let at = Self::at(token);
            self.asks.push(Ask { at, target, wanted });
        }
    }
}

/// The table of options that name one only.
fn sole_table(options: &TableConstructor) -> Option<String> {
    let tables = named(options).find_map(|(key, value)| {
        let is_it = ["table", "tables"].contains(&&*text_or_word(key)?);
        is_it.then_some(value)
    })?;
    let mut names = strings(tables);
    let name = names.next().filter(|_| names.next().is_none())?;
    text(name).filter(|name| !name.contains([':', '*', '?', '[', '!']))
}

/// The entries that have names.
fn named(table: &TableConstructor) -> impl Iterator<Item = (&TokenReference, &Expression)> {
    table.fields().iter().filter_map(|field| match field {
        Field::NameKey { key, value, .. } => Some((key, &**value)),
        Field::ExpressionKey { key, value, .. } => match &**key {
            Expression::String(key) => Some((key, &**value)),
            _ => None,
        },
        _ => None,
    })
}

/// A text that stands there, or those of a list.
fn strings(value: &Expression) -> Box<dyn Iterator<Item = &TokenReference> + '_> {
    match value {
        Expression::String(token) => Box::new(std::iter::once(token)),
        Expression::TableConstructor(table) => {
            Box::new(table.fields().iter().filter_map(|field| match field {
                Field::NoKey(Expression::String(token)) => Some(token),
                _ => None,
            }))
        }
        _ => Box::new(std::iter::empty()),
    }
}

/// What a key says: `lat`, `["audit.log"]`.
pub fn text_or_word(token: &TokenReference) -> Option<String> {
    use full_moon::tokenizer::TokenType;
    match token.token().token_type() {
        TokenType::StringLiteral { .. } => text(token),
        _ => Some(word(token)),
    }
}
