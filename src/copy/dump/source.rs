//! Whatever pg_dump writes, to be read alike.

use std::path::Path;

use super::Result;
use super::archive::Archive;
use super::list::Entry;
use super::plain::Plain;
use super::running::Running;
use super::tool::Tool;

/// A dump that can be read.
pub(in crate::copy) enum Source {
    /// By `pg_restore`.
    Archive(Tool),
    Plain(Plain),
}

impl Source {
    pub async fn open(path: &Path) -> Result<Self> {
        Ok(match Plain::open(path).await? {
            Some(plain) => Self::Plain(plain),
            None => Self::Archive(Tool::find(Archive::open(path)?).await?),
        })
    }

    /// The entries with rows and sequence positions.
    pub async fn entries(&self) -> Result<Vec<Entry>> {
        match self {
            Self::Archive(tool) => tool.entries().await,
            Self::Plain(plain) => plain.entries().await,
        }
    }

    /// The entries in runs that the dump can be read in, one after the other.
    pub fn runs<'a>(&self, entries: &'a [Entry]) -> impl Iterator<Item = &'a [Entry]> {
        let sequential = match self {
            Self::Archive(tool) => tool.is_sequential(),
            Self::Plain(_) => true,
        };
        entries.chunk_by(move |before, after| !sequential || before.place < after.place)
    }

    /// Starts to read these entries, in this order.
    pub async fn start(&self, entries: &[Entry]) -> Result<Running> {
        match self {
            Self::Archive(tool) => tool.start(entries),
            Self::Plain(plain) => plain.start(entries).await,
        }
    }
}
