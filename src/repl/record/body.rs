//! The text of a recorded playbook, line by line.

use std::collections::{BTreeMap, BTreeSet};
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
    /// What was done in the transactions that are open, by target.
    open: BTreeMap<String, Transaction>,
}

/// For what was done in a transaction that had begun when the record began.
const NO_BEGINNING: &str = "-- The end of a transaction that had begun before was left out here.";

#[derive(Default)]
struct Transaction {
    /// Its statements as a script, BEGIN and COMMIT among them.
    script: Vec<String>,
    /// The same as lines of Lua, which stand among them; without what begins and ends it.
    lines: Vec<String>,
    has_lua: bool,
    /// It begins or ends in a manner of its own, or has savepoints.
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

    /// A line of Lua, run while the transaction of `target` was so.
    pub fn lua(&mut self, target: Option<&str>, text: &str, status: Status) {
        match target.and_then(|target| self.transaction(target, status)) {
            Some(transaction) => {
                transaction.lines.push(text.to_owned());
                transaction.has_lua = true;
            }
            None => self.put(text),
        }
    }

    /// The transaction of a target that is in this one now.
    fn transaction(&mut self, target: &str, status: Status) -> Option<&mut Transaction> {
        if status == Status::Idle {
            // One that is not known to have ended was lost with its connection.
            self.open.remove(target);
        }
        self.open.get_mut(target)
    }

    pub fn sql(&mut self, statement: &Statement) {
        let (target, text) = (&statement.target, &statement.text);
        if !matches!(statement.kind, Kind::Query | Kind::CopiesOut) || writes(text) {
            self.writing.insert(target.clone());
        }
        let divides = transaction_statement(text);
        let begins = statement.before == Status::Idle;
        let ends = statement.behind == Status::Idle;
        let Some(transaction) = self.transaction(target, statement.before) else {
            match (begins, ends) {
                // It has ended nothing.
                (true, true) if divides.is_some() && !is_of_prepared(text) => {}
                (true, true) => self.put(&line_of(statement)),
                (true, false) => {
                    let transaction = Transaction {
                        is_special: !begins_plainly(text),
                        script: vec![script_of(statement)],
                        ..Transaction::default()
                    };
                    self.open.insert(target.clone(), transaction);
                }
                (false, true) => self.put(NO_BEGINNING),
                (false, false) => {}
            }
            return;
        };
        transaction.script.push(script_of(statement));
        match divides.as_deref() {
            None => transaction.lines.push(line_of(statement)),
            Some(by) => transaction.is_special |= !ends || by == "PREPARE TRANSACTION",
        }
        if ends {
            // One that was rolled back has done nothing, nor has one that failed, whatever ended it.
            let undone = matches!(divides.as_deref(), Some("ROLLBACK" | "ABORT"));
            let undone = undone || statement.before == Status::Failed;
            let done = self.open.remove(target).filter(|_| !undone);
            if let Some(done) = done {
                self.put(&done.written());
            }
        }
    }

    pub fn finish(mut self) -> Option<String> {
        for target in std::mem::take(&mut self.open).into_keys() {
            let line = format!(
                "-- A transaction was open on `{target}` here; what was done in it was left out."
            );
            self.put(&line);
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

/// `COMMIT PREPARED`, `ROLLBACK PREPARED`
fn is_of_prepared(text: &str) -> bool {
    let mut words = text.split_whitespace();
    words.any(|word| word.eq_ignore_ascii_case("PREPARED"))
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
