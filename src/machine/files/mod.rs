//! Files on a machine. Whatever is written appears under its name whole, or not at all.

mod disk;
mod hash;
mod local;
mod target;
mod text;
mod transfer;

use std::path::Path;

use super::{Error, Machine, Place};
use crate::ssh;
use crate::ssh::sftp::{self, Attributes, Kind, Sftp};
use disk::{Fault, Sink, Source};
pub(super) use local::{Disk, Part};
pub use text::READ_LIMIT;
pub use transfer::Moved;

/// The files of a machine while they are worked on.
#[derive(Clone)]
struct Files {
    machine: Machine,
    store: Store,
}

#[derive(Clone)]
enum Store {
    Here,
    There(Sftp),
}

impl Machine {
    async fn files(&self) -> Result<Files, Error> {
        let store = match &self.0.place {
            Place::Here(_) => Store::Here,
            Place::There(remote) => {
                let session = Box::pin(self.session(remote)).await?;
                Store::There(Box::pin(Sftp::open(&session)).await?)
            }
        };
        Ok(Files {
            machine: self.clone(),
            store,
        })
    }

    fn file_error(&self, path: &str, error: sftp::Error) -> Error {
        let (path, place) = (path.to_owned(), self.words());
        match error {
            sftp::Error::Missing { .. } => Error::Missing { path, place },
            sftp::Error::Denied { .. } => Error::File {
                path,
                place,
                reason: "permission denied".to_owned(),
            },
            sftp::Error::Failed { reason, .. } => Error::File {
                path,
                place,
                reason,
            },
            sftp::Error::Lost { alias, reason } => ssh::Error::Lost { alias, reason }.into(),
        }
    }
}

impl Files {
    async fn attributes(&self, path: &str) -> Result<Option<Attributes>, Error> {
        match &self.store {
            Store::Here => disk::attributes(path).map_err(|error| self.io_error(path, &error)),
            Store::There(sftp) => sftp
                .attributes(path)
                .await
                .map_err(|error| self.machine.file_error(path, error)),
        }
    }

    /// A file that must be there.
    async fn file(&self, path: &str) -> Result<Attributes, Error> {
        let (path, place) = (path.to_owned(), self.machine.words());
        match self.attributes(&path).await? {
            None => Err(Error::Missing { path, place }),
            Some(found) if found.kind != Kind::File => Err(Error::NoFile { path, place }),
            Some(found) => Ok(found),
        }
    }

    async fn read_from(&self, path: &str, offset: u64) -> Result<Source, Error> {
        match &self.store {
            Store::Here => Source::here(path, offset).map_err(|error| self.io_error(path, &error)),
            Store::There(sftp) => match sftp.read_from(path, offset).await {
                Ok(reader) => Ok(Source::There(reader)),
                Err(error) => Err(self.machine.file_error(path, error)),
            },
        }
    }

    async fn write_from(&self, path: &str, offset: u64) -> Result<Sink, Error> {
        match &self.store {
            Store::Here => Sink::here(path, offset)
                .await
                .map_err(|error| self.io_error(path, &error)),
            Store::There(sftp) => match sftp.write_from(path, offset).await {
                Ok(writer) => Ok(Sink::There(writer)),
                Err(error) => Err(self.machine.file_error(path, error)),
            },
        }
    }

    async fn rename(&self, from: &str, to: &str) -> Result<(), Error> {
        match &self.store {
            Store::Here => std::fs::rename(from, to).map_err(|error| self.io_error(to, &error)),
            Store::There(sftp) => sftp
                .rename(from, to)
                .await
                .map_err(|error| self.machine.file_error(to, error)),
        }
    }

    /// Removes what may not be there.
    async fn remove(&self, path: &str) {
        let _ = match &self.store {
            Store::Here => std::fs::remove_file(path).map_err(drop),
            Store::There(sftp) => sftp.remove(path).await.map_err(drop),
        };
    }

    /// The bytes that fit on the disk of `path`, where that can be found out.
    async fn free(&self, path: &str) -> Option<u64> {
        let folder = folder_of(path);
        match &self.store {
            Store::Here => disk::free(folder),
            Store::There(sftp) => sftp.free(folder).await,
        }
    }

    fn fault(&self, path: &str, fault: Fault) -> Error {
        match fault {
            Fault::Io(error) => self.io_error(path, &error),
            Fault::Sftp(error) => self.machine.file_error(path, error),
        }
    }

    fn io_error(&self, path: &str, error: &std::io::Error) -> Error {
        let (path, place) = (path.to_owned(), self.machine.words());
        match error.kind() {
            std::io::ErrorKind::NotFound => Error::Missing { path, place },
            _ => Error::File {
                path,
                place,
                reason: error.to_string(),
            },
        }
    }
}

fn folder_of(path: &str) -> &str {
    match path.rsplit_once('/') {
        Some(("", _)) => "/",
        Some((folder, _)) => folder,
        None => ".",
    }
}

fn name_of(path: &str) -> &str {
    let name = Path::new(path).file_name().and_then(|name| name.to_str());
    name.unwrap_or(path)
}

/// Where a file is before it is whole. The name is the same in every run, so that the next one finds it.
fn part_of(path: &str) -> String {
    let part = format!(".{}.runner-part", name_of(path));
    match path.rsplit_once('/') {
        Some((folder, _)) => format!("{folder}/{part}"),
        None => part,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_lies_beside_its_file() {
        for (path, part, folder) in [
            ("a.dump", ".a.dump.runner-part", "."),
            ("/a", "/.a.runner-part", "/"),
            ("x/y/a b", "x/y/.a b.runner-part", "x/y"),
        ] {
            assert_eq!((part_of(path).as_str(), folder_of(path)), (part, folder));
        }
    }
}
