//! What the project has to know: targets, groups, modules.

use std::collections::HashSet;

use full_moon::ast::{Expression, FunctionArgs};
use full_moon::tokenizer::TokenReference;

use super::argument::Argument;
use super::call::Called;
use super::source::{Facts, Source};
use super::value::text;
use super::walk::Walk;
use super::{Module, World};
use crate::config::did_you_mean;

impl Walk<'_> {
    /// Names that `runner.toml` has to know.
    pub fn literals(&mut self, call: &Called, args: &[Argument<'_>]) {
        if call.name != "connect" {
            return;
        }
        match args.first() {
            Some(Argument::Text(token)) => self.target_name(token),
            Some(Argument::Value(value)) => self.known_target(value),
            _ => {}
        }
    }

    pub fn known_target(&mut self, value: &Expression) {
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
            let known = (self.world.modules)(&name);
            let hint = did_you_mean(&name, known.iter().map(String::as_str));
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
