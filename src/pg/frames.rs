//! The frames of messages in a stream: a byte for the kind, four for the length, and what is not looked into.

/// The kind and the length; the length counts itself.
const HEAD: usize = 5;

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
    /// Goes on by `bytes`, and tells the kind of each message that begins in them.
    pub fn follow(&mut self, mut bytes: &[u8], mut begins: impl FnMut(u8)) {
        while !bytes.is_empty() {
            let passed = if self.body > 0 {
                let passed = self.body.min(bytes.len());
                self.body -= passed;
                passed
            } else {
                let passed = (HEAD - self.filled).min(bytes.len());
                self.head[self.filled..self.filled + passed].copy_from_slice(&bytes[..passed]);
                self.filled += passed;
                passed
            };
            bytes = &bytes[passed..];
            if self.filled == HEAD {
                let [kind, length @ ..] = self.head;
                self.filled = 0;
                self.body = rest(length);
                begins(kind);
            }
        }
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

/// How long a message is behind its head.
fn rest(length: [u8; 4]) -> usize {
    usize::try_from(u32::from_be_bytes(length))
        .unwrap_or(usize::MAX)
        .saturating_sub(4)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(kind: u8, body: &[u8]) -> Vec<u8> {
        let length = u32::try_from(body.len() + 4).unwrap();
        [&[kind][..], &length.to_be_bytes(), body].concat()
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
            for part in stream.chunks(size) {
                frames.follow(part, |kind| kinds.push(kind));
            }
            assert_eq!(kinds, b"GN1E");
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
