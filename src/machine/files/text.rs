//! Small files: whether one is there, what it holds, what it is to hold.

use super::target::Target;
use crate::interrupt;
use crate::machine::{Error, Machine};
use crate::ssh::sftp::Kind;

/// What [`Machine::read`] takes at most: the whole is kept in memory.
pub const READ_LIMIT: u64 = 16 * 1024 * 1024;
/// For a file that is not there yet.
const MODE: u32 = 0o644;

impl Machine {
    /// Whether anything is at `path`, a folder included.
    pub async fn exists(&self, path: &str) -> Result<bool, Error> {
        let path = self.path(path)?;
        let looking = async { self.files().await?.attributes(&path).await };
        Ok(interrupt::race(looking).await??.is_some())
    }

    /// The bytes of a file of at most [`READ_LIMIT`].
    pub async fn read(&self, path: &str) -> Result<Vec<u8>, Error> {
        let path = self.path(path)?;
        interrupt::race(self.read_all(&path)).await?
    }

    async fn read_all(&self, path: &str) -> Result<Vec<u8>, Error> {
        let files = self.files().await?;
        let size = files.file(path).await?.size;
        // Files of the system, in `/proc` say, tell no size; so what comes is counted, too.
        if size > READ_LIMIT {
            return Err(self.too_large(path, size));
        }
        let mut source = files.read_from(path, 0).await?;
        let mut bytes = Vec::new();
        loop {
            let chunk = source.chunk().await;
            let chunk = chunk.map_err(|fault| files.fault(path, fault))?;
            if chunk.is_empty() {
                return Ok(bytes);
            }
            bytes.extend(chunk);
            if bytes.len() as u64 > READ_LIMIT {
                return Err(self.too_large(path, bytes.len() as u64));
            }
        }
    }

    /// Has the file at `path` hold `bytes`, in one step for whoever reads it. It keeps its mode unless one is given.
    pub async fn write(&self, path: &str, bytes: Vec<u8>, mode: Option<u32>) -> Result<(), Error> {
        let path = self.path(path)?;
        let writing = async {
            let files = self.files().await?;
            let found = files.attributes(&path).await?;
            if found.is_some_and(|found| found.kind == Kind::Folder) {
                let place = self.words();
                return Err(Error::NoFile { path, place });
            }
            let mode = mode.or(found.map(|found| found.mode)).unwrap_or(MODE);
            let target = Target::new(files, path, bytes.len() as u64, mode);
            target.check_room(target.size).await?;
            let mut sink = target.open(0).await?;
            target.put(&mut sink, bytes).await?;
            target.finish(sink).await
        };
        interrupt::race(writing).await?
    }

    fn too_large(&self, path: &str, size: u64) -> Error {
        Error::TooLarge {
            path: path.to_owned(),
            place: self.words(),
            size,
            limit: READ_LIMIT,
        }
    }
}
