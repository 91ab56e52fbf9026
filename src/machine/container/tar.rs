//! One file as a tar stream, which is how engines take and give files.

/// Everything in a tar stands in blocks of so many bytes.
pub const BLOCK: usize = 512;
/// What eleven octal digits hold.
const OCTAL_LIMIT: u64 = 1 << 33;

/// The header of a file; `name` has at most 100 bytes.
pub fn header(name: &str, size: u64, mode: u32) -> [u8; BLOCK] {
    let mut block = [0; BLOCK];
    let length = name.len().min(100);
    block[..length].copy_from_slice(&name.as_bytes()[..length]);
    octal(&mut block[100..108], u64::from(mode));
    octal(&mut block[108..116], 0);
    octal(&mut block[116..124], 0);
    if size < OCTAL_LIMIT {
        octal(&mut block[124..136], size);
    } else {
        // As GNU tar writes what does not fit.
        block[124] = 0x80;
        block[128..136].copy_from_slice(&size.to_be_bytes());
    }
    octal(&mut block[136..148], now());
    block[156] = b'0';
    block[257..265].copy_from_slice(b"ustar\x0000");
    let sum = sum(&block);
    octal(&mut block[148..155], sum);
    block[155] = b' ';
    block
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

pub fn entry(block: &[u8; BLOCK]) -> Entry {
    let size = match block[124] {
        first if first & 0x80 != 0 => block[128..136]
            .iter()
            .fold(0, |size, byte| size << 8 | u64::from(*byte)),
        _ => number(&block[124..136]),
    };
    Entry {
        kind: match block[156] {
            _ if block[0] == 0 => Kind::End,
            b'0' | 0 => Kind::File,
            b'x' => Kind::Facts,
            b'g' | b'L' | b'K' => Kind::Skipped,
            _ => Kind::Other,
        },
        size,
        mode: u32::try_from(number(&block[100..108]) & 0o777).unwrap_or(0o644),
    }
}

/// The `size` among POSIX facts, each a line such as `19 size=8589934592`.
pub fn fact_size(facts: &[u8]) -> Option<u64> {
    let text = String::from_utf8_lossy(facts);
    let size = text.lines().find_map(|line| {
        let (_, fact) = line.split_once(' ')?;
        fact.strip_prefix("size=")
    });
    size?.parse().ok()
}

fn octal(field: &mut [u8], number: u64) {
    let digits = field.len() - 1;
    field[..digits].copy_from_slice(format!("{number:0digits$o}").as_bytes());
}

fn number(field: &[u8]) -> u64 {
    let digits = field.iter().filter(|byte| matches!(byte, b'0'..=b'7'));
    digits.fold(0, |number, digit| number << 3 | u64::from(digit - b'0'))
}

/// With the place of the sum itself as spaces.
fn sum(block: &[u8; BLOCK]) -> u64 {
    let around = block[..148].iter().chain(&block[156..]);
    around.map(|byte| u64::from(*byte)).sum::<u64>() + 8 * u64::from(b' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_says_what_was_put_into_it() {
        for size in [0, 1, 511, 512, OCTAL_LIMIT - 1, OCTAL_LIMIT, u64::MAX >> 1] {
            let block = header("a file", size, 0o640);
            let expected = Entry {
                kind: Kind::File,
                size,
                mode: 0o640,
            };
            assert_eq!(entry(&block), expected);
            assert_eq!(number(&block[148..155]), sum(&block));
        }
        assert_eq!([0, 1, 511, 512].map(padding), [0, 511, 1, 0]);
        assert_eq!(
            fact_size(b"30 mtime=1.5\n19 size=8589934592\n"),
            Some(1 << 33)
        );
    }

    #[cfg(unix)]
    #[test]
    fn tar_itself_takes_it_for_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let archive = folder.path().join("x.tar");
        let content = b"hello";
        let stream = [&header("x", 5, 0o600), &content[..], &trailer(5)].concat();
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
