//! The names at a server, kept so that those that begin with something are found at once.

use std::collections::{BTreeMap, HashSet};

use super::sorted::{beginning, order};
use crate::pg::fields::Fields;
use crate::pg::{Result, Session, Value};

/// Columns beyond this number are not kept: memory has a bound.
const COLUMNS: usize = 1_000_000;

#[derive(Debug, Default)]
pub struct Names {
    /// By name, then by schema.
    relations: Vec<Relation>,
    functions: Vec<Named>,
    types: Vec<Named>,
    settings: Vec<Named>,
    procedures: Vec<Named>,
    /// What belongs to a table, the detail being the table's name.
    attached: BTreeMap<Attached, Vec<Named>>,
    plain: BTreeMap<Plain, Vec<Box<str>>>,
    /// Words that are names only in quotes.
    reserved: HashSet<Box<str>>,
}

/// Kinds of names that are nothing but names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Plain {
    Schema,
    Role,
    Database,
    Extension,
    /// Extensions that can be made.
    Available,
    /// Of access: of indexes.
    Method,
    Tablespace,
    Language,
    Publication,
    Server,
    Statistics,
}

/// Kinds of names that a table gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Attached {
    Constraint,
    Trigger,
    Policy,
    Rule,
}

#[derive(Debug, Clone)]
pub struct Relation {
    pub schema: Box<str>,
    pub name: Box<str>,
    pub kind: Kind,
    /// Whether the search path finds it.
    pub visible: bool,
    /// One after the other, each ended by a zero, which no name has.
    columns: Box<str>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Table,
    View,
    MaterializedView,
    Sequence,
    Index,
}

/// A name of a schema, and what is shown of it.
#[derive(Debug, Clone)]
pub struct Named {
    pub schema: Box<str>,
    pub name: Box<str>,
    pub visible: bool,
    pub detail: Box<str>,
}

impl Relation {
    pub fn new(schema: &str, name: &str, kind: Kind, visible: bool, columns: &[&str]) -> Self {
        Self {
            schema: schema.into(),
            name: name.into(),
            kind,
            visible,
            columns: columns.iter().flat_map(|column| [*column, "\0"]).collect(),
        }
    }

    pub fn columns(&self) -> impl Iterator<Item = &str> {
        self.columns.split_terminator('\0')
    }
}

impl Names {
    /// What is there on a server; `temporary` is the schema of the temporary tables that are known by name, too.
    pub async fn read(session: &Session, temporary: Option<&str>) -> Result<Self> {
        let mut names = Self::default();
        let sql = include_str!("../sql/repl/catalogue_relations.sql");
        let mut columns = 0;
        let temporary = temporary.map_or(Value::Null, Value::from);
        for row in session.query(sql, &[temporary]).await?.rows {
            names.relations.push(relation(row, &mut columns));
        }
        let sql = include_str!("../sql/repl/catalogue_names.sql");
        for row in session.query(sql, &[]).await?.rows {
            names.add(row);
        }
        names.sort();
        Ok(names)
    }

    fn add(&mut self, row: Vec<Value>) {
        let mut row = Fields::new(row);
        let kind = row.text();
        let named = Named {
            schema: row.text().into(),
            name: row.text().into(),
            visible: row.flag(),
            detail: row.text().into(),
        };
        match kind.as_str() {
            "function" => self.functions.push(named),
            "procedure" => self.procedures.push(named),
            "constraint" => self.attach(Attached::Constraint, named),
            "trigger" => self.attach(Attached::Trigger, named),
            "policy" => self.attach(Attached::Policy, named),
            "rule" => self.attach(Attached::Rule, named),
            "type" => self.types.push(named),
            "setting" => self.settings.push(named),
            "keyword" => drop(self.reserved.insert(named.name)),
            "role" => self.put(Plain::Role, named.name),
            "database" => self.put(Plain::Database, named.name),
            "extension" => self.put(Plain::Extension, named.name),
            "available" => self.put(Plain::Available, named.name),
            "method" => self.put(Plain::Method, named.name),
            "tablespace" => self.put(Plain::Tablespace, named.name),
            "language" => self.put(Plain::Language, named.name),
            "publication" => self.put(Plain::Publication, named.name),
            "server" => self.put(Plain::Server, named.name),
            "statistics" => self.put(Plain::Statistics, named.name),
            _ => self.put(Plain::Schema, named.name),
        }
    }

    fn attach(&mut self, kind: Attached, named: Named) {
        self.attached.entry(kind).or_default().push(named);
    }

    fn put(&mut self, kind: Plain, name: Box<str>) {
        self.plain.entry(kind).or_default().push(name);
    }

    fn sort(&mut self) {
        self.relations
            .sort_by(|a, b| order(&a.name, &b.name).then_with(|| a.schema.cmp(&b.schema)));
        let lists = [
            &mut self.functions,
            &mut self.procedures,
            &mut self.types,
            &mut self.settings,
        ];
        for named in lists.into_iter().chain(self.attached.values_mut()) {
            named.sort_by(|a, b| order(&a.name, &b.name).then_with(|| a.schema.cmp(&b.schema)));
        }
        for names in self.plain.values_mut() {
            names.sort_by(|a, b| order(a, b));
        }
    }

    /// Names made up of these, for what asks for names without a server.
    pub fn of(relations: Vec<Relation>, functions: Vec<Named>, types: Vec<Named>) -> Self {
        let mut names = Self {
            relations,
            functions,
            types,
            ..Self::default()
        };
        names.sort();
        names
    }

    /// Adds a procedure, or what belongs to a table.
    #[must_use]
    pub fn with_named(mut self, kind: Option<Attached>, name: &str, detail: &str) -> Self {
        let named = Named {
            schema: "public".into(),
            name: name.into(),
            visible: true,
            detail: detail.into(),
        };
        match kind {
            Some(kind) => self.attach(kind, named),
            None => self.procedures.push(named),
        }
        self.sort();
        self
    }

    /// Adds a setting with the values it may have.
    #[must_use]
    pub fn with_setting(mut self, name: &str, values: &str) -> Self {
        self.settings.push(Named {
            schema: "".into(),
            name: name.into(),
            visible: true,
            detail: values.into(),
        });
        self.sort();
        self
    }

    #[must_use]
    pub fn with(mut self, kind: Plain, names: &[&str]) -> Self {
        for name in names {
            self.put(kind, (*name).into());
        }
        self.sort();
        self
    }

    #[must_use]
    pub fn with_reserved(mut self, words: &[&str]) -> Self {
        self.reserved
            .extend(words.iter().map(|word| Box::from(*word)));
        self
    }

    /// The relations whose names begin with `prefix`, whatever its case.
    pub fn relations(&self, prefix: &str) -> &[Relation] {
        beginning(&self.relations, prefix, |relation| &relation.name)
    }

    /// The relations of exactly this name.
    pub fn relations_named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Relation> {
        let near = self.relations(name).iter();
        near.filter(move |relation| &*relation.name == name)
    }

    /// The relation of this name, that of the search path where no schema is named.
    pub fn relation<'a>(&'a self, schema: Option<&str>, name: &'a str) -> Option<&'a Relation> {
        let mut of_name = self.relations_named(name);
        of_name.find(|relation| match schema {
            Some(schema) => *relation.schema == *schema,
            None => relation.visible,
        })
    }

    pub fn functions(&self, prefix: &str) -> &[Named] {
        beginning(&self.functions, prefix, |named| &named.name)
    }

    pub fn procedures(&self, prefix: &str) -> &[Named] {
        beginning(&self.procedures, prefix, |named| &named.name)
    }

    /// The names of a kind that tables give, with the names of the tables.
    pub fn attached(&self, kind: Attached) -> &[Named] {
        self.attached.get(&kind).map_or(&[], Vec::as_slice)
    }

    pub fn types(&self) -> &[Named] {
        &self.types
    }

    pub fn settings(&self, prefix: &str) -> &[Named] {
        beginning(&self.settings, prefix, |named| &named.name)
    }

    pub fn plain(&self, kind: Plain, prefix: &str) -> &[Box<str>] {
        let names = self.plain.get(&kind).map_or(&[][..], Vec::as_slice);
        beginning(names, prefix, |name| name)
    }

    /// The name as it has to be written.
    pub fn quoted(&self, name: &str) -> String {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        let starts = name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_');
        if starts && name.chars().all(plain) && !self.reserved.contains(name) {
            name.to_owned()
        } else {
            crate::pg::Ident(name).to_string()
        }
    }
}

fn relation(row: Vec<Value>, kept: &mut usize) -> Relation {
    let mut row = Fields::new(row);
    let (schema, name, kind) = (row.text(), row.text(), row.text());
    let (visible, columns) = (row.flag(), row.texts());
    let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
    *kept += columns.len();
    let columns = if *kept <= COLUMNS {
        columns
    } else {
        Vec::new()
    };
    let kind = match kind.as_str() {
        "v" => Kind::View,
        "m" => Kind::MaterializedView,
        "S" => Kind::Sequence,
        "i" | "I" => Kind::Index,
        _ => Kind::Table,
    };
    Relation::new(&schema, &name, kind, visible, &columns)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_by_how_they_begin_whatever_their_case() {
        let table = |name| Relation::new("public", name, Kind::Table, true, &["a", "b c"]);
        let names = ["lat", "Lattice", "zoo", "la", "man"];
        let names = Names::of(names.map(table).to_vec(), Vec::new(), Vec::new());
        let found = |prefix| {
            let found = names.relations(prefix).iter();
            found.map(|relation| &*relation.name).collect::<Vec<_>>()
        };
        assert_eq!(found("LAT"), ["lat", "Lattice"]);
        assert_eq!(found("la"), ["la", "lat", "Lattice"]);
        assert_eq!(found("x"), [""; 0]);
        assert_eq!(found("").len(), 5);
        let columns: Vec<_> = names.relations("zoo")[0].columns().collect();
        assert_eq!(columns, ["a", "b c"]);
    }
}
