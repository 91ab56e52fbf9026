//! Error reports: what happened, where, what now.
//!
//! The layers fill in a [`Report`]; only here does it become text or JSON, redacted and escaped throughout.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::escape;
use super::excerpt::Excerpt;
use super::paint::Paint;
use crate::config::redact;
use crate::progress::Tone;

/// Everything that can be told about a failure. What is unknown stays empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// For programs: `failed`, `usage`, `refused`, `interrupted`, `bug`.
    pub kind: &'static str,
    pub message: String,
    /// The line of the playbook.
    pub location: Option<SourceSpan>,
    pub sql: Option<SqlSpan>,
    /// Named facts in the order to print them: `sqlstate`, `detail`, `hint`, `target`...
    pub fields: Vec<(&'static str, String)>,
    /// The calls that led here, innermost first, without frames of our own.
    pub trace: Vec<String>,
    /// What to do now.
    pub help: Option<String>,
}

/// A line of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceSpan {
    pub file: String,
    /// 1-based.
    pub line: usize,
    /// 1-based, in characters; `None` where only the line is known.
    pub column: Option<usize>,
    /// The line itself; empty where the file cannot be read.
    pub text: String,
}

/// A place in a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqlSpan {
    /// The whole statement.
    pub text: String,
    /// 1-based, in characters, as the server tells it; `None` where it does not.
    pub position: Option<usize>,
    /// The file and the 1-based line on which the statement begins.
    pub origin: Option<(String, usize)>,
}

/// What the JSON of a report always has; `null` where it is unknown. Other facts follow.
const FACTS: [&str; 7] = [
    "sqlstate",
    "detail",
    "hint",
    "constraint",
    "table",
    "target",
    "route",
];

impl Report {
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            kind: "failed",
            message: message.into(),
            location: None,
            sql: None,
            fields: Vec::new(),
            trace: Vec::new(),
            help: None,
        }
    }

    /// The report as one JSON object, ended by a line break.
    pub fn json(&self) -> String {
        let mut object = Map::new();
        let mut put = |name: &str, value: Value| object.insert(name.to_owned(), value);
        put("kind", self.kind.into());
        put("message", redact(&self.message).into());
        let location = self.location.as_ref();
        put("file", location.map(|span| redact(&span.file)).into());
        put("line", location.map(|span| span.line).into());
        put("column", location.and_then(|span| span.column).into());
        put("sql", self.sql.as_ref().map_or(Value::Null, sql_json));
        let fact = |wanted: &str| {
            let found = self.fields.iter().find(|(name, _)| *name == wanted);
            found.map(|(_, value)| redact(value))
        };
        for name in FACTS {
            put(name, fact(name).into());
        }
        let trace = self.trace.iter().map(|call| redact(call));
        put("trace", trace.collect::<Vec<_>>().into());
        put("help", self.help.as_deref().map(redact).into());
        for (name, value) in &self.fields {
            // The caret has the name already.
            let name = if *name == "column" {
                "column_name"
            } else {
                name
            };
            if !FACTS.contains(&name) {
                put(name, redact(value).into());
            }
        }
        escape::json(&Value::Object(object).to_string()) + "\n"
    }

    /// The report as lines, each ended by a line break. `width` is the terminal's.
    pub fn render(&self, width: usize, paint: Paint) -> String {
        let mut out = format!("{} {}\n", paint.error("error:"), indented(&self.message));
        if let Some(span) = &self.location {
            span_lines(&mut out, &Excerpt::of_source(span), width, paint);
        }
        if let Some(span) = &self.sql {
            span_lines(&mut out, &Excerpt::of_sql(span), width, paint);
        }
        for (name, value) in &self.fields {
            fact(&mut out, name, value, paint);
        }
        for call in &self.trace {
            fact(&mut out, "from", call, paint);
        }
        if let Some(help) = &self.help {
            fact(&mut out, "help", help, paint);
        }
        out
    }
}

fn sql_json(span: &SqlSpan) -> Value {
    let excerpt = Excerpt::of_sql(span);
    json!({
        "text": redact(&span.text),
        "line": excerpt.line,
        "column": excerpt.column(),
    })
}

fn span_lines(out: &mut String, excerpt: &Excerpt, width: usize, paint: Paint) {
    let number = excerpt.line.to_string();
    let blank = " ".repeat(number.len());
    let bar = paint.tone(Tone::Faint, "|");
    let mut put = |line: String| {
        let _ = writeln!(out, "  {}", line.trim_end());
    };
    put(format!(
        "{} {}",
        paint.tone(Tone::Faint, "at"),
        escape::line(&excerpt.place)
    ));
    let Some((text, caret)) = excerpt.shown(width.saturating_sub(number.len() + 5)) else {
        return;
    };
    put(format!("{} {bar} {text}", paint.tone(Tone::Faint, &number)));
    if let Some(caret) = caret {
        put(format!(
            "{blank} {bar} {}{}",
            " ".repeat(caret),
            paint.error("^")
        ));
    }
}

fn fact(out: &mut String, name: &str, value: &str, paint: Paint) {
    let name = paint.tone(Tone::Faint, &format!("{name}:"));
    let _ = writeln!(out, "  {name} {}", indented(value));
}

/// Further lines of a text stand under its first, where nothing else begins.
fn indented(text: &str) -> String {
    escape::block(text.trim_end()).replace('\n', "\n    ")
}

#[cfg(test)]
mod tests;
