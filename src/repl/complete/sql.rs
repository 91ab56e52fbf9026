//! Completion of SQL: what may stand at a place, and what of it begins with what was typed.

use super::super::names::{Kind, Named, Names, Plain, Relation, begins};
use super::Candidate;
use super::spot::{Spot, is_name};
use super::tables::{Used, named_queries, used};
use super::words;
use crate::pg::Literal;
use crate::pg::script::{Token, WordKind};

/// What may stand at a place.
#[derive(Debug, PartialEq, Eq)]
enum Slot {
    Statement,
    /// Relations of these kinds, all that has columns where there are none.
    Relation(&'static [Kind]),
    /// A value: columns, functions, keywords of expressions.
    Value,
    /// Behind a value or a table: what may follow in this clause.
    Behind(String),
    Column,
    Function,
    Type,
    Setting,
    SettingValue(String),
    Plain(Plain),
    Words(&'static [&'static str]),
    Nothing,
}

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

/// The parenthesis that is open at the cursor.
fn open_parenthesis(spot: &Spot) -> Option<usize> {
    let mut depth = 0_usize;
    for index in (0..spot.before).rev() {
        match spot.symbol(index) {
            Some(')') => depth += 1,
            Some('(') if depth == 0 => return Some(index),
            Some('(') => depth -= 1,
            _ => {}
        }
    }
    None
}

/// The last word before the cursor that begins a clause, on the level of the cursor or around it.
fn clause(spot: &Spot) -> String {
    let mut depth = 0_usize;
    for index in (0..spot.before).rev() {
        match spot.symbol(index) {
            Some(')') => depth += 1,
            Some('(') => depth = depth.saturating_sub(1),
            _ if depth == 0 && words::CLAUSES.contains(&spot.word(index).as_str()) => {
                return spot.word(index);
            }
            _ => {}
        }
    }
    String::new()
}

fn slot(spot: &Spot) -> Slot {
    let Some(last) = spot.behind().last() else {
        return Slot::Statement;
    };
    settings(spot)
        .or_else(|| definitions(spot))
        .unwrap_or_else(|| general(spot, last))
}

/// SET, SHOW and RESET.
fn settings(spot: &Spot) -> Option<Slot> {
    let first = spot.word(0);
    if !["SET", "SHOW", "RESET"].contains(&first.as_str()) {
        return None;
    }
    let skipped = usize::from(["LOCAL", "SESSION"].contains(&spot.word(1).as_str()));
    Some(match spot.before - skipped {
        1 => Slot::Setting,
        2 if spot.word(1 + skipped) == "ROLE" => Slot::Plain(Plain::Role),
        2 if first == "SET" => Slot::Words(&["TO", "="]),
        3 => {
            let name = spot.name(&spot.tokens[1 + skipped]);
            Slot::SettingValue(name)
        }
        _ => Slot::Nothing,
    })
}

const TABLES: &[Kind] = &[Kind::Table];

/// CREATE, ALTER, DROP, COMMENT ON, GRANT and REVOKE: what is named by its kind, and who.
fn definitions(spot: &Spot) -> Option<Slot> {
    let first = spot.word(0);
    let last = spot.last(1);
    let is_definition = ["CREATE", "ALTER", "DROP", "COMMENT"].contains(&first.as_str());
    let is_grant = first == "GRANT" || first == "REVOKE";
    if !is_definition && !is_grant {
        return None;
    }
    let kind = match last.as_str() {
        "EXISTS" => spot.last(if spot.last(2) == "NOT" { 4 } else { 3 }),
        _ => last.clone(),
    };
    Some(match kind.as_str() {
        "CREATE" => Slot::Words(words::OBJECTS),
        "ALTER" if spot.before == 1 => Slot::Words(words::OBJECTS),
        "DROP" if spot.before == 1 => Slot::Words(words::OBJECTS),
        "COMMENT" => Slot::Words(&["ON"]),
        "ON" if first == "COMMENT" => Slot::Words(words::OBJECTS),
        "ALTER" | "DROP" | "COLUMN" => Slot::Column,
        "TABLE" => Slot::Relation(TABLES),
        "VIEW" if spot.last(2) == "MATERIALIZED" => Slot::Relation(&[Kind::MaterializedView]),
        "VIEW" => Slot::Relation(&[Kind::View]),
        "INDEX" if first != "CREATE" => Slot::Relation(&[Kind::Index]),
        "SEQUENCE" => Slot::Relation(&[Kind::Sequence]),
        "SCHEMA" => Slot::Plain(Plain::Schema),
        "ROLE" | "USER" | "TO" if last != "TO" || is_grant || spot.last(2) == "OWNER" => {
            Slot::Plain(Plain::Role)
        }
        "FROM" if first == "REVOKE" => Slot::Plain(Plain::Role),
        "DATABASE" => Slot::Plain(Plain::Database),
        "EXTENSION" => Slot::Plain(Plain::Extension),
        "FUNCTION" | "PROCEDURE" | "ROUTINE" | "AGGREGATE" => Slot::Function,
        "TYPE" | "DOMAIN" => Slot::Type,
        "ON" if first != "ALTER" && first != "DROP" => Slot::Relation(&[]),
        "ON" => Slot::Relation(TABLES),
        "OWNER" => Slot::Words(&["TO"]),
        "GRANT" | "REVOKE" => Slot::Words(&[
            "ALL",
            "CONNECT",
            "CREATE",
            "DELETE",
            "EXECUTE",
            "INSERT",
            "REFERENCES",
            "SELECT",
            "TEMPORARY",
            "TRIGGER",
            "TRUNCATE",
            "UPDATE",
            "USAGE",
        ]),
        _ => return None,
    })
}

fn general(spot: &Spot, last: &Token) -> Slot {
    let word = spot.last(1);
    let clause = clause(spot);
    match word.as_str() {
        "FROM" if spot.word(0) == "COPY" => return Slot::Words(&["STDIN", "PROGRAM"]),
        "FROM" | "JOIN" | "INTO" | "UPDATE" | "ONLY" | "TABLE" | "REFERENCES" | "ANALYZE"
        | "VACUUM" | "LOCK" | "COPY" | "TRUNCATE" | "CLUSTER" | "LATERAL" => {
            return Slot::Relation(&[]);
        }
        "VIEW" => return Slot::Relation(&[Kind::MaterializedView]),
        "CALL" => return Slot::Function,
        "INSERT" | "MERGE" => return Slot::Words(&["INTO"]),
        "DELETE" => return Slot::Words(&["FROM"]),
        "GROUP" | "ORDER" => return Slot::Words(&["BY"]),
        "REFRESH" => return Slot::Words(&["MATERIALIZED VIEW"]),
        "LEFT" | "RIGHT" | "FULL" => return Slot::Words(&["JOIN", "OUTER JOIN"]),
        "INNER" | "CROSS" | "NATURAL" | "OUTER" => return Slot::Words(&["JOIN"]),
        "EXPLAIN" => return Slot::Statement,
        "AS" if spot.last(2).is_empty() || clause != "WITH" => {
            return if in_cast(spot) {
                Slot::Type
            } else {
                Slot::Nothing
            };
        }
        "IS" => {
            return Slot::Words(&[
                "NULL",
                "NOT NULL",
                "TRUE",
                "FALSE",
                "DISTINCT FROM",
                "NOT DISTINCT FROM",
            ]);
        }
        "LIMIT" | "OFFSET" => return Slot::Nothing,
        "USING" if clause == "USING" && spot.word(0) == "DELETE" => return Slot::Relation(&[]),
        _ if words::EXPECTING.contains(&word.as_str()) => return Slot::Value,
        _ => {}
    }
    let before = spot.before;
    match spot.symbol(before - 1) {
        Some(':') if before > 1 && spot.symbol(before - 2) == Some(':') => Slot::Type,
        Some(',')
            if ["FROM", "JOIN", "TRUNCATE", "TABLE"].contains(&clause.as_str())
                && open_parenthesis(spot).is_none() =>
        {
            Slot::Relation(&[])
        }
        Some('(') => opened(spot, &clause),
        Some(',') if clause == "INTO" => Slot::Column,
        Some('*') if is_all(spot) => Slot::Behind(clause),
        Some(')') | None => Slot::Behind(clause),
        Some(_) if last.kind == WordKind::Backslash => Slot::Nothing,
        Some(_) => Slot::Value,
    }
}

/// Behind an open parenthesis: the columns to insert into, to join by, or a value.
fn opened(spot: &Spot, clause: &str) -> Slot {
    let word = spot.last(2);
    match clause {
        "INTO" if word != "INTO" && word != "VALUES" => Slot::Column,
        "USING" if word == "USING" => Slot::Column,
        "ON" if spot.word(0) == "CREATE" => Slot::Value,
        "FROM" | "JOIN" if word == clause => Slot::Words(&["SELECT", "VALUES", "WITH"]),
        _ if word == "AS" || word == "EXISTS" => {
            Slot::Words(&["SELECT", "VALUES", "WITH", "INSERT INTO", "UPDATE"])
        }
        _ => Slot::Value,
    }
}

/// Whether the last word stands in `CAST(... AS`.
fn in_cast(spot: &Spot) -> bool {
    let open = open_parenthesis(spot);
    open.and_then(|open| open.checked_sub(1))
        .is_some_and(|before| spot.word(before) == "CAST")
}

/// Whether the `*` before the cursor is no multiplication.
fn is_all(spot: &Spot) -> bool {
    let before = spot.before.checked_sub(2);
    before.is_some_and(|before| {
        let word = spot.word(before);
        ["SELECT", "ALL", "DISTINCT", "RETURNING"].contains(&word.as_str())
            || matches!(spot.symbol(before), Some('.' | ',' | '('))
    })
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
        match self.spot.quoted {
            true => name.starts_with(&self.spot.prefix),
            false => begins(name, &self.spot.prefix),
        }
    }

    /// The name as it has to be written here.
    fn written(&self, name: &str) -> String {
        match self.spot.quoted {
            true => crate::pg::Ident(name).to_string(),
            false => self.names.quoted(name),
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
                self.keywords(&["ONLY", "LATERAL"][..usize::from(kinds.is_empty()) * 2]);
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
            self.found.push(Candidate::plain(match relation.visible {
                true => name,
                false if self.spot.quoted => continue,
                false => format!("{}.{name}", self.names.quoted(&relation.schema)),
            }));
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
            Candidate::plain(match plain {
                true => value.to_owned(),
                false => Literal(value).to_string(),
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
