//! The way through the syntax tree, with what every name stands for on it.

use std::collections::BTreeMap;

use full_moon::ast::{self, Block, FunctionBody, Index, LastStmt, Parameter, Stmt, Suffix, Var};
use full_moon::tokenizer::TokenReference;

use super::names::Scopes;
use super::source::{Facts, Source, at, word};
use super::value::What;
use super::{Ask, Checked, Finding, Made, World};

pub struct Walk<'a> {
    pub source: &'a Source,
    pub world: &'a World<'a>,
    pub scopes: Scopes,
    pub asks: Vec<Ask>,
    /// By place; one for each.
    findings: BTreeMap<usize, Finding>,
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

    pub fn at(token: &TokenReference) -> usize {
        at(token)
    }
}
