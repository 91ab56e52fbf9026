//! The text of a recorded playbook, line by line.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::{Kind, Statement};
use crate::pg::{Status, begins_plainly, transaction_statement, writes};

/// The playbook without its head.
#[derive(Default)]
pub struct Body {
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
    pub fn put(&mut self, line: &str) {
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }

    /// The lines that follow go to `target`.
    pub fn target(&mut self, target: Option<&str>) {
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

    pub fn lua(&mut self, text: &str) {
        match &mut self.transaction {
            Some(transaction) => {
                transaction.lines.push(text.to_owned());
                transaction.has_lua = true;
            }
            None => self.put(text),
        }
    }

    pub fn sql(&mut self, statement: &Statement) {
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

    pub fn finish(mut self) -> Option<String> {
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
