//! What kind of dump a file is, from its first bytes.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::{Error, Result};

/// A dump that `pg_restore` can read, if it is new enough.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Archive {
    /// A file, or the folder of the directory format.
    pub path: PathBuf,
    /// It can only be read from front to back.
    pub sequential: bool,
    /// The version of the archive format.
    pub version: (u8, u8),
    /// The version of the pg_dump that wrote it, as it says itself.
    pub written_by: Option<String>,
}

/// As much as the words of the header need.
const HEAD: u64 = 4096;

/// Where the first member of a tar archive begins.
const TAR_MEMBER: usize = 512;

impl Archive {
    pub fn open(path: &Path) -> Result<Self> {
        let unreadable = |reason| Error::Unreadable {
            file: path.to_owned(),
            reason,
        };
        let is_folder = std::fs::metadata(path).map_err(unreadable)?.is_dir();
        let table_of_contents = path.join("toc.dat");
        let no_dump = |hint| Error::NoDump {
            file: path.to_owned(),
            hint,
        };
        if is_folder && !table_of_contents.is_file() {
            return Err(no_dump(": the folder has no `toc.dat`"));
        }
        let file = if is_folder { &table_of_contents } else { path };
        let mut head = Vec::new();
        File::open(file)
            .and_then(|file| file.take(HEAD).read_to_end(&mut head))
            .map_err(unreadable)?;
        let is_tar = head.get(257..262) == Some(b"ustar".as_slice());
        let header = head.get(if is_tar { TAR_MEMBER } else { 0 }..);
        let header = header.unwrap_or_default();
        let mut header = Header::of(header).ok_or_else(|| no_dump(hint(&head)))?;
        let version = header.version().ok_or_else(|| no_dump(""))?;
        Ok(Self {
            path: path.to_owned(),
            sequential: is_tar,
            version,
            written_by: header.written_by(version),
        })
    }
}

/// What the file seems to be instead.
fn hint(head: &[u8]) -> &'static str {
    if head.starts_with(&[0x1f, 0x8b]) || head.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
        ": it is compressed, unpack it first"
    } else if head.is_empty() {
        ": it is empty"
    } else {
        ""
    }
}

/// The bytes behind the magic word.
struct Header<'a> {
    rest: &'a [u8],
    int_size: usize,
}

impl<'a> Header<'a> {
    fn of(head: &'a [u8]) -> Option<Self> {
        let rest = head.strip_prefix(b"PGDMP")?;
        Some(Self { rest, int_size: 4 })
    }

    /// Major, minor, revision; the sizes of integers and offsets; the format.
    fn version(&mut self) -> Option<(u8, u8)> {
        let (numbers, rest) = self.rest.split_at_checked(6)?;
        self.rest = rest;
        self.int_size = numbers[3].into();
        Some((numbers[0], numbers[1]))
    }

    /// Behind the compression (a byte since 1.15, an integer before) and seven integers of a time stand the
    /// database, the version of its server, and that of pg_dump.
    fn written_by(&mut self, version: (u8, u8)) -> Option<String> {
        let compression = if version >= (1, 15) {
            1
        } else {
            self.int_size + 1
        };
        let skipped = compression + 7 * (self.int_size + 1);
        self.rest = self.rest.get(skipped..)?;
        self.text()?;
        self.text()?;
        self.text()
    }

    /// A length and so many bytes; the length is a sign and bytes, the lowest first.
    fn text(&mut self) -> Option<String> {
        let (length, rest) = self.rest.split_at_checked(self.int_size + 1)?;
        let (sign, digits) = length.split_first()?;
        let length = digits.iter().rev().try_fold(0_usize, |sum, digit| {
            Some(sum.checked_mul(256)? + usize::from(*digit))
        })?;
        let length = if *sign == 0 { length } else { 0 };
        let (text, rest) = rest.split_at_checked(length)?;
        self.rest = rest;
        Some(String::from_utf8_lossy(text).into_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(value: u8) -> Vec<u8> {
        vec![0, value, 0, 0, 0]
    }

    fn header(minor: u8) -> Vec<u8> {
        let mut bytes = b"PGDMP".to_vec();
        bytes.extend([1, minor, 0, 4, 8, 1]);
        if minor >= 15 {
            bytes.push(1);
        } else {
            bytes.extend(number(9));
        }
        (0..7).for_each(|_| bytes.extend(number(1)));
        for text in ["law", "15.4", "17.2"] {
            bytes.extend(number(u8::try_from(text.len()).unwrap()));
            bytes.extend(text.as_bytes());
        }
        bytes
    }

    fn open(bytes: &[u8]) -> Result<Archive> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        Archive::open(file.path())
    }

    fn refusal(bytes: &[u8]) -> String {
        open(bytes).unwrap_err().to_string()
    }

    #[test]
    fn the_header_tells_who_wrote_it() {
        for minor in [14, 16] {
            let archive = open(&header(minor)).unwrap();
            assert_eq!(archive.version, (1, minor));
            assert_eq!(archive.written_by.as_deref(), Some("17.2"));
        }
        let mut tar = vec![0; 512];
        tar[257..262].copy_from_slice(b"ustar");
        tar.extend(header(14));
        assert_eq!(open(&tar).unwrap().version, (1, 14));
        assert_eq!(open(&header(14)[..30]).unwrap().written_by, None);
    }

    #[test]
    fn what_is_no_dump_is_refused() {
        assert!(refusal(b"hello").ends_with("directory, tar or plain format"));
        assert!(refusal(b"").ends_with(": it is empty"));
        assert!(refusal(&[0x1f, 0x8b, 8]).ends_with("unpack it first"));
        let folder = tempfile::tempdir().unwrap();
        let error = Archive::open(folder.path()).unwrap_err().to_string();
        assert!(error.ends_with("the folder has no `toc.dat`"), "{error}");
        let missing = Archive::open(&folder.path().join("x.dump")).unwrap_err();
        assert!(missing.to_string().contains("No such file"), "{missing}");
    }
}
