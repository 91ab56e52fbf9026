//! Lists: `\dt`, `\dn`, `\df`, `\du`, `\l`, `\dT`, `\dx`.

use super::command::{Command, Kind, What};
use super::near::not_found;
use super::other::Other;
use super::pattern::{Pattern, Qualified};
use super::{Part, Result};
use crate::pg::fields::Fields;
use crate::pg::{Rows, Session, Value};
use crate::progress::{Cell, Column, Table};

/// A list by what it is called in a title, and the columns that it has without `+`.
struct List {
    what: &'static str,
    brief: &'static [&'static str],
}

const SCHEMAS: List = List {
    what: "schemas",
    brief: &["Name", "Owner"],
};
const ROLES: List = List {
    what: "roles",
    brief: &["Role name", "Attributes"],
};
const DATABASES: List = List {
    what: "databases",
    brief: &[
        "Name",
        "Owner",
        "Encoding",
        "Locale Provider",
        "Collate",
        "Ctype",
        "Locale",
        "ICU Rules",
        "Access privileges",
    ],
};
const TYPES: List = List {
    what: "data types",
    brief: &["Schema", "Name", "Description"],
};
const FUNCTIONS: List = List {
    what: "functions",
    brief: &[
        "Schema",
        "Name",
        "Result data type",
        "Argument data types",
        "Type",
    ],
};

pub async fn relations(
    session: &Session,
    command: &Command,
    kinds: &[Kind],
    pattern: Option<Pattern>,
) -> Result<Vec<Part>> {
    let system = command.system || pattern.is_some();
    let letters = kinds.iter().flat_map(|kind| kind.letters(system));
    let letters: Vec<String> = letters.map(|letter| (*letter).to_owned()).collect();
    let (schema, name) = regexes(pattern.as_ref());
    let params = [
        schema,
        name,
        Value::from(letters),
        Value::Bool(system),
        Value::Bool(command.verbose),
    ];
    let sql = include_str!("../../sql/repl/list_relations.sql");
    let rows = session.query(sql, &params).await?;
    let what = match kinds {
        [kind] => kind.plural(),
        _ => "relations",
    };
    match pattern {
        Some(pattern) if rows.rows.is_empty() => {
            Err(not_found(session, what, what, &pattern).await?)
        }
        None if rows.rows.is_empty() => Ok(vec![none(what)]),
        _ => Ok(vec![Part::Table(table(
            rows,
            what,
            shown(kinds, command.verbose),
        ))]),
    }
}

/// Which columns a list of relations of these kinds has.
fn shown(kinds: &[Kind], verbose: bool) -> impl Fn(&str) -> bool {
    let indexes = kinds.contains(&Kind::Index);
    let stored = [Kind::Table, Kind::MaterializedView, Kind::Index];
    let access_method = kinds.iter().any(|kind| stored.contains(kind));
    move |column| match column {
        "Schema" | "Name" | "Type" | "Owner" => true,
        "Table" => indexes,
        "Access method" => verbose && access_method,
        _ => verbose,
    }
}

pub async fn functions(
    session: &Session,
    command: &Command,
    kinds: &[char],
    pattern: Option<Pattern>,
    types: Vec<String>,
) -> Result<Vec<Part>> {
    let (schema, name) = regexes(pattern.as_ref());
    let params = [
        schema,
        name,
        Value::from(kinds.iter().map(char::to_string).collect::<Vec<_>>()),
        system(command, pattern.as_ref()),
        Value::from(types),
    ];
    let sql = include_str!("../../sql/repl/list_functions.sql");
    list(session, command, &FUNCTIONS, sql, &params, pattern.as_ref()).await
}

/// The lists that need no more than a pattern.
pub async fn others(
    session: &Session,
    command: &Command,
    pattern: Option<Pattern>,
) -> Result<Vec<Part>> {
    let pattern = pattern.as_ref();
    let (schema, name) = regexes(pattern);
    let system = system(command, pattern);
    match command.what {
        What::Schemas => {
            let sql = include_str!("../../sql/repl/list_schemas.sql");
            let params = [name, system];
            let mut parts = list(session, command, &SCHEMAS, sql, &params, pattern).await?;
            parts.extend(publications(session, pattern).await?);
            Ok(parts)
        }
        What::Roles => {
            let sql = include_str!("../../sql/repl/list_roles.sql");
            list(session, command, &ROLES, sql, &[name, system], pattern).await
        }
        What::Databases => {
            let sql = include_str!("../../sql/repl/list_databases.sql");
            let params = [name, Value::Bool(command.verbose)];
            list(session, command, &DATABASES, sql, &params, pattern).await
        }
        What::Types => {
            let sql = include_str!("../../sql/repl/list_types.sql");
            let arrays = pattern.is_some_and(|pattern| pattern.text.contains("[]"));
            let params = [schema, name, system, Value::Bool(arrays)];
            list(session, command, &TYPES, sql, &params, pattern).await
        }
        _ => extensions(session, command.verbose, pattern).await,
    }
}

/// The lists of [`Other`].
pub async fn other(
    session: &Session,
    command: &Command,
    other: &Other,
    pattern: Option<Pattern>,
) -> Result<Vec<Part>> {
    let (schema, name) = regexes(pattern.as_ref());
    let params = match other.qualified {
        Qualified::BySchema => vec![schema, name, system(command, pattern.as_ref())],
        _ if other.sizes => vec![name, Value::Bool(command.verbose)],
        _ => vec![name],
    };
    let rows = session.query(other.sql, &params).await?;
    if let Some(pattern) = pattern.filter(|_| rows.rows.is_empty()) {
        return Err(not_found(session, other.what, other.what, &pattern).await?);
    }
    let shown = |column: &str| match column {
        "Generated columns" => session.server().version_num >= 180_000,
        column => command.verbose || other.brief.contains(&column),
    };
    let mut table = table(rows, "", shown);
    other.title.clone_into(&mut table.title);
    Ok(vec![Part::Table(table)])
}

/// Whether the system's own are listed, too.
fn system(command: &Command, pattern: Option<&Pattern>) -> Value {
    Value::Bool(command.system || pattern.is_some())
}

async fn list(
    session: &Session,
    command: &Command,
    list: &List,
    sql: &str,
    params: &[Value],
    pattern: Option<&Pattern>,
) -> Result<Vec<Part>> {
    let rows = session.query(sql, params).await?;
    if let Some(pattern) = pattern.filter(|_| rows.rows.is_empty()) {
        return Err(not_found(session, list.what, list.what, pattern).await?);
    }
    let shown = |column: &str| command.verbose || list.brief.contains(&column);
    Ok(vec![Part::Table(table(rows, list.what, shown))])
}

/// What publishes all tables of the one schema that was named.
async fn publications(session: &Session, pattern: Option<&Pattern>) -> Result<Option<Part>> {
    let Some(pattern) = pattern.filter(|_| session.server().version_num >= 150_000) else {
        return Ok(None);
    };
    let sql = include_str!("../../sql/repl/schema_publications.sql");
    let name = Value::from(pattern.literal.as_str());
    let rows = session.query(sql, &[name]).await?.rows;
    if rows.is_empty() {
        return Ok(None);
    }
    let names = rows.into_iter().map(|row| Fields::new(row).text());
    let lines = names.map(|name| format!("    \"{name}\""));
    Ok(Some(Part::Lines(
        std::iter::once("Publications:".to_owned())
            .chain(lines)
            .collect(),
    )))
}

async fn extensions(
    session: &Session,
    verbose: bool,
    pattern: Option<&Pattern>,
) -> Result<Vec<Part>> {
    let (_, name) = regexes(pattern);
    let sql = if verbose {
        include_str!("../../sql/repl/extension_objects.sql")
    } else {
        include_str!("../../sql/repl/list_extensions.sql")
    };
    let rows = session.query(sql, &[name]).await?;
    match pattern {
        Some(pattern) if rows.rows.is_empty() => {
            Err(not_found(session, "extensions", "extensions", pattern).await?)
        }
        _ if verbose => Ok(objects(rows)),
        _ => Ok(vec![Part::Table(table(
            rows,
            "installed extensions",
            |_| true,
        ))]),
    }
}

/// A table for each extension; the rows come by extension.
fn objects(rows: Rows) -> Vec<Part> {
    let mut tables: Vec<Table> = Vec::new();
    for row in rows.rows {
        let mut row = Fields::new(row);
        let title = format!("Objects in extension \"{}\"", row.text());
        if tables.last().is_none_or(|table| table.title != title) {
            tables.push(Table {
                title,
                columns: vec![Column::left("Object description")],
                rows: Vec::new(),
            });
        }
        let cell = row.optional().map(|object| vec![Cell::plain(object)]);
        if let Some(table) = tables.last_mut() {
            table.rows.extend(cell);
        }
    }
    tables.into_iter().map(Part::Table).collect()
}

fn regexes(pattern: Option<&Pattern>) -> (Value, Value) {
    let value = |regex: Option<&String>| regex.map_or(Value::Null, |regex| regex.as_str().into());
    (
        value(pattern.and_then(|pattern| pattern.schema.as_ref())),
        value(pattern.and_then(|pattern| pattern.name.as_ref())),
    )
}

fn none(what: &str) -> Part {
    Part::Lines(vec![format!("Did not find any {what}.")])
}

/// The rows as they come, in the columns that are shown.
fn table(rows: Rows, what: &str, shown: impl Fn(&str) -> bool) -> Table {
    let is_shown: Vec<bool> = rows.columns.iter().map(|c| shown(&c.name)).collect();
    let pick = |row: Vec<Value>| {
        let cells = row.into_iter().zip(&is_shown).filter(|(_, shown)| **shown);
        cells.map(|(value, _)| cell(value)).collect()
    };
    let columns = rows.columns.into_iter().zip(&is_shown);
    Table {
        title: format!("List of {what}"),
        columns: columns
            .filter(|(_, shown)| **shown)
            .map(|(column, _)| Column::left(column.name))
            .collect(),
        rows: rows.rows.into_iter().map(pick).collect(),
    }
}

/// What is not there is blank: these are no values of anyone's.
fn cell(value: Value) -> Cell {
    match value {
        Value::Text(text) => Cell::plain(text),
        _ => Cell::plain(""),
    }
}
