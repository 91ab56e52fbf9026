//! Completion of backslash commands and of what stands behind them.

use super::super::describe::{Command, RelationKind, What};
use super::super::names::{Kind, Names, Plain};
use super::super::sorted::begins;
use super::{Candidate, World};

/// Commands that take a target, a file, a table.
const TARGETS: [&str; 3] = ["c", "connect", "tunnel"];
const FILES: [&str; 6] = ["i", "include", "o", "out", "g", "record"];
const TABLES: [&str; 2] = ["trigger", "watermark"];
/// Commands that are switched.
const SWITCHES: [(&str, &[&str]); 3] = [
    ("x", &["on", "off", "auto"]),
    ("timing", &["on", "off"]),
    ("write", &["off"]),
];

/// `text` begins with the backslash and ends at the cursor.
pub fn complete(text: &str, world: &World) -> (usize, Vec<Candidate>) {
    let Some(space) = text.find(char::is_whitespace) else {
        let typed = &text[1..];
        let known = world.commands.iter().filter(|name| name.starts_with(typed));
        let found = known.map(|name| Candidate::plain(format!("\\{name}")));
        return (0, found.collect());
    };
    let name = &text[1..space];
    let start = argument(&text[space..]) + space;
    let prefix = &text[start..];
    let found = if TARGETS.contains(&name) {
        let known = world.targets.iter().filter(|name| name.starts_with(prefix));
        known.map(Candidate::plain).collect()
    } else if FILES.contains(&name) {
        (world.files)(prefix)
            .into_iter()
            .map(Candidate::plain)
            .collect()
    } else if TABLES.contains(&name) {
        relations(prefix, &[Kind::Table], world.names)
    } else {
        match (
            Command::parse(name),
            SWITCHES.iter().find(|(switch, _)| *switch == name),
        ) {
            (Some(command), _) => described(&command.what, prefix, world.names),
            (None, Some((_, values))) => {
                let fitting = values.iter().filter(|value| value.starts_with(prefix));
                fitting.map(|value| Candidate::plain(*value)).collect()
            }
            (None, None) => Vec::new(),
        }
    };
    (start, found)
}

/// Where the last word begins; blanks in double quotes do not divide.
fn argument(text: &str) -> usize {
    let (mut start, mut quoted) = (0, false);
    for (index, c) in text.char_indices() {
        quoted ^= c == '"';
        if c.is_whitespace() && !quoted {
            start = index + c.len_utf8();
        }
    }
    start
}

fn described(what: &What, prefix: &str, names: &Names) -> Vec<Candidate> {
    match what {
        What::Relation => relations(prefix, &[], names),
        What::Relations(kinds) => {
            let kinds: Vec<Kind> = kinds.iter().filter_map(|kind| of(*kind)).collect();
            relations(prefix, &kinds, names)
        }
        What::ViewSource => relations(prefix, &[Kind::View], names),
        What::Schemas => plain(Plain::Schema, prefix, names),
        What::Roles => plain(Plain::Role, prefix, names),
        What::Databases => plain(Plain::Database, prefix, names),
        What::Extensions => plain(Plain::Extension, prefix, names),
        What::Functions(_) | What::FunctionSource => functions(prefix, names),
        What::Other(other) => match other.what {
            "relations" => relations(prefix, &WITH_PRIVILEGES, names),
            "aggregates" => functions(prefix, names),
            "tablespaces" => plain(Plain::Tablespace, prefix, names),
            "settings of roles" => plain(Plain::Role, prefix, names),
            "configuration parameters" => named(names.settings(prefix), prefix, names),
            "publications" => plain(Plain::Publication, prefix, names),
            "foreign servers" => plain(Plain::Server, prefix, names),
            "domains" => types(prefix, names),
            _ => Vec::new(),
        },
        What::Types => types(prefix, names),
    }
}

const WITH_PRIVILEGES: [Kind; 4] = [
    Kind::Table,
    Kind::View,
    Kind::MaterializedView,
    Kind::Sequence,
];

/// What is typed of a name behind its schema, without its quote.
fn bare(prefix: &str) -> &str {
    let name = prefix.split_once('.').map_or(prefix, |(_, name)| name);
    name.trim_start_matches('"')
}

fn functions(prefix: &str, names: &Names) -> Vec<Candidate> {
    let (functions, procedures) = (
        names.functions(bare(prefix)),
        names.procedures(bare(prefix)),
    );
    named(functions.iter().chain(procedures), prefix, names)
}

fn types(prefix: &str, names: &Names) -> Vec<Candidate> {
    let types = names.types().iter();
    let fitting = types.filter(|named| begins(&named.name, bare(prefix)));
    named(fitting, prefix, names)
}

fn of(kind: RelationKind) -> Option<Kind> {
    Some(match kind {
        RelationKind::Table => Kind::Table,
        RelationKind::View => Kind::View,
        RelationKind::MaterializedView => Kind::MaterializedView,
        RelationKind::Sequence => Kind::Sequence,
        RelationKind::Index => Kind::Index,
        RelationKind::ForeignTable => return None,
    })
}

/// Those that are found without a schema, or those of the schema that is typed.
fn named<'a>(
    all: impl IntoIterator<Item = &'a super::super::names::Named>,
    prefix: &str,
    names: &Names,
) -> Vec<Candidate> {
    let schema = prefix.split_once('.').map(|(schema, _)| schema);
    let meant = schema.map(|schema| schema.trim_matches('"'));
    let wanted = all.into_iter().filter(|named| match meant {
        Some(meant) => *named.schema == *meant,
        None => named.visible,
    });
    let written = wanted.map(|named| {
        let name = names.quoted(&named.name);
        schema.map_or(name.clone(), |schema| format!("{schema}.{name}"))
    });
    fitting(written, prefix)
}

fn plain(kind: Plain, prefix: &str, names: &Names) -> Vec<Candidate> {
    let of_kind = names.plain(kind, prefix.trim_start_matches('"'));
    let of_kind = of_kind.iter().map(|name| names.quoted(name));
    fitting(of_kind, prefix)
}

/// Relations without a schema and with it, as the pattern they are.
pub fn relations(prefix: &str, kinds: &[Kind], names: &Names) -> Vec<Candidate> {
    let wanted = |kind| kinds.is_empty() || kinds.contains(&kind);
    let Some((schema, name)) = prefix.split_once('.') else {
        let system = super::sql::is_system;
        let of_kind = names.relations(prefix.trim_start_matches('"')).iter();
        let visible = of_kind.filter(|relation| {
            let common = !system(&relation.schema) || !prefix.is_empty();
            wanted(relation.kind) && relation.visible && common
        });
        let visible = visible.map(|relation| names.quoted(&relation.name));
        let schemas = names
            .plain(Plain::Schema, prefix.trim_start_matches('"'))
            .iter();
        let schemas = schemas.filter(|schema| !system(schema) || !prefix.is_empty());
        let schemas = schemas.map(|schema| format!("{}.", names.quoted(schema)));
        return fitting(visible.chain(schemas), prefix);
    };
    let meant = schema.trim_matches('"');
    let of_it = names.relations(name.trim_start_matches('"')).iter();
    let of_it = of_it.filter(|relation| *relation.schema == *meant && wanted(relation.kind));
    let written = of_it.map(|relation| format!("{schema}.{}", names.quoted(&relation.name)));
    fitting(written, prefix)
}

/// In quotes only what has them: the letters that were typed stay.
fn fitting(written: impl Iterator<Item = String>, prefix: &str) -> Vec<Candidate> {
    let quoted = prefix.contains('"');
    written
        .filter(|name| !quoted || name.starts_with(prefix))
        .map(Candidate::plain)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repl::complete::LuaNames;

    fn offered(line: &str) -> Vec<Candidate> {
        let world = World {
            names: &Names::default(),
            lua: &LuaNames::default(),
            targets: &[],
            groups: &[],
            commands: &[],
            files: &|prefix: &str| vec![format!("{prefix}.sql")],
        };
        complete(line, &world).1
    }

    #[test]
    fn files_are_offered_to_commands_that_take_one() {
        for command in ["i", "include", "o", "out", "g", "record"] {
            let found = offered(&format!("\\{command} a"));
            assert_eq!(found, [Candidate::plain("a.sql")], "{command}");
        }
        for command in ["e", "edit"] {
            assert!(offered(&format!("\\{command} a")).is_empty(), "{command}");
        }
    }
}
