//! The way through the syntax tree, with what every name stands for on it.

use std::collections::BTreeMap;

use full_moon::ast::{
    self, Block, Expression, FunctionBody, Index, LastStmt, Parameter, Prefix, Stmt, Suffix, UnOp,
    Var,
};
use full_moon::tokenizer::TokenReference;

use super::names::{Scopes, global, globals, last, member, parts};
use super::source::{Facts, Source, at, word};
use super::value::What;
use super::{Ask, Checked, Finding, LUA_GLOBALS, Made, World, lua};
use crate::config::did_you_mean;
use crate::docs::{self, Kind, Type};

pub struct Walk<'a> {
    pub source: &'a Source,
    pub world: &'a World<'a>,
    pub scopes: Scopes,
    pub asks: Vec<Ask>,
    /// By place; one for each.
    findings: BTreeMap<usize, Finding>,
}

/// Where an expression stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Use {
    Value,
    /// Where nil is as good as anything: a condition.
    Test,
}

impl<'a> Walk<'a> {
    pub fn new(source: &'a Source, world: &'a World<'a>) -> Self {
        Self {
            source,
            world,
            scopes: Scopes::default(),
            asks: Vec::new(),
            findings: BTreeMap::new(),
        }
    }

    pub fn walked(mut self) -> Checked {
        self.block(self.source.ast.nodes());
        let facts = &self.source.facts;
        if facts.all_silenced {
            return Checked::default();
        }
        Checked {
            findings: self.findings.into_values().collect(),
            asks: self.asks,
            made: Made {
                words: facts.made.words.clone(),
                unseen: facts.made.unseen,
            },
        }
    }

    pub fn facts(&self) -> &'a Facts {
        &self.source.facts
    }

    pub fn find(&mut self, token: &TokenReference, message: String) {
        let silenced = &self.source.facts.silenced;
        let place = token.token().start_position();
        if !silenced.contains(&place.line()) {
            let at = place.bytes();
            self.findings.entry(at).or_insert(Finding { at, message });
        }
    }

    pub fn block(&mut self, block: &Block) {
        self.scopes.open();
        self.statements(block);
        self.scopes.close();
    }

    fn statements(&mut self, block: &Block) {
        for statement in block.stmts() {
            self.statement(statement);
        }
        if let Some(LastStmt::Return(values)) = block.last_stmt() {
            for value in values.returns() {
                self.value(value);
            }
        }
    }

    fn statement(&mut self, statement: &Stmt) {
        match statement {
            Stmt::Assignment(node) => {
                for value in node.expressions() {
                    self.value(value);
                }
                for var in node.variables() {
                    self.assigned(var);
                }
            }
            Stmt::Do(node) => self.block(node.block()),
            Stmt::FunctionCall(call) => {
                let suffixes: Vec<_> = call.suffixes().collect();
                self.chain(call.prefix(), &suffixes);
            }
            Stmt::FunctionDeclaration(node) => {
                let is_method = node.name().method_name().is_some();
                self.function(node.body(), &[], is_method);
            }
            Stmt::GenericFor(node) => {
                for value in node.expressions() {
                    self.value(value);
                }
                self.looped(node.names().iter(), node.block());
            }
            Stmt::NumericFor(node) => {
                self.value(node.start());
                self.value(node.end());
                if let Some(step) = node.step() {
                    self.value(step);
                }
                self.looped(std::iter::once(node.index_variable()), node.block());
            }
            Stmt::If(node) => self.conditions(node),
            Stmt::LocalAssignment(node) => self.local(node),
            Stmt::LocalFunction(node) => {
                self.scopes.declare(word(node.name()), What::Unknown);
                self.function(node.body(), &[], false);
            }
            Stmt::Repeat(node) => {
                self.scopes.open();
                self.statements(node.block());
                self.test(node.until());
                self.scopes.close();
            }
            Stmt::While(node) => {
                self.test(node.condition());
                self.block(node.block());
            }
            _ => {}
        }
    }

    fn conditions(&mut self, node: &ast::If) {
        self.test(node.condition());
        self.block(node.block());
        for other in node.else_if().into_iter().flatten() {
            self.test(other.condition());
            self.block(other.block());
        }
        if let Some(block) = node.else_block() {
            self.block(block);
        }
    }

    fn looped<'t>(&mut self, names: impl Iterator<Item = &'t TokenReference>, block: &Block) {
        self.scopes.open();
        for name in names {
            self.scopes.declare(word(name), What::Unknown);
        }
        self.block(block);
        self.scopes.close();
    }

    fn local(&mut self, node: &ast::LocalAssignment) {
        let values: Vec<What> = node
            .expressions()
            .iter()
            .map(|value| self.value(value))
            .collect();
        let mut values = values.into_iter();
        for name in node.names() {
            let name = word(name);
            let what = values.next().unwrap_or(What::Unknown);
            let what = if self.facts().assigned.contains(&name) {
                What::Unknown
            } else {
                what
            };
            self.scopes.declare(name, what);
        }
    }

    fn assigned(&mut self, var: &Var) {
        if let Var::Expression(var) = var {
            let suffixes: Vec<_> = var.suffixes().collect();
            // What is set need not have been there.
            let (_, inner) = suffixes.split_last().unwrap_or((&suffixes[0], &[]));
            self.chain(var.prefix(), inner);
            if let Some(Suffix::Index(Index::Brackets { expression, .. })) = suffixes.last() {
                self.value(expression);
            }
        }
    }

    /// The body of a function, whose parameters are of these types where it is called by one of ours.
    pub fn function(&mut self, body: &FunctionBody, params: &[What], is_method: bool) {
        self.scopes.open();
        if is_method {
            self.scopes.declare("self".to_owned(), What::Unknown);
        }
        for (place, parameter) in body.parameters().iter().enumerate() {
            if let Parameter::Name(name) = parameter {
                let name = word(name);
                let known = params.get(place).cloned();
                let what = known.filter(|_| !self.facts().assigned.contains(&name));
                self.scopes.declare(name, what.unwrap_or(What::Unknown));
            }
        }
        self.block(body.block());
        self.scopes.close();
    }

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
        super::call::globals_of_modules(self.facts(), self.world).contains(name)
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
        for suffix in suffixes {
            what = match suffix {
                Suffix::Index(Index::Dot { name, .. }) => self.field(&what, name),
                Suffix::Index(Index::Brackets { expression, .. }) => {
                    self.value(expression);
                    What::Unknown
                }
                Suffix::Call(ast::Call::AnonymousCall(args)) if required => {
                    self.require(args);
                    self.arguments(&What::Unknown, None, args);
                    self.required(args)
                }
                Suffix::Call(ast::Call::AnonymousCall(args)) => self.arguments(&what, None, args),
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

    pub fn at(token: &TokenReference) -> usize {
        at(token)
    }
}
