//! Parts of the texts that depend on what is known.

use std::fmt;

use crate::human;

/// A line for each, below the sentence they belong to.
pub fn lines<T: fmt::Display>(rows: &[T]) -> String {
    let rows: Vec<String> = rows.iter().map(|row| format!("\n  {row}")).collect();
    rows.concat()
}

/// Where in a file.
pub fn place(line: Option<u64>, column: Option<&str>) -> String {
    let line = line.map(|line| format!(" line {line}")).unwrap_or_default();
    let column = column.map(|column| format!(", column `{column}`"));
    line + &column.unwrap_or_default()
}

pub fn of_row(row: Option<&str>) -> String {
    row.map_or_else(String::new, |row| format!(" of {row}"))
}

pub fn committed_rows(committed: bool) -> &'static str {
    if committed {
        " (the rows of the tables are committed)"
    } else {
        ""
    }
}

pub fn past_policies(forced: bool) -> &'static str {
    if forced {
        "connect as a role with BYPASSRLS, or ALTER TABLE ... NO FORCE ROW LEVEL SECURITY"
    } else {
        "connect as its owner or a role with BYPASSRLS"
    }
}

pub fn behind(rows: u64) -> String {
    match rows {
        0 => String::new(),
        rows => format!(" (after {}, none of which stay)", human::rows(rows)),
    }
}
