//! Results for programs: CSV, TSV and JSON lines, without a loss.

use std::borrow::Cow;

use serde_json::Number;

use super::{Field, Format, Style};
use crate::progress::Column;
use crate::ui::escape;

pub struct Exact {
    format: Format,
    columns: Vec<Column>,
    /// The names as strings of JSON, each another.
    keys: Vec<String>,
    /// A terminal shows it: rows must not steer it.
    shown: bool,
}

impl Exact {
    pub fn new(columns: &[Column], style: Style) -> Self {
        let names = distinct_names(columns).into_iter();
        Self {
            format: style.format,
            columns: columns.to_vec(),
            keys: names.map(|name| string(&name)).collect(),
            shown: style.width.is_some(),
        }
    }

    /// The line of names, where the format has one.
    pub fn head(&self, out: &mut String) {
        if self.format != Format::Json {
            let names = self.columns.iter().map(|column| column.name.as_str());
            let names: Vec<_> = names.map(Field::text).collect();
            self.row(out, &names);
        }
    }

    pub fn row(&self, out: &mut String, fields: &[Field]) {
        let start = out.len();
        match self.format {
            Format::Json => return self.object(out, fields),
            Format::Csv => line(out, ',', fields.iter().map(|field| csv(field.text))),
            _ => line(out, '\t', fields.iter().map(|field| tsv(field.text))),
        }
        if self.shown {
            let escaped = escape::block(&out[start..]);
            out.truncate(start);
            out.push_str(&escaped);
        }
    }

    fn object(&self, out: &mut String, fields: &[Field]) {
        let mut object = String::from("{");
        for (index, (key, field)) in self.keys.iter().zip(fields).enumerate() {
            object.push_str(if index > 0 { "," } else { "" });
            object.push_str(key);
            object.push(':');
            object.push_str(&json(self.columns[index].right, field));
        }
        object.push('}');
        // Another spelling of the same document.
        out.push_str(&escape::json(&object));
        out.push('\n');
    }
}

fn line<'a>(out: &mut String, between: char, cells: impl Iterator<Item = Cow<'a, str>>) {
    for (index, cell) in cells.enumerate() {
        if index > 0 {
            out.push(between);
        }
        out.push_str(&cell);
    }
    out.push('\n');
}

/// As psql quotes; the crate csv quotes an empty text that is alone in its line, too.
fn csv(text: Option<&str>) -> Cow<'_, str> {
    let text = text.unwrap_or_default();
    if text.contains([',', '"', '\n', '\r']) || text == r"\." {
        return format!("\"{}\"", text.replace('"', "\"\"")).into();
    }
    text.into()
}

fn tsv(text: Option<&str>) -> Cow<'_, str> {
    let Some(text) = text else {
        return r"\N".into();
    };
    let escape = |c| {
        Some(match c {
            '\\' => '\\',
            '\t' => 't',
            '\n' => 'n',
            '\r' => 'r',
            '\u{8}' => 'b',
            '\u{b}' => 'v',
            '\u{c}' => 'f',
            _ => return None,
        })
    };
    if !text.contains(|c| escape(c).is_some()) {
        return text.into();
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match escape(c) {
            Some(letter) => out.extend(['\\', letter]),
            None => out.push(c),
        }
    }
    out.into()
}

/// A number where the column is one of numbers and whoever reads JSON's numbers as doubles still
/// gets the same digits; else a string.
fn json<'a>(right: bool, field: &Field<'a>) -> Cow<'a, str> {
    let Some(text) = field.text else {
        return "null".into();
    };
    if let Some(json) = field.json {
        // Between its tokens a document may have line breaks, which would end the line here.
        return if json.contains(['\n', '\r']) {
            json.replace(['\n', '\r'], " ").into()
        } else {
            json.into()
        };
    }
    let survives = |number: f64| number.is_finite() && number.to_string() == text;
    // The text of a finite double is a number in JSON too.
    if right && text.parse().is_ok_and(survives) && text.parse::<Number>().is_ok() {
        return text.into();
    }
    string(text).into()
}

fn string(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Where two columns bear one name the second is `name_2`.
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
