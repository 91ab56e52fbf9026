//! What was done, as a playbook that does it again.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

use super::history::bears_a_secret;
use super::{Result, Trouble};
use crate::pg::{Status, transaction_statement, writes};

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
    Sql {
        target: String,
        text: String,
        /// It gives rows, which are shown.
        is_query: bool,
        /// How the transaction was before, and behind.
        status: (Status, Status),
    },
    LeftOut,
}

impl Record {
    pub fn lua(&mut self, target: Option<&str>, text: &str) {
        self.push(
            text,
            Line::Lua {
                target: target.map(str::to_owned),
                text: text.to_owned(),
            },
        );
    }

    pub fn sql(&mut self, target: &str, text: &str, is_query: bool, status: (Status, Status)) {
        self.push(
            text,
            Line::Sql {
                target: target.to_owned(),
                text: text.to_owned(),
                is_query,
                status,
            },
        );
    }

    fn push(&mut self, text: &str, line: Line) {
        self.lines.push(if bears_a_secret(text) {
            Line::LeftOut
        } else {
            line
        });
    }

    /// Writes the playbook to a file that is new, and forgets what was done. `only_gives` tells the lines of Lua that
    /// do nothing.
    pub fn write(&mut self, file: &Path, only_gives: impl Fn(&str) -> bool) -> Result<usize> {
        let playbook = self.playbook(only_gives);
        let name = file.display();
        let written = create(file).and_then(|mut file| file.write_all(playbook.as_bytes()));
        written.map_err(|error| Trouble::failed(format!("cannot write `{name}`: {error}")))?;
        Ok(std::mem::take(&mut self.lines).len())
    }

    fn playbook(&self, only_gives: impl Fn(&str) -> bool) -> String {
        let mut body = Body::default();
        for line in &self.lines {
            match line {
                Line::LeftOut => body.put(LEFT_OUT),
                Line::Lua { text, .. } if only_gives(text) => {}
                Line::Lua { target, text } => {
                    body.target(target.as_deref());
                    body.put(text);
                }
                Line::Sql {
                    target,
                    text,
                    is_query,
                    status,
                } => {
                    body.target(Some(target));
                    body.sql(text, *is_query, *status);
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
    /// The statements of the transaction that is open.
    transaction: Option<Vec<String>>,
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

    fn sql(&mut self, text: &str, is_query: bool, (before, behind): (Status, Status)) {
        if !is_query || writes(text) {
            self.writing.extend(self.current.clone());
        }
        if before == Status::Idle && behind != Status::Idle {
            self.transaction = Some(Vec::new());
        }
        if let Some(statements) = &mut self.transaction {
            statements.push(format!("{text};"));
            if behind == Status::Idle {
                let statements = std::mem::take(statements).join("\n");
                self.transaction = None;
                // A transaction that was rolled back has done nothing.
                let undone = transaction_statement(text);
                if !matches!(undone.as_deref(), Some("ROLLBACK" | "ABORT")) {
                    self.put(&format!("db:script {}", quoted(&statements)));
                }
            }
            return;
        }
        let line = if is_query {
            format!("show(db:query {})", quoted(text))
        } else {
            format!("db:execute {}", quoted(text))
        };
        self.put(&line);
    }

    fn finish(mut self) -> String {
        if self.transaction.take().is_some() {
            self.put("-- A transaction was open here; what was done in it was left out.");
        }
        let mut out =
            String::from("-- Recorded at the prompt of runner.\n\nlocal args = playbook {\n");
        out.push_str("  summary = \"Recorded at the prompt\",\n  params = {\n");
        for target in &self.targets {
            let _ = writeln!(
                out,
                "    {} = {{ type = \"string\", default = {}, help = \"a target of runner.toml\" }},",
                variable(target),
                quoted(target)
            );
        }
        out.push_str("  },\n}\n\n");
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
        out
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
        record.sql("dev", "SELECT a[1] FROM t", true, (Idle, Idle));
        record.lua(Some("dev"), "x = 1");
        record.lua(Some("dev"), "x + 1");
        record.sql("dev", "BEGIN", false, (Idle, Open));
        record.sql("dev", "DELETE FROM t", false, (Open, Open));
        record.sql("dev", "COMMIT", false, (Open, Idle));
        record.sql("dev", "BEGIN", false, (Idle, Open));
        record.sql("dev", "ROLLBACK", false, (Open, Idle));
        record.sql("prod-1", "ALTER ROLE a PASSWORD 'x'", false, (Idle, Idle));
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
x = 1
db:script [[BEGIN;
DELETE FROM t;
COMMIT;]]
-- A line that bears a secret was left out here.
";
        assert_eq!(record.playbook(|text| text == "x + 1"), expected);
    }
}
