//! One file as a tar stream, which is how engines take and give files.

use std::io;

use ::tar::{EntryType, Header, PaxExtensions};

/// Everything in a tar stands in blocks of so many bytes.
pub const BLOCK: usize = 512;

/// The header of a file. It fails for a name of more than 100 bytes.
pub fn header(name: &str, size: u64, mode: u32) -> io::Result<[u8; BLOCK]> {
    let mut header = Header::new_gnu();
    header.set_path(name)?;
    header.set_entry_type(EntryType::Regular);
    header.set_size(size);
    header.set_mode(mode);
    header.set_mtime(now());
    header.set_cksum();
    Ok(*header.as_bytes())
}

/// Seconds since 1970, as the file's time.
fn now() -> u64 {
    let since = std::time::UNIX_EPOCH.elapsed();
    since.map_or(0, |since| since.as_secs())
}

/// The bytes behind a file of `size`: up to the end of its block, and the two empty blocks at the end of all.
pub fn trailer(size: u64) -> Vec<u8> {
    vec![0; padding(size) + 2 * BLOCK]
}

pub fn padding(size: u64) -> usize {
    let over = usize::try_from(size % BLOCK as u64).unwrap_or(0);
    (BLOCK - over) % BLOCK
}

/// What the header of an entry says.
#[derive(Debug, PartialEq, Eq)]
pub struct Entry {
    pub kind: Kind,
    pub size: u64,
    pub mode: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    File,
    /// Facts about the next entry: those of POSIX in text, others that may be skipped.
    Facts,
    Skipped,
    Other,
    /// No entry: the end.
    End,
}

pub fn entry(block: &[u8; BLOCK]) -> io::Result<Entry> {
    let header = Header::from_byte_slice(block);
    let kind = match header.entry_type() {
        _ if block[0] == 0 => Kind::End,
        EntryType::Regular | EntryType::Continuous => Kind::File,
        EntryType::XHeader => Kind::Facts,
        EntryType::XGlobalHeader | EntryType::GNULongName | EntryType::GNULongLink => Kind::Skipped,
        _ => Kind::Other,
    };
    if kind == Kind::End {
        return Ok(Entry {
            kind,
            size: 0,
            mode: 0,
        });
    }
    Ok(Entry {
        kind,
        size: header.entry_size()?,
        mode: header.mode()? & 0o777,
    })
}

/// The `size` among POSIX facts.
pub fn fact_size(facts: &[u8]) -> Option<u64> {
    let mut facts = PaxExtensions::new(facts).flatten();
    let size = facts.find(|fact| fact.key_bytes() == b"size")?;
    size.value().ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_says_what_was_put_into_it() {
        for size in [0, 1, 511, 512, (1 << 33) - 1, 1 << 33, u64::MAX >> 1] {
            let block = header("a file", size, 0o640).unwrap();
            let expected = Entry {
                kind: Kind::File,
                size,
                mode: 0o640,
            };
            assert_eq!(entry(&block).unwrap(), expected);
        }
        assert_eq!([0, 1, 511, 512].map(padding), [0, 511, 1, 0]);
        assert_eq!(
            fact_size(b"13 mtime=1.5\n19 size=8589934592\n"),
            Some(1 << 33)
        );
        assert!(header(&"x".repeat(101), 1, 0o600).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn tar_itself_takes_it_for_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let archive = folder.path().join("x.tar");
        let content = b"hello";
        let header = header("x", 5, 0o600).unwrap();
        let stream = [&header[..], content, &trailer(5)].concat();
        std::fs::write(&archive, stream).unwrap();
        let listed = std::process::Command::new("tar")
            .arg("-tvf")
            .arg(&archive)
            .output()
            .unwrap();
        let listed = String::from_utf8(listed.stdout).unwrap();
        assert!(
            listed.starts_with("-rw-------") && listed.ends_with(" x\n"),
            "{listed}"
        );
    }
}
