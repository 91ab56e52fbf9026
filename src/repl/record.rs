//! What was done, as a playbook that does it again.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{ErrorKind, Write as _};
use std::path::Path;

use super::history::bears_a_secret;
use super::{Result, Trouble};
use crate::pg::{Status, begins_plainly, transaction_statement, writes};

const LEFT_OUT: &str = "-- A line that bears a secret was left out here.";

/// The lines that went well since the session began, or since the last `\record`.
#[derive(Debug, Default)]
pub struct Record {
    lines: Vec<Line>,
}

#[derive(Debug)]
enum Line {
    Lua {
        target: Option<String>,
        text: String,
    },
    Sql(Statement),
    LeftOut,
}

/// A statement that went well.
#[derive(Debug)]
pub struct Statement {
    pub target: String,
    pub text: String,
    pub kind: Kind,
    /// How the transaction was before it, and behind it.
    pub before: Status,
    pub behind: Status,
}

#[derive(Debug)]
pub enum Kind {
    /// It gives rows, which are shown.
    Query,
    Writes,
    CopiesOut,
    /// With its data, where that is not much.
    CopiesIn(Option<String>),
}

impl Record {
    pub fn lua(&mut self, target: Option<&str>, text: &str) {
        let line = Line::Lua {
            target: target.map(str::to_owned),
            text: text.to_owned(),
        };
        self.push(bears_a_secret(text), line);
    }

    pub fn sql(&mut self, statement: Statement) {
        let data = match &statement.kind {
            Kind::CopiesIn(Some(data)) => data.as_str(),
            _ => "",
        };
        let secret = bears_a_secret(&statement.text) || bears_a_secret(data);
        self.push(secret, Line::Sql(statement));
    }

    fn push(&mut self, secret: bool, line: Line) {
        self.lines.push(if secret { Line::LeftOut } else { line });
    }

    /// Writes the playbook to a file that is new, and forgets what was done. `only_gives` tells the lines of Lua that
    /// do nothing.
    pub fn write(&mut self, file: &Path, only_gives: impl Fn(&str) -> bool) -> Result {
        let Some(playbook) = self.playbook(only_gives) else {
            return Err(Trouble::failed(
                "there is nothing to record: nothing was done since the session began, or since the last `\\record`",
            ));
        };
        let name = file.display();
        let written = create(file).and_then(|mut file| file.write_all(playbook.as_bytes()));
        written.map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => Trouble::failed(format!(
                "`{name}` exists already: name another file, or remove that one"
            )),
            _ => Trouble::failed(format!("cannot write `{name}`: {error}")),
        })?;
        self.lines.clear();
        Ok(())
    }

    fn playbook(&self, only_gives: impl Fn(&str) -> bool) -> Option<String> {
        let mut body = Body::default();
        for line in &self.lines {
            match line {
                Line::LeftOut => body.put(LEFT_OUT),
                Line::Lua { text, .. } if only_gives(text) => {}
                Line::Lua { target, text } => {
                    body.target(target.as_deref());
                    body.lua(text);
                }
                Line::Sql(statement) => {
                    body.target(Some(&statement.target));
                    body.sql(statement);
                }
            }
        }
        body.finish()
    }
}

fn create(file: &Path) -> std::io::Result<std::fs::File> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file)
}

/// The playbook without its head.
#[derive(Default)]
struct Body {
    text: String,
    targets: Vec<String>,
    writing: BTreeSet<String>,
    current: Option<String>,
    /// What was done in the transaction that is open.
    transaction: Option<Transaction>,
}

#[derive(Default)]
struct Transaction {
    /// Its statements as a script, BEGIN and COMMIT among them.
    script: Vec<String>,
    /// The same as lines of Lua, which stand among them; without what begins and ends it.
    lines: Vec<String>,
    has_lua: bool,
    /// It begins in a manner of its own, or has savepoints.
    is_special: bool,
}

impl Body {
    fn put(&mut self, line: &str) {
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }

    /// The lines that follow go to `target`.
    fn target(&mut self, target: Option<&str>) {
        let Some(target) = target else { return };
        if !self.targets.iter().any(|known| known == target) {
            self.targets.push(target.to_owned());
        }
        if self.current.as_deref() != Some(target) {
            self.current = Some(target.to_owned());
            let line = format!("db = {}", variable(target));
            self.put(&line);
        }
    }

    fn lua(&mut self, text: &str) {
        match &mut self.transaction {
            Some(transaction) => {
                transaction.lines.push(text.to_owned());
                transaction.has_lua = true;
            }
            None => self.put(text),
        }
    }

    fn sql(&mut self, statement: &Statement) {
        let text = &statement.text;
        if !matches!(statement.kind, Kind::Query | Kind::CopiesOut) || writes(text) {
            self.writing.extend(self.current.clone());
        }
        let begins = statement.before == Status::Idle && statement.behind != Status::Idle;
        let ends = statement.behind == Status::Idle;
        if begins {
            self.transaction = Some(Transaction {
                is_special: !begins_plainly(text),
                ..Transaction::default()
            });
        }
        let Some(transaction) = &mut self.transaction else {
            let line = line_of(statement);
            self.put(&line);
            return;
        };
        transaction.script.push(script_of(statement));
        let divides = transaction_statement(text);
        match &divides {
            None => transaction.lines.push(line_of(statement)),
            Some(_) => transaction.is_special |= !begins && !ends,
        }
        if ends {
            // One that was rolled back has done nothing.
            let undone = matches!(divides.as_deref(), Some("ROLLBACK" | "ABORT"));
            let done = self.transaction.take().filter(|_| !undone);
            if let Some(done) = done {
                self.put(&done.written());
            }
        }
    }

    fn finish(mut self) -> Option<String> {
        if self.transaction.take().is_some() {
            self.put("-- A transaction was open here; what was done in it was left out.");
        }
        if self.text.is_empty() {
            return None;
        }
        let mut out =
            String::from("-- Recorded at the prompt of runner.\n\nlocal args = playbook {\n");
        out.push_str("  summary = \"Recorded at the prompt\",\n");
        if !self.targets.is_empty() {
            out.push_str("  params = {\n");
            for target in &self.targets {
                let _ = writeln!(
                    out,
                    "    {} = {{ type = \"string\", default = {}, help = \"a target of runner.toml\" }},",
                    variable(target),
                    quoted(target)
                );
            }
            out.push_str("  },\n");
        }
        out.push_str("}\n\n");
        for target in &self.targets {
            let name = variable(target);
            let options = if self.writing.contains(target) {
                ", { write = true }"
            } else {
                ""
            };
            let _ = writeln!(out, "local {name} = connect(args.{name}{options})");
        }
        out.push('\n');
        out.push_str(&self.text);
        Some(out)
    }
}

impl Transaction {
    fn written(self) -> String {
        match (self.is_special, self.has_lua) {
            (true, true) => {
                "-- A transaction with Lua in it, and with savepoints or options, was left out here."
                    .to_owned()
            }
            (true, false) => format!("db:script {}", quoted(&self.script.join("\n"))),
            (false, _) => format!(
                "db:transaction(function(db)\n{}\nend)",
                self.lines.join("\n")
            ),
        }
    }
}

/// A statement as a line of a playbook.
fn line_of(statement: &Statement) -> String {
    let text = &statement.text;
    match &statement.kind {
        Kind::Query => format!("show(db:query {})", quoted(text)),
        Kind::Writes => format!("db:execute {}", quoted(text)),
        Kind::CopiesIn(Some(_)) => format!("db:script {}", quoted(&script_of(statement))),
        Kind::CopiesIn(None) => {
            "-- Data was copied in here that is too much for a playbook: `copy.import` reads a file.".to_owned()
        }
        Kind::CopiesOut => "-- Rows were copied out here: `copy.export` writes them to a file.".to_owned(),
    }
}

/// A statement as a part of a script.
fn script_of(statement: &Statement) -> String {
    let text = &statement.text;
    match &statement.kind {
        Kind::CopiesIn(Some(data)) => format!("{text};\n{data}\\.\n"),
        Kind::CopiesIn(None) | Kind::CopiesOut => line_of(statement),
        Kind::Query | Kind::Writes => format!("{text};"),
    }
}

/// The name of a target as one of Lua.
fn variable(target: &str) -> String {
    let letters = target.chars();
    let name: String = letters
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .collect();
    // A word of Lua's own, and a name that something else has, would not do; nor a digit in front.
    format!("target_{name}")
}

/// A text in brackets that do not occur in it.
fn quoted(text: &str) -> String {
    let mut equals = String::new();
    while text.contains(&format!("]{equals}")) {
        equals.push('=');
    }
    // Lua takes away a line break right behind the brackets.
    let first = if text.starts_with('\n') { "\n" } else { "" };
    format!("[{equals}[{first}{text}]{equals}]")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_done_becomes_a_playbook() {
        use Status::{Idle, Open};
        let mut record = Record::default();
        let mut sql = |target: &str, text: &str, kind, before, behind| {
            record.sql(Statement {
                target: target.to_owned(),
                text: text.to_owned(),
                kind,
                before,
                behind,
            });
        };
        sql("dev", "SELECT a[1] FROM t", Kind::Query, Idle, Idle);
        sql("dev", "BEGIN", Kind::Writes, Idle, Open);
        sql("dev", "DELETE FROM t", Kind::Writes, Open, Open);
        sql("dev", "COMMIT", Kind::Writes, Open, Idle);
        let serializable = "BEGIN ISOLATION LEVEL SERIALIZABLE";
        sql("dev", serializable, Kind::Writes, Idle, Open);
        sql("dev", "DELETE FROM t", Kind::Writes, Open, Open);
        sql("dev", "COMMIT", Kind::Writes, Open, Idle);
        sql("dev", "BEGIN", Kind::Writes, Idle, Open);
        sql("dev", "DROP TABLE t", Kind::Writes, Open, Open);
        sql("dev", "ROLLBACK", Kind::Writes, Open, Idle);
        let data = Some("1\n".to_owned());
        sql("dev", "COPY t FROM stdin", Kind::CopiesIn(data), Idle, Idle);
        sql(
            "prod-1",
            "ALTER ROLE a PASSWORD 'x'",
            Kind::Writes,
            Idle,
            Idle,
        );
        record.lua(Some("dev"), "x = 1");
        record.lua(Some("dev"), "x + 1");
        let expected = "\
-- Recorded at the prompt of runner.

local args = playbook {
  summary = \"Recorded at the prompt\",
  params = {
    target_dev = { type = \"string\", default = [[dev]], help = \"a target of runner.toml\" },
  },
}

local target_dev = connect(args.target_dev, { write = true })

db = target_dev
show(db:query [=[SELECT a[1] FROM t]=])
db:transaction(function(db)
db:execute [[DELETE FROM t]]
end)
db:script [[BEGIN ISOLATION LEVEL SERIALIZABLE;
DELETE FROM t;
COMMIT;]]
db:script [[COPY t FROM stdin;
1
\\.
]]
-- A line that bears a secret was left out here.
x = 1
";
        let playbook = record.playbook(|text| text == "x + 1");
        assert_eq!(playbook.as_deref(), Some(expected));
    }

    #[test]
    fn what_needs_no_target_has_no_parameters_and_nothing_is_no_playbook() {
        let mut record = Record::default();
        record.lua(None, "x + 1");
        assert_eq!(record.playbook(|text| text == "x + 1"), None);
        let playbook = record.playbook(|_| false).unwrap();
        let expected =
            "local args = playbook {\n  summary = \"Recorded at the prompt\",\n}\n\n\nx + 1\n";
        assert!(playbook.ends_with(expected), "{playbook}");
    }
}
