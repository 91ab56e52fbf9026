//! Completion of SQL: what of all that may stand at a place begins with what was typed.

use super::super::names::{Kind, Named, Names, Plain, Relation, begins};
use super::Candidate;
use super::slot::{Slot, open_parenthesis, slot};
use super::spot::{Spot, is_name};
use super::tables::{Used, named_queries, used};
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
    offer.fill(&slot(&spot));
    (spot.start, offer.found)
}

/// The arguments of the function whose parenthesis is open last.
pub fn signature(text: &str, names: &Names) -> Option<String> {
    let spot = Spot::find(text, text.len())?;
    let open = open_parenthesis(&spot)?;
    let name = open.checked_sub(1).map(|index| spot.tokens[index])?;
    let name = Some(name).filter(is_name).map(|name| spot.name(&name))?;
    let mut of_name = names.functions(&name).iter();
    let function = of_name.find(|function| *function.name == *name && function.visible)?;
    Some(format!("{name}({})", function.detail))
}

/// What is found for a place.
struct Offer<'a> {
    spot: &'a Spot<'a>,
    names: &'a Names,
    found: Vec<Candidate>,
}

impl Offer<'_> {
    fn fill(&mut self, slot: &Slot) {
        match slot {
            Slot::Relation(kinds) => self.relations(kinds),
            Slot::Value => self.values(),
            Slot::Column => self.columns(),
            Slot::Function => self.functions(),
            Slot::Type => self.types(),
            Slot::Setting => self.settings(),
            Slot::SettingValue(name) => self.setting_values(name),
            Slot::Plain(kind) => self.plain(*kind),
            _ if !self.spot.qualifiers.is_empty() => self.values(),
            Slot::Statement => self.keywords(words::STATEMENTS),
            Slot::Words(list) => {
                self.keywords(list);
                if self.spot.last(1) == "CREATE" {
                    self.keywords(words::CREATED);
                }
            }
            Slot::Behind(clause) => {
                self.keywords(words::after(clause));
                let no_values = [
                    "FROM", "JOIN", "USING", "UPDATE", "INTO", "TABLE", "COPY", "TRUNCATE",
                    "GRANT", "REVOKE",
                ];
                if !no_values.contains(&clause.as_str()) {
                    self.keywords(words::OPERATORS);
                }
            }
            Slot::Nothing => {}
        }
    }

    fn keywords(&mut self, list: &[&str]) {
        // In quotes everything is a name.
        if self.spot.quoted || !self.spot.qualifiers.is_empty() {
            return;
        }
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

    fn name(&mut self, name: &str) {
        if self.fits(name) {
            let written = self.written(name);
            self.found.push(Candidate::plain(written));
        }
    }

    fn relations(&mut self, kinds: &[Kind]) {
        match self.spot.qualifiers.as_slice() {
            [] => {
                for query in named_queries(self.spot) {
                    self.name(&query);
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

    fn of_schema(&mut self, schema: &str, kinds: &[Kind]) {
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

    fn values(&mut self) {
        self.columns();
        match self.spot.qualifiers.as_slice() {
            [] => {
                for table in used(self.spot) {
                    self.name(table.called());
                }
                self.functions();
                self.keywords(words::EXPRESSION);
            }
            [schema] if self.found.is_empty() => {
                self.of_schema(schema, &[]);
                self.functions();
            }
            _ => {}
        }
    }

    /// The columns of the tables that the statement names, or of the one that is named here.
    fn columns(&mut self) {
        let tables = used(self.spot);
        let meant: Vec<Used> = match self.spot.qualifiers.as_slice() {
            [] => tables,
            [table] => tables
                .into_iter()
                .filter(|used| used.is_called(table))
                .collect(),
            [schema, table] => vec![Used {
                schema: Some(schema.clone()),
                name: table.clone(),
                alias: None,
            }],
            _ => Vec::new(),
        };
        let names = self.names;
        for table in &meant {
            let Some(relation) = table.relation(names) else {
                continue;
            };
            for column in relation.columns() {
                self.name(column);
            }
        }
    }

    fn functions(&mut self) {
        let schema = self.spot.qualifiers.first();
        let names = self.names;
        // All of them are too many to be of use.
        if schema.is_none() && self.spot.prefix.is_empty() {
            return;
        }
        for function in names.functions(&self.spot.prefix) {
            let is_meant = schema.map_or(function.visible, |schema| *function.schema == **schema);
            if is_meant && self.fits(&function.name) {
                let text = format!("{}(", self.written(&function.name));
                self.found.push(Candidate::plain(text));
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
        self.keywords(match self.spot.word(0).as_str() {
            "SET" => &["LOCAL", "SESSION", "ROLE", "TRANSACTION"],
            _ => &["ALL"],
        });
        for setting in self.names.settings(&self.spot.prefix) {
            self.found.push(Candidate::plain(&*setting.name));
        }
    }

    fn setting_values(&mut self, name: &str) {
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

fn is_system(schema: &str) -> bool {
    schema.starts_with("pg_") || schema == "information_schema"
}

fn is_of(relation: &Relation, kinds: &[Kind]) -> bool {
    match kinds {
        [] => relation.kind != Kind::Index,
        kinds => kinds.contains(&relation.kind),
    }
}
