//! The script that `pg_restore` writes: `COPY` blocks and `setval` calls are taken out of it, everything else
//! is passed over.

use std::path::{Path, PathBuf};

use bytes::Bytes;
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};

use super::names::{identifier, literal, qualified};
use super::{Error, Result};
use crate::copy::sequences::Position;
use crate::interrupt::race;
use crate::pg::TableName;

/// Rows are handed on in pieces of this size.
const CHUNK: usize = 64 * 1024;

/// What is taken out of a script.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::copy) enum Item {
    /// Rows follow, to be read with [`Script::chunk`].
    Rows(Block),
    Position(TableName, Position),
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

pub(in crate::copy) struct Script<R> {
    /// None of a program without output.
    input: Option<BufReader<R>>,
    file: PathBuf,
    encoding: String,
    /// The schema of names without one, in archives of old versions.
    schema: String,
    /// The table whose rows are being read.
    open: Option<TableName>,
}

impl<R: AsyncRead + Unpin + Send> Script<R> {
    pub fn new(input: Option<R>, file: &Path) -> Self {
        Self {
            input: input.map(|input| BufReader::with_capacity(CHUNK, input)),
            file: file.to_owned(),
            encoding: "UTF8".to_owned(),
            schema: "public".to_owned(),
            open: None,
        }
    }

    /// The next item; rows that were not read are passed over. `None` at the end.
    pub async fn next(&mut self) -> Result<Option<Item>> {
        while self.chunk().await?.is_some() {}
        let mut line = Vec::new();
        loop {
            line.clear();
            if !self.line(&mut line).await? {
                return Ok(None);
            }
            // An identifier may have a line break in it.
            while line.starts_with(b"COPY ") && quotes_are_open(&line) {
                if !self.line(&mut line).await? {
                    break;
                }
            }
            if let Some(item) = self.read(&String::from_utf8_lossy(&line))? {
                return Ok(Some(item));
            }
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

    /// Appends a line with its end; false at the end of the script.
    async fn line(&mut self, line: &mut Vec<u8>) -> Result<bool> {
        let Some(input) = &mut self.input else {
            return Ok(false);
        };
        let read = race(input.read_until(b'\n', line)).await?;
        let read = read.map_err(|reason| Error::Unreadable {
            file: self.file.clone(),
            reason,
        })?;
        Ok(read > 0)
    }

    fn read(&mut self, line: &str) -> Result<Option<Item>> {
        let line = line.trim_end();
        if line.starts_with("COPY ") {
            let block = self.block(line).ok_or_else(|| misunderstood(line))?;
            self.open = Some(block.table.clone());
            return Ok(Some(Item::Rows(block)));
        }
        if line.starts_with("SELECT pg_catalog.setval(") {
            let position = self.position(line).ok_or_else(|| misunderstood(line))?;
            return Ok(Some(position));
        }
        if line.starts_with("INSERT INTO ") {
            return Err(Error::Inserts {
                file: self.file.clone(),
            });
        }
        if let Some(value) = line.strip_prefix("SET client_encoding = ") {
            let (encoding, _) = literal(value).ok_or_else(|| misunderstood(line))?;
            self.encoding = encoding;
        }
        if let Some(path) = line.strip_prefix("SET search_path = ") {
            let (schema, _) = identifier(path).ok_or_else(|| misunderstood(line))?;
            self.schema = schema;
        }
        Ok(None)
    }

    fn block(&self, line: &str) -> Option<Block> {
        let (table, rest) = qualified(line.strip_prefix("COPY ")?, &self.schema)?;
        let mut columns = Vec::new();
        let mut rest = rest.trim_start();
        if let Some(list) = rest.strip_prefix('(') {
            rest = list;
            loop {
                let (column, behind) = identifier(rest)?;
                columns.push(column);
                match behind.strip_prefix(", ") {
                    Some(behind) => rest = behind,
                    None => break rest = behind.strip_prefix(')')?,
                }
            }
        }
        (rest.trim() == "FROM stdin;").then(|| Block {
            table,
            columns,
            encoding: self.encoding.clone(),
        })
    }

    /// `SELECT pg_catalog.setval('public.lat_id_seq', 2, true);`
    fn position(&self, line: &str) -> Option<Item> {
        let (name, rest) = literal(line.strip_prefix("SELECT pg_catalog.setval(")?)?;
        let (sequence, _) = qualified(&name, &self.schema)?;
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

fn quotes_are_open(line: &[u8]) -> bool {
    line.split(|byte| *byte == b'"').count() % 2 == 0
}

fn misunderstood(line: &str) -> Error {
    Error::Script {
        line: line.to_owned(),
    }
}

#[cfg(test)]
mod tests;
