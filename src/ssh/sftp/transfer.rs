//! One file on its way, with many requests under way at a time.

use std::sync::Arc;

use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesOrdered;
use russh_sftp::client::RawSftpSession;
use russh_sftp::client::rawsession::SftpResult;
use russh_sftp::protocol::{Data, Status, StatusCode};

use super::{Error, IN_FLIGHT, Sftp, permissions};

/// An open file of the host.
struct Open {
    raw: Arc<RawSftpSession>,
    alias: String,
    path: String,
    handle: String,
}

impl Open {
    fn new(sftp: &Sftp, path: &str, handle: String) -> Self {
        Self {
            raw: Arc::clone(&sftp.raw),
            alias: sftp.alias.clone(),
            path: path.to_owned(),
            handle,
        }
    }

    fn error(&self, error: russh_sftp::client::error::Error) -> Error {
        Error::of(&self.alias, &self.path, error)
    }
}

/// A file that is read from its front to its end.
pub struct Reader {
    file: Open,
    chunk: u32,
    /// Where the next request starts.
    next: u64,
    /// Each with the bytes that were asked for.
    flying: FuturesOrdered<BoxFuture<'static, (u64, u32, SftpResult<Data>)>>,
}

impl Reader {
    pub(super) fn new(sftp: &Sftp, path: &str, handle: String, offset: u64) -> Self {
        Self {
            file: Open::new(sftp, path, handle),
            chunk: sftp.chunk,
            next: offset,
            flying: FuturesOrdered::new(),
        }
    }

    /// The next bytes; empty at the end.
    pub async fn chunk(&mut self) -> Result<Vec<u8>, Error> {
        while self.flying.len() < IN_FLIGHT {
            self.ask(self.next, self.chunk);
            self.next += u64::from(self.chunk);
        }
        let Some((offset, asked, answer)) = self.flying.next().await else {
            return Ok(Vec::new());
        };
        match answer {
            Ok(data) => {
                let got = u32::try_from(data.data.len()).unwrap_or(asked);
                if got < asked {
                    // What was asked for behind the gap does not follow these bytes.
                    self.flying = FuturesOrdered::new();
                    self.next = offset + u64::from(got);
                }
                Ok(data.data)
            }
            Err(russh_sftp::client::error::Error::Status(status))
                if status.status_code == StatusCode::Eof =>
            {
                Ok(Vec::new())
            }
            Err(error) => Err(self.file.error(error)),
        }
    }

    fn ask(&mut self, offset: u64, length: u32) {
        let (raw, handle) = (Arc::clone(&self.file.raw), self.file.handle.clone());
        self.flying.push_back(Box::pin(async move {
            (offset, length, raw.read(handle, offset, length).await)
        }));
    }
}

/// A file that is written from an offset on.
pub struct Writer {
    file: Open,
    /// The most one request may carry.
    chunk: usize,
    fsync: bool,
    next: u64,
    flying: FuturesOrdered<BoxFuture<'static, SftpResult<Status>>>,
}

impl Writer {
    pub(super) fn new(sftp: &Sftp, path: &str, handle: String, offset: u64) -> Self {
        Self {
            file: Open::new(sftp, path, handle),
            chunk: sftp.chunk as usize,
            fsync: sftp.fsync,
            next: offset,
            flying: FuturesOrdered::new(),
        }
    }

    /// How many bytes go best into one [`put`](Self::put).
    pub fn chunk_size(&self) -> usize {
        self.chunk
    }

    /// Sends the next bytes, and waits where too much is under way.
    pub async fn put(&mut self, bytes: Vec<u8>) -> Result<(), Error> {
        if bytes.len() <= self.chunk {
            return self.send(bytes).await;
        }
        for part in bytes.chunks(self.chunk) {
            self.send(part.to_vec()).await?;
        }
        Ok(())
    }

    async fn send(&mut self, bytes: Vec<u8>) -> Result<(), Error> {
        let (raw, handle) = (Arc::clone(&self.file.raw), self.file.handle.clone());
        let offset = self.next;
        self.next += bytes.len() as u64;
        self.flying.push_back(Box::pin(
            async move { raw.write(handle, offset, bytes).await },
        ));
        // A future sends nothing before it is looked at.
        self.answered(IN_FLIGHT).await
    }

    /// Waits until at most `left` requests are under way.
    async fn answered(&mut self, left: usize) -> Result<(), Error> {
        while self.flying.len() > left {
            if let Some(answer) = self.flying.next().await {
                answer.map_err(|error| self.file.error(error))?;
            }
        }
        Ok(())
    }

    /// Waits for every answer, has the host bring the bytes to its disk where it can, and closes the file with
    /// `mode`.
    pub async fn finish(mut self, mode: u32) -> Result<(), Error> {
        self.answered(0).await?;
        let Open { raw, handle, .. } = &self.file;
        let mut done = raw.fsetstat(handle.as_str(), permissions(mode)).await;
        if done.is_ok() && self.fsync {
            done = raw.fsync(handle.as_str()).await;
        }
        if done.is_ok() {
            done = raw.close(handle.as_str()).await;
        }
        done.map(drop).map_err(|error| self.file.error(error))
    }
}
