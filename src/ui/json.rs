//! `--json`: the tables a playbook shows, one object per row and line.

use serde_json::{Map, Number, Value};

use super::escape;
use crate::config::redact;
use crate::progress::{Cell, Column, Table};

/// The rows as JSON lines, each ended by a line break. Where two columns bear one name the second
/// is `name_2`.
pub fn render(table: &Table) -> String {
    let names = distinct_names(&table.columns);
    let mut out = String::new();
    for row in &table.rows {
        let cells = names.iter().zip(&table.columns).zip(row);
        let object: Map<_, _> = cells
            .map(|((name, column), cell)| (name.clone(), value(column, cell)))
            .collect();
        out.push_str(&escape::json(&Value::Object(object).to_string()));
        out.push('\n');
    }
    out
}

fn distinct_names(columns: &[Column]) -> Vec<String> {
    let mut names: Vec<String> = Vec::with_capacity(columns.len());
    for column in columns {
        let same = columns[..names.len()]
            .iter()
            .filter(|other| other.name == column.name)
            .count();
        names.push(match same {
            0 => column.name.clone(),
            same => format!("{}_{}", column.name, same + 1),
        });
    }
    names
}

/// A number where the column is one of numbers and whoever reads JSON's numbers as doubles still
/// gets the same digits; else a string.
fn value(column: &Column, cell: &Cell) -> Value {
    let Some(text) = cell.text.as_deref().map(redact) else {
        return Value::Null;
    };
    let survives = |number: f64| number.is_finite() && number.to_string() == text;
    if column.right && text.parse().is_ok_and(survives) {
        // The text of a finite double is a number in JSON too.
        if let Ok(number) = text.parse::<Number>() {
            return Value::Number(number);
        }
    }
    Value::String(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_an_object_on_a_line() {
        let table = Table {
            title: "ignored".to_owned(),
            columns: vec![Column::left("name"), Column::right("n"), Column::right("n")],
            rows: vec![
                vec![Cell::plain("7"), Cell::plain("7"), Cell::plain("1.50")],
                vec![
                    Cell::plain("a\n\u{9b}"),
                    Cell::null(),
                    Cell::plain("12345678901234567890123"),
                ],
            ],
        };
        let expected = r#"{"name":"7","n":7,"n_2":"1.50"}
{"name":"a\n\u009b","n":null,"n_2":"12345678901234567890123"}
"#;
        assert_eq!(render(&table), expected);
    }
}
