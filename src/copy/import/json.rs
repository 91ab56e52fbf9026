//! JSON lines: brought to the server as they are, into a table that nobody else sees, and read there by the types
//! of the table's columns.

use std::collections::BTreeSet;

use super::lines::{at, in_file};
use super::{ImportOptions, JSON_NULLS, Taking};
use crate::copy::files::Input;
use crate::copy::report::Meter;
use crate::copy::{Error, Result};
use crate::pg::catalog::Column;
use crate::pg::fields::Fields;
use crate::pg::{CopyIn, Ident, Literal, TxOptions, ident_list, transaction};

/// Where the lines are.
const STAGE: &str = "pg_temp.\"runner_json_lines\"";
/// json and jsonb.
const JSON: [u32; 2] = [114, 3802];

impl Taking<'_> {
    /// The rows that were stored.
    pub async fn json_lines(
        &self,
        options: &ImportOptions,
        input: &mut Input,
        meter: &mut Meter,
    ) -> Result<u64> {
        self.check_temporary().await?;
        self.to
            .batch(&format!(
                "CREATE TEMPORARY TABLE {STAGE} (line pg_catalog.int8, doc pg_catalog.json) ON COMMIT DROP"
            ))
            .await?;
        let sink = self.to.copy_in(&format!("COPY {STAGE} FROM STDIN")).await?;
        let sent = send(input, sink, meter).await;
        sent.map_err(|error| at(error, input.shown(), |line| line))?;
        self.check_objects(input.shown()).await?;
        let keys = self.keys().await?;
        let of_lines = || {
            let named = keys.iter().filter(|key| *key != JSON_NULLS);
            named.cloned().collect()
        };
        let columns = options.columns.clone().unwrap_or_else(of_lines);
        let insert = if keys.is_empty() && options.columns.is_none() {
            // Not even one line, or tables without columns.
            format!(
                "INSERT INTO {} SELECT FROM {STAGE} AS s WHERE s.doc IS NOT NULL",
                self.name
            )
        } else {
            self.check_columns(&columns, input.shown())?;
            self.insert_sql(&columns, keys.contains(JSON_NULLS))
        };
        let rows = match self.insert(&insert).await {
            Ok(rows) => rows,
            Err(error) => {
                let line = self.first_wrong(&insert, &error).await?;
                return Err(in_file(error, input.shown(), line.map(|line| (line, None))));
            }
        };
        self.to.batch(&format!("DROP TABLE {STAGE}")).await?;
        Ok(rows)
    }

    async fn check_temporary(&self) -> Result<()> {
        let sql = include_str!("../../sql/may_create_temporary.sql");
        let allowed = self.to.value(sql, &[]).await?;
        if allowed.as_bool() == Some(true) {
            return Ok(());
        }
        Err(Error::NoTemporaryImport {
            role: self.to.server().user.clone(),
            database: self.to.server().database.clone(),
        })
    }

    async fn check_objects(&self, file: &str) -> Result<()> {
        let sql = format!(
            "SELECT pg_catalog.min(s.line) FROM {STAGE} AS s \
             WHERE pg_catalog.json_typeof(s.doc) OPERATOR(pg_catalog.<>) 'object'"
        );
        let line = self.to.value(&sql, &[]).await?;
        match line.as_int().and_then(|line| u64::try_from(line).ok()) {
            None => Ok(()),
            Some(line) => Err(Error::NoObject {
                file: file.to_owned(),
                line,
            }),
        }
    }

    /// What the objects name.
    async fn keys(&self) -> Result<BTreeSet<String>> {
        let sql = format!(
            "SELECT DISTINCT k.name FROM {STAGE} AS s, pg_catalog.json_object_keys(s.doc) AS k (name)"
        );
        let rows = self.to.query(&sql, &[]).await?.rows;
        Ok(rows
            .into_iter()
            .map(|row| Fields::new(row).text())
            .collect())
    }

    fn insert_sql(&self, columns: &[String], has_json_nulls: bool) -> String {
        let of_table = columns.iter().filter_map(|name| self.table.column(name));
        let of_table: Vec<&Column> = of_table.collect();
        let mut types: Vec<String> = of_table
            .iter()
            .map(|column| format!("{} {}", Ident(&column.name), column.type_name))
            .collect();
        if has_json_nulls {
            types.push(format!("{} pg_catalog.text[]", Ident(JSON_NULLS)));
        }
        let value = |column: &&Column| {
            let (name, marker) = (Ident(&column.name), Ident(JSON_NULLS));
            if !has_json_nulls || !JSON.contains(&column.type_oid) {
                return format!("r.{name}");
            }
            format!(
                "CASE WHEN r.{name} IS NULL AND {} OPERATOR(pg_catalog.=) ANY (r.{marker}) THEN 'null' ELSE r.{name} END",
                Literal(&column.name)
            )
        };
        let values: Vec<String> = of_table.iter().map(value).collect();
        format!(
            "INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE SELECT {} \
             FROM {STAGE} AS s CROSS JOIN LATERAL pg_catalog.json_to_record(s.doc) AS r ({}) WHERE s.doc IS NOT NULL",
            self.name,
            ident_list(columns),
            values.join(", "),
            types.join(", ")
        )
    }

    /// In a savepoint, so that what is wrong can be looked for.
    async fn insert(&self, sql: &str) -> Result<u64> {
        transaction(self.to, &TxOptions::default(), async |to| {
            Ok(to.execute(sql, &[]).await?)
        })
        .await
    }

    /// The first line with which the insert fails as it did, found by halving.
    async fn first_wrong(&self, insert: &str, error: &Error) -> Result<Option<u64>> {
        let Some(wanted) = error
            .pg()
            .and_then(|error| error.sqlstate())
            .map(str::to_owned)
        else {
            return Ok(None);
        };
        let last = format!("SELECT pg_catalog.max(s.line) FROM {STAGE} AS s");
        let last = self
            .to
            .value(&last, &[])
            .await?
            .as_int()
            .unwrap_or_default();
        let (mut good, mut bad) = (0, last);
        while bad - good > 1 {
            let middle = good + (bad - good) / 2;
            let some = format!("{insert} AND s.line OPERATOR(pg_catalog.<=) {middle}");
            // Undone either way.
            match self.insert_and_undo(&some).await {
                Ok(()) => good = middle,
                Err(error) if error.pg().and_then(|e| e.sqlstate()) == Some(wanted.as_str()) => {
                    bad = middle;
                }
                Err(error) if error.is_interrupted() => return Err(error),
                Err(_) => return Ok(None),
            }
        }
        Ok(u64::try_from(bad).ok())
    }

    async fn insert_and_undo(&self, sql: &str) -> Result<()> {
        self.to.begin(&TxOptions::default()).await?;
        let done = self.to.execute(sql, &[]).await;
        self.to.rollback().await?;
        done?;
        Ok(())
    }
}

async fn send(input: &mut Input, mut sink: CopyIn, meter: &mut Meter) -> Result<()> {
    let mut numbered = Numbered::default();
    let mut out = Vec::new();
    while let Some(chunk) = input.chunk().await? {
        out.clear();
        numbered.feed(&chunk, &mut out);
        meter.passed(numbered.line, chunk.len());
        sink.send(&out).await?;
    }
    out.clear();
    numbered.end(&mut out);
    sink.send(&out).await?;
    sink.finish().await?;
    Ok(())
}

/// Lines as rows of the text format, each behind its number; those without anything are NULL.
#[derive(Debug, Default)]
struct Numbered {
    /// Lines that have begun.
    line: u64,
    state: State,
}

#[derive(Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Between,
    /// The number is out, and nothing of the line.
    Blank,
    Within,
}

impl Numbered {
    fn feed(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        let mut rest = bytes;
        if self.line == 0 {
            rest = rest.strip_prefix(b"\xef\xbb\xbf").unwrap_or(rest);
        }
        while let Some(first) = rest.first() {
            if self.state == State::Between {
                self.line += 1;
                out.extend_from_slice(format!("{}\t", self.line).as_bytes());
                self.state = State::Blank;
            }
            if *first == b'\n' {
                self.end(out);
                rest = &rest[1..];
            } else if self.state == State::Blank && first.is_ascii_whitespace() {
                rest = &rest[1..];
            } else {
                self.state = State::Within;
                rest = escape(rest, out);
            }
        }
    }

    /// Ends the line that is being read.
    fn end(&mut self, out: &mut Vec<u8>) {
        match self.state {
            State::Between => return,
            State::Blank => out.extend_from_slice(b"\\N\n"),
            State::Within => out.push(b'\n'),
        }
        self.state = State::Between;
    }
}

/// Escapes up to the end of the line, and gives what is from there on. What JSON has blank characters for may as
/// well be blanks.
fn escape<'a>(bytes: &'a [u8], out: &mut Vec<u8>) -> &'a [u8] {
    let end = memchr::memchr(b'\n', bytes).unwrap_or(bytes.len());
    let (mut line, rest) = bytes.split_at(end);
    while let Some(place) = memchr::memchr3(b'\\', b'\t', b'\r', line) {
        out.extend_from_slice(&line[..place]);
        out.extend_from_slice(match line[place] {
            b'\\' => b"\\\\",
            b'\t' => b"\\t",
            _ => b"\\r",
        });
        line = &line[place + 1..];
    }
    out.extend_from_slice(line);
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_numbered_and_escaped_however_they_come() {
        let text = "\u{feff}{\"a\": \"x\\n\\\\\"}\r\n\n  \t\n\t{\"b\":\t1}";
        let expected = "1\t{\"a\": \"x\\\\n\\\\\\\\\"}\\r\n2\t\\N\n3\t\\N\n4\t{\"b\":\\t1}\n";
        for size in 3..text.len() {
            let (mut numbered, mut out) = (Numbered::default(), Vec::new());
            for part in text.as_bytes().chunks(size) {
                numbered.feed(part, &mut out);
            }
            numbered.end(&mut out);
            assert_eq!(String::from_utf8(out).unwrap(), expected, "{size}");
        }
    }
}
