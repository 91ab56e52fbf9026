//! What a call is about in a database: the target, the tables, the statement.

use full_moon::ast::{self, Expression, TableConstructor, Var};
use full_moon::tokenizer::TokenReference;

use super::argument::{Argument, arguments, names_database};
use super::ask::Wanted;
use super::call::Called;
use super::parts::text_or_word;
use super::source::{literal_argument, word};
use super::value::{What, text};
use super::walk::Walk;
use crate::config::did_you_mean;
use crate::docs::{Entry, Type};

/// Whose rows `tables` are about, where it is not `from`.
const AT_THE_DESTINATION: [&str; 4] = [
    "copy.order",
    "copy.restore",
    "copy.import",
    "verify.foreign_keys",
];

impl Walk<'_> {
    /// The call with the target of the `Db` that its options name.
    pub fn about(&self, call: &Called, table: &TableConstructor) -> Called {
        let db = |wanted: &str| {
            let value = table.fields().iter().find_map(|field| match field {
                ast::Field::NameKey { key, value, .. } if word(key) == wanted => Some(value),
                _ => None,
            })?;
            self.peek(value).target().map(str::to_owned)
        };
        let found = if AT_THE_DESTINATION.contains(&call.name) {
            db("to").or_else(|| db("db"))
        } else {
            db("from").or_else(|| db("db"))
        };
        Called {
            target: found.or_else(|| call.target.clone()),
            ..call.clone()
        }
    }

    /// What an expression is, without looking for anything wrong in it.
    pub fn peek(&self, expression: &Expression) -> What {
        match expression {
            Expression::Var(Var::Name(name)) => {
                let found = self.scopes.find(&word(name));
                found.cloned().unwrap_or(What::Unknown)
            }
            Expression::FunctionCall(call) => {
                let suffixes: Vec<_> = call.suffixes().collect();
                match (call.prefix(), suffixes.as_slice()) {
                    (
                        ast::Prefix::Name(name),
                        [ast::Suffix::Call(ast::Call::AnonymousCall(args))],
                    ) if word(name) == "connect" && self.scopes.find("connect").is_none() => {
                        let given = arguments(args);
                        let target = literal_argument(args).filter(|_| !names_database(&given));
                        Self::instance(&Type::Class("Db".to_owned()), target.as_deref())
                    }
                    _ => What::Unknown,
                }
            }
            _ => What::Unknown,
        }
    }

    /// The target of the `Db` that a call is about.
    pub fn target(&self, receiver: Option<&What>, args: &[Argument<'_>]) -> Option<String> {
        match receiver {
            Some(What::Instance(class, target)) if class.name == "Db" => return target.clone(),
            _ => {}
        }
        match args.first()? {
            Argument::Value(value) => self.peek(value).target().map(str::to_owned),
            _ => None,
        }
    }

    /// A name, a pattern or a group of tables.
    pub fn table_name(&mut self, call: &Called, token: &TokenReference) {
        let Some(name) = text_or_word(token) else {
            return;
        };
        if let Some(group) = name.strip_prefix("group:") {
            let Some(groups) = &self.world.groups else {
                return;
            };
            if !groups.iter().any(|known| known == group) {
                let hint = did_you_mean(group, groups.iter().map(String::as_str));
                self.find(
                    token,
                    format!("no such group `{group}` in `runner.toml`{hint}"),
                );
            }
        } else if !name.contains(['*', '?', '[', '!']) {
            self.ask(call, token, Wanted::Table(name));
        }
    }

    /// The statement of `db:query "..."` and its kin.
    pub fn statement_of(
        &mut self,
        entry: &Entry,
        call: &Called,
        is_method: bool,
        args: &[Argument<'_>],
    ) {
        let place = match entry.name.as_str() {
            "Db:query" | "Db:one" | "Db:value" | "Db:rows" | "Db:execute" => {
                usize::from(!is_method)
            }
            "query" => 1,
            _ => return,
        };
        let token = match args.get(place) {
            Some(Argument::Text(token)) => *token,
            Some(Argument::Value(Expression::String(token))) => token,
            _ => return,
        };
        self.statement_in(call, token);
    }

    pub fn statement_in(&mut self, call: &Called, token: &TokenReference) {
        if let Some(sql) = text(token) {
            self.ask(call, token, Wanted::Statement(sql));
        }
    }
}
