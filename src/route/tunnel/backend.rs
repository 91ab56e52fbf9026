//! What is read off the bytes that pass: the backend, which a cancel request must name, and a client's good-bye.

/// BackendKeyData
const KEY: u8 = b'K';
/// Behind these there is no key any more: ReadyForQuery, ErrorResponse.
const TOO_LATE: [u8; 2] = [b'Z', b'E'];
const CANCEL_REQUEST: u32 = 80_877_102;
/// Up to 256 bytes of key since version 3.2 of the protocol, and the process id.
const KEY_LIMIT: usize = 260;

/// Follows what a server sends until it has named its backend. Behind TLS between client and server nothing is
/// learnt.
#[derive(Debug, Default)]
pub struct Backend {
    /// A message that has not been seen to its end.
    begun: Vec<u8>,
    /// How many bytes of the message under way are passed over.
    skip: usize,
    found: Option<Vec<u8>>,
    /// The server still answers requests for encryption, with a letter each.
    letters: bool,
    done: bool,
}

impl Backend {
    /// `encryption_asked`: the client begins with a request for encryption.
    pub fn new(encryption_asked: bool) -> Self {
        Self {
            letters: encryption_asked,
            ..Self::default()
        }
    }

    /// Takes what has come from the server.
    pub fn see(&mut self, mut bytes: &[u8]) {
        while self.letters
            && let Some((letter, rest)) = bytes.split_first()
        {
            match letter {
                b'N' => bytes = rest,
                // The first message of a session that goes on in the open.
                b'R' | b'E' | b'v' => self.letters = false,
                _ => return self.give_up(),
            }
        }
        while !self.done && !bytes.is_empty() {
            let passed = self.skip.min(bytes.len());
            self.skip -= passed;
            bytes = &bytes[passed..];
            let wanted = self.wanted() - self.begun.len();
            let taken = wanted.min(bytes.len());
            self.begun.extend_from_slice(&bytes[..taken]);
            bytes = &bytes[taken..];
            if taken == wanted {
                self.settle();
            }
        }
    }

    fn give_up(&mut self) {
        self.letters = false;
        self.done = true;
    }

    /// The request that cancels what the backend is doing; `None` where it is not known.
    pub fn cancel_request(&self) -> Option<Vec<u8>> {
        let key = self.found.as_ref()?;
        let length = u32::try_from(key.len() + 8).ok()?;
        Some(
            [
                &length.to_be_bytes()[..],
                &CANCEL_REQUEST.to_be_bytes(),
                key,
            ]
            .concat(),
        )
    }

    /// How long the part of the message under way is that must be seen.
    fn wanted(&self) -> usize {
        match self.begun.first() {
            Some(&KEY) if self.begun.len() >= 5 => 5 + self.body(),
            _ => 5,
        }
    }

    /// All that was wanted is there.
    fn settle(&mut self) {
        let body = self.body();
        match self.begun[0] {
            KEY if self.begun.len() == 5 && (8..=KEY_LIMIT).contains(&body) => return,
            KEY if self.begun.len() > 5 => {
                self.found = Some(self.begun.split_off(5));
                self.done = true;
            }
            other => {
                self.done = other == KEY || TOO_LATE.contains(&other);
                self.skip = body;
            }
        }
        self.begun.clear();
    }

    /// The length of the message behind its header.
    fn body(&self) -> usize {
        let length = match self.begun[..] {
            [_, a, b, c, d, ..] => u32::from_be_bytes([a, b, c, d]),
            _ => 0,
        };
        (length as usize).saturating_sub(4)
    }
}

/// The end of what a client has sent.
#[derive(Debug, Default)]
pub struct LastWord([u8; 5]);

impl LastWord {
    pub fn see(&mut self, bytes: &[u8]) {
        if let Some(last) = bytes.last_chunk() {
            self.0 = *last;
            return;
        }
        self.0.rotate_left(bytes.len());
        let kept = self.0.len() - bytes.len();
        self.0[kept..].copy_from_slice(bytes);
    }

    /// Terminate, with which clients end a session.
    pub fn is_goodbye(&self) -> bool {
        self.0 == *b"X\0\0\0\x04"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(kind: u8, body: &[u8]) -> Vec<u8> {
        let length = u32::try_from(body.len() + 4).unwrap();
        [&[kind], &length.to_be_bytes()[..], body].concat()
    }

    fn greeting() -> Vec<u8> {
        [
            message(b'R', &[0, 0, 0, 0]),
            message(b'S', b"TimeZone\0UTC\0"),
            message(b'K', &[0, 0, 1, 2, 9, 8, 7, 6]),
            message(b'Z', b"I"),
        ]
        .concat()
    }

    #[test]
    fn the_key_is_found_however_the_bytes_are_cut() {
        for size in 1..60 {
            let mut backend = Backend::new(false);
            for part in greeting().chunks(size) {
                backend.see(part);
            }
            assert_eq!(
                backend.cancel_request().unwrap(),
                [0, 0, 0, 16, 4, 210, 22, 46, 0, 0, 1, 2, 9, 8, 7, 6]
            );
        }
    }

    #[test]
    fn behind_encryption_nothing_is_learnt() {
        let mut backend = Backend::new(true);
        backend.see(&[&b"NN"[..], &greeting()].concat());
        assert!(backend.cancel_request().is_some());
        let mut backend = Backend::new(true);
        backend.see(&[&b"S"[..], &greeting()].concat());
        assert_eq!(backend.cancel_request(), None);
    }

    #[test]
    fn a_refusal_has_no_key() {
        let mut backend = Backend::new(false);
        backend.see(&message(b'E', b"SFATAL\0\0"));
        backend.see(&greeting());
        assert_eq!(backend.cancel_request(), None);
    }

    #[test]
    fn a_goodbye_is_known_however_the_bytes_are_cut() {
        for size in 1..9 {
            let mut last = LastWord::default();
            for part in b"more X\0\0\0\x04".chunks(size) {
                assert!(!last.is_goodbye());
                last.see(part);
            }
            assert!(last.is_goodbye());
        }
    }
}
