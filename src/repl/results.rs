//! Where results go, and how they look.

use std::io::{self, ErrorKind, Write};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::kept::Kept;
use super::{Result, Trouble};
use crate::pg::{self, Answer, Answers, Row};
use crate::progress::{Column, Event, Progress, Table};
use crate::ui::Console;
use crate::ui::results::{Expanded, Field, Format, Output, Style, Writer};

/// When no further row comes for so long, those that have come are shown.
const MOMENT: Duration = Duration::from_secs(1);

/// How results are written from now on.
#[derive(Clone)]
pub struct Results {
    pub console: Arc<Console>,
    pub format: Format,
    pub expanded: Expanded,
    /// `None` for stdout.
    pub sink: Option<Sink>,
}

/// A file, or the standard input of a command.
#[derive(Clone)]
pub struct Sink {
    stream: Arc<Mutex<Box<dyn Write + Send>>>,
    child: Option<Arc<Mutex<Child>>>,
}

impl Sink {
    /// `FILE`, or `|COMMAND`.
    pub fn open(text: &str) -> Result<Self> {
        let Some(command) = text.strip_prefix('|') else {
            let file = std::fs::File::create(text)
                .map_err(|error| Trouble::failed(format!("cannot write `{text}`: {error}")))?;
            return Ok(Self {
                stream: Arc::new(Mutex::new(Box::new(file))),
                child: None,
            });
        };
        let failed = |error| Trouble::failed(format!("cannot run `{command}`: {error}"));
        let mut child = shell(command)
            .stdin(Stdio::piped())
            .spawn()
            .map_err(failed)?;
        let stdin = child
            .stdin
            .take()
            .ok_or_else(|| failed(ErrorKind::BrokenPipe.into()))?;
        Ok(Self {
            stream: Arc::new(Mutex::new(Box::new(stdin))),
            child: Some(Arc::new(Mutex::new(child))),
        })
    }

    /// Ends it; waits for the command, and fails where that does.
    pub fn finish(self) -> Result {
        let Self { stream, child } = self;
        drop(stream);
        let Some(child) = child else {
            return Ok(());
        };
        let mut child = child.lock().unwrap_or_else(PoisonError::into_inner);
        match child.wait() {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => Err(Trouble::failed(format!("the command ended with {status}"))),
            Err(error) => Err(error.into()),
        }
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut stream = self.stream.lock().unwrap_or_else(PoisonError::into_inner);
        stream.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        let mut stream = self.stream.lock().unwrap_or_else(PoisonError::into_inner);
        stream.flush()
    }
}

/// A command line for the user's shell.
pub fn shell(command: &str) -> Command {
    let (program, option) = if cfg!(windows) {
        ("cmd", "/C")
    } else {
        ("sh", "-c")
    };
    let mut shell = Command::new(program);
    shell.arg(option).arg(command);
    shell
}

/// What a statement gave.
#[derive(Debug, Default)]
pub struct Given {
    /// Of a statement that gives rows, if only none.
    pub columns: Option<Vec<pg::Column>>,
    pub rows: u64,
    pub kept: Kept,
    pub tag: String,
    /// The data that a COPY was given, where it is not much.
    pub data: Option<String>,
}

impl Given {
    /// Of a COPY, with its data.
    pub fn copied(data: Option<String>) -> Self {
        Self {
            data,
            ..Self::default()
        }
    }
}

/// A cell in the form that Lua has for its type.
pub fn value(text: Option<&str>, column: &pg::Column) -> pg::Value {
    let Some(text) = text else {
        return pg::Value::Null;
    };
    let own = match column.type_name.as_str() {
        "int2" | "int4" | "int8" | "oid" => text.parse().ok().map(pg::Value::Int),
        "float4" | "float8" => text.parse().ok().map(pg::Value::Float),
        "bool" => Some(pg::Value::Bool(text == "t")),
        "json" | "jsonb" => serde_json::from_str(text).ok().map(pg::Value::Json),
        _ => None,
    };
    own.unwrap_or_else(|| text.into())
}

impl Results {
    fn writer(&self, columns: &[Column]) -> io::Result<Writer> {
        match &self.sink {
            None => self.console.result(columns, self.format, self.expanded),
            Some(sink) => {
                let style = Style::plain(self.format, self.expanded);
                Writer::new(columns, style, Output::stream(sink.clone()))
            }
        }
    }

    /// A line that belongs to results: a tag.
    pub fn print(&self, text: &str) -> Result {
        match &self.sink {
            None => self.console.event(&Event::Print(text.to_owned())),
            Some(sink) if self.format == Format::Aligned => {
                writeln!(sink.clone(), "{}", crate::ui::escape::block(text))?;
            }
            Some(_) => {}
        }
        Ok(())
    }

    /// A table that is there as a whole.
    pub fn table(&self, table: &Table) -> Result {
        let write = || {
            let mut writer = self.writer(&table.columns)?;
            for row in &table.rows {
                let fields: Vec<_> = row.iter().map(Field::from).collect();
                writer.row(&fields)?;
            }
            writer.finish("")
        };
        if !table.title.is_empty() && self.format == Format::Aligned {
            self.print(&table.title)?;
        }
        read_enough(write()).map_err(Trouble::from)
    }

    /// Shows the answer to a statement as it comes, and what it ends with.
    pub async fn answers(&self, statement: &str, mut answers: Answers) -> Result<Given> {
        let mut given = Given::default();
        let mut writer: Option<Writer> = None;
        loop {
            let mut settled = Ok(());
            let answer = {
                let mut next = std::pin::pin!(answers.next());
                tokio::select! {
                    biased;
                    answer = &mut next => answer?,
                    () = tokio::time::sleep(MOMENT) => {
                        let begun = writer.as_mut().filter(|writer| writer.rows() > 0);
                        settled = begun.map_or(Ok(()), Writer::settle);
                        next.await?
                    }
                }
            };
            if let Err(error) = settled {
                return self.stopped(statement, answers, error, given).await;
            }
            let written = match answer {
                None => break,
                Some(Answer::Columns(columns)) => {
                    let ended = given.end(writer.take());
                    let shown: Vec<Column> = columns.iter().map(shown).collect();
                    given.begin(columns);
                    let begun = ended.and_then(|()| self.writer(&shown));
                    begun.map(|new| writer = Some(new))
                }
                Some(Answer::Row(row)) => given.take(&row, writer.as_mut()),
            };
            if let Err(error) = written {
                return self.stopped(statement, answers, error, given).await;
            }
        }
        given.tag = answers.tag().to_owned();
        given.end(writer)?;
        if given.columns.is_none() && !given.tag.is_empty() || !is_read(&given.tag) {
            self.print(&given.tag)?;
        }
        Ok(given)
    }

    /// Whoever read the result has seen enough, or it could not be written. A statement that only reads ends with it;
    /// what another one changes is meant to stay.
    async fn stopped(
        &self,
        statement: &str,
        mut answers: Answers,
        error: io::Error,
        mut given: Given,
    ) -> Result<Given> {
        given.kept.give_up();
        if pg::writes(statement) {
            while answers.next().await?.is_some() {}
            given.tag = answers.tag().to_owned();
            if self.sink.is_none() {
                self.print(&given.tag)?;
            }
        } else {
            answers.close().await?;
        }
        read_enough(Err(error))?;
        Ok(given)
    }
}

impl Given {
    /// Begins a result. The rules of a table may add some to that of a statement; the last is the one that is given.
    fn begin(&mut self, columns: Vec<pg::Column>) {
        self.columns = Some(columns);
        self.rows = 0;
        self.kept = Kept::default();
    }

    /// Ends what is shown of a result.
    fn end(&self, writer: Option<Writer>) -> io::Result<()> {
        let rows = self.rows;
        let noun = if rows == 1 { "row" } else { "rows" };
        writer.map_or(Ok(()), |writer| {
            read_enough(writer.finish(&format!("({rows} {noun})")))
        })
    }

    fn take(&mut self, row: &Row, writer: Option<&mut Writer>) -> io::Result<()> {
        self.rows += 1;
        self.kept.take(row.cells());
        match (writer, &self.columns) {
            (Some(writer), Some(columns)) => writer.row(&fields(row, columns)),
            _ => Ok(()),
        }
    }
}

fn plain(text: Option<&str>) -> Field<'_> {
    Field {
        text,
        ..Field::default()
    }
}

fn fields<'a>(row: &'a Row, columns: &[pg::Column]) -> Vec<Field<'a>> {
    let cells = row.cells().zip(columns);
    cells
        .map(|(text, column)| {
            let json = match column.type_name.as_str() {
                "bool" => text.map(|text| if text == "t" { "true" } else { "false" }),
                "json" | "jsonb" => text,
                _ => None,
            };
            Field {
                json,
                ..plain(text)
            }
        })
        .collect()
}

fn shown(column: &pg::Column) -> Column {
    Column {
        name: column.name.clone(),
        right: column.numeric,
    }
}

/// Whether the tag says nothing that the number of rows does not.
fn is_read(tag: &str) -> bool {
    let word = tag.split(' ').next().unwrap_or_default();
    ["SELECT", "SHOW", "EXPLAIN", "FETCH", "VALUES", ""].contains(&word)
}

fn read_enough(written: io::Result<()>) -> io::Result<()> {
    match written {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}
