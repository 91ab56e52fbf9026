//! The plan as it is printed: a line for each table, and below what a line has no room for.

use super::super::super::CopyOptions;
use super::{Line, PlanReport, PlannedTable};
use crate::human;
use crate::progress::{Cell, Column, Table, Tone};

pub(super) fn table(report: &PlanReport, options: &CopyOptions) -> Table {
    let right = Column::right;
    let left = Column::left;
    Table {
        title: format!(
            "{} from {} to {}: {}",
            options.mode.word(),
            options.from.name(),
            options.to.name(),
            sum(report)
        ),
        columns: vec![
            left("table"),
            right("rows"),
            right("bytes"),
            right("unit"),
            left("strategy"),
            left("format"),
            right("keys out"),
            right("in"),
            left("triggers"),
            left(""),
        ],
        rows: report.tables.iter().map(row).collect(),
    }
}

/// `3 tables in 2 units, about 12,000 rows, 3.1 MB`
fn sum(report: &PlanReport) -> String {
    format!(
        "{} in {}, about {}, {}",
        several(report.tables.len(), "table"),
        several(report.units.len(), "unit"),
        human::rows(report.rows),
        human::bytes(report.bytes)
    )
}

fn several(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

fn row(table: &PlannedTable) -> Vec<Cell> {
    let name = if table.target.is_empty() || table.target == table.table {
        table.table.clone()
    } else {
        format!("{} → {}", table.table, table.target)
    };
    let number = |number: usize| match number {
        0 => Cell::toned("0", Tone::Faint),
        number => Cell::plain(number.to_string()),
    };
    let triggers = table.triggers.iter().filter_map(|trigger| {
        let name = &trigger.name;
        match (trigger.fires, trigger.switched_off) {
            (true, _) => Some(name.clone()),
            (_, true) => Some(format!("{name} (off)")),
            _ => None,
        }
    });
    let state = match table.unit {
        None => Cell::toned("not copied", Tone::Bad),
        Some(_) => Cell::plain(""),
    };
    vec![
        Cell::plain(name),
        match table.rows {
            Some(rows) => Cell::plain(human::count(rows)),
            None => Cell::toned("?", Tone::Faint),
        },
        Cell::plain(human::bytes(table.bytes)),
        Cell::plain(table.unit.map_or(String::new(), |unit| unit.to_string())),
        Cell::plain(table.strategy),
        Cell::plain(table.format),
        number(table.keys_out.len()),
        number(table.keys_in.len()),
        Cell::plain(triggers.collect::<Vec<_>>().join(", ")),
        state,
    ]
}

/// What the table has no room for.
pub(super) fn lines(report: &PlanReport, options: &CopyOptions) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    let mut note = |text: String| lines.push((text, false));
    for table in &report.tables {
        let name = &table.table;
        for difference in &table.differences {
            note(format!("`{name}`.{difference}"));
        }
        if !table.may_not.is_empty() {
            let may_not = table.may_not.join(", ");
            note(format!("`{name}`: no right to {may_not}"));
        }
    }
    let unknown = report.tables.iter().filter(|table| table.rows.is_none());
    let unknown: Vec<String> = unknown.map(|table| table.table.clone()).collect();
    if !unknown.is_empty() {
        note(format!(
            "never analyzed on `{}`, so nobody knows how many rows: {}",
            options.from.name(),
            human::some(&unknown, 12)
        ));
    }
    if !report.views.is_empty() {
        let views = human::some(&report.views, 12);
        note(format!("to refresh afterwards: {views}"));
    }
    for refused in &report.refused {
        lines.push((format!("refused: {}", refused.reason), true));
    }
    lines
}
