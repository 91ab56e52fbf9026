//! `\d NAME`: a relation in full, its columns as a table and the rest as lines below.

use std::collections::HashMap;

use super::below::{self, Below};
use super::near::not_found;
use super::pattern::Pattern;
use super::{Part, Result};
use crate::pg::fields::Fields;
use crate::pg::{Session, Value};
use crate::progress::{Cell, Column, Table};

/// A relation, by what is said of it once; see `sql/repl/relations_found.sql`.
#[derive(Debug)]
pub struct Relation {
    oid: u32,
    schema: String,
    name: String,
    kind: String,
    unlogged: bool,
    pub row_security: bool,
    pub forced: bool,
    replica_identity: Option<String>,
    access_method: Option<String>,
    options: Option<String>,
    of_type: Option<String>,
    tablespace: Option<String>,
    partition_key: Option<String>,
    partition_of: Option<String>,
    partition_constraint: Option<String>,
    /// Of a view, where it is wanted.
    pub definition: Option<String>,
    toast_of: Option<String>,
    server: Option<String>,
    server_options: Option<String>,
    index: Option<String>,
    owner: String,
    sequence: Vec<String>,
}

/// A column of a relation: its cells by the headings they stand under.
#[derive(Debug)]
struct Attribute([String; 12]);

const HEADINGS: [&str; 12] = [
    "Column",
    "Type",
    "Collation",
    "Nullable",
    "Default",
    "Key?",
    "Definition",
    "FDW options",
    "Storage",
    "Compression",
    "Stats target",
    "Description",
];

const SEQUENCE: [&str; 7] = [
    "Type",
    "Start",
    "Minimum",
    "Maximum",
    "Increment",
    "Cycles?",
    "Cache",
];

/// Describes every relation that the pattern matches.
pub async fn describe(session: &Session, pattern: &Pattern, verbose: bool) -> Result<Vec<Part>> {
    let relations = find(session, pattern, verbose).await?;
    if relations.is_empty() {
        return Err(not_found(session, "relations", "relations", pattern).await?);
    }
    let oids = relations.iter().map(|r| Value::Int(r.oid.into()));
    let oids = Value::Array(oids.collect());
    let mut columns = columns(session, &oids, verbose).await?;
    let mut below = below::read(session, &oids).await?;
    let has_compression = session.server().version_num >= 140_000;
    let parts = relations.iter().flat_map(|relation| {
        let columns = columns.remove(&relation.oid).unwrap_or_default();
        let below = below.remove(&relation.oid).unwrap_or_default();
        relation.parts(columns, &below, verbose, has_compression)
    });
    Ok(parts.collect())
}

async fn find(session: &Session, pattern: &Pattern, verbose: bool) -> Result<Vec<Relation>> {
    let regex = |regex: &Option<String>| regex.clone().map_or(Value::Null, Value::from);
    let params = [
        regex(&pattern.schema),
        regex(&pattern.name),
        Value::Bool(verbose),
    ];
    let sql = include_str!("../../sql/repl/relations_found.sql");
    let rows = session.query(sql, &params).await?.rows;
    let relations = rows.into_iter().map(|row| Relation::read(Fields::new(row)));
    Ok(relations.collect())
}

async fn columns(
    session: &Session,
    oids: &Value,
    verbose: bool,
) -> Result<HashMap<u32, Vec<Attribute>>> {
    let sql = include_str!("../../sql/repl/columns.sql");
    let params = [oids.clone(), Value::Bool(verbose)];
    let mut columns: HashMap<u32, Vec<Attribute>> = HashMap::new();
    for row in session.query(sql, &params).await?.rows {
        let mut row = Fields::new(row);
        let attributes = columns.entry(row.oid()).or_default();
        attributes.push(Attribute(std::array::from_fn(|_| row.text())));
    }
    Ok(columns)
}

impl Relation {
    fn read(mut row: Fields) -> Self {
        Self {
            oid: row.oid(),
            schema: row.text(),
            name: row.text(),
            kind: row.text(),
            unlogged: row.flag(),
            row_security: row.flag(),
            forced: row.flag(),
            replica_identity: row.optional(),
            access_method: row.optional(),
            options: row.optional(),
            of_type: row.optional(),
            tablespace: row.optional(),
            partition_key: row.optional(),
            partition_of: row.optional(),
            partition_constraint: row.optional(),
            definition: row.optional(),
            toast_of: row.optional(),
            server: row.optional(),
            server_options: row.optional(),
            index: row.optional(),
            owner: format!("{}{}", row.text(), row.text()),
            sequence: row.texts(),
        }
    }

    /// Whether it is of this kind, by the catalogue's letter.
    pub fn is(&self, kind: &str) -> bool {
        self.kind == kind
    }

    /// Whether it is one of those that psql says all of: tables, and what is told like them.
    pub fn is_table(&self) -> bool {
        ["r", "m", "f", "p", "I", "t"].contains(&self.kind.as_str())
    }

    fn title(&self) -> String {
        let (logged, unlogged) = match self.kind.as_str() {
            "r" => ("Table", "Unlogged table"),
            "v" => ("View", "View"),
            "m" => ("Materialized view", "Unlogged materialized view"),
            "S" => ("Sequence", "Unlogged sequence"),
            "i" => ("Index", "Unlogged index"),
            "I" => ("Partitioned index", "Unlogged partitioned index"),
            "t" => ("TOAST table", "TOAST table"),
            "c" => ("Composite type", "Composite type"),
            "f" => ("Foreign table", "Foreign table"),
            "p" => ("Partitioned table", "Unlogged partitioned table"),
            _ => ("Relation", "Relation"),
        };
        let what = if self.unlogged { unlogged } else { logged };
        format!("{what} \"{}.{}\"", self.schema, self.name)
    }

    fn parts(
        &self,
        columns: Vec<Attribute>,
        below: &Below,
        verbose: bool,
        has_compression: bool,
    ) -> Vec<Part> {
        let table = if self.sequence.is_empty() {
            self.columns(columns, verbose, has_compression)
        } else {
            self.sequence()
        };
        let lines = below.lines(self, verbose);
        let lines = Some(lines).filter(|lines| !lines.is_empty());
        std::iter::once(Part::Table(table))
            .chain(lines.map(Part::Lines))
            .collect()
    }

    fn columns(&self, columns: Vec<Attribute>, verbose: bool, has_compression: bool) -> Table {
        let kind = self.kind.as_str();
        let is = |kinds: &[&str]| kinds.contains(&kind);
        let is_shown = |heading: &str| match heading {
            "Column" | "Type" => true,
            "Collation" | "Nullable" | "Default" => is(&["r", "v", "m", "f", "c", "p"]),
            "Key?" | "Definition" => is(&["i", "I"]),
            "FDW options" => is(&["f"]),
            "Storage" => verbose,
            "Compression" => verbose && has_compression && is(&["r", "p", "m"]),
            "Stats target" => verbose && is(&["r", "i", "I", "m", "f", "p"]),
            _ => verbose && is(&["r", "v", "m", "f", "c", "p"]),
        };
        let pick = |Attribute(cells): Attribute| {
            let cells = cells.into_iter().zip(HEADINGS);
            let shown = cells.filter(|(_, heading)| is_shown(heading));
            shown.map(|(cell, _)| Cell::plain(cell)).collect()
        };
        let headings = HEADINGS.iter().filter(|heading| is_shown(heading));
        Table {
            title: self.title(),
            columns: headings.map(|heading| Column::left(*heading)).collect(),
            rows: columns.into_iter().map(pick).collect(),
        }
    }

    fn sequence(&self) -> Table {
        let column = |heading: &&str| match *heading {
            "Type" | "Cycles?" => Column::left(*heading),
            _ => Column::right(*heading),
        };
        Table {
            title: self.title(),
            columns: SEQUENCE.iter().map(column).collect(),
            rows: vec![self.sequence.iter().map(Cell::plain).collect()],
        }
    }

    /// The lines before all others: what it is a part of, how it is divided.
    pub fn above(&self, verbose: bool) -> Vec<String> {
        let mut lines = Vec::new();
        if let Some(of) = &self.partition_of {
            lines.push(format!("Partition of: {of}"));
            if verbose {
                lines.push(match &self.partition_constraint {
                    Some(constraint) => format!("Partition constraint: {constraint}"),
                    None => "No partition constraint".to_owned(),
                });
            }
        }
        lines.extend(said("Partition key: ", self.partition_key.as_ref()));
        let toast_of = self.toast_of.as_ref().map(|table| format!("\"{table}\""));
        lines.extend(said("Owning table: ", toast_of.as_ref()));
        if let Some(index) = &self.index {
            lines.push(index.clone());
        }
        if self.is("i") {
            lines.extend(self.tablespace());
        }
        lines.extend(Some(self.owner.clone()).filter(|owner| !owner.is_empty()));
        lines
    }

    /// Where a foreign table's rows are.
    pub fn server(&self) -> Vec<String> {
        let options = self.server_options.as_ref();
        let options = options.filter(|options| !options.is_empty());
        let options = options.map(|options| format!("({options})"));
        let lines = [
            said("Server: ", self.server.as_ref()),
            said("FDW options: ", options.as_ref()),
        ];
        lines.into_iter().flatten().collect()
    }

    /// What is said of a table behind its partitions.
    pub fn said_last(&self, verbose: bool) -> Vec<String> {
        let told = verbose && (self.is("r") || self.is("m")) && self.schema != "pg_catalog";
        let identity = self.replica_identity.as_ref().filter(|_| told);
        let method = self.access_method.as_ref().filter(|_| verbose);
        let lines = [
            said("Typed table of type: ", self.of_type.as_ref()),
            said("Replica Identity: ", identity),
            self.tablespace(),
            said("Access method: ", method),
        ];
        lines.into_iter().flatten().collect()
    }

    pub fn options(&self, verbose: bool) -> Option<String> {
        let options = self.options.as_ref().filter(|_| verbose);
        said("Options: ", options.filter(|options| !options.is_empty()))
    }

    fn tablespace(&self) -> Option<String> {
        let tablespace = self.tablespace.as_ref();
        tablespace.map(|tablespace| format!("Tablespace: \"{tablespace}\""))
    }
}

fn said(what: &str, value: Option<&String>) -> Option<String> {
    value.map(|value| format!("{what}{value}"))
}
