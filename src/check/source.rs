//! A text as a syntax tree, with what has to be known of it as a whole before it is walked.

use std::collections::HashSet;

use full_moon::ast::{self, Ast, Call, FunctionArgs, Index, Prefix, Suffix, Var};
use full_moon::tokenizer::{Token, TokenReference, TokenType};
use full_moon::visitors::Visitor;

use super::Made;
use crate::docs::tree;

pub struct Source {
    pub ast: Ast,
    pub facts: Facts,
}

/// What is true of a whole file, wherever it stands.
#[derive(Default)]
pub struct Facts {
    /// Names that are assigned to, apart from their declaration: what they hold is not known.
    pub assigned: HashSet<String>,
    /// Fields that are assigned to: `copy.twice`, `string.trim`.
    pub fields: HashSet<String>,
    /// Modules that are required by a name that is written there.
    pub required: Vec<String>,
    /// Whether globals may come from where nobody sees them: `_ENV`, `load`, a metatable of `_G`.
    pub opaque: bool,
    pub made: Made,
    /// Lines on which nothing is told; `all` of them.
    pub silenced: HashSet<usize>,
    pub all_silenced: bool,
}

impl Source {
    pub fn read(text: &str) -> Option<Self> {
        let ast = tree(text)?.into_result().ok()?;
        let mut facts = Facts::default();
        facts.visit_ast(&ast);
        facts.silence(text);
        Some(Self { ast, facts })
    }
}

impl Facts {
    fn silence(&mut self, text: &str) {
        for (place, line) in text.lines().enumerate() {
            let Some((_, directive)) = line.split_once("---@diagnostic ") else {
                continue;
            };
            match directive.split([':', ' ']).next().unwrap_or_default() {
                "disable" => self.all_silenced = true,
                "disable-line" => {
                    self.silenced.insert(place + 1);
                }
                "disable-next-line" => {
                    self.silenced.insert(place + 2);
                }
                _ => {}
            }
        }
    }

    fn call(&mut self, prefix: &Prefix, suffixes: &[&Suffix]) {
        let Prefix::Name(name) = prefix else {
            return;
        };
        let name = word(name);
        let literal = match suffixes.first() {
            Some(Suffix::Call(Call::AnonymousCall(args))) => literal_argument(args),
            _ => None,
        };
        match (name.as_str(), literal) {
            ("require", Some(module)) => self.required.push(module),
            ("require" | "dofile" | "load" | "loadfile", _) => self.opaque = true,
            ("setmetatable" | "rawset", _) => {
                let text = suffixes.first().map(ToString::to_string);
                self.opaque |=
                    text.is_some_and(|args| args.contains("_G") || args.contains("_ENV"));
            }
            _ => {}
        }
        let dotted = suffixes.first().and_then(|suffix| field(suffix));
        if matches!(
            (name.as_str(), dotted.as_deref()),
            ("query", Some("file")) | ("copy", Some("schema" | "restore"))
        ) {
            self.made.unseen = true;
        }
    }

    fn target_of_assignment(&mut self, var: &Var) {
        match var {
            Var::Name(name) => {
                self.assigned.insert(word(name));
            }
            Var::Expression(var) => {
                let Prefix::Name(prefix) = var.prefix() else {
                    return;
                };
                let prefix = word(prefix);
                let suffixes: Vec<_> = var.suffixes().collect();
                match (suffixes.as_slice(), suffixes.first().and_then(|s| field(s))) {
                    ([_], Some(name)) if prefix == "_G" || prefix == "_ENV" => {
                        self.assigned.insert(name);
                    }
                    ([_], None) if prefix == "_G" || prefix == "_ENV" => self.opaque = true,
                    (_, Some(name)) => {
                        self.fields.insert(format!("{prefix}.{name}"));
                    }
                    // `copy[name] = ...`
                    (_, None) => {
                        self.fields.insert(format!("{prefix}.*"));
                    }
                }
            }
            _ => {}
        }
    }
}

impl Visitor for Facts {
    fn visit_assignment(&mut self, node: &ast::Assignment) {
        for var in node.variables() {
            self.target_of_assignment(var);
        }
    }

    fn visit_function_declaration(&mut self, node: &ast::FunctionDeclaration) {
        let names: Vec<String> = node.name().names().iter().map(word).collect();
        match names.as_slice() {
            [name] if node.name().method_name().is_none() => {
                self.assigned.insert(name.clone());
            }
            [name] => {
                let method = node.name().method_name().map(word).unwrap_or_default();
                self.fields.insert(format!("{name}.{method}"));
            }
            [first, second, ..] => {
                self.fields.insert(format!("{first}.{second}"));
            }
            [] => {}
        }
    }

    fn visit_local_assignment(&mut self, node: &ast::LocalAssignment) {
        self.opaque |= node.names().iter().any(|name| word(name) == "_ENV");
    }

    fn visit_function_body(&mut self, node: &ast::FunctionBody) {
        let is_env = |parameter: &ast::Parameter| match parameter {
            ast::Parameter::Name(name) => word(name) == "_ENV",
            _ => false,
        };
        self.opaque |= node.parameters().iter().any(is_env);
    }

    fn visit_function_call(&mut self, node: &ast::FunctionCall) {
        self.call(node.prefix(), &node.suffixes().collect::<Vec<_>>());
        for suffix in node.suffixes() {
            if let Suffix::Call(Call::MethodCall(call)) = suffix
                && word(call.name()) == "script"
                && literal_argument(call.args()).is_none()
            {
                self.made.unseen = true;
            }
        }
    }

    fn visit_string_literal(&mut self, token: &Token) {
        let TokenType::StringLiteral { literal, .. } = token.token_type() else {
            return;
        };
        let text = literal.to_lowercase();
        let makes = ["create", "alter", "rename", "into", "drop"];
        let mut words = text.split(|c: char| !c.is_alphanumeric() && c != '_');
        if words.clone().any(|word| makes.contains(&word)) {
            self.made.words.extend(words.by_ref().map(str::to_owned));
        }
    }
}

/// A name as it is written.
pub fn word(token: &TokenReference) -> String {
    token.token().to_string()
}

/// The byte at which a token begins.
pub fn at(token: &TokenReference) -> usize {
    token.token().start_position().bytes()
}

/// The name of `.name`.
pub fn field(suffix: &Suffix) -> Option<String> {
    match suffix {
        Suffix::Index(Index::Dot { name, .. }) => Some(word(name)),
        _ => None,
    }
}

/// What `f "x"` and `f("x")` are given.
pub fn literal_argument(args: &FunctionArgs) -> Option<String> {
    match args {
        FunctionArgs::String(token) => super::value::text(token),
        FunctionArgs::Parentheses { arguments, .. } => match arguments.iter().next()? {
            ast::Expression::String(token) => super::value::text(token),
            _ => None,
        },
        _ => None,
    }
}
