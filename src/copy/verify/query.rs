//! One statement on both sides.

use std::collections::HashMap;

use super::pinned::Sides;
use super::{Error, Result, snapshots};
use crate::human;
use crate::pg::{Rows, Session, Value};
use crate::progress::{Cell, Column, Event, Table, Tone};

/// What [`query`] compares.
pub struct QueryOptions {
    pub from: Session,
    pub to: Session,
    pub sql: String,
    pub params: Vec<Value>,
    /// What the report calls it.
    pub name: String,
    /// The order of the rows counts.
    pub ordered: bool,
    /// How many differing rows are shown.
    pub samples: usize,
}

/// Runs the statement on both sides, each in a snapshot of its own or in the transaction that is open, and gives the
/// rows where they are the same. Without `ordered` they are compared as often as they are there, in any order.
pub async fn query(options: &QueryOptions) -> Result<Rows> {
    let rows = snapshots(&options.from, &options.to, async |from, to| {
        let sides = Sides::pin(from, to).await?;
        // Both are waited for: a query that is dropped goes on at the server.
        let (source, target) = tokio::join!(
            from.query(&options.sql, &options.params),
            to.query(&options.sql, &options.params)
        );
        let rows = (source?, target?);
        sides.restore().await?;
        Ok(rows)
    });
    let (source, target) = rows.await?;
    check_columns(options, &source, &target)?;
    let unlike = if options.ordered {
        by_place(&source, &target)
    } else {
        as_multisets(&source, &target)
    };
    let report = |table| options.to.reporter().event(&Event::Report(table));
    report(outcome(options, &source, &target, unlike.is_empty()));
    if unlike.is_empty() {
        return Ok(source);
    }
    report(differences(options, &source, &unlike));
    let count = |side| unlike.iter().filter(|row| row.side == side).count();
    Err(Error::Query {
        name: options.name.clone(),
        from: options.from.name().to_owned(),
        to: options.to.name().to_owned(),
        missing: count(Side::From),
        extra: count(Side::To),
        first: unlike.first().map(Unlike::in_words).unwrap_or_default(),
    })
}

/// One line: the statement, how many rows each side has, and whether they are the same.
fn outcome(options: &QueryOptions, source: &Rows, target: &Rows, same: bool) -> Table {
    let rows = |rows: &Rows| Cell::plain(human::count(rows.rows.len() as u64));
    Table {
        title: String::new(),
        columns: vec![
            Column::left("query"),
            Column::right(options.from.name()),
            Column::right(options.to.name()),
            Column::left(""),
        ],
        rows: vec![vec![
            Cell::plain(&options.name),
            rows(source),
            rows(target),
            if same {
                Cell::toned("ok", Tone::Good)
            } else {
                Cell::toned("differs", Tone::Bad)
            },
        ]],
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    From,
    To,
}

/// A row that only one side has, or has there.
struct Unlike<'a> {
    side: Side,
    /// Its place in the result, counted from 1, where the order counts.
    place: Option<usize>,
    row: &'a [Value],
}

fn check_columns(options: &QueryOptions, source: &Rows, target: &Rows) -> Result<()> {
    let names = |rows: &Rows| -> Vec<String> {
        rows.columns
            .iter()
            .map(|column| column.name.clone())
            .collect()
    };
    let (source, target) = (names(source), names(target));
    if source == target {
        return Ok(());
    }
    Err(Error::QueryColumns {
        name: options.name.clone(),
        from: source.join(", "),
        to: target.join(", "),
    })
}

fn by_place<'a>(source: &'a Rows, target: &'a Rows) -> Vec<Unlike<'a>> {
    let (source, target) = (&source.rows, &target.rows);
    let places = 0..source.len().max(target.len());
    let differing = places.filter(|place| match (source.get(*place), target.get(*place)) {
        (Some(here), Some(there)) => text(here) != text(there),
        _ => true,
    });
    let rows = differing.flat_map(|place| {
        let sides = [
            (Side::From, source.get(place)),
            (Side::To, target.get(place)),
        ];
        let row = move |(side, row): (Side, Option<&'a Vec<Value>>)| {
            let place = Some(place + 1);
            Some(Unlike {
                side,
                place,
                row: row?,
            })
        };
        sides.into_iter().filter_map(row)
    });
    rows.collect()
}

fn as_multisets<'a>(source: &'a Rows, target: &'a Rows) -> Vec<Unlike<'a>> {
    let surplus = |side, rows: &'a Rows, others: &Rows| -> Vec<Unlike<'a>> {
        let mut there: HashMap<String, usize> = HashMap::new();
        for row in &others.rows {
            *there.entry(text(row)).or_default() += 1;
        }
        let is_surplus = |row: &&'a Vec<Value>| match there.get_mut(&text(row)) {
            Some(left) if *left > 0 => {
                *left -= 1;
                false
            }
            _ => true,
        };
        let rows = rows.rows.iter().filter(is_surplus);
        rows.map(|row| Unlike {
            side,
            place: None,
            row,
        })
        .collect()
    };
    let mut unlike = surplus(Side::From, source, target);
    unlike.extend(surplus(Side::To, target, source));
    unlike
}

/// The same for equal rows only. `NaN` is equal to itself here, as it is to the server.
fn text(row: &[Value]) -> String {
    format!("{row:?}")
}

impl Unlike<'_> {
    fn in_words(&self) -> String {
        let cells = self.row.iter().map(|value| shown(value).text);
        let cells: Vec<String> = cells
            .map(|text| text.unwrap_or_else(|| "NULL".to_owned()))
            .collect();
        format!("({})", cells.join(", "))
    }
}

/// The first rows of either side.
fn differences(options: &QueryOptions, source: &Rows, unlike: &[Unlike<'_>]) -> Table {
    let mut columns = vec![Column::left("only on")];
    if options.ordered {
        columns.push(Column::right("row"));
    }
    columns.extend(source.columns.iter().map(|column| Column {
        name: column.name.clone(),
        right: column.numeric,
    }));
    let row = |unlike: &Unlike| {
        let name = match unlike.side {
            Side::From => options.from.name(),
            Side::To => options.to.name(),
        };
        let mut cells = vec![Cell::toned(name, Tone::Bad)];
        cells.extend(unlike.place.map(|place| Cell::plain(place.to_string())));
        cells.extend(unlike.row.iter().map(shown));
        cells
    };
    let of_side = |side| {
        unlike
            .iter()
            .filter(move |row| row.side == side)
            .take(options.samples)
    };
    let rows: Vec<_> = if options.ordered {
        unlike.iter().take(2 * options.samples).map(row).collect()
    } else {
        of_side(Side::From)
            .chain(of_side(Side::To))
            .map(row)
            .collect()
    };
    Table {
        title: options.name.clone(),
        columns,
        rows,
    }
}

fn shown(value: &Value) -> Cell {
    match value {
        Value::Null => Cell::null(),
        Value::Bool(flag) => Cell::plain(flag.to_string()),
        Value::Int(integer) => Cell::plain(integer.to_string()),
        Value::Float(float) => Cell::plain(float.to_string()),
        Value::Text(text) => Cell::plain(text),
        Value::Bytes(bytes) => {
            Cell::plain(format!("{} of bytea", human::bytes(bytes.len() as u64)))
        }
        Value::Json(json) => Cell::plain(json.to_string()),
        Value::Array(items) => {
            let items = items.iter().map(|item| shown(item).text);
            let items: Vec<String> = items
                .map(|text| text.unwrap_or_else(|| "NULL".to_owned()))
                .collect();
            Cell::plain(format!("{{{}}}", items.join(", ")))
        }
    }
}
