//! The frames of messages in a stream: a byte for the kind, four for the length, and what is not looked into.

/// The kind and the length; the length counts itself.
pub(super) const HEAD: usize = 5;

const EXECUTE: u8 = b'E';
const SYNC: &[u8] = b"S\0\0\0\x04";

/// A place in a stream of messages.
#[derive(Debug, Default)]
pub(super) struct Frames {
    head: [u8; HEAD],
    /// How much of `head` is there.
    filled: usize,
    /// What is left of the message whose head was there.
    body: usize,
}

impl Frames {
    /// Goes on into `bytes`, to the end of the next head or body at most: how far, and the kind of the message whose
    /// head is whole now.
    pub fn step(&mut self, bytes: &[u8]) -> (usize, Option<u8>) {
        if self.body > 0 {
            let passed = self.body.min(bytes.len());
            self.body -= passed;
            return (passed, None);
        }
        let passed = (HEAD - self.filled).min(bytes.len());
        self.head[self.filled..self.filled + passed].copy_from_slice(&bytes[..passed]);
        self.filled += passed;
        if self.filled < HEAD {
            return (passed, None);
        }
        let [kind, length @ ..] = self.head;
        self.filled = 0;
        self.body = rest(length);
        (passed, Some(kind))
    }

    /// Whether the next byte begins a message.
    pub fn is_between(&self) -> bool {
        self.body == 0 && self.filled == 0
    }
}

/// Where in whole messages the Sync stands that comes right behind an Execute.
pub(super) fn sync_of_execute(bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    while let Some([kind, length @ ..]) =
        bytes.get(at..).and_then(|rest| rest.first_chunk::<HEAD>())
    {
        at += HEAD + rest(*length);
        let is_execute = *kind == EXECUTE;
        if is_execute && bytes.get(at..).is_some_and(|rest| rest.starts_with(SYNC)) {
            return Some(at);
        }
    }
    None
}

/// What stands in front of a body of so many bytes, less than 4 GB.
pub(super) fn head(kind: u8, body: usize) -> [u8; HEAD] {
    let [a, b, c, d] = u32::try_from(body + 4).unwrap_or(u32::MAX).to_be_bytes();
    [kind, a, b, c, d]
}

/// How long a message is behind its head.
pub(super) fn rest(length: [u8; 4]) -> usize {
    usize::try_from(u32::from_be_bytes(length))
        .unwrap_or(usize::MAX)
        .saturating_sub(4)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(kind: u8, body: &[u8]) -> Vec<u8> {
        [&head(kind, body.len())[..], body].concat()
    }

    #[test]
    fn messages_are_followed_however_they_are_cut() {
        let stream = [
            message(b'G', b"\0\0\x01\0\0"),
            message(b'N', b"EEEE"),
            message(b'1', b""),
            message(b'E', b"SERROR"),
        ]
        .concat();
        for size in 1..=stream.len() {
            let mut frames = Frames::default();
            let mut kinds = Vec::new();
            for mut part in stream.chunks(size) {
                while !part.is_empty() {
                    let (passed, kind) = frames.step(part);
                    part = &part[passed..];
                    kinds.extend(kind);
                }
            }
            assert_eq!(kinds, b"GN1E");
            assert!(frames.is_between());
        }
    }

    #[test]
    fn the_sync_behind_an_execute_is_found_and_no_other() {
        let close = [message(b'C', b"Sx\0"), SYNC.to_vec()].concat();
        assert_eq!(sync_of_execute(&close), None);
        assert_eq!(sync_of_execute(b""), None);
        let execute = [message(b'B', b"S\0\0\0\x04"), message(b'E', b"\0\0\0\0\0")].concat();
        let both = [close.clone(), execute.clone(), SYNC.to_vec(), close.clone()].concat();
        assert_eq!(sync_of_execute(&both), Some(close.len() + execute.len()));
    }
}
