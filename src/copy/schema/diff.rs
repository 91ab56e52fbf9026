//! Where two schemas are not the same.

use std::collections::{BTreeMap, BTreeSet};

use super::object::labelled;
use super::read::selected;
use super::{Kind, Object, Schema};
use crate::pg::catalog::{Catalog, TableFilter};
use crate::pg::{Error, Result, Session};
use crate::progress::{Cell, Column, Table, Tone};

/// As much of a definition as a table shows.
const SHOWN: usize = 100;

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    pub kind: Kind,
    pub name: String,
    pub difference: Class,
    /// What it is at the source, and where both have it only what differs.
    pub from: Option<String>,
    pub to: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Only the source has it.
    Missing,
    /// Only the target has it.
    Extra,
    Different,
}

impl Class {
    pub fn word(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Extra => "extra",
            Self::Different => "different",
        }
    }
}

/// The differences of two databases. A name in `filter` that neither side has is an error.
pub async fn diff(from: &Session, to: &Session, filter: &TableFilter) -> Result<Vec<Difference>> {
    check_names(from, to, filter).await?;
    let source = selected(from, filter).await?;
    let target = selected(to, filter).await?;
    Ok(between(&source, &target))
}

/// A slip in a name would make both sides equal.
async fn check_names(from: &Session, to: &Session, filter: &TableFilter) -> Result<()> {
    let Some(tables) = &filter.tables else {
        return Ok(());
    };
    let catalogs = [Catalog::read(from).await?, Catalog::read(to).await?];
    let chosen = |filter: &TableFilter| -> Result<bool> {
        Ok(!catalogs[0].matching(filter)?.is_empty() || !catalogs[1].matching(filter)?.is_empty())
    };
    for name in tables {
        let alone = TableFilter {
            tables: Some(vec![name.clone()]),
            exclude: Vec::new(),
            groups: filter.groups.clone(),
        };
        if !chosen(&alone)?
            && let Err(error @ Error::NoTable { .. }) = catalogs[0].find(name)
        {
            return Err(error);
        }
    }
    if chosen(filter)? {
        return Ok(());
    }
    // Says what was asked for.
    catalogs[0].select(filter).map(|_| ())
}

/// The parts of a table that one side lacks are not told one by one.
pub(super) fn between(source: &Schema, target: &Schema) -> Vec<Difference> {
    let (from, to) = (by_name(source), by_name(target));
    let keys: BTreeSet<_> = from.keys().chain(to.keys()).copied().collect();
    let lacks = |side: &BTreeMap<(Kind, &str), &Object>, name: &str| {
        let kinds = Kind::ALL.into_iter().filter(|kind| kind.is_relation());
        !kinds
            .into_iter()
            .any(|kind| side.contains_key(&(kind, name)))
    };
    let mut differences = Vec::new();
    for key in keys {
        let (here, there) = (from.get(&key), to.get(&key));
        let objects = || here.into_iter().chain(there);
        let told = objects().any(|object| match object.part_of.as_deref() {
            Some(table) => lacks(&from, table) || lacks(&to, table),
            None => false,
        });
        // A partition's columns are its root's.
        if told || objects().all(|object| object.flag("inherited")) {
            continue;
        }
        differences.extend(compare(here.copied(), there.copied()));
    }
    differences
}

fn by_name(schema: &Schema) -> BTreeMap<(Kind, &str), &Object> {
    let named = |object| (named(object), object);
    schema.objects.iter().map(named).collect()
}

fn named(object: &Object) -> (Kind, &str) {
    (object.kind, &object.name)
}

fn compare(from: Option<&Object>, to: Option<&Object>) -> Option<Difference> {
    let (object, difference, from, to) = match (from, to) {
        (Some(from), Some(to)) if from.properties == to.properties => return None,
        (Some(from), Some(to)) => {
            let (here, there) = unlike(from, to);
            (from, Class::Different, Some(here), Some(there))
        }
        (Some(from), None) => (from, Class::Missing, Some(from.summary()), None),
        (None, Some(to)) => (to, Class::Extra, None, Some(to.summary())),
        (None, None) => return None,
    };
    Some(Difference {
        kind: object.kind,
        name: object.name.clone(),
        difference,
        from,
        to,
    })
}

/// The properties that differ, as either side has them.
fn unlike(from: &Object, to: &Object) -> (String, String) {
    let names = from.properties.keys().chain(to.properties.keys());
    let mut seen = BTreeSet::new();
    let differing = names.filter(|name| {
        seen.insert(name.as_str()) && from.properties.get(*name) != to.properties.get(*name)
    });
    let (mut here, mut there) = (Vec::new(), Vec::new());
    for name in differing {
        for (side, texts) in [(from, &mut here), (to, &mut there)] {
            texts.push(match side.properties.get(name) {
                Some(value) => labelled(name, value),
                None => format!("no {}", name.replace('_', " ")),
            });
        }
    }
    (here.join("; "), there.join("; "))
}

/// The differences as a table to print. Of long definitions the first lines that differ are shown.
pub fn table(title: String, differences: &[Difference]) -> Table {
    let columns = ["", "kind", "name", "from", "to"];
    Table {
        title,
        columns: columns.map(Column::left).into(),
        rows: differences.iter().map(row).collect(),
    }
}

fn row(difference: &Difference) -> Vec<Cell> {
    let (from, to) = (difference.from.as_deref(), difference.to.as_deref());
    let (from, to) = match (from, to) {
        (Some(from), Some(to)) => {
            let (from, to) = first_difference(from, to);
            (Some(from), Some(to))
        }
        (from, to) => (from.map(short), to.map(short)),
    };
    let cell = |text: Option<String>| text.map_or_else(|| Cell::plain(""), Cell::plain);
    vec![
        Cell::toned(difference.difference.word(), Tone::Bad),
        Cell::plain(difference.kind.word()),
        Cell::plain(&difference.name),
        cell(from),
        cell(to),
    ]
}

/// The first lines that are not the same, with their number where there are several.
fn first_difference(from: &str, to: &str) -> (String, String) {
    if !from.contains('\n') && !to.contains('\n') {
        return (short(from), short(to));
    }
    let lines = from.lines().count().max(to.lines().count());
    let line = |text: &str, number: usize| text.lines().nth(number).unwrap_or_default().to_owned();
    let number = (0..lines).find(|number| line(from, *number) != line(to, *number));
    let number = number.unwrap_or_default();
    let shown = |text: &str| {
        short(&format!(
            "line {}: {}",
            number + 1,
            line(text, number).trim()
        ))
    };
    (shown(from), shown(to))
}

fn short(text: &str) -> String {
    let first = text.trim().lines().next().unwrap_or_default();
    let mut short: String = first.chars().take(SHOWN).collect();
    if short.len() < text.trim().len() {
        short.push_str(" ...");
    }
    short
}

/// The first differences, for an error.
pub(in crate::copy) fn lines(differences: &[Difference]) -> String {
    const SHOWN: usize = 10;
    let mut lines: Vec<String> = differences
        .iter()
        .take(SHOWN)
        .map(|it| {
            format!(
                "\n  {} {} `{}`",
                it.difference.word(),
                it.kind.word(),
                it.name
            )
        })
        .collect();
    if let Some(more) = differences
        .len()
        .checked_sub(SHOWN)
        .filter(|more| *more > 0)
    {
        lines.push(format!("\n  and {more} more"));
    }
    lines.concat()
}
