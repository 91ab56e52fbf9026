//! Bringing one file from one machine to another.

use std::path::Path;
use std::time::Instant;

use super::target::Target;
use super::{Files, name_of};
use crate::human;
use crate::interrupt;
use crate::machine::{Error, Machine};
use crate::progress::{Event, Reporter};
use crate::ssh::sftp::{Attributes, Kind};

/// A file that has arrived.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moved {
    pub bytes: u64,
    pub seconds: f64,
    /// The bytes that an earlier run had brought already.
    pub resumed: u64,
}

impl Machine {
    /// Brings the file `local` of this machine to `remote`. It has `mode` there, or else the mode it has here.
    ///
    /// What an interrupted run had sent is not sent again if it is the beginning of the file, which its hash tells.
    pub async fn upload(
        &self,
        local: &Path,
        remote: &str,
        mode: Option<u32>,
    ) -> Result<Moved, Error> {
        let here = Self::here(Path::new(""), self.0.reporter.clone());
        let (local, remote) = (local.to_string_lossy(), self.path(remote)?);
        let bringing = async {
            let (from, to) = (here.files().await?, self.files().await?);
            bring(&from, &local, &to, remote, mode, &self.0.reporter).await
        };
        interrupt::race(bringing).await?
    }

    /// Brings the file `remote` to `local` on this machine, as [`upload`](Self::upload) does.
    pub async fn download(&self, remote: &str, local: &Path) -> Result<Moved, Error> {
        let here = Self::here(Path::new(""), self.0.reporter.clone());
        let (local, remote) = (local.to_string_lossy(), self.path(remote)?);
        let bringing = async {
            let (from, to) = (self.files().await?, here.files().await?);
            bring(
                &from,
                &remote,
                &to,
                local.into_owned(),
                None,
                &self.0.reporter,
            )
            .await
        };
        interrupt::race(bringing).await?
    }
}

async fn bring(
    from: &Files,
    source: &str,
    to: &Files,
    path: String,
    mode: Option<u32>,
    reporter: &Reporter,
) -> Result<Moved, Error> {
    let begun = Instant::now();
    let found = from.file(source).await?;
    let path = match to.attributes(&path).await? {
        Some(Attributes {
            kind: Kind::Folder, ..
        }) => format!("{}/{}", path.trim_end_matches('/'), name_of(source)),
        _ => path,
    };
    let mode = mode.unwrap_or(found.mode & 0o777);
    let target = Target::new(to.clone(), path, found.size, mode);
    let resumed = resume(from, source, &target).await?;
    target.check_room(found.size - resumed).await?;
    pump(from, source, &target, resumed, reporter).await?;
    let moved = Moved {
        bytes: found.size,
        seconds: begun.elapsed().as_secs_f64(),
        resumed,
    };
    reporter.event(&Event::Copied {
        table: shown(&target),
        summary: summary(moved),
        rows: 0,
        bytes: moved.bytes,
        seconds: moved.seconds,
    });
    Ok(moved)
}

/// How many bytes an earlier run brought that can stay.
async fn resume(from: &Files, source: &str, target: &Target) -> Result<u64, Error> {
    let size = match target.files.attributes(&target.part).await? {
        Some(part) if part.kind == Kind::File && part.size <= target.size => part.size,
        _ => 0,
    };
    if size == 0 {
        return Ok(0);
    }
    let ours = from.hash(source, size).await?;
    let theirs = target.files.hash(&target.part, size).await?;
    let same = ours.is_some() && ours == theirs;
    Ok(if same { size } else { 0 })
}

/// Moves the bytes from `offset` on, and gives the file its name.
async fn pump(
    from: &Files,
    path: &str,
    target: &Target,
    offset: u64,
    reporter: &Reporter,
) -> Result<(), Error> {
    let mut source = from.read_from(path, offset).await?;
    let mut sink = target.open(offset).await?;
    let mut bytes = offset;
    loop {
        let chunk = source.chunk().await;
        let chunk = chunk.map_err(|fault| from.fault(path, fault))?;
        if chunk.is_empty() {
            break;
        }
        bytes += chunk.len() as u64;
        target.put(&mut sink, chunk).await?;
        reporter.event(&Event::Moving {
            file: shown(target),
            bytes,
            total: target.size,
        });
    }
    if bytes != target.size {
        return Err(Error::Changed {
            path: path.to_owned(),
            place: from.machine.words(),
            size: target.size,
            got: bytes,
        });
    }
    target.finish(sink).await
}

fn shown(target: &Target) -> String {
    format!("{}:{}", target.files.machine.name(), target.path)
}

fn summary(moved: Moved) -> String {
    match moved.resumed {
        0 => human::bytes(moved.bytes),
        resumed => format!(
            "{}, of which {} were there already",
            human::bytes(moved.bytes),
            human::bytes(resumed)
        ),
    }
}
