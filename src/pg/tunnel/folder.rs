//! A folder that nobody else may enter, for a socket and a password.
//!
//! It is removed with the value. What a killed process left is removed by the next one: a folder is in use as long
//! as somebody holds a lock on it, which ends with its process however that ends.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::route::tunnel::Error;

const PREFIX: &str = "runner-tunnel-";
/// The path of a socket is limited to 107 bytes, 103 on some systems: so long may the parent folder be.
#[cfg(unix)]
const PARENT_LIMIT: usize = 60;
/// A folder so young may not have been locked yet.
#[cfg(unix)]
const YOUNG: std::time::Duration = std::time::Duration::from_secs(60);

pub struct Folder {
    folder: TempDir,
    /// Held open for its lock.
    #[cfg(unix)]
    _lock: File,
}

impl Folder {
    pub fn make() -> Result<Self, Error> {
        let parent = parent();
        #[cfg(unix)]
        sweep(&parent);
        let mut builder = tempfile::Builder::new();
        builder.prefix(PREFIX);
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
        let made = || -> io::Result<Self> {
            let folder = builder.tempdir_in(&parent)?;
            Ok(Self {
                #[cfg(unix)]
                _lock: locked(folder.path())?,
                folder,
            })
        };
        made().map_err(|error| unusable(&parent, &error))
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// A file that only we may read, which libpq insists on.
    pub fn write(&self, name: &str, contents: &str) -> Result<PathBuf, Error> {
        let path = self.path().join(name);
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let opened = options.open(&path);
        let written = opened.and_then(|mut file| file.write_all(contents.as_bytes()));
        written.map_err(|error| unusable(self.path(), &error))?;
        Ok(path)
    }
}

fn unusable(folder: &Path, error: &io::Error) -> Error {
    Error::Folder {
        folder: folder.display().to_string(),
        reason: error.to_string(),
    }
}

fn parent() -> PathBuf {
    let usual = std::env::temp_dir();
    #[cfg(unix)]
    if usual.as_os_str().len() > PARENT_LIMIT {
        return PathBuf::from("/tmp");
    }
    usual
}

#[cfg(unix)]
fn locked(folder: &Path) -> io::Result<File> {
    let lock = File::open(folder)?;
    rustix::fs::flock(&lock, rustix::fs::FlockOperation::NonBlockingLockExclusive)?;
    Ok(lock)
}

/// Removes what processes left that were killed. What cannot be removed is left for another time.
#[cfg(unix)]
fn sweep(parent: &Path) {
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let ours = name.as_encoded_bytes().starts_with(PREFIX.as_bytes());
        if ours && is_left(&entry.path()).unwrap_or(false) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

#[cfg(unix)]
fn is_left(path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;

    let found = fs::symlink_metadata(path)?;
    let old = found.modified()?.elapsed().is_ok_and(|age| age > YOUNG);
    let ours = found.is_dir() && found.uid() == rustix::process::geteuid().as_raw();
    Ok(old && ours && locked(path).is_ok())
}
