//! The last bytes a process wrote to stderr, for the error that may need them.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use tokio::io::{AsyncRead, AsyncReadExt};

const LIMIT: usize = 64 * 1024;

/// At most the last 64 KiB of a stream. Clones share the bytes.
#[derive(Debug, Clone, Default)]
pub struct Tail(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    kept: Mutex<Kept>,
    pushed: Notify,
}

#[derive(Debug, Default)]
struct Kept {
    bytes: VecDeque<u8>,
    /// How many bytes there were in all.
    total: u64,
}

impl Tail {
    pub fn push(&self, bytes: &[u8]) {
        let kept = &bytes[bytes.len().saturating_sub(LIMIT)..];
        let mut tail = self.kept();
        let excess = (tail.bytes.len() + kept.len()).saturating_sub(LIMIT);
        tail.bytes.drain(..excess);
        tail.bytes.extend(kept);
        tail.total += bytes.len() as u64;
        drop(tail);
        self.0.pushed.notify_one();
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
        let mut tail = self.kept();
        String::from_utf8_lossy(tail.bytes.make_contiguous())
            .trim()
            .to_owned()
    }

    /// What came after the first `seen` bytes, as far as it is still kept, and how many have come by now.
    pub fn since(&self, seen: u64) -> (Vec<u8>, u64) {
        let tail = self.kept();
        let fresh = usize::try_from(tail.total - seen).unwrap_or(LIMIT);
        let skipped = tail.bytes.len().saturating_sub(fresh);
        (
            tail.bytes.iter().skip(skipped).copied().collect(),
            tail.total,
        )
    }

    /// Waits until something was pushed since the last call. For one listener.
    pub async fn pushed(&self) {
        self.0.pushed.notified().await;
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.kept.lock().unwrap_or_else(PoisonError::into_inner)
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
        let seen = 3 * LIMIT as u64 + 11;
        tail.push(b"cd");
        assert_eq!(tail.since(seen), (b"cd".to_vec(), seen + 2));
        assert_eq!(tail.since(0).0.len(), LIMIT);
    }
}
