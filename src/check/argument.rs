//! The arguments of a call, however they are written.

use full_moon::ast::{self, Expression, FunctionArgs, TableConstructor};
use full_moon::tokenizer::TokenReference;

use super::source::word;
use super::value::{Literal, text};

/// One argument, however it is written.
#[derive(Clone, Copy)]
pub enum Argument<'t> {
    Value(&'t Expression),
    Text(&'t TokenReference),
    Table(&'t TableConstructor),
}

pub fn arguments(args: &FunctionArgs) -> Vec<Argument<'_>> {
    match args {
        FunctionArgs::Parentheses { arguments, .. } => {
            arguments.iter().map(Argument::Value).collect()
        }
        FunctionArgs::String(token) => vec![Argument::Text(token)],
        FunctionArgs::TableConstructor(table) => vec![Argument::Table(table)],
        _ => Vec::new(),
    }
}

/// The text of an argument that stands there.
pub fn literal(arg: Argument<'_>) -> Option<String> {
    match arg {
        Argument::Text(token) | Argument::Value(Expression::String(token)) => text(token),
        _ => None,
    }
}

/// Whether `connect` is given options that may lead to another database of the target.
pub fn names_database(args: &[Argument<'_>]) -> bool {
    match args.get(1) {
        None => false,
        Some(Argument::Value(Expression::TableConstructor(table))) => {
            table.fields().iter().any(|field| match field {
                ast::Field::NameKey { key, .. } => word(key) == "database",
                _ => true,
            })
        }
        Some(_) => true,
    }
}

/// Where a value begins, to point to it.
pub fn first_token(value: &Expression) -> Option<&TokenReference> {
    use full_moon::node::Node;
    match Literal::of(value) {
        Literal::Other => None,
        _ => value.tokens().next(),
    }
}
