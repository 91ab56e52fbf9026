//! Marks in a JSON file that holds a time for each table, as the shell procedures before us kept them.
//!
//! `{"lat": "2026-01-31T08:00:00Z"}`, or with an object for each table whose key is the column; whatever else
//! the file holds stays as it is. It is replaced as a whole, so that nobody ever reads half of it.

use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use super::changed::Stored;
use super::{Changed, Error, Mark, Result};
use crate::pg::Session;
use crate::pg::catalog::Relation;
use crate::progress::{Event, Reporter};

/// An empty object where there is no file yet.
pub(super) fn read(path: &Path) -> Result<Map<String, Value>> {
    let failure = |reason: String| Error::File {
        path: path.to_owned(),
        reason,
    };
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Map::new()),
        Err(error) => return Err(failure(error.to_string())),
    };
    match serde_json::from_str(&text) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err(failure(
            "is no JSON object with a time for each table".to_owned(),
        )),
        Err(error) => Err(failure(error.to_string())),
    }
}

/// The mark of a table, by its bare name or with its schema.
pub(super) fn get(path: &Path, table: &Relation, column: &str) -> Result<Option<Stored>> {
    let object = read(path)?;
    let Some((name, value)) = entry(&object, table) else {
        return Ok(None);
    };
    let value = match value {
        Value::Object(columns) => columns.get(column).unwrap_or(&Value::Null),
        value => value,
    };
    match value {
        Value::Null => Ok(None),
        Value::String(mark) => Ok(Some(mark.clone())),
        Value::Number(mark) => Ok(Some(mark.to_string())),
        _ => Err(Error::FileFormat {
            path: path.to_owned(),
            key: name.to_owned(),
        }),
    }
    .map(|mark| mark.map(|mark| Stored { mark, timeline: 0 }))
}

pub(super) fn all(path: &Path, name: &str) -> Result<Vec<Mark>> {
    let mut marks = Vec::new();
    for (table, value) in read(path)? {
        let columns = match value {
            Value::Object(columns) => columns,
            value => Map::from_iter([(String::new(), value)]),
        };
        for (column, value) in columns {
            let text = |value: Value| {
                value
                    .as_str()
                    .map_or_else(|| value.to_string(), str::to_owned)
            };
            marks.push(Mark {
                name: name.to_owned(),
                table: table.clone(),
                column,
                mark: text(value),
                ..Mark::default()
            });
        }
    }
    Ok(marks)
}

/// Writes the mark once the transaction has committed. A failure is a warning then: the rows are there, and
/// the next run reads them once more.
pub(super) fn advance_after_commit(
    path: PathBuf,
    tx: &Session,
    reporter: Reporter,
    changed: &Changed,
    mark: String,
) {
    let table = changed.table.clone();
    let column = changed.mark.column().to_owned();
    tx.after_commit(move || {
        if let Err(error) = set(&path, &table, &column, mark) {
            let text = format!("the mark of `{}` was not stored: {error}", table.shown);
            reporter.event(&Event::Warning(text));
        }
    });
}

fn set(path: &Path, table: &Relation, column: &str, mark: String) -> Result<()> {
    let mut object = read(path)?;
    let name =
        entry(&object, table).map_or_else(|| table.shown.clone(), |(name, _)| name.to_owned());
    match object.get_mut(&name) {
        Some(Value::Object(columns)) => {
            columns.insert(column.to_owned(), Value::String(mark));
        }
        _ => {
            object.insert(name, Value::String(mark));
        }
    }
    replace(path, &Value::Object(object)).map_err(|error| Error::File {
        path: path.to_owned(),
        reason: error.to_string(),
    })
}

fn entry<'a>(object: &'a Map<String, Value>, table: &Relation) -> Option<(&'a str, &'a Value)> {
    let names = [
        table.shown.clone(),
        table.name.shown(),
        table.name.name.clone(),
    ];
    let found = names.iter().find_map(|name| object.get_key_value(name));
    found.map(|(name, value)| (name.as_str(), value))
}

fn replace(path: &Path, value: &Value) -> std::io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    serde_json::to_writer_pretty(&mut file, value)?;
    file.write_all(b"\n")?;
    file.as_file().sync_all()?;
    if let Ok(metadata) = fs::metadata(path) {
        file.as_file().set_permissions(metadata.permissions())?;
    }
    file.persist(path)?;
    // The rename itself is in the folder; not every system lets one sync that.
    if let Ok(folder) = fs::File::open(folder) {
        folder.sync_all().ok();
    }
    Ok(())
}
