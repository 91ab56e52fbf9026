//! Files of an ssh host, by the sftp subsystem.
//!
//! What is slow about sftp is waiting for each answer, so transfers keep [`IN_FLIGHT`] requests on their way, as
//! OpenSSH's own client does. Renames replace what is there where the host knows OpenSSH's extension for it.

mod error;
mod transfer;

use std::sync::Arc;
use std::time::Duration;

use russh_sftp::client::RawSftpSession;
use russh_sftp::client::rawsession::{Limits, SftpResult};
use russh_sftp::extensions::{FSYNC, LIMITS, STATVFS};
use russh_sftp::protocol::{FileAttributes, OpenFlags, Packet, StatusCode};

use super::session::Session;
pub use error::Error;
pub use transfer::{Reader, Writer};

/// Not in the crate; it replaces the target, which the protocol's own rename refuses to do.
const POSIX_RENAME: &str = "posix-rename@openssh.com";
const START_LIMIT: Duration = Duration::from_secs(30);
/// How long one answer may take. A dead link is noticed by the session's keepalive long before; this bounds a disk
/// that hangs, and syncing a large file takes its time.
const ANSWER_LIMIT: Duration = Duration::from_secs(600);
/// The requests under way in a transfer.
const IN_FLIGHT: usize = 64;
/// The bytes of one request, where the host does not want less.
const CHUNK: u32 = 128 * 1024;
/// What every server must take, where it does not tell.
const PLAIN_CHUNK: u32 = 32 * 1024;

/// What a host tells of a file. A link stands for what it leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attributes {
    pub kind: Kind,
    pub size: u64,
    /// The permission bits.
    pub mode: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    File,
    Folder,
    Other,
}

/// An open sftp session. Dropping its last clone ends the subsystem.
#[derive(Clone)]
pub struct Sftp {
    raw: Arc<RawSftpSession>,
    alias: String,
    chunk: u32,
    fsync: bool,
    posix_rename: bool,
    statvfs: bool,
}

impl Sftp {
    pub async fn open(session: &Session) -> Result<Self, super::Error> {
        let stream = session.subsystem("sftp").await?;
        let alias = session.alias().to_owned();
        let raw = RawSftpSession::new(stream);
        raw.set_timeout(START_LIMIT.as_secs());
        let lost = |error: russh_sftp::client::error::Error| super::Error::Lost {
            alias: alias.clone(),
            reason: format!("its sftp server does not answer: {error}"),
        };
        let version = raw.init().await.map_err(lost)?;
        let knows = |name: &str| version.extensions.contains_key(name);
        let mut chunk = PLAIN_CHUNK;
        if knows(LIMITS) {
            let limits = Limits::from(raw.limits().await.map_err(lost)?);
            let least = limits.read_len.into_iter().chain(limits.write_len).min();
            chunk = least.map_or(CHUNK, |least| u32::try_from(least).unwrap_or(CHUNK));
        }
        raw.set_timeout(ANSWER_LIMIT.as_secs());
        Ok(Self {
            chunk: chunk.min(CHUNK),
            fsync: knows(FSYNC),
            posix_rename: knows(POSIX_RENAME),
            statvfs: knows(STATVFS),
            raw: Arc::new(raw),
            alias,
        })
    }

    /// `None` if there is nothing at `path`.
    pub async fn attributes(&self, path: &str) -> Result<Option<Attributes>, Error> {
        match self.said(path, self.raw.stat(path).await) {
            Ok(found) => Ok(Some(attributes(&found.attrs))),
            Err(Error::Missing { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Opens a file to be read from `offset`.
    pub async fn read_from(&self, path: &str, offset: u64) -> Result<Reader, Error> {
        let none = FileAttributes::empty();
        let opened = self.raw.open(path, OpenFlags::READ, none).await;
        let handle = self.said(path, opened)?.handle;
        Ok(Reader::new(self, path, handle, offset))
    }

    /// Opens a file to be written from `offset`; from 0 there must be none yet. Only its owner may read it.
    pub async fn write_from(&self, path: &str, offset: u64) -> Result<Writer, Error> {
        let mut flags = OpenFlags::WRITE;
        if offset == 0 {
            flags |= OpenFlags::CREATE | OpenFlags::EXCLUDE;
        }
        let opened = self.raw.open(path, flags, permissions(0o600)).await;
        let handle = self.said(path, opened)?.handle;
        Ok(Writer::new(self, path, handle, offset))
    }

    /// Gives the file at `from` the name `to`, in one step where the host can.
    pub async fn rename(&self, from: &str, to: &str) -> Result<(), Error> {
        if !self.posix_rename {
            return self.said(to, self.raw.rename(from, to).await).map(drop);
        }
        let mut words = Vec::new();
        for word in [from, to] {
            let length = u32::try_from(word.len()).unwrap_or(u32::MAX);
            words.extend(length.to_be_bytes());
            words.extend(word.as_bytes());
        }
        let answer = self.raw.extended(POSIX_RENAME, words).await;
        match self.said(to, answer)? {
            Packet::Status(status) if status.status_code != StatusCode::Ok => {
                Err(self.error(to, status.into()))
            }
            _ => Ok(()),
        }
    }

    pub async fn remove(&self, path: &str) -> Result<(), Error> {
        self.said(path, self.raw.remove(path).await).map(drop)
    }

    /// The bytes that a user may still write on the disk of `folder`; `None` where the host does not tell.
    pub async fn free(&self, folder: &str) -> Option<u64> {
        if !self.statvfs {
            return None;
        }
        let disk = self.raw.statvfs(folder).await.ok()?;
        Some(disk.blocks_avail.saturating_mul(disk.fragment_size))
    }

    fn said<T>(&self, path: &str, answer: SftpResult<T>) -> Result<T, Error> {
        answer.map_err(|error| self.error(path, error))
    }

    fn error(&self, path: &str, error: russh_sftp::client::error::Error) -> Error {
        Error::of(&self.alias, path, error)
    }
}

fn permissions(mode: u32) -> FileAttributes {
    FileAttributes {
        permissions: Some(mode),
        ..FileAttributes::empty()
    }
}

fn attributes(found: &FileAttributes) -> Attributes {
    let kind = match found.file_type() {
        kind if kind.is_file() => Kind::File,
        kind if kind.is_dir() => Kind::Folder,
        _ => Kind::Other,
    };
    Attributes {
        kind,
        size: found.len(),
        mode: found.permissions.unwrap_or(0o644) & 0o7777,
    }
}
