//! Where exported bytes go.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use async_compression::tokio::write::{GzipEncoder, ZstdEncoder};
use tempfile::NamedTempFile;
use tokio::io::{AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::task::JoinHandle;

use super::{Error, Packing, Place, Result};
use crate::interrupt::race;
use crate::progress::{Content, Reporter};

/// What may wait for a slow reader of stdout.
const WAITING: usize = 256 * 1024;

/// A file that is being written, or stdout. Dropped before [`Output::finish`], a file is gone.
pub struct Output {
    /// For messages.
    shown: String,
    writer: Box<dyn AsyncWrite + Send + Unpin>,
    end: End,
    written: u64,
}

enum End {
    /// Beside the file it is to become.
    Part(Part),
    /// A device or a pipe, which is written as it is.
    Device,
    Stdout(JoinHandle<io::Result<()>>),
}

/// A file that is not whole yet.
pub(in crate::copy) struct Part {
    file: NamedTempFile,
    path: PathBuf,
    overwrite: bool,
}

impl Output {
    /// Refuses what is there already, before anything is read for it.
    pub fn create(
        place: &Place,
        packing: Packing,
        content: Content,
        overwrite: bool,
        reporter: &Reporter,
    ) -> Result<Self> {
        let shown = place.shown("stdout");
        let (writer, end): (Box<dyn AsyncWrite + Send + Unpin>, End) = match place {
            Place::Standard => {
                let content = match packing {
                    Packing::Plain => content,
                    _ => Content::Binary,
                };
                let (writer, task) = stdout(reporter.stdout(content)?);
                (Box::new(writer), End::Stdout(task))
            }
            Place::File(path) if is_device(path) => {
                let file = std::fs::OpenOptions::new().write(true).open(path);
                let file = file.map_err(|reason| unwritable(path, reason))?;
                (Box::new(tokio::fs::File::from_std(file)), End::Device)
            }
            Place::File(path) => {
                let part = Part::create(path, overwrite)?;
                let file = part.file.as_file().try_clone();
                let file = file.map_err(|reason| unwritable(path, reason))?;
                (Box::new(tokio::fs::File::from_std(file)), End::Part(part))
            }
        };
        let writer: Box<dyn AsyncWrite + Send + Unpin> = match packing {
            Packing::Plain => writer,
            Packing::Gzip => Box::new(GzipEncoder::new(writer)),
            Packing::Zstd => Box::new(ZstdEncoder::new(writer)),
        };
        Ok(Self {
            shown,
            writer,
            end,
            written: 0,
        })
    }

    pub async fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.written += bytes.len() as u64;
        match race(self.writer.write_all(bytes)).await? {
            Ok(()) => Ok(()),
            Err(error) => Err(self.failed(error).await),
        }
    }

    /// Bytes taken so far, before they are packed.
    pub fn written(&self) -> u64 {
        self.written
    }

    /// Waits until all is where it belongs, and gives the file its name.
    pub async fn finish(mut self) -> Result<()> {
        if let Err(error) = race(self.writer.shutdown()).await? {
            return Err(self.failed(error).await);
        }
        drop(self.writer);
        match self.end {
            End::Part(part) => part.finish().await,
            End::Device => Ok(()),
            End::Stdout(task) => {
                let written = race(task).await?.unwrap_or(Ok(()));
                written.map_err(|reason| Error::Unwritable {
                    file: self.shown,
                    reason,
                })
            }
        }
    }

    /// What stdout itself said says more than that it takes no more.
    async fn failed(&mut self, error: io::Error) -> Error {
        let told = match &mut self.end {
            End::Stdout(task) => match race(task).await {
                Ok(ended) => ended.ok().and_then(io::Result::err),
                Err(_) => return Error::Interrupted,
            },
            _ => None,
        };
        Error::Unwritable {
            file: self.shown.clone(),
            reason: told.unwrap_or(error),
        }
    }
}

impl Part {
    /// An empty file beside `path`, with the mode that any new file gets, or that of the file it replaces.
    pub fn create(path: &Path, overwrite: bool) -> Result<Self> {
        let there = path.symlink_metadata().is_ok();
        if path.is_dir() {
            return Err(Error::IsFolder {
                file: path.to_owned(),
            });
        }
        if there && !overwrite {
            return Err(Error::Exists {
                file: path.to_owned(),
            });
        }
        let failed = |reason| unwritable(path, reason);
        // Of a link the file is replaced, not the link.
        let path = if there {
            path.canonicalize().map_err(failed)?
        } else {
            path.to_owned()
        };
        let (prefix, parent) = beside(&path);
        let mut builder = tempfile::Builder::new();
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let file = builder
            .prefix(&prefix)
            .suffix(".part")
            .tempfile_in(parent)
            .map_err(failed)?;
        if there {
            let mode = path.metadata().map_err(failed)?.permissions();
            file.as_file().set_permissions(mode).map_err(failed)?;
        }
        Ok(Self {
            file,
            path,
            overwrite,
        })
    }

    /// Where it is for now.
    pub fn path(&self) -> &Path {
        self.file.path()
    }

    /// Gives it its name, once all of it is on the disk.
    pub async fn finish(self) -> Result<()> {
        let path = self.path.clone();
        let ended = tokio::task::spawn_blocking(move || self.persist());
        let ended = ended.await.map_err(io::Error::other);
        match ended.and_then(|ended| ended) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                Err(Error::Exists { file: path })
            }
            Err(reason) => Err(unwritable(&path, reason)),
        }
    }

    fn persist(self) -> io::Result<()> {
        self.file.as_file().sync_all()?;
        let (path, parent) = (&self.path, beside(&self.path).1);
        if self.overwrite {
            self.file.persist(path)?;
        } else {
            self.file.persist_noclobber(path)?;
        }
        // That the name is there, too, should the machine stop now; not every file system can say.
        #[cfg(unix)]
        let _ = std::fs::File::open(parent).and_then(|folder| folder.sync_all());
        #[cfg(not(unix))]
        let _ = parent;
        Ok(())
    }
}

/// How a name for something that is not whole begins, and the folder it is in.
pub(in crate::copy) fn beside(path: &Path) -> (String, PathBuf) {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let parent = path.parent().filter(|it| !it.as_os_str().is_empty());
    (
        format!(".{name}."),
        parent.unwrap_or(Path::new(".")).to_owned(),
    )
}

pub(in crate::copy) fn unwritable(path: &Path, reason: io::Error) -> Error {
    // tempfile adds the path of what nobody has asked for.
    let text = reason.to_string();
    let reason = match text.split_once(" at path ") {
        Some((said, _)) => io::Error::new(reason.kind(), said),
        None => reason,
    };
    Error::Unwritable {
        file: path.display().to_string(),
        reason,
    }
}

/// Whether something is there that is neither file nor folder.
fn is_device(path: &Path) -> bool {
    let found = path.metadata();
    found.is_ok_and(|found| !found.is_file() && !found.is_dir())
}

/// Stdout blocks as long as its reader likes, so that a thread of its own has to write there.
fn stdout(
    mut out: Box<dyn Write + Send>,
) -> (impl AsyncWrite + Send + Unpin, JoinHandle<io::Result<()>>) {
    // Either end notices that the other is gone.
    let (mut reader, writer) = tokio::io::duplex(WAITING);
    let runtime = tokio::runtime::Handle::current();
    let task = tokio::task::spawn_blocking(move || {
        let mut bytes = vec![0; 64 * 1024];
        loop {
            match runtime.block_on(reader.read(&mut bytes))? {
                0 => return out.flush(),
                length => out.write_all(&bytes[..length])?,
            }
        }
    });
    (writer, task)
}
