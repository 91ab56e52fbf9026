//! A script of pg_dump or `pg_restore`: rows and positions of sequences are taken out of it, everything else is
//! passed over.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};

use super::names::{identifier, literal, qualified};
use super::{Error, Result};
use crate::copy::sequences::Position;
use crate::interrupt::race;
use crate::pg::TableName;
use crate::pg::script::{is_whole, plain_values};

/// Rows are handed on in pieces of this size.
const CHUNK: usize = 64 * 1024;

/// What is taken out of a script.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::copy) enum Item {
    /// Rows follow, to be read with [`Script::chunk`].
    Rows(Block),
    Insert(Insert),
    Position(TableName, Position),
    /// A piece of a large object.
    LargeObject,
}

/// `COPY table (columns) FROM stdin;`
#[derive(Debug, PartialEq, Eq)]
pub(in crate::copy) struct Block {
    pub table: TableName,
    /// None for a table without columns.
    pub columns: Vec<String>,
    /// The encoding the rows are in, by PostgreSQL's name.
    pub encoding: String,
}

/// `INSERT INTO table (columns) VALUES ...;` with nothing but plain values.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::copy) struct Insert {
    pub table: TableName,
    /// `None` where it names none.
    pub columns: Option<Vec<String>>,
    pub rows: u64,
    /// What stands behind the table.
    pub rest: String,
}

/// Where an item is, and all that has to be known to begin there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::copy) struct Mark {
    offset: u64,
    state: State,
}

impl Mark {
    /// Bytes before it.
    pub fn offset(&self) -> u64 {
        self.offset
    }
}

/// What the script has set.
#[derive(Debug, Clone, PartialEq, Eq)]
struct State {
    encoding: String,
    /// The schema of names without one, in archives of old versions.
    schema: String,
    standard_strings: bool,
    /// Items before, INSERTs into one table counted as one.
    items: usize,
    /// What the last item inserted into.
    inserted: Option<TableName>,
}

pub(in crate::copy) struct Script {
    input: BufReader<Box<dyn AsyncRead + Send + Unpin>>,
    file: PathBuf,
    state: State,
    offset: u64,
    /// The item given last.
    mark: Mark,
    /// The table whose rows are being read.
    open: Option<TableName>,
    /// Databases that `\connect` has led to.
    connected: usize,
}

impl Script {
    pub fn new(input: Box<dyn AsyncRead + Send + Unpin>, file: &Path) -> Self {
        let state = State {
            encoding: "UTF8".to_owned(),
            schema: "public".to_owned(),
            standard_strings: true,
            items: 0,
            inserted: None,
        };
        Self::at(input, file, Mark { offset: 0, state })
    }

    /// Goes on where an item begins.
    pub fn at(input: Box<dyn AsyncRead + Send + Unpin>, file: &Path, mark: Mark) -> Self {
        Self {
            input: BufReader::with_capacity(CHUNK, input),
            file: file.to_owned(),
            state: mark.state.clone(),
            offset: mark.offset,
            mark,
            open: None,
            connected: 0,
        }
    }

    /// Where the item given last begins.
    pub fn mark(&self) -> &Mark {
        &self.mark
    }

    /// Its place among the items, INSERTs into one table counted as one.
    pub fn place(&self) -> usize {
        self.state.items
    }

    /// The next item; rows that were not read are passed over. `None` at the end.
    pub async fn next(&mut self) -> Result<Option<Item>> {
        while self.chunk().await?.is_some() {}
        let mut statement = Vec::new();
        loop {
            statement.clear();
            let mark = Mark {
                offset: self.offset,
                state: self.state.clone(),
            };
            if !self.statement(&mut statement).await? {
                return Ok(None);
            }
            // What is taken has its numbers and names in ASCII, or in the encoding that is said before.
            let Some(item) = self.read(&String::from_utf8_lossy(&statement))? else {
                continue;
            };
            let inserted = match &item {
                Item::Insert(insert) => Some(insert.table.clone()),
                _ => None,
            };
            if inserted.is_none() || inserted != self.state.inserted {
                self.state.items += 1;
            }
            self.state.inserted = inserted;
            self.mark = mark;
            return Ok(Some(item));
        }
    }

    /// Some of the rows of the block, whole ones, and how many; `None` at its end.
    pub async fn chunk(&mut self) -> Result<Option<(Bytes, u64)>> {
        let Some(table) = &self.open else {
            return Ok(None);
        };
        let table = table.shown();
        let mut chunk = Vec::with_capacity(CHUNK + CHUNK / 4);
        let mut rows = 0;
        while chunk.len() < CHUNK {
            let start = chunk.len();
            if !self.line(&mut chunk).await? {
                return Err(Error::CutShort { table });
            }
            if chunk[start..] == *b"\\.\n" || chunk[start..] == *b"\\.\r\n" {
                chunk.truncate(start);
                self.open = None;
                break;
            }
            rows += 1;
        }
        Ok((rows > 0).then(|| (Bytes::from(chunk), rows)))
    }

    /// Appends the lines of a statement; false at the end of the script.
    async fn statement(&mut self, text: &mut Vec<u8>) -> Result<bool> {
        let mut quotes = Quotes::default();
        loop {
            let start = text.len();
            if !self.line(text).await? {
                let blank = text.iter().all(u8::is_ascii_whitespace);
                return if blank {
                    Ok(false)
                } else {
                    Err(self.unended(text))
                };
            }
            if start == 0 {
                if text.starts_with(b"\\") {
                    self.backslash(&String::from_utf8_lossy(text))?;
                    text.clear();
                    continue;
                }
                if text.starts_with(b"--") || text.iter().all(u8::is_ascii_whitespace) {
                    text.clear();
                    continue;
                }
            }
            quotes.feed(&text[start..]);
            // In strings of an INSERT any line may end so; what else there is is short.
            let may_end = text.trim_ascii_end().ends_with(b";");
            let open = quotes.are_open() && text.starts_with(b"INSERT ");
            if may_end && !open && is_whole(&masked(text), self.state.standard_strings) {
                return Ok(true);
            }
        }
    }

    fn unended(&self, text: &[u8]) -> Error {
        let text = String::from_utf8_lossy(text);
        Error::UnendedScript {
            file: self.file.clone(),
            line: text.lines().next().unwrap_or_default().to_owned(),
        }
    }

    /// Commands of psql that pg_dump writes.
    fn backslash(&mut self, line: &str) -> Result<()> {
        match line.split_whitespace().next() {
            Some("\\restrict" | "\\unrestrict") => Ok(()),
            Some("\\connect") if self.connected == 0 => {
                self.connected += 1;
                Ok(())
            }
            Some("\\connect") => Err(Error::SeveralDatabases {
                file: self.file.clone(),
            }),
            _ => Err(misunderstood(line.trim_end())),
        }
    }

    /// Appends a line with its end; false at the end of the script.
    async fn line(&mut self, line: &mut Vec<u8>) -> Result<bool> {
        let read = race(self.input.read_until(b'\n', line)).await?;
        let read = read.map_err(|reason| Error::of_reading(&self.file, reason))?;
        self.offset += read as u64;
        Ok(read > 0)
    }

    fn read(&mut self, text: &str) -> Result<Option<Item>> {
        let text = text.trim_end();
        if text.starts_with("COPY ") {
            let block = self.block(text).ok_or_else(|| misunderstood(text))?;
            self.open = Some(block.table.clone());
            return Ok(Some(Item::Rows(block)));
        }
        if text.starts_with("INSERT INTO ") {
            return self.insert(text).map(Some);
        }
        if text.starts_with("SELECT pg_catalog.setval(") {
            let position = self.position(text).ok_or_else(|| misunderstood(text))?;
            return Ok(Some(position));
        }
        if text.starts_with("SELECT pg_catalog.lowrite(") {
            return Ok(Some(Item::LargeObject));
        }
        if let Some(value) = text.strip_prefix("SET client_encoding = ") {
            let (encoding, _) = literal(value).ok_or_else(|| misunderstood(text))?;
            self.state.encoding = encoding;
        }
        if let Some(path) = text.strip_prefix("SET search_path = ") {
            let (schema, _) = identifier(path).ok_or_else(|| misunderstood(text))?;
            self.state.schema = schema;
        }
        if let Some(value) = text.strip_prefix("SET standard_conforming_strings = ") {
            self.state.standard_strings = value != "off;";
        }
        Ok(None)
    }

    fn block(&self, text: &str) -> Option<Block> {
        let (table, rest) = qualified(text.strip_prefix("COPY ")?, &self.state.schema)?;
        let (columns, rest) = columns(rest.trim_start())?;
        (rest.trim() == "FROM stdin;").then(|| Block {
            table,
            columns: columns.unwrap_or_default(),
            encoding: self.state.encoding.clone(),
        })
    }

    fn insert(&self, text: &str) -> Result<Item> {
        let (file, encoding) = (&self.file, &self.state.encoding);
        let is_unicode = matches!(
            encoding.as_str(),
            "UTF8" | "UTF-8" | "UNICODE" | "SQL_ASCII"
        );
        if !is_unicode || !self.state.standard_strings {
            return Err(Error::InsertsNotReadable {
                file: file.clone(),
                encoding: encoding.clone(),
            });
        }
        let read = || {
            let text = text.strip_prefix("INSERT INTO ")?;
            let (table, rest) = qualified(text, &self.state.schema)?;
            let (columns, _) = columns(rest.trim_start())?;
            Some(Insert {
                table,
                columns,
                rows: plain_values(rest)?,
                rest: rest.to_owned(),
            })
        };
        let first = text.lines().next().unwrap_or_default();
        read().map(Item::Insert).ok_or_else(|| misunderstood(first))
    }

    /// `SELECT pg_catalog.setval('public.lat_id_seq', 2, true);`
    fn position(&self, text: &str) -> Option<Item> {
        let (name, rest) = literal(text.strip_prefix("SELECT pg_catalog.setval(")?)?;
        let (sequence, _) = qualified(&name, &self.state.schema)?;
        let (last, called) = rest
            .strip_prefix(", ")?
            .strip_suffix(");")?
            .split_once(", ")?;
        let position = Position {
            last: last.parse().ok()?,
            called: called.parse().ok()?,
        };
        Some(Item::Position(sequence, position))
    }
}

/// The names in the parentheses at the start of `text`, where there are any, and what stands behind them.
fn columns(text: &str) -> Option<(Option<Vec<String>>, &str)> {
    let Some(mut rest) = text.strip_prefix('(') else {
        return Some((None, text));
    };
    let mut columns = Vec::new();
    loop {
        let (column, behind) = identifier(rest)?;
        columns.push(column);
        match behind.strip_prefix(", ") {
            Some(behind) => rest = behind,
            None => return Some((Some(columns), behind.strip_prefix(')')?)),
        }
    }
}

/// The text for whoever looks for its end: what is not UTF-8 has letters in it all the same.
fn masked(text: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = std::str::from_utf8(text) {
        return Cow::Borrowed(text);
    }
    let letter = |byte: &u8| {
        if byte.is_ascii() {
            char::from(*byte)
        } else {
            'x'
        }
    };
    Cow::Owned(text.iter().map(letter).collect())
}

/// Whether a string or a quoted name is open, in an INSERT of pg_dump, where nothing else has quotes in it.
#[derive(Default)]
struct Quotes {
    open: Option<u8>,
}

impl Quotes {
    fn feed(&mut self, bytes: &[u8]) {
        for place in memchr::memchr2_iter(b'\'', b'"', bytes) {
            let quote = bytes[place];
            match self.open {
                None => self.open = Some(quote),
                Some(open) if open == quote => self.open = None,
                Some(_) => {}
            }
        }
    }

    fn are_open(&self) -> bool {
        self.open.is_some()
    }
}

fn misunderstood(line: &str) -> Error {
    Error::Script {
        line: line.to_owned(),
    }
}

#[cfg(test)]
mod tests;
