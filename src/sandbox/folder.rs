//! The folder of one sandbox, and those that dead sandboxes left behind.
//!
//! A living sandbox holds a lock on its folder. The kernel lets go of it however the process ends, so a
//! folder whose lock is free belongs to nobody, and the next start removes it.

use std::fs::{self, File};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::fs::{FlockOperation, flock};

use super::account::{self, Account};
use super::{Error, find::Bin, process};

const PREFIX: &str = "runner-sandbox-";

/// A folder that is ours while the value lives, and gone afterwards.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    /// Held, not used.
    _lock: File,
}

impl Folder {
    /// Makes a folder in the system's temporary folder. Servers may pass through it, nobody else may list it.
    pub fn make() -> Result<Self, Error> {
        let parent = std::env::temp_dir();
        // Locked under a name that a sweep does not look at, so that none sees it unlocked.
        let nameless = tempfile::Builder::new()
            .prefix(".runner-")
            .tempdir_in(&parent)
            .map_err(Error::file("make a folder in", &parent))?
            .keep();
        let name = nameless.file_name().unwrap_or_default().to_string_lossy();
        let path = parent.join(name.replacen(".runner-", PREFIX, 1));
        let made = || {
            fs::set_permissions(&nameless, fs::Permissions::from_mode(0o711))?;
            let lock = File::open(&nameless)?;
            flock(&lock, FlockOperation::NonBlockingLockExclusive)?;
            fs::rename(&nameless, &path)?;
            Ok(lock)
        };
        match made() {
            Ok(lock) => Ok(Self { path, _lock: lock }),
            Err(source) => {
                let _ = fs::remove_dir(&nameless);
                Err(Error::file("prepare the folder", &path)(source))
            }
        }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Removes everything, and says what stood in the way.
    pub fn remove(self) -> Result<(), Error> {
        fs::remove_dir_all(&self.path).map_err(Error::file("remove the sandbox", &self.path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What cannot be removed now is tried again by the next start.
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// Ends the servers of this user's dead sandboxes and removes their folders. Gives the folders removed, and
/// why others could not be: none of that keeps a new sandbox from starting.
pub async fn sweep(bin: &Bin) -> Result<Vec<Result<PathBuf, Error>>, Error> {
    let parent = std::env::temp_dir();
    let mut swept = Vec::new();
    for entry in fs::read_dir(&parent).map_err(Error::file("list", &parent))? {
        let Ok(entry) = entry else { continue };
        if let Some(lock) = abandoned(&entry) {
            swept.push(remove(bin, entry.path()).await);
            drop(lock);
        }
    }
    Ok(swept)
}

async fn remove(bin: &Bin, sandbox: PathBuf) -> Result<PathBuf, Error> {
    end_servers(bin, &sandbox).await?;
    fs::remove_dir_all(&sandbox).map_err(Error::file("remove the dead sandbox", &sandbox))?;
    Ok(sandbox)
}

/// The lock of a folder that a sandbox of ours made and no longer holds.
fn abandoned(entry: &fs::DirEntry) -> Option<File> {
    let named = entry.file_name().to_string_lossy().starts_with(PREFIX);
    // Not followed where it is a link; and another user's folder is not ours to touch.
    let about = entry.metadata().ok()?;
    let ours = about.is_dir() && about.uid() == rustix::process::geteuid().as_raw();
    if !named || !ours {
        return None;
    }
    let lock = File::open(entry.path()).ok()?;
    flock(&lock, FlockOperation::NonBlockingLockExclusive).ok()?;
    Some(lock)
}

async fn end_servers(bin: &Bin, sandbox: &Path) -> Result<(), Error> {
    let account = Account::of_servers()?;
    let Ok(entries) = fs::read_dir(sandbox) else {
        return Ok(());
    };
    for cluster in entries.flatten().map(|entry| entry.path()) {
        // Only who holds the socket answers there. By its number alone we might end a stranger's process.
        if is_listening(&cluster.join("socket")) {
            let mut pg_ctl = Command::new(bin.program("pg_ctl"));
            process::bare(&mut pg_ctl)
                .args(["stop", "--mode=immediate", "--silent", "--pgdata"])
                .arg(cluster.join("data"))
                .current_dir("/");
            account::run_as(&mut pg_ctl, account);
            process::run(pg_ctl, "stop the server of a dead sandbox", b"").await?;
        }
    }
    Ok(())
}

fn is_listening(socket_folder: &Path) -> bool {
    fs::read_dir(socket_folder)
        .into_iter()
        .flatten()
        .flatten()
        .any(|entry| UnixStream::connect(entry.path()).is_ok())
}
