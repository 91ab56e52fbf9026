//! What a target has of what is to be made, and how it is dropped.

use std::collections::{BTreeSet, HashMap};

use super::{Kind, Object, Schema, Section};
use crate::pg::Ident;

/// Objects of the target that the source has by the same name, and that a section would make.
pub(super) struct Common<'a> {
    pub objects: Vec<&'a Object>,
}

impl<'a> Common<'a> {
    pub fn of(target: &'a Schema, source: &Schema, section: Section) -> Self {
        let names: BTreeSet<(Space, &str)> = source.objects.iter().map(identity).collect();
        let is_made = |object: &&Object| match section {
            Section::All | Section::PreData => is_whole(object),
            Section::PostData => is_post_data(object),
        };
        let objects = target.objects.iter();
        Self {
            objects: objects
                .filter(|object| names.contains(&identity(object)))
                .filter(is_made)
                .collect(),
        }
    }

    /// Their names with what they are.
    pub fn names(&self) -> Vec<String> {
        self.objects
            .iter()
            .map(|object| described(object))
            .collect()
    }

    /// The statements that drop them. Whole objects take with them what depends on them: what that is has to be looked at.
    pub fn statements(&self) -> String {
        let mut statements = vec!["SET client_min_messages = warning".to_owned()];
        statements.extend(WHOLE.iter().filter_map(|(kinds, words)| {
            let objects = self
                .objects
                .iter()
                .filter(|object| kinds.contains(&word(object)));
            let names: Vec<&str> = objects.map(|object| object.name.as_str()).collect();
            let names = names.join(", ");
            (!names.is_empty()).then(|| format!("DROP {words} IF EXISTS {names} CASCADE"))
        }));
        let mut parts: Vec<_> = self
            .objects
            .iter()
            .filter_map(|object| part(object))
            .collect();
        parts.sort();
        statements.extend(parts.into_iter().map(|(_, statement)| statement));
        statements.join(";\n")
    }
}

/// What is dropped by itself: what the catalogue calls it, and what DROP does.
const WHOLE: [(&[&str], &str); 8] = [
    (&["view"], "VIEW"),
    (&["materialized view"], "MATERIALIZED VIEW"),
    (&["foreign table"], "FOREIGN TABLE"),
    (&["table", "partitioned table"], "TABLE"),
    (&["function", "procedure", "aggregate"], "ROUTINE"),
    (&["domain"], "DOMAIN"),
    (&["enum", "composite", "range", "base"], "TYPE"),
    (&["sequence"], "SEQUENCE"),
];

fn word(object: &Object) -> &str {
    let own = matches!(object.kind, Kind::Table | Kind::Type);
    object
        .text("kind")
        .filter(|_| own)
        .unwrap_or(object.kind.word())
}

/// In what an object's name is the only one of its kind.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Space {
    /// Tables, views and sequences share their names.
    Relation,
    Routine,
    Of(Kind),
}

fn identity(object: &Object) -> (Space, &str) {
    let space = match object.kind {
        Kind::Table | Kind::View | Kind::MaterializedView | Kind::Sequence => Space::Relation,
        Kind::Function | Kind::Procedure | Kind::Aggregate => Space::Routine,
        kind => Space::Of(kind),
    };
    (space, &object.name)
}

/// An object by itself, not a part of a table or what is kept.
fn is_whole(object: &Object) -> bool {
    let kept = [
        Kind::Schema,
        Kind::Extension,
        Kind::EventTrigger,
        Kind::Publication,
    ];
    object.part_of.is_none() && !kept.contains(&object.kind)
}

/// What pg_dump makes behind the rows.
fn is_post_data(object: &Object) -> bool {
    match object.kind {
        Kind::Constraint => object.text("type") != Some("check") || !object.flag("validated"),
        Kind::Index | Kind::Trigger | Kind::Policy | Kind::Rule | Kind::Statistics => true,
        _ => false,
    }
}

/// The statement that drops a part, with its turn: keys before what they refer to.
fn part(object: &Object) -> Option<(u8, String)> {
    let table = object.part_of.as_deref()?;
    let name = Ident(object.own_name());
    let is_key = object.text("type") == Some("foreign key");
    Some(match object.kind {
        Kind::Constraint => (
            if is_key { 0 } else { 2 },
            format!("ALTER TABLE {table} DROP CONSTRAINT {name}"),
        ),
        Kind::Trigger => (1, format!("DROP TRIGGER {name} ON {table}")),
        Kind::Policy => (1, format!("DROP POLICY {name} ON {table}")),
        Kind::Rule => (1, format!("DROP RULE {name} ON {table}")),
        Kind::Statistics => (1, format!("DROP STATISTICS {}", object.name)),
        Kind::Index => (3, format!("DROP INDEX {}", object.name)),
        _ => return None,
    })
}

/// What a drop has taken with it that the source does not have, and so will not come back. The parts of what was
/// dropped go with it.
pub(super) fn lost(before: &Schema, after: &Schema, dropped: &Common) -> Vec<String> {
    let gone: BTreeSet<(Space, &str)> = dropped.objects.iter().map(|it| identity(it)).collect();
    let kept = |object: &&Object| {
        let table = object.part_of.as_deref();
        let with_table = table.is_some_and(|table| gone.contains(&(Space::Relation, table)));
        !with_table && !gone.contains(&identity(object))
    };
    let left: HashMap<(Kind, &str), &Object> = after
        .objects
        .iter()
        .map(|object| ((object.kind, object.name.as_str()), object))
        .collect();
    let is_there = |object: &&Object| {
        let found = left.get(&(object.kind, object.name.as_str()));
        found.is_some_and(|found| found.properties == object.properties)
    };
    let lost: Vec<&Object> = before
        .objects
        .iter()
        .filter(kept)
        .filter(|it| !is_there(it))
        .collect();
    let relations: BTreeSet<&str> = lost
        .iter()
        .filter(|object| object.kind.is_relation())
        .map(|object| object.name.as_str())
        .collect();
    let told = |object: &&&Object| {
        let table = object.part_of.as_deref();
        !table.is_some_and(|table| relations.contains(table))
    };
    lost.iter()
        .filter(told)
        .map(|object| described(object))
        .collect()
}

fn described(object: &Object) -> String {
    format!("{} `{}`", object.kind.word(), object.name)
}
