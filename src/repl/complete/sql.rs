//! Completion of SQL: what of all that may stand at a place begins with what was typed.

use super::super::names::{Attached, Kind, Named, Names, Plain, Relation};
use super::super::sorted::begins;
use super::Candidate;
use super::slot::{Slot, slots};
use super::spot::{Spot, is_name};
use super::tables::{before_parenthesis, named_queries, target, used};
use super::words;
use crate::pg::Literal;

pub fn complete(text: &str, position: usize, names: &Names) -> (usize, Vec<Candidate>) {
    let Some(spot) = Spot::find(text, position) else {
        return (position, Vec::new());
    };
    let mut offer = Offer {
        spot: &spot,
        names,
        found: Vec::new(),
    };
    for slot in slots(&spot).iter() {
        offer.fill(slot);
    }
    (spot.start, offer.found)
}

/// The arguments of the function whose parenthesis is open last.
pub fn signature(text: &str, names: &Names) -> Option<String> {
    let spot = Spot::find(text, text.len())?;
    let open = spot.open_parenthesis()?;
    let name = open.checked_sub(1).map(|index| spot.tokens[index])?;
    let name = Some(name).filter(is_name).map(|name| spot.name(&name))?;
    let all = names.functions(&name).iter().chain(names.procedures(&name));
    let mut of_name = all.filter(|function| *function.name == *name);
    let function = of_name.find(|function| function.visible)?;
    Some(format!("{name}({})", function.detail))
}

/// What is found for a place.
pub struct Offer<'a> {
    pub spot: &'a Spot<'a>,
    pub names: &'a Names,
    pub found: Vec<Candidate>,
}

impl Offer<'_> {
    fn fill(&mut self, slot: &Slot) {
        // Behind a dot comes no keyword.
        let qualified = !self.spot.qualifiers.is_empty();
        match slot {
            Slot::Relation(kinds) => self.relations(kinds),
            Slot::Column => self.columns(),
            Slot::ItsColumn => self.columns_of(before_parenthesis(self.spot)),
            Slot::TargetColumn => self.columns_of(target(self.spot)),
            Slot::SharedColumn => self.shared_columns(),
            Slot::Function => self.functions(),
            Slot::Procedure => self.procedures(),
            Slot::Type => self.types(),
            Slot::Value => self.values(),
            Slot::Behind(_) | Slot::Words(_) if qualified => self.values(),
            Slot::Setting => self.settings(),
            Slot::SettingValue => self.setting_values(),
            Slot::Plain(kind) => self.plain(*kind),
            Slot::Attached(kind) => self.attached(*kind),
            Slot::Words(list) => self.keywords(list),
            Slot::Behind(clause) => self.behind(clause),
            Slot::Nothing => {}
        }
    }

    fn behind(&mut self, clause: &str) {
        let list = words::list(clause);
        // A table is followed by no operator, and what is no query has none.
        let is_value = !list.is_empty() && !words::has("no operators", clause);
        let operators = words::list("operators").iter().filter(|_| is_value);
        let all: Vec<&str> = list.iter().chain(operators).copied().collect();
        self.keywords(&all);
    }

    pub fn keywords(&mut self, list: &[&str]) {
        // In quotes everything is a name.
        if self.spot.quoted || !self.spot.qualifiers.is_empty() {
            return;
        }
        let begun = list.iter().filter_map(|phrase| self.rest_of(phrase));
        let begun: Vec<&str> = begun.collect();
        let list = if begun.is_empty() { list } else { &begun };
        let capitals = self.spot.capitals();
        let fitting = list.iter().filter(|word| begins(word, &self.spot.prefix));
        self.found.extend(fitting.map(|word| {
            Candidate::plain(if capitals {
                (*word).to_owned()
            } else {
                word.to_ascii_lowercase()
            })
        }));
    }

    /// What is left of a phrase whose first words are typed already: `FIRST` of `NULLS FIRST`.
    fn rest_of<'p>(&self, phrase: &'p str) -> Option<&'p str> {
        let spaces = phrase.match_indices(' ').map(|(at, _)| at);
        let ends: Vec<usize> = spaces.collect();
        ends.iter().rev().find_map(|end| {
            let typed = phrase[..*end].split(' ').rev();
            let is_typed = typed
                .enumerate()
                .all(|(back, word)| self.spot.last(back + 1) == word);
            is_typed.then(|| &phrase[end + 1..])
        })
    }

    /// Whether a name goes on what was typed: in quotes with the very letters.
    fn fits(&self, name: &str) -> bool {
        if self.spot.quoted {
            name.starts_with(&self.spot.prefix)
        } else {
            begins(name, &self.spot.prefix)
        }
    }

    /// The name as it has to be written here.
    fn written(&self, name: &str) -> String {
        if self.spot.quoted {
            crate::pg::Ident(name).to_string()
        } else {
            self.names.quoted(name)
        }
    }

    pub fn name(&mut self, name: &str) {
        if self.fits(name) && !name.is_empty() {
            let written = self.written(name);
            self.found.push(Candidate::plain(written));
        }
    }

    fn relations(&mut self, kinds: &[Kind]) {
        match self.spot.qualifiers.as_slice() {
            [] => {
                for query in named_queries(self.spot) {
                    self.name(&query.name);
                }
                self.visible(kinds);
                self.schemas();
                if kinds.is_empty() {
                    self.keywords(&["ONLY", "LATERAL"]);
                }
            }
            [schema] => self.of_schema(schema, kinds),
            _ => {}
        }
    }

    /// The tables that are found without a schema, and those of other schemas with it, but the system's only when
    /// something of them was typed.
    fn visible(&mut self, kinds: &[Kind]) {
        let names = self.names;
        for relation in names.relations(&self.spot.prefix) {
            let system = is_system(&relation.schema);
            let wanted = !system || relation.visible && !self.spot.prefix.is_empty();
            if !wanted || !is_of(relation, kinds) || !self.fits(&relation.name) {
                continue;
            }
            let name = self.written(&relation.name);
            if relation.visible {
                self.found.push(Candidate::plain(name));
            } else if !self.spot.quoted {
                let schema = self.names.quoted(&relation.schema);
                self.found
                    .push(Candidate::plain(format!("{schema}.{name}")));
            }
        }
    }

    pub fn of_schema(&mut self, schema: &str, kinds: &[Kind]) {
        let names = self.names;
        let relations = names.relations(&self.spot.prefix).iter();
        let of_it =
            relations.filter(|relation| *relation.schema == *schema && is_of(relation, kinds));
        for relation in of_it {
            self.name(&relation.name);
        }
    }

    fn schemas(&mut self) {
        let empty = self.spot.prefix.is_empty();
        for schema in self.names.plain(Plain::Schema, &self.spot.prefix) {
            if self.fits(schema) && !(empty && is_system(schema)) {
                let text = format!("{}.", self.written(schema));
                self.found.push(Candidate::plain(text));
            }
        }
    }

    fn plain(&mut self, kind: Plain) {
        for name in self.names.plain(kind, &self.spot.prefix) {
            self.name(name);
        }
    }

    pub fn functions(&mut self) {
        let names = self.names;
        self.calls(names.functions(&self.spot.prefix));
    }

    fn procedures(&mut self) {
        let names = self.names;
        self.calls(names.procedures(&self.spot.prefix));
    }

    /// Those that are found without a schema, and users' of other schemas with it; without anything typed users' only.
    fn calls(&mut self, functions: &[Named]) {
        let schema = self.spot.qualifiers.first();
        let all = schema.is_some() || !self.spot.prefix.is_empty();
        for function in functions {
            let system = is_system(&function.schema);
            if !self.fits(&function.name) || system && !all {
                continue;
            }
            let name = self.written(&function.name);
            match schema {
                Some(schema) if *function.schema != **schema => continue,
                None if !function.visible && (system || self.spot.quoted) => continue,
                None if !function.visible => {
                    let schema = self.names.quoted(&function.schema);
                    let text = format!("{schema}.{name}(");
                    self.found.push(Candidate::plain(text));
                }
                _ => self.found.push(Candidate::plain(format!("{name}("))),
            }
        }
    }

    /// What belongs to a table: to those of the statement, or to any where it names none.
    fn attached(&mut self, kind: Attached) {
        let names = self.names;
        let tables = used(self.spot);
        for named in names.attached(kind) {
            if tables.is_empty() || tables.iter().any(|table| table.name == *named.detail) {
                self.name(&named.name);
            }
        }
    }

    /// Types by the names that SQL has for them, too: `integer`, `timestamp with time zone`.
    fn types(&mut self) {
        let schema = self.spot.qualifiers.first();
        let names = self.names;
        for named in names.types() {
            match schema {
                Some(schema) if *named.schema == **schema => self.name(&named.name),
                Some(_) => {}
                None => self.type_named(named),
            }
        }
        if schema.is_none() {
            self.schemas();
        }
    }

    fn type_named(&mut self, named: &Named) {
        let system = is_system(&named.schema);
        if !named.visible || self.spot.quoted {
            if named.visible {
                self.name(&named.name);
            }
            return;
        }
        // Those with an underscore are the system's inner ones.
        if begins(&named.detail, &self.spot.prefix) && !named.detail.starts_with('"') {
            self.found.push(Candidate::plain(&*named.detail));
        } else if !(system && self.spot.prefix.is_empty()) {
            self.name(&named.name);
        }
    }

    fn settings(&mut self) {
        for setting in self.names.settings(&self.spot.prefix) {
            self.found.push(Candidate::plain(&*setting.name));
        }
    }

    fn setting_values(&mut self) {
        let Some(name) = self.spot.assigned() else {
            return;
        };
        let name = &name;
        let mut of_name = self.names.settings(name).iter();
        let setting = of_name.find(|setting| setting.name.eq_ignore_ascii_case(name));
        if name == "search_path" {
            self.plain(Plain::Schema);
        }
        let values = setting.map_or("", |setting| &setting.detail);
        let fitting = values
            .split(',')
            .filter(|value| !value.is_empty() && self.fits(value));
        let written = fitting.map(|value| {
            let plain = value.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
            Candidate::plain(if plain {
                value.to_owned()
            } else {
                Literal(value).to_string()
            })
        });
        let written: Vec<Candidate> = written.collect();
        self.found.extend(written);
        self.keywords(&["DEFAULT"]);
    }
}

pub fn is_system(schema: &str) -> bool {
    schema.starts_with("pg_") && schema != "pg_temp" || schema == "information_schema"
}

fn is_of(relation: &Relation, kinds: &[Kind]) -> bool {
    match kinds {
        [] => relation.kind != Kind::Index,
        kinds => kinds.contains(&relation.kind),
    }
}
