//! Calls of what is declared: options, targets, groups, modules, and what is to be asked of servers.

use std::collections::HashSet;

use full_moon::ast::{self, Expression, FunctionArgs, TableConstructor, Var};
use full_moon::tokenizer::TokenReference;

use super::ask::{Ask, Wanted};
use super::options::{Form, form, members, names, option, problem, takes_words};
use super::source::{Facts, Source, literal_argument, word};
use super::value::{Literal, What, text};
use super::walk::Walk;
use super::{Module, World};
use crate::config::did_you_mean;
use crate::docs::{Entry, Type};

/// Options and parameters that name tables.
const TABLES: [&str; 4] = ["tables", "exclude", "table", "children"];
/// Whose rows `tables` are about, where it is not `from`.
const AT_THE_DESTINATION: [&str; 3] = ["copy.order", "copy.restore", "copy.import"];

/// The call that is looked at.
#[derive(Clone)]
pub struct Called {
    name: &'static str,
    /// The target of the `Db` that the call is about.
    target: Option<String>,
}

/// One argument, however it is written.
#[derive(Clone, Copy)]
enum Argument<'t> {
    Value(&'t Expression),
    Text(&'t TokenReference),
    Table(&'t TableConstructor),
}

impl Walk<'_> {
    /// A call with these arguments; gives what it returns.
    pub fn arguments(&mut self, what: &What, receiver: Option<&What>, args: &FunctionArgs) -> What {
        let args = arguments(args);
        let entry = match what {
            What::Function(entry) => *entry,
            What::Module(name) => match called(name) {
                Some(entry) => entry,
                None => return self.unknown(&args, false),
            },
            What::Library(name) => return self.unknown(&args, takes_nil(name)),
            _ => return self.unknown(&args, false),
        };
        let target = self.target(receiver, &args);
        let call = Called {
            name: &entry.name,
            target,
        };
        self.literals(&call, &args);
        let is_method = receiver.is_some();
        for (place, arg) in args.iter().enumerate() {
            let types = types_at(entry, place, is_method);
            let tables = param(entry, place).is_some_and(|name| TABLES.contains(&name));
            self.argument(&call, &types, tables, *arg);
        }
        self.statement_of(entry, &call, receiver.is_some(), &args);
        let returned = entry.returns.first().map(|returned| &returned.ty);
        let target = match (entry.name.as_str(), args.first()) {
            ("connect", Some(first)) if args.len() == 1 || !names_database(&args) => {
                literal(*first)
            }
            _ => None,
        };
        returned.map_or(What::Unknown, |of| Self::instance(of, target.as_deref()))
    }

    fn unknown(&mut self, args: &[Argument<'_>], takes_nil: bool) -> What {
        for arg in args {
            match arg {
                Argument::Value(value) if takes_nil => {
                    self.test(value);
                }
                Argument::Value(value) => {
                    self.value(value);
                }
                Argument::Table(table) => self.plain_table(table),
                Argument::Text(_) => {}
            }
        }
        What::Unknown
    }

    fn argument(
        &mut self,
        call: &Called,
        types: &[&'static Type],
        tables: bool,
        arg: Argument<'_>,
    ) {
        match arg {
            Argument::Value(Expression::TableConstructor(table)) => {
                self.table(call, types, tables, table);
            }
            Argument::Table(table) => self.table(call, types, tables, table),
            Argument::Value(Expression::Function(function)) => {
                let params = callback(types, call.target.as_deref());
                self.function(function.body(), &params, false);
            }
            Argument::Value(value) => {
                if tables && let Expression::String(token) = value {
                    self.table_name(call, token);
                }
                self.value(value);
            }
            Argument::Text(token) if tables => self.table_name(call, token),
            Argument::Text(_) => {}
        }
    }

    /// A table where one of `types` is wanted.
    fn table(
        &mut self,
        call: &Called,
        types: &[&'static Type],
        tables: bool,
        table: &TableConstructor,
    ) {
        let form = form(types);
        let call = &self.about(call, table);
        for (place, field) in table.fields().iter().enumerate() {
            match field {
                ast::Field::NameKey { key, value, .. } => self.entry(call, form, key, value),
                ast::Field::ExpressionKey { key, value, .. } => {
                    self.value(key);
                    match (form, &**key) {
                        (Form::Map(of), _) => self.item(call, &[of], tables, value),
                        (Form::Options(_), Expression::String(name)) => {
                            self.entry(call, form, name, value);
                        }
                        _ => self.item(call, &[], tables, value),
                    }
                }
                ast::Field::NoKey(value) => {
                    if let Form::Options(class) = form
                        && !takes_words(class)
                        && let Some(token) = first_token(value)
                    {
                        let what = format!("`{}`: unknown option `{}`", call.name, place + 1);
                        self.find(token, format!("{what}; options have names"));
                    }
                    let of = match form {
                        Form::List(of) => vec![of],
                        _ => Vec::new(),
                    };
                    self.item(call, &of, tables, value);
                }
                _ => {}
            }
        }
    }

    fn entry(&mut self, call: &Called, form: Form, key: &TokenReference, value: &Expression) {
        match form {
            Form::Options(class) => self.option(call, class, key, value),
            Form::Map(of) => self.item(call, &[of], false, value),
            Form::List(_) | Form::Free => self.item(call, &[], false, value),
        }
    }

    fn option(
        &mut self,
        call: &Called,
        class: &'static Entry,
        key: &TokenReference,
        value: &Expression,
    ) {
        let name = text(key).unwrap_or_else(|| word(key));
        let Some(field) = option(class, &name) else {
            let hint = did_you_mean(&name, names(class));
            self.find(
                key,
                format!("`{}`: unknown option `{name}`{hint}", call.name),
            );
            self.item(call, &[], false, value);
            return;
        };
        if let Some(problem) = problem(&name, &field.ty, value) {
            let token = first_token(value).unwrap_or(key);
            self.find(token, format!("`{}`: {problem}", call.name));
        }
        if call.name == "tunnel.open" && name == "target" {
            self.known_target(value);
        }
        self.item(call, &[&field.ty], TABLES.contains(&name.as_str()), value);
    }

    /// A value inside a table; nil is no entry at all there.
    fn item(&mut self, call: &Called, types: &[&'static Type], tables: bool, value: &Expression) {
        match value {
            Expression::TableConstructor(_) | Expression::Function(_) | Expression::String(_) => {
                self.argument(call, types, tables, Argument::Value(value));
            }
            // A global that is not there would be left out silently, which is what makes a slip dangerous.
            value => {
                self.value(value);
            }
        }
    }

    /// The call with the target of the `Db` that its options name.
    fn about(&self, call: &Called, table: &TableConstructor) -> Called {
        let db = |wanted: &str| {
            let value = table.fields().iter().find_map(|field| match field {
                ast::Field::NameKey { key, value, .. } if word(key) == wanted => Some(value),
                _ => None,
            })?;
            self.peek(value).target().map(str::to_owned)
        };
        let found = if AT_THE_DESTINATION.contains(&call.name) {
            db("to")
        } else {
            db("from").or_else(|| db("db"))
        };
        Called {
            target: found.or_else(|| call.target.clone()),
            ..call.clone()
        }
    }

    /// What an expression is, without looking for anything wrong in it.
    fn peek(&self, expression: &Expression) -> What {
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
    fn target(&self, receiver: Option<&What>, args: &[Argument<'_>]) -> Option<String> {
        if let Some(receiver) = receiver {
            return receiver.target().map(str::to_owned);
        }
        match args.first()? {
            Argument::Value(value) => self.peek(value).target().map(str::to_owned),
            _ => None,
        }
    }

    /// Names that `runner.toml` has to know.
    fn literals(&mut self, call: &Called, args: &[Argument<'_>]) {
        if call.name != "connect" {
            return;
        }
        match args.first() {
            Some(Argument::Text(token)) => self.target_name(token),
            Some(Argument::Value(value)) => self.known_target(value),
            _ => {}
        }
    }

    fn known_target(&mut self, value: &Expression) {
        if let Expression::String(token) = value {
            self.target_name(token);
        }
    }

    fn target_name(&mut self, token: &TokenReference) {
        let (Some(name), Some(targets)) = (text(token), &self.world.targets) else {
            return;
        };
        if !targets.contains(&name) {
            let hint = did_you_mean(&name, targets.iter().map(String::as_str));
            self.find(token, format!("there is no target `{name}`{hint}"));
        }
    }

    /// A name, a pattern or a group of tables.
    fn table_name(&mut self, call: &Called, token: &TokenReference) {
        let Some(name) = text(token) else {
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
        } else if let Some(target) = &call.target
            && !name.contains(['*', '?', '[', '!'])
        {
            self.asks.push(Ask {
                at: Self::at(token),
                target: target.clone(),
                wanted: Wanted::Table(name),
            });
        }
    }

    /// The statement of `db:query "..."` and its kin.
    fn statement_of(
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
        if let (Some(target), Some(sql)) = (&call.target, text(token)) {
            self.asks.push(Ask {
                at: Self::at(token),
                target: target.clone(),
                wanted: Wanted::Statement(sql),
            });
        }
    }

    /// A module that has to be there.
    pub fn require(&mut self, args: &FunctionArgs) {
        let token = match args {
            FunctionArgs::String(token) => token,
            FunctionArgs::Parentheses { arguments, .. } => match arguments.iter().next() {
                Some(Expression::String(token)) => token,
                _ => return,
            },
            _ => return,
        };
        let Some(name) = text(token) else {
            return;
        };
        let preloaded = self
            .facts()
            .fields
            .iter()
            .any(|field| field.starts_with("package."));
        if !preloaded && (self.world.module)(&name) == Module::Missing {
            let hint = did_you_mean(&name, self.world.modules.iter().map(String::as_str));
            self.find(token, format!("there is no module `{name}`{hint}"));
        }
    }
}

/// The globals that modules of the project set, which this text requires, directly or by others.
pub fn globals_of_modules(facts: &Facts, world: &World<'_>) -> HashSet<String> {
    let mut wanted: Vec<String> = facts.required.clone();
    let mut seen = HashSet::new();
    let mut globals = HashSet::new();
    while let Some(name) = wanted.pop() {
        if !seen.insert(name.clone()) {
            continue;
        }
        let Module::File(path) = (world.module)(&name) else {
            continue;
        };
        let text = std::fs::read_to_string(path).unwrap_or_default();
        if let Some(source) = Source::read(&text) {
            globals.extend(source.facts.assigned);
            wanted.extend(source.facts.required);
        }
    }
    globals
}

fn arguments(args: &FunctionArgs) -> Vec<Argument<'_>> {
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
fn literal(arg: Argument<'_>) -> Option<String> {
    match arg {
        Argument::Text(token) | Argument::Value(Expression::String(token)) => text(token),
        _ => None,
    }
}

/// Whether `connect` is given options that may lead to another database of the target.
fn names_database(args: &[Argument<'_>]) -> bool {
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

/// A global that can be indexed and called: `query`.
fn called(name: &str) -> Option<&'static Entry> {
    crate::docs::lookup(name).filter(|entry| !entry.overloads.is_empty())
}

/// Functions of Lua for which nil is as good as anything.
fn takes_nil(function: &str) -> bool {
    [
        "assert", "pcall", "print", "rawequal", "select", "tostring", "type", "xpcall",
    ]
    .contains(&function)
}

/// The types that an argument may be of, by all ways to call the function.
fn types_at(entry: &'static Entry, place: usize, is_method: bool) -> Vec<&'static Type> {
    // `db.query(db, ...)`: the receiver is an argument like any other.
    let shift = usize::from(entry.name.contains(':') && !is_method);
    let own = place
        .checked_sub(shift)
        .and_then(|place| entry.params.get(place))
        .map(|param| &param.ty);
    let overloads = entry.overloads.iter().filter_map(|overload| {
        let Type::Callback { params, .. } = overload else {
            return None;
        };
        let has_self = params.first().is_some_and(|(name, _)| name == "self");
        let skip = usize::from(has_self && is_method);
        params.get(place + skip).map(|(_, of)| of)
    });
    own.into_iter().chain(overloads).collect()
}

fn param(entry: &'static Entry, place: usize) -> Option<&'static str> {
    entry.params.get(place).map(|param| param.name.as_str())
}

/// What the parameters of a function are that is given where one of `types` is wanted.
fn callback(types: &[&'static Type], target: Option<&str>) -> Vec<What> {
    let mut members = types.iter().flat_map(|of| members(of));
    let params = members.find_map(|member| match member {
        Type::Callback { params, .. } => Some(params),
        _ => None,
    });
    let params = params.into_iter().flatten();
    params.map(|(_, of)| Walk::instance(of, target)).collect()
}

/// Where a value begins, to point to it.
fn first_token(value: &Expression) -> Option<&TokenReference> {
    use full_moon::node::Node;
    match Literal::of(value) {
        Literal::Other => None,
        _ => value.tokens().next(),
    }
}
