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
mod tests {
    use super::*;
    use crate::config::Secret;

    #[track_caller]
    fn renders(report: &Report, expected: &str) {
        assert_eq!(report.render(60, Paint { on: false }), expected);
    }

    #[test]
    fn a_failed_statement_shows_the_playbook_and_the_sql() {
        let report = Report {
            location: Some(SourceSpan {
                file: "playbooks/promote.lua".to_owned(),
                line: 12,
                column: Some(3),
                text: "  tx:execute [[".to_owned(),
            }),
            sql: Some(SqlSpan {
                text: "UPDATE uk_lrt\n\tSET lat_cnt = 1".to_owned(),
                position: Some(20),
                origin: None,
            }),
            fields: vec![
                ("sqlstate", "42703".to_owned()),
                ("hint", "Perhaps you meant\n\"lat_count\".".to_owned()),
                ("target", "prod".to_owned()),
            ],
            trace: vec!["playbooks/promote.lua:30".to_owned()],
            help: Some("the transaction was rolled back".to_owned()),
            ..Report::new("column \"lat_cnt\" does not exist")
        };
        renders(
            &report,
            "\
error: column \"lat_cnt\" does not exist
  at playbooks/promote.lua:12
  12 | tx:execute [[
     | ^
  at SQL line 2
  2 |     SET lat_cnt = 1
    |         ^
  sqlstate: 42703
  hint: Perhaps you meant
    \"lat_count\".
  target: prod
  from: playbooks/promote.lua:30
  help: the transaction was rolled back
",
        );
    }

    #[test]
    fn a_statement_of_a_file_is_told_by_its_file_and_line() {
        let report = Report {
            sql: Some(SqlSpan {
                text: "SELECT 1;\n\nSELEC 2".to_owned(),
                position: Some(12),
                origin: Some(("sql/x.sql".to_owned(), 40)),
            }),
            ..Report::new("syntax error at or near \"SELEC\"")
        };
        renders(
            &report,
            "error: syntax error at or near \"SELEC\"\n  at sql/x.sql:42\n  42 | SELEC 2\n     | ^\n",
        );
    }

    #[test]
    fn without_a_position_the_statement_begins_to_be_shown() {
        let sql = SqlSpan {
            text: "\n  SELECT x\n  FROM y".to_owned(),
            position: None,
            origin: None,
        };
        let report = Report {
            sql: Some(sql),
            ..Report::new("m")
        };
        renders(&report, "error: m\n  at SQL line 2\n  2 |   SELECT x\n");
    }

    #[test]
    fn a_long_line_is_cut_around_the_caret() {
        let text = format!(
            "SELECT {} FROM t",
            (0..40)
                .map(|n| format!("c{n}"))
                .collect::<Vec<_>>()
                .join(", ")
        );
        let position = text.find("c20").map(|at| at + 1);
        let report = Report {
            sql: Some(SqlSpan {
                text,
                position,
                origin: None,
            }),
            ..Report::new("m")
        };
        renders(
            &report,
            "error: m\n  at SQL line 1\n  1 | … c15, c16, c17, c18, c19, c20, c21, c22, c23, c24, c…\n    \
             |                            ^\n",
        );
    }

    #[test]
    fn everything_is_redacted_and_escaped() {
        Secret::new("tops3cret");
        let hostile = "a\u{1b}[2Jb tops3cret";
        let report = Report {
            location: Some(SourceSpan {
                file: hostile.to_owned(),
                line: 1,
                column: None,
                text: hostile.to_owned(),
            }),
            sql: Some(SqlSpan {
                text: hostile.to_owned(),
                position: Some(7),
                origin: None,
            }),
            fields: vec![("detail", hostile.to_owned())],
            trace: vec![hostile.to_owned()],
            help: Some(hostile.to_owned()),
            ..Report::new(hostile)
        };
        let shown = "a\\u{1b}[2Jb [secret]";
        renders(
            &report,
            &format!(
                "error: {shown}\n  at {shown}:1\n  1 | {shown}\n  at SQL line 1\n  1 | {shown}\n    \
                 |            ^\n  detail: {shown}\n  from: {shown}\n  help: {shown}\n"
            ),
        );
        let json = report.json();
        assert!(!json.contains("tops3cret"), "{json}");
        assert!(!json.contains('\u{1b}'), "{json}");
    }

    #[test]
    fn as_json_the_fields_are_always_the_same_and_others_follow() {
        assert_eq!(
            Report::new("m").json(),
            "{\"kind\":\"failed\",\"message\":\"m\",\"file\":null,\"line\":null,\"column\":null,\"sql\":null,\
             \"sqlstate\":null,\"detail\":null,\"hint\":null,\"constraint\":null,\"table\":null,\"target\":null,\
             \"route\":null,\"trace\":[],\"help\":null}\n"
        );
        let report = Report {
            kind: "usage",
            location: Some(SourceSpan {
                file: "a.lua".to_owned(),
                line: 2,
                column: Some(7),
                text: String::new(),
            }),
            sql: Some(SqlSpan {
                text: "SELECT\n  x".to_owned(),
                position: Some(10),
                origin: None,
            }),
            fields: vec![("sqlstate", "42703".to_owned()), ("column", "x".to_owned())],
            trace: vec!["a.lua:2".to_owned()],
            help: Some("h".to_owned()),
            ..Report::new("m")
        };
        assert_eq!(
            report.json(),
            "{\"kind\":\"usage\",\"message\":\"m\",\"file\":\"a.lua\",\"line\":2,\"column\":7,\
             \"sql\":{\"text\":\"SELECT\\n  x\",\"line\":2,\"column\":3},\"sqlstate\":\"42703\",\"detail\":null,\
             \"hint\":null,\"constraint\":null,\"table\":null,\"target\":null,\"route\":null,\
             \"trace\":[\"a.lua:2\"],\"help\":\"h\",\"column_name\":\"x\"}\n"
        );
    }
}
