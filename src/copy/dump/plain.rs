//! Plain dumps: a script in a file, packed or not.

use std::collections::BTreeSet;
use std::io::{self, SeekFrom};
use std::path::{Path, PathBuf};

use tokio::io::{AsyncReadExt, AsyncSeekExt, BufReader};

use super::list::{Content, Entry};
use super::running::Running;
use super::script::{Item, Script};
use super::{Error, Result};
use crate::copy::files::Packing;
use crate::interrupt::race;

/// How a script of pg_dump begins; older ones, and those without comments, with a setting or an object.
const BEGINNINGS: [&[u8]; 11] = [
    b"--",
    b"\\restrict",
    b"\\connect",
    b"SET ",
    b"SELECT ",
    b"COPY ",
    b"INSERT INTO ",
    b"CREATE ",
    b"ALTER ",
    b"DROP ",
    b"BEGIN",
];

/// A plain dump.
#[derive(Debug, Clone)]
pub(in crate::copy) struct Plain {
    path: PathBuf,
    packing: Packing,
}

impl Plain {
    /// `None` if the file is something else.
    pub async fn open(path: &Path) -> Result<Option<Self>> {
        let head = head(path, Packing::Plain).await?;
        let packing = Packing::of_bytes(&head);
        let head = match packing {
            Packing::Plain => head,
            _ => self::head(path, packing).await?,
        };
        let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&head);
        let text = text.trim_ascii_start();
        let is_script = BEGINNINGS.iter().any(|begin| text.starts_with(begin));
        Ok(is_script.then(|| Self {
            path: path.to_owned(),
            packing,
        }))
    }

    /// Reads all of it, and gives the entries with rows and positions in their order.
    pub async fn entries(&self) -> Result<Vec<Entry>> {
        let mut script = Script::new(self.reader(0).await?, &self.path);
        let mut entries: Vec<Entry> = Vec::new();
        let mut has_large_objects = false;
        while let Some(item) = script.next().await? {
            let (name, content) = match item {
                Item::Rows(block) => (block.table, Content::Rows),
                Item::Insert(insert) => (insert.table, Content::Rows),
                Item::Position(sequence, _) => (sequence, Content::Position),
                Item::LargeObject if has_large_objects => continue,
                Item::LargeObject => {
                    has_large_objects = true;
                    (crate::pg::TableName::new("", ""), Content::LargeObjects)
                }
            };
            let place = script.place();
            if entries.last().is_none_or(|last| last.place != place) {
                entries.push(Entry::exact(name, content, place, script.mark().clone()));
            }
        }
        Ok(entries)
    }

    /// Begins to read the rows of these entries, in the order of the file.
    pub async fn start(&self, entries: &[Entry]) -> Result<Running> {
        let places: BTreeSet<usize> = entries.iter().map(|entry| entry.place).collect();
        let first = entries.first().and_then(|entry| entry.mark.clone());
        let script = match first {
            Some(mark) if self.packing == Packing::Plain => {
                Script::at(self.reader(mark.offset()).await?, &self.path, mark)
            }
            _ => Script::new(self.reader(0).await?, &self.path),
        };
        Ok(Running::of_file(script, places, &self.path))
    }

    async fn reader(&self, offset: u64) -> Result<Box<dyn tokio::io::AsyncRead + Send + Unpin>> {
        let opened = open(&self.path, self.packing, offset).await;
        opened.map_err(|reason| Error::of_reading(&self.path, reason))
    }
}

async fn open(
    path: &Path,
    packing: Packing,
    offset: u64,
) -> io::Result<Box<dyn tokio::io::AsyncRead + Send + Unpin>> {
    use async_compression::tokio::bufread::{GzipDecoder, ZstdDecoder};

    let mut file = tokio::fs::File::open(path).await?;
    file.seek(SeekFrom::Start(offset)).await?;
    Ok(match packing {
        Packing::Plain => Box::new(file),
        Packing::Gzip => {
            let mut decoder = GzipDecoder::new(BufReader::new(file));
            decoder.multiple_members(true);
            Box::new(decoder)
        }
        Packing::Zstd => {
            let mut decoder = ZstdDecoder::new(BufReader::new(file));
            decoder.multiple_members(true);
            Box::new(decoder)
        }
    })
}

/// The first bytes of what is in a file; of a folder none.
async fn head(path: &Path, packing: Packing) -> Result<Vec<u8>> {
    const HEAD: u64 = 4096;
    if path.is_dir() {
        return Ok(Vec::new());
    }
    let reading = async {
        let mut head = Vec::new();
        let reader = open(path, packing, 0).await?;
        reader.take(HEAD).read_to_end(&mut head).await?;
        Ok(head)
    };
    let read: io::Result<Vec<u8>> = race(reading).await?;
    read.map_err(|reason| Error::of_reading(path, reason))
}
