//! The ends of a transfer: a file of this machine or of another, to be read or to be written.

use std::io::{self, Read, Seek, SeekFrom};

use tokio::fs::{File, OpenOptions};
use tokio::io::{AsyncSeekExt, AsyncWriteExt};
use tokio::sync::mpsc;

use crate::ssh::sftp::{self, Attributes, Kind, Reader, Writer};

/// The bytes read at a time.
const CHUNK: usize = 128 * 1024;
/// The chunks that are read ahead.
const AHEAD: usize = 16;

/// Why bytes could not be moved.
#[derive(Debug)]
pub enum Fault {
    Io(io::Error),
    Sftp(sftp::Error),
}

pub enum Source {
    /// Read by a thread of its own, so that the disk and the wire work at the same time.
    Here(mpsc::Receiver<io::Result<Vec<u8>>>),
    There(Reader),
}

impl Source {
    pub fn here(path: &str, offset: u64) -> io::Result<Self> {
        let mut file = std::fs::File::open(path)?;
        file.seek(SeekFrom::Start(offset))?;
        let (sender, receiver) = mpsc::channel(AHEAD);
        tokio::task::spawn_blocking(move || {
            loop {
                let mut chunk = Vec::with_capacity(CHUNK);
                let read = (&mut file).take(CHUNK as u64).read_to_end(&mut chunk);
                let last = !matches!(read, Ok(1..));
                // Nobody listens any more where the transfer was given up.
                if sender.blocking_send(read.map(|_| chunk)).is_err() || last {
                    return;
                }
            }
        });
        Ok(Self::Here(receiver))
    }

    /// The next bytes; empty at the end.
    pub async fn chunk(&mut self) -> Result<Vec<u8>, Fault> {
        match self {
            Self::Here(chunks) => match chunks.recv().await {
                Some(chunk) => chunk.map_err(Fault::Io),
                None => Ok(Vec::new()),
            },
            Self::There(reader) => reader.chunk().await.map_err(Fault::Sftp),
        }
    }
}

pub enum Sink {
    Here(File),
    There(Writer),
}

impl Sink {
    /// Opens a file to be written from `offset`; from 0 there must be none yet. Only its owner may read it.
    pub async fn here(path: &str, offset: u64) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(offset == 0);
        #[cfg(unix)]
        options.mode(0o600);
        let mut file = options.open(path).await?;
        file.seek(SeekFrom::Start(offset)).await?;
        Ok(Self::Here(file))
    }

    pub async fn put(&mut self, bytes: Vec<u8>) -> Result<(), Fault> {
        match self {
            Self::Here(file) => file.write_all(&bytes).await.map_err(Fault::Io),
            Self::There(writer) => writer.put(bytes).await.map_err(Fault::Sftp),
        }
    }

    /// Waits until all is on the disk, and sets the mode.
    pub async fn finish(self, mode: u32) -> Result<(), Fault> {
        match self {
            Self::Here(mut file) => {
                file.flush().await.map_err(Fault::Io)?;
                set_mode(&file, mode).await.map_err(Fault::Io)?;
                file.sync_all().await.map_err(Fault::Io)
            }
            Self::There(writer) => writer.finish(mode).await.map_err(Fault::Sftp),
        }
    }
}

#[cfg(unix)]
async fn set_mode(file: &File, mode: u32) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(std::fs::Permissions::from_mode(mode))
        .await
}

#[cfg(not(unix))]
async fn set_mode(_: &File, _: u32) -> io::Result<()> {
    Ok(())
}

/// `None` if there is nothing at `path` on this machine.
pub fn attributes(path: &str) -> io::Result<Option<Attributes>> {
    let found = match std::fs::metadata(path) {
        Ok(found) => found,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    Ok(Some(Attributes {
        kind: match () {
            () if found.is_file() => Kind::File,
            () if found.is_dir() => Kind::Folder,
            () => Kind::Other,
        },
        size: found.len(),
        mode: mode_of(&found),
    }))
}

#[cfg(unix)]
fn mode_of(found: &std::fs::Metadata) -> u32 {
    std::os::unix::fs::PermissionsExt::mode(&found.permissions()) & 0o7777
}

#[cfg(not(unix))]
fn mode_of(_: &std::fs::Metadata) -> u32 {
    0o644
}

/// The bytes that a user may still write on the disk of `folder` of this machine.
#[cfg(unix)]
pub fn free(folder: &str) -> Option<u64> {
    let disk = rustix::fs::statvfs(folder).ok()?;
    Some(disk.f_bavail.saturating_mul(disk.f_frsize))
}

#[cfg(not(unix))]
pub fn free(_: &str) -> Option<u64> {
    None
}
