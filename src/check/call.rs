//! Calls of what is declared: options, targets, groups, modules, and what is to be asked of servers.

use full_moon::ast::{self, Expression, FunctionArgs, TableConstructor};
use full_moon::tokenizer::TokenReference;

use super::argument::{Argument, arguments, first_token, literal, names_database};
use super::options::{Form, form, members, names, option, problem, takes_words};
use super::source::word;
use super::value::{What, text};
use super::walk::Walk;
use crate::config::did_you_mean;
use crate::docs::{Entry, Type};

/// Options and parameters that name tables.
const TABLES: [&str; 4] = ["tables", "exclude", "table", "children"];
/// The call that is looked at.
#[derive(Clone)]
pub struct Called {
    pub name: &'static str,
    /// The target of the `Db` that the call is about.
    pub target: Option<String>,
    /// The table that it is about, where an argument names it.
    pub table: Option<String>,
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
            table: table_of(entry, &args),
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
        if let Form::Options(_) = form {
            self.parts(call, table);
        }
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
        match (name.as_str(), value) {
            ("target", value) if call.name == "tunnel.open" => self.known_target(value),
            ("sql", Expression::String(token)) => self.statement_in(call, token),
            _ => {}
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

/// The table that an argument names.
fn table_of(entry: &'static Entry, args: &[Argument<'_>]) -> Option<String> {
    let mut places = 0..args.len();
    let place = places.find(|place| param(entry, *place) == Some("table"))?;
    literal(args[place])
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
