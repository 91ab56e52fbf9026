//! Expressions: what each is, and the names in it that mean nothing.

use full_moon::ast::{self, Expression, Index, Prefix, Suffix, UnOp, Var};
use full_moon::tokenizer::TokenReference;

use super::names::{global, globals, last, member, parts};
use super::source::word;
use super::value::{Literal, What};
use super::walk::Walk;
use super::{LUA_GLOBALS, lua};
use crate::config::did_you_mean;
use crate::docs::{self, Kind, Type};

/// Where an expression stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Use {
    Value,
    /// Where nil is as good as anything: a condition.
    Test,
}

impl Walk<'_> {
    pub fn value(&mut self, expression: &Expression) -> What {
        self.expression(expression, Use::Value)
    }

    pub fn test(&mut self, expression: &Expression) -> What {
        self.expression(expression, Use::Test)
    }

    fn expression(&mut self, expression: &Expression, used: Use) -> What {
        match expression {
            Expression::BinaryOperator { lhs, binop, rhs } => {
                let operator = binop.to_string();
                let tests = ["and", "or", "==", "~="].contains(&operator.trim());
                let used = if tests { Use::Test } else { Use::Value };
                self.expression(lhs, used);
                self.expression(rhs, used);
                What::Unknown
            }
            Expression::UnaryOperator { unop, expression } => {
                let used = match unop {
                    UnOp::Not(_) => Use::Test,
                    _ => Use::Value,
                };
                self.expression(expression, used);
                What::Unknown
            }
            Expression::Parentheses { expression, .. } => self.expression(expression, used),
            Expression::Function(function) => {
                self.function(function.body(), &[], false);
                What::Unknown
            }
            Expression::FunctionCall(call) => {
                let suffixes: Vec<_> = call.suffixes().collect();
                self.chain(call.prefix(), &suffixes)
            }
            Expression::TableConstructor(table) => {
                self.plain_table(table);
                What::Unknown
            }
            Expression::Var(Var::Name(name)) => self.name(name, used),
            Expression::Var(Var::Expression(var)) => {
                let suffixes: Vec<_> = var.suffixes().collect();
                self.chain(var.prefix(), &suffixes)
            }
            _ => What::Unknown,
        }
    }

    fn name(&mut self, token: &TokenReference, used: Use) -> What {
        let name = word(token);
        if let Some(what) = self.scopes.find(&name) {
            return what.clone();
        }
        if let Some(what) = global(&name, self.facts()) {
            return what;
        }
        if used == Use::Value && !self.facts().opaque && !self.is_made_elsewhere(&name) {
            let ours = globals().map(|entry| entry.name.as_str());
            let luas = LUA_GLOBALS.iter().map(|(global, _)| *global);
            let own = self.facts().assigned.iter().map(String::as_str);
            let known = self.scopes.names().chain(ours).chain(luas).chain(own);
            let hint = did_you_mean(&name, known);
            self.find(token, format!("there is no global `{name}`{hint}"));
        }
        What::Unknown
    }

    /// Whether a module of the project that is required here sets a global of that name.
    fn is_made_elsewhere(&self, name: &str) -> bool {
        super::project::globals_of_modules(self.facts(), self.world).contains(name)
    }

    /// A name or an expression with all that is indexed and called behind it.
    pub fn chain(&mut self, prefix: &Prefix, suffixes: &[&Suffix]) -> What {
        let mut what = match prefix {
            Prefix::Name(name) => self.name(name, Use::Value),
            Prefix::Expression(expression) => self.value(expression),
            _ => What::Unknown,
        };
        // How the call is written, for what a function that is not declared is named.
        let mut required = matches!(prefix, Prefix::Name(name) if word(name) == "require");
        // `db.query "..."`: the name of a method that is not called as one.
        let mut dotted: Option<&TokenReference> = None;
        for suffix in suffixes {
            let method = dotted.take();
            what = match suffix {
                Suffix::Index(Index::Dot { name, .. }) => {
                    dotted = matches!(what, What::Instance(..)).then_some(name);
                    self.field(&what, name)
                }
                Suffix::Index(Index::Brackets { expression, .. }) => {
                    self.value(expression);
                    What::Unknown
                }
                Suffix::Call(ast::Call::AnonymousCall(args)) if required => {
                    self.require(args);
                    self.arguments(&What::Unknown, None, args);
                    self.required(args)
                }
                Suffix::Call(ast::Call::AnonymousCall(args)) => {
                    self.as_method(&what, method, args);
                    self.arguments(&what, None, args)
                }
                Suffix::Call(ast::Call::MethodCall(call)) => {
                    let method = self.field(&what, call.name());
                    self.arguments(&method, Some(&what), call.args())
                }
                _ => What::Unknown,
            };
            required = false;
        }
        what
    }

    /// A method that is called with a `.` wants its owner as the first argument, which no text or table is.
    fn as_method(&mut self, what: &What, name: Option<&TokenReference>, args: &ast::FunctionArgs) {
        let (What::Function(entry), Some(name)) = (what, name) else {
            return;
        };
        let may_be_owner = match args {
            ast::FunctionArgs::Parentheses { arguments, .. } => {
                let first = arguments.iter().next();
                first.is_some_and(|first| matches!(Literal::of(first), Literal::Other))
            }
            _ => false,
        };
        if entry.name.contains(':') && !may_be_owner {
            self.find(name, format!("`{}` is called with a `:`", entry.name));
        }
    }

    /// `what.name`, or `what:name`.
    fn field(&mut self, what: &What, token: &TokenReference) -> What {
        let name = word(token);
        match what {
            What::Module(module) => {
                if let Some(entry) = member(module, &name) {
                    return What::Function(entry);
                }
                let known = docs::members(module).map(last).collect();
                self.lacking(module, &name, known, token);
            }
            What::Library(library) => {
                let fields = lua::fields(library).unwrap_or_default();
                if !fields.is_empty() && !fields.contains(&name.as_str()) {
                    self.lacking(library, &name, fields.to_vec(), token);
                }
            }
            What::Instance(class, _) => {
                if let Some(entry) = member(&class.name, &name) {
                    return What::Function(entry);
                }
                let parts = parts(class);
                if !parts.contains(&name.as_str()) {
                    let hint = did_you_mean(&name, parts);
                    self.find(token, format!("a `{}` has no `{name}`{hint}", class.name));
                }
            }
            What::Function(_) | What::Unknown => {}
        }
        What::Unknown
    }

    fn lacking(&mut self, owner: &str, name: &str, known: Vec<&str>, token: &TokenReference) {
        let fields = &self.facts().fields;
        if fields.contains(&format!("{owner}.{name}")) || fields.contains(&format!("{owner}.*")) {
            return;
        }
        let hint = did_you_mean(name, known);
        self.find(token, format!("`{owner}` has no `{name}`{hint}"));
    }

    /// What a module of the binary is.
    fn required(&self, args: &ast::FunctionArgs) -> What {
        let name = super::source::literal_argument(args);
        let module = name.filter(|name| (self.world.module)(name) == super::Module::Embedded);
        let name = module.map(|name| name.trim_start_matches("stdlib.").to_owned());
        let entry = name.and_then(|name| {
            let mut entries = docs::entries().iter();
            entries.find(|entry| entry.kind == Kind::Required && entry.name == name)
        });
        entry.map_or(What::Unknown, |entry| What::Module(&entry.name))
    }

    /// A table that is no options of ours.
    pub fn plain_table(&mut self, table: &ast::TableConstructor) {
        for field in table.fields() {
            match field {
                ast::Field::ExpressionKey { key, value, .. } => {
                    self.value(key);
                    self.test(value);
                }
                ast::Field::NameKey { value, .. } => {
                    self.test(value);
                }
                ast::Field::NoKey(value) => {
                    self.test(value);
                }
                _ => {}
            }
        }
    }

    /// What a value of a type is, given to a function of the playbook.
    pub fn instance(of: &Type, target: Option<&str>) -> What {
        let Type::Class(name) = of else {
            return What::Unknown;
        };
        match docs::lookup(name) {
            // Of a class without methods more may be there than is declared.
            Some(class)
                if class.kind == Kind::Class && docs::members(&class.name).next().is_some() =>
            {
                What::Instance(class, target.map(str::to_owned))
            }
            _ => What::Unknown,
        }
    }
}
