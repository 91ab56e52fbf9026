//! The last bytes a process wrote to stderr, for the error that may need them.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncRead, AsyncReadExt};

const LIMIT: usize = 64 * 1024;

/// At most the last 64 KiB of a stream. Clones share the bytes.
#[derive(Debug, Clone, Default)]
pub struct Tail(Arc<Mutex<VecDeque<u8>>>);

impl Tail {
    pub fn push(&self, bytes: &[u8]) {
        let kept = &bytes[bytes.len().saturating_sub(LIMIT)..];
        let mut tail = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let excess = (tail.len() + kept.len()).saturating_sub(LIMIT);
        tail.drain(..excess);
        tail.extend(kept);
    }

    /// Keeps what `from` gives until it ends.
    pub async fn read_all(self, mut from: impl AsyncRead + Unpin) {
        let mut buffer = [0; 4096];
        while let Ok(length @ 1..) = from.read(&mut buffer).await {
            self.push(&buffer[..length]);
        }
    }

    /// The bytes as text, without the white space around it.
    pub fn text(&self) -> String {
        let mut tail = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(tail.make_contiguous())
            .trim()
            .to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_last_bytes_are_kept() {
        let tail = Tail::default();
        tail.push(&vec![b'a'; LIMIT]);
        tail.push(b"the reason\n");
        let text = tail.text();
        assert!(text.starts_with('a') && text.ends_with("the reason"));
        assert_eq!(text.len(), LIMIT - 1);
        tail.push(&vec![b'b'; 2 * LIMIT]);
        assert_eq!(tail.text(), "b".repeat(LIMIT));
    }
}
