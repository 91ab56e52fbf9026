//! What was done, as a playbook that does it again.

mod body;

use std::io::{ErrorKind, Write as _};
use std::path::Path;

use super::history::bears_a_secret;
use super::{Result, Trouble};
use crate::pg::Status;
use body::Body;

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
        /// How the transaction was before it.
        before: Status,
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
    pub fn lua(&mut self, target: Option<&str>, text: &str, before: Status) {
        let line = Line::Lua {
            target: target.map(str::to_owned),
            text: text.to_owned(),
            before,
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
        create(file, &playbook).map_err(|error| match error.kind() {
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
                Line::Lua {
                    target,
                    text,
                    before,
                } => {
                    body.target(target.as_deref());
                    body.lua(target.as_deref(), text, *before);
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

/// The file is whole under its name, for its owner alone, or it is not there.
fn create(file: &Path, text: &str) -> std::io::Result<()> {
    let folder = match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut part = tempfile::Builder::new()
        .prefix(".runner-")
        .tempfile_in(folder)?;
    part.write_all(text.as_bytes())?;
    part.as_file().sync_all()?;
    part.persist_noclobber(file)?;
    Ok(())
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
        record.lua(Some("dev"), "x = 1", Idle);
        record.lua(Some("dev"), "x + 1", Idle);
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

    /// The lines behind the head of what is recorded of statements, each with the target and the transaction around it.
    fn recorded(statements: &[(&str, &str, Status, Status)]) -> String {
        let mut record = Record::default();
        for (target, text, before, behind) in statements {
            record.sql(Statement {
                target: (*target).to_owned(),
                text: (*text).to_owned(),
                kind: Kind::Writes,
                before: *before,
                behind: *behind,
            });
        }
        let playbook = record.playbook(|_| false).unwrap();
        let lines = playbook
            .lines()
            .skip_while(|line| !line.starts_with("db = "))
            .filter(|line| !line.starts_with("db = "));
        lines.collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn only_what_was_committed_is_recorded_and_on_its_own_target() {
        use Status::{Failed, Idle, Open};
        // Of two targets in turn, one of which is rolled back.
        let two = [
            ("dev", "BEGIN", Idle, Open),
            ("dev", "DELETE FROM t", Open, Open),
            ("prod", "ANALYZE", Idle, Idle),
            ("dev", "ROLLBACK", Open, Idle),
        ];
        assert_eq!(recorded(&two), "db:execute [[ANALYZE]]");
        // COMMIT of one that has failed rolls back.
        let failed = [
            ("dev", "BEGIN", Idle, Open),
            ("dev", "DELETE FROM t", Open, Open),
            ("dev", "COMMIT", Failed, Idle),
            ("dev", "ANALYZE", Idle, Idle),
        ];
        assert_eq!(recorded(&failed), "db:execute [[ANALYZE]]");
        // Lost with its connection.
        let lost = [
            ("dev", "BEGIN", Idle, Open),
            ("dev", "DELETE FROM t", Open, Open),
            ("dev", "ANALYZE", Idle, Idle),
        ];
        assert_eq!(recorded(&lost), "db:execute [[ANALYZE]]");
        let rest = [
            ("dev", "DELETE FROM t", Open, Open),
            ("dev", "COMMIT", Open, Idle),
        ];
        assert_eq!(
            recorded(&rest),
            "-- The end of a transaction that had begun before was left out here."
        );
        let prepared = [
            ("dev", "BEGIN", Idle, Open),
            ("dev", "PREPARE TRANSACTION 'x'", Open, Idle),
        ];
        assert_eq!(
            recorded(&prepared),
            "db:script [[BEGIN;\nPREPARE TRANSACTION 'x';]]"
        );
        let open = [("dev", "BEGIN", Idle, Open)];
        assert_eq!(
            recorded(&open),
            "-- A transaction was open on `dev` here; what was done in it was left out."
        );
    }

    #[test]
    fn what_needs_no_target_has_no_parameters_and_nothing_is_no_playbook() {
        let mut record = Record::default();
        record.lua(None, "x + 1", Status::Idle);
        assert_eq!(record.playbook(|text| text == "x + 1"), None);
        let playbook = record.playbook(|_| false).unwrap();
        let expected =
            "local args = playbook {\n  summary = \"Recorded at the prompt\",\n}\n\n\nx + 1\n";
        assert!(playbook.ends_with(expected), "{playbook}");
    }
}
