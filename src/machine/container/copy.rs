//! A file into a container or out of it, with no copy on the machine between.

use std::path::{Path, PathBuf};
use std::time::Instant;

use super::Container;
use crate::human;
use crate::interrupt;
use crate::machine::files::Disk;
use crate::machine::{Error, Moved};
use crate::progress::Event;

impl Container {
    /// Brings the file `local` of this machine to `path` inside. It has `mode` there, or else the mode it has here.
    pub async fn copy_in(
        &self,
        local: &Path,
        path: &str,
        mode: Option<u32>,
    ) -> Result<Moved, Error> {
        let begun = Instant::now();
        let path = inside(path, local)?;
        let opening = Disk::open(local, &self.0.machine.0.reporter);
        let disk = interrupt::race(opening).await??;
        let (size, mode) = (disk.size, mode.unwrap_or(disk.mode));
        let engine = self.engine().await?;
        match self.has_shell(engine).await {
            Ok(true) => self.put_piped(disk, &path, mode).await?,
            // The engine writes into one that does not run, too.
            Ok(false) | Err(Error::NotRunning { .. }) => {
                self.put_tarred(engine, disk, &path, mode).await?;
            }
            Err(error) => return Err(error),
        }
        Ok(self.tell(&path, size, begun))
    }

    /// Brings the file `path` inside to `local` on this machine; a link stands for what it leads to.
    pub async fn copy_out(&self, path: &str, local: &Path) -> Result<Moved, Error> {
        let begun = Instant::now();
        let path = inside(path, local)?;
        let local = beside(local, &path);
        let engine = self.engine().await?;
        let size = match self.has_shell(engine).await {
            Ok(true) => self.get_piped(engine.program(), &path, local).await?,
            Ok(false) | Err(Error::NotRunning { .. }) => {
                self.get_tarred(engine, &path, local).await?
            }
            Err(error) => return Err(error),
        };
        Ok(self.tell(&path, size, begun))
    }

    fn tell(&self, path: &str, bytes: u64, begun: Instant) -> Moved {
        let seconds = begun.elapsed().as_secs_f64();
        self.0.machine.0.reporter.event(&Event::Copied {
            table: format!("{}:{path}", self.0.source),
            summary: human::bytes(bytes),
            rows: 0,
            bytes,
            seconds,
        });
        Moved {
            bytes,
            seconds,
            resumed: 0,
        }
    }
}

/// A path inside, from its root; one that ends in a slash is a folder to put the file `local` into.
fn inside(path: &str, local: &Path) -> Result<String, Error> {
    if path.is_empty() || path.contains('\0') {
        return Err(Error::BadPath {
            path: path.to_owned(),
        });
    }
    let name = local.file_name().unwrap_or_default().to_string_lossy();
    let slash = if path.starts_with('/') { "" } else { "/" };
    let name = if path.ends_with('/') { &*name } else { "" };
    Ok(format!("{slash}{path}{name}"))
}

/// A folder here keeps the name the file has inside.
fn beside(local: &Path, path: &str) -> PathBuf {
    match path.rsplit('/').next() {
        Some(name) if local.is_dir() => local.join(name),
        _ => local.to_owned(),
    }
}
