//! Lines of SQL.

use std::time::{Duration, Instant};

use super::command::Words;
use super::input::END_OF_DATA;
use super::record::{Kind, Statement};
use super::results::{Given, Results, Sink};
use super::source::{Source, Typed};
use super::{Flow, Result, Trouble, session::Session, watch};
use crate::interrupt::race;
use crate::pg::script::{Copying, copying};
use crate::pg::{self, Status, TxOptions, Value};
use crate::progress::{Content, Progress};
use crate::ui::results::Expanded;

impl Session {
    /// Runs a statement, as the command asks that ends it (`g file`).
    pub async fn run_sql(
        &mut self,
        text: &str,
        then: Option<&str>,
        source: &mut Source,
    ) -> Result<Flow> {
        if text.is_empty() {
            return Ok(Flow::GoesOn);
        }
        self.last = text.to_owned();
        let then = then.map(Words::read).unwrap_or_default();
        match then.name.as_str() {
            "" => {
                let results = self.results.clone();
                self.execute(text, source, &results).await?;
            }
            "g" | "gx" => self.run_to(text, &then, source).await?,
            "gset" => self.set_variables(text, &then).await?,
            "watch" => return watch::run(self, text, &then).await,
            "e" => return super::command::edit(self, &then),
            _ => {
                self.note("the statement before it was not run: its semicolon is missing");
                let line = format!("{} {}", then.name, then.text);
                return Box::pin(super::command::run(self, source, &line)).await;
            }
        }
        Ok(Flow::GoesOn)
    }

    /// `\g [FILE or |COMMAND]`, and `\gx`, which shows rows as records.
    pub async fn run_to(&mut self, text: &str, then: &Words, source: &mut Source) -> Result {
        let mut results = self.results.clone();
        if then.name == "gx" {
            results.expanded = Expanded::On;
        }
        if !then.text.is_empty() {
            results.sink = Some(Sink::open(&then.text)?);
        }
        let ran = self.execute(text, source, &results).await;
        let finished = match results.sink.take() {
            Some(sink) if !then.text.is_empty() => sink.finish(),
            _ => Ok(()),
        };
        ran?;
        finished
    }

    /// Runs one statement and shows what it gives.
    pub async fn execute(&mut self, text: &str, source: &mut Source, results: &Results) -> Result {
        let session = self.db()?.handle().clone();
        let begun = Instant::now();
        let before = session.status();
        let given = match copying(text) {
            None => {
                results
                    .answers(text, session.run_typed(text).await?)
                    .await?
            }
            Some(way) => copy(&session, text, way, source, results).await?,
        };
        if self.timing {
            results.print(&told(begun.elapsed()))?;
        }
        if let Some(columns) = &given.columns {
            self.keep_rows(given.kept.rows(columns).as_ref())?;
        }
        let target = self.current().unwrap_or_default().to_owned();
        self.record.sql(Statement {
            target,
            text: text.to_owned(),
            kind: match copying(text) {
                Some(Copying::Out) => Kind::CopiesOut,
                Some(Copying::In) => Kind::CopiesIn(given.data),
                None if given.columns.is_some() => Kind::Query,
                None => Kind::Writes,
            },
            before,
            behind: session.status(),
        });
        Ok(())
    }

    /// `\gset [PREFIX]`: the columns of the one row become variables of Lua.
    async fn set_variables(&mut self, text: &str, then: &Words) -> Result {
        let session = self.db()?.handle().clone();
        let mut answers = session.run_typed(text).await?;
        let (mut columns, mut rows) = (Vec::new(), Vec::new());
        while let Some(answer) = answers.next().await? {
            match answer {
                pg::Answer::Columns(all) => columns = all,
                // Two are told from one, and no more is needed.
                pg::Answer::Row(row) if rows.len() < 2 => {
                    let cells = row.cells().zip(&columns);
                    let values: Vec<Value> = cells
                        .map(|(cell, column)| super::results::value(cell, column))
                        .collect();
                    rows.push(values);
                }
                pg::Answer::Row(_) => {}
            }
        }
        let mut rows = rows.into_iter();
        match (rows.next(), rows.next()) {
            (None, _) => Err(Trouble::failed(
                "no rows for `\\gset`; it wants exactly one",
            )),
            (Some(_), Some(_)) => Err(Trouble::failed(
                "more than one row for `\\gset`; it wants exactly one",
            )),
            (Some(row), None) => {
                for (column, value) in columns.iter().zip(&row) {
                    let name = format!("{}{}", then.text, column.name);
                    let value = crate::api::to_lua(self.lua.machine(), value)?;
                    self.lua.set(&name, value)?;
                }
                Ok(())
            }
        }
    }
}

/// Runs a COPY whose data goes to where results go, or comes from where lines come from.
async fn copy(
    session: &pg::Session,
    text: &str,
    way: Copying,
    source: &mut Source,
    results: &Results,
) -> Result<Given> {
    // READ ONLY, so that the server refuses what writes.
    let alone = session.is_read_only() && session.status() == Status::Idle;
    if alone {
        session.begin(&TxOptions::default()).await?;
    }
    session.note_state(text);
    let mut data = Some(String::new());
    let copied = match way {
        Copying::Out => copy_out(session, text, results).await,
        Copying::In => copy_in(session, text, source, &mut data).await,
    };
    if alone {
        match &copied {
            Ok(_) => session.commit().await?,
            // What the COPY failed with says more.
            Err(_) => session.rollback().await.unwrap_or_default(),
        }
    }
    if let Some(rows) = copied? {
        results.print(&format!("COPY {rows}"))?;
    }
    Ok(Given::copied(data))
}

/// Data that nobody would want to read in a playbook is not kept.
fn keep(data: &mut Option<String>, line: &str) {
    const MOST: usize = 100_000;
    if let Some(kept) = data {
        kept.push_str(line);
        if kept.len() > MOST {
            *data = None;
        }
    }
}

async fn copy_out(session: &pg::Session, text: &str, results: &Results) -> Result<Option<u64>> {
    let mut out: Box<dyn std::io::Write + Send> = match &results.sink {
        Some(sink) => Box::new(sink.clone()),
        None => results
            .console
            .stdout(Content::Text)
            .map_err(|refusal| Trouble::failed(refusal.to_string()))?,
    };
    let mut stream = session.copy_out(text).await?;
    while let Some(chunk) = stream.chunk().await? {
        if let Err(error) = out.write_all(chunk.payload()) {
            stream.abort().await;
            return Err(error.into());
        }
    }
    out.flush()?;
    Ok(None)
}

async fn copy_in(
    session: &pg::Session,
    text: &str,
    source: &mut Source,
    data: &mut Option<String>,
) -> Result<Option<u64>> {
    let mut sink = session.copy_in(text).await?;
    source.explain_data(session.reporter());
    let mut refused = None;
    loop {
        let Ok(line) = race(source.read_line(">> ")).await else {
            source.abandon();
            sink.abort().await;
            return Err(pg::Error::Interrupted.into());
        };
        match line {
            Typed::Text(line) if line == END_OF_DATA => break,
            // What is left of the data are no statements.
            Typed::Text(_) if refused.is_some() => {}
            Typed::Text(line) => {
                let line = format!("{line}\n");
                refused = sink.send(line.as_bytes()).await.err();
                keep(data, &line);
            }
            Typed::End => break,
            Typed::Dropped if refused.is_some() => break,
            Typed::Dropped => {
                sink.abort().await;
                return Err(pg::Error::Interrupted.into());
            }
            Typed::Gone(reason) => {
                sink.abort().await;
                return Err(Trouble::failed(format!(
                    "the data cannot be read: {reason}"
                )));
            }
        }
    }
    match refused {
        Some(error) => Err(error.into()),
        None => Ok(Some(sink.finish().await?)),
    }
}

/// As psql tells it.
fn told(time: Duration) -> String {
    format!("Time: {:.3} ms", time.as_secs_f64() * 1000.0)
}

/// Whether somebody has stopped it, and nothing is wrong.
pub fn is_stopped(trouble: &Trouble) -> bool {
    trouble.kind == crate::host::Kind::Interrupted
}
