//! Where imported bytes come from.

use std::io;

use async_compression::tokio::bufread::{GzipDecoder, ZstdDecoder};
use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt, BufReader};

use super::{Error, Packing, Place, Result};
use crate::interrupt::race;

const CHUNK: usize = 64 * 1024;

/// A file, or stdin, unpacked.
pub struct Input {
    shown: String,
    reader: Box<dyn AsyncRead + Send + Unpin>,
    /// Read ahead, to be read again.
    ahead: BytesMut,
    read: u64,
}

impl Input {
    pub fn open(place: &Place, packing: Packing) -> Result<Self> {
        let shown = place.shown("stdin");
        let raw: Box<dyn AsyncRead + Send + Unpin> = match place {
            Place::Standard => Box::new(tokio::io::stdin()),
            Place::File(path) => match open(path) {
                Ok(file) => Box::new(tokio::fs::File::from_std(file)),
                Err(reason) => {
                    return Err(Error::Unreadable {
                        file: shown,
                        reason,
                    });
                }
            },
        };
        let reader: Box<dyn AsyncRead + Send + Unpin> = match packing {
            Packing::Plain => raw,
            Packing::Gzip => {
                let mut decoder = GzipDecoder::new(BufReader::with_capacity(CHUNK, raw));
                decoder.multiple_members(true);
                Box::new(decoder)
            }
            Packing::Zstd => {
                let mut decoder = ZstdDecoder::new(BufReader::with_capacity(CHUNK, raw));
                decoder.multiple_members(true);
                Box::new(decoder)
            }
        };
        Ok(Self {
            shown,
            reader,
            ahead: BytesMut::new(),
            read: 0,
        })
    }

    /// For messages.
    pub fn shown(&self) -> &str {
        &self.shown
    }

    /// Bytes given so far, unpacked.
    pub fn read(&self) -> u64 {
        self.read
    }

    /// The next bytes; `None` at the end.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>> {
        let mut chunk = std::mem::take(&mut self.ahead);
        if chunk.is_empty() {
            chunk.reserve(CHUNK);
            if race(self.reader.read_buf(&mut chunk))
                .await?
                .map_err(|error| self.failed(error))?
                == 0
            {
                return Ok(None);
            }
        }
        self.read += chunk.len() as u64;
        Ok(Some(chunk.freeze()))
    }

    /// Has these bytes read next.
    pub fn put_back(&mut self, bytes: &[u8]) {
        self.read -= bytes.len() as u64;
        let behind = std::mem::replace(&mut self.ahead, BytesMut::from(bytes));
        self.ahead.extend_from_slice(&behind);
    }

    fn failed(&self, reason: io::Error) -> Error {
        let file = self.shown.clone();
        if reason.kind() == io::ErrorKind::UnexpectedEof {
            return Error::CutShort { file };
        }
        Error::Unreadable { file, reason }
    }
}

/// Opens a file; a folder can be opened, too, and not be read.
fn open(path: &std::path::Path) -> io::Result<std::fs::File> {
    let file = std::fs::File::open(path)?;
    if file.metadata()?.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    Ok(file)
}
