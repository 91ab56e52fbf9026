//! What a schema is made of.

use serde_json::{Map, Value as Json};

/// One object of a database, or one part of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    pub kind: Kind,
    /// With its schema, and that of its table for a part; quoted where needed.
    pub name: String,
    /// The table or view it is a part of, by name.
    pub part_of: Option<String>,
    /// What makes it up, in the order to show it.
    pub properties: Map<String, Json>,
}

/// In the order in which differences are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    Schema,
    Extension,
    Type,
    Sequence,
    Table,
    Column,
    Constraint,
    Index,
    Statistics,
    Trigger,
    Policy,
    Rule,
    View,
    MaterializedView,
    Function,
    Procedure,
    Aggregate,
    EventTrigger,
    Publication,
}

impl Kind {
    pub const ALL: [Self; 19] = [
        Self::Schema,
        Self::Extension,
        Self::Type,
        Self::Sequence,
        Self::Table,
        Self::Column,
        Self::Constraint,
        Self::Index,
        Self::Statistics,
        Self::Trigger,
        Self::Policy,
        Self::Rule,
        Self::View,
        Self::MaterializedView,
        Self::Function,
        Self::Procedure,
        Self::Aggregate,
        Self::EventTrigger,
        Self::Publication,
    ];

    /// What the server and a playbook call it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Schema => "schema",
            Self::Extension => "extension",
            Self::Type => "type",
            Self::Sequence => "sequence",
            Self::Table => "table",
            Self::Column => "column",
            Self::Constraint => "constraint",
            Self::Index => "index",
            Self::Statistics => "statistics",
            Self::Trigger => "trigger",
            Self::Policy => "policy",
            Self::Rule => "rule",
            Self::View => "view",
            Self::MaterializedView => "materialized view",
            Self::Function => "function",
            Self::Procedure => "procedure",
            Self::Aggregate => "aggregate",
            Self::EventTrigger => "event trigger",
            Self::Publication => "publication",
        }
    }

    pub(super) fn read(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// Something that has columns.
    pub fn is_relation(self) -> bool {
        matches!(self, Self::Table | Self::View | Self::MaterializedView)
    }
}

impl Object {
    pub fn text(&self, property: &str) -> Option<&str> {
        self.properties.get(property)?.as_str()
    }

    pub fn flag(&self, property: &str) -> bool {
        self.properties.get(property).and_then(Json::as_bool) == Some(true)
    }

    /// The last part of its name, where a statement says the rest.
    pub fn own_name(&self) -> &str {
        self.text("name").unwrap_or(&self.name)
    }

    /// All of it in one text.
    pub(super) fn summary(&self) -> String {
        if let Some(definition) = self.text("definition") {
            return definition.trim().to_owned();
        }
        if self.kind == Kind::Column {
            return self.column();
        }
        let properties = self.properties.iter().filter(|(name, _)| *name != "name");
        let parts: Vec<String> = properties
            .map(|(name, value)| labelled(name, value))
            .collect();
        parts.join("; ")
    }

    /// As a table's definition has it.
    fn column(&self) -> String {
        let mut words = vec![self.text("type").unwrap_or_default().to_owned()];
        if let Some(collation) = self.text("collation") {
            words.push(format!("COLLATE {collation}"));
        }
        if !self.flag("nullable") {
            words.push("NOT NULL".to_owned());
        }
        if let Some(default) = self.text("default") {
            words.push(format!("DEFAULT {default}"));
        }
        if let Some(generated) = self.text("generated") {
            words.push(format!("GENERATED ALWAYS AS ({generated})"));
        }
        if let Some(identity) = self.text("identity") {
            words.push(format!("GENERATED {} AS IDENTITY", identity.to_uppercase()));
        }
        words.join(" ")
    }
}

/// `type integer`, `not validated`; a definition and a kind need no label.
pub(super) fn labelled(name: &str, value: &Json) -> String {
    let label = name.replace('_', " ");
    match value {
        Json::Bool(true) => label,
        Json::Bool(false) => format!("not {label}"),
        Json::String(text) if name == "definition" || name == "kind" => text.trim().to_owned(),
        value => format!("{label} {}", plain(value)),
    }
}

fn plain(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        Json::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}
