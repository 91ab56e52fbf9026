//! The end of a copy that is on this machine, for copies whose other end is in a container.

use std::path::Path;

use tokio::fs::File;

use super::Files;
use super::disk::Sink;
use super::target::Target;
use crate::machine::{Error, Machine};
use crate::progress::Reporter;

/// A file of this machine, open to be read.
pub struct Disk {
    pub file: File,
    pub size: u64,
    pub mode: u32,
}

impl Disk {
    pub async fn open(path: &Path, reporter: &Reporter) -> Result<Self, Error> {
        let (files, path) = here(path, reporter).await?;
        let found = files.file(&path).await?;
        let file = File::open(&path).await;
        Ok(Self {
            file: file.map_err(|error| files.io_error(&path, &error))?,
            size: found.size,
            mode: found.mode & 0o777,
        })
    }
}

/// A file of this machine that is to be.
pub struct Part {
    target: Target,
    sink: Sink,
}

impl Part {
    pub async fn create(
        path: &Path,
        size: u64,
        mode: u32,
        reporter: &Reporter,
    ) -> Result<Self, Error> {
        let (files, path) = here(path, reporter).await?;
        let target = Target::new(files, path, size, mode);
        target.check_room(size).await?;
        let sink = target.open(0).await?;
        Ok(Self { target, sink })
    }

    pub async fn put(&mut self, bytes: Vec<u8>) -> Result<(), Error> {
        self.target.put(&mut self.sink, bytes).await
    }

    /// Gives the file its name, and its size.
    pub async fn finish(self) -> Result<u64, Error> {
        self.target.finish(self.sink).await?;
        Ok(self.target.size)
    }
}

async fn here(path: &Path, reporter: &Reporter) -> Result<(Files, String), Error> {
    let machine = Machine::here(Path::new(""), reporter.clone());
    let path = path.to_string_lossy().into_owned();
    Ok((machine.files().await?, path))
}
