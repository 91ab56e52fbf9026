//! The file that is to be: written beside its name, and given the name once it is whole.

use super::disk::{Fault, Sink};
use super::{Files, part_of};
use crate::machine::Error;
use crate::ssh::sftp;

/// A disk with less room counts as full when a write fails: sftp says of it no more than that it failed.
const FULL: u64 = 1 << 20;

pub struct Target {
    pub files: Files,
    pub path: String,
    pub size: u64,
    pub mode: u32,
    /// Where it is before it is whole.
    pub part: String,
}

impl Target {
    pub fn new(files: Files, path: String, size: u64, mode: u32) -> Self {
        Self {
            part: part_of(&path),
            files,
            path,
            size,
            mode,
        }
    }

    /// Better than to fill somebody's disk and to find out then.
    pub async fn check_room(&self, needed: u64) -> Result<(), Error> {
        match self.files.free(&self.part).await {
            Some(free) if free < needed => Err(self.disk_full(needed, free)),
            _ => Ok(()),
        }
    }

    /// Opens the part, to go on behind its first `offset` bytes. From 0 it is a new file, whatever lay there: a link
    /// that somebody put in its place is not followed, and what is on its way is for nobody else to read.
    pub async fn open(&self, offset: u64) -> Result<Sink, Error> {
        if offset == 0 {
            self.files.remove(&self.part).await;
        }
        self.files.write_from(&self.part, offset).await
    }

    pub async fn put(&self, sink: &mut Sink, bytes: Vec<u8>) -> Result<(), Error> {
        match sink.put(bytes).await {
            Ok(()) => Ok(()),
            Err(fault) => Err(self.error(fault).await),
        }
    }

    /// Brings the bytes to the disk, looks at what is there, and gives it its name.
    pub async fn finish(&self, sink: Sink) -> Result<(), Error> {
        if let Err(fault) = sink.finish(self.mode).await {
            return Err(self.error(fault).await);
        }
        // What the other side has, not what it said it took.
        let there = self.files.file(&self.part).await?.size;
        if there != self.size {
            return Err(Error::Changed {
                path: self.part.clone(),
                place: self.files.machine.words(),
                size: self.size,
                got: there,
            });
        }
        self.files.rename(&self.part, &self.path).await
    }

    async fn error(&self, fault: Fault) -> Error {
        let full = match &fault {
            Fault::Io(error) => error.kind() == std::io::ErrorKind::StorageFull,
            Fault::Sftp(sftp::Error::Failed { .. }) => {
                let free = self.files.free(&self.part).await;
                free.is_some_and(|free| free < FULL)
            }
            Fault::Sftp(_) => false,
        };
        if !full {
            return self.files.fault(&self.path, fault);
        }
        // What has arrived is in the way of whoever needs the disk.
        self.files.remove(&self.part).await;
        let free = self.files.free(&self.part).await.unwrap_or(0);
        self.disk_full(self.size, free)
    }

    fn disk_full(&self, needed: u64, free: u64) -> Error {
        Error::DiskFull {
            path: self.path.clone(),
            place: self.files.machine.words(),
            needed,
            free,
        }
    }
}
