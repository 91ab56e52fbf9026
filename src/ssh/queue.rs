//! Bytes from one task to another, handed over in bulk: to wake a task costs more than to move what came in a packet.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use bytes::Bytes;

/// A queue that is full at so many bytes.
pub(super) fn queue(limit: usize) -> (Filler, Taker) {
    let shared = Arc::<Shared>::default();
    let filler = Filler {
        shared: Arc::clone(&shared),
        limit,
    };
    (filler, Taker(shared))
}

#[derive(Default)]
struct Shared(Mutex<State>);

#[derive(Default)]
struct State {
    packets: VecDeque<Bytes>,
    /// Of all packets.
    size: usize,
    /// One side is gone.
    ended: bool,
    filler: Option<Waker>,
    taker: Option<Waker>,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn end(&self) {
        let mut state = self.state();
        state.ended = true;
        let wakers = [state.filler.take(), state.taker.take()];
        drop(state);
        wakers.into_iter().flatten().for_each(Waker::wake);
    }
}

/// The end where bytes go in.
pub(super) struct Filler {
    shared: Arc<Shared>,
    limit: usize,
}

impl Filler {
    /// Adds a packet, of which the other side is not told yet.
    pub fn push(&self, packet: Bytes) {
        // To a reader it would look like the end.
        if packet.is_empty() {
            return;
        }
        let mut state = self.shared.state();
        state.size += packet.len();
        state.packets.push_back(packet);
    }

    pub fn is_full(&self) -> bool {
        let state = self.shared.state();
        state.size >= self.limit && !state.ended
    }

    /// Tells the other side, and waits until it has taken a full queue, or is gone.
    pub async fn hand_over(&self) {
        poll_fn(|context| {
            let mut state = self.shared.state();
            let taker = (!state.packets.is_empty()).then(|| state.taker.take());
            let waits = state.size >= self.limit && !state.ended;
            if waits {
                state.filler = Some(context.waker().clone());
            }
            drop(state);
            if let Some(Some(taker)) = taker {
                taker.wake();
            }
            if waits {
                Poll::Pending
            } else {
                Poll::Ready(())
            }
        })
        .await;
    }
}

impl Drop for Filler {
    fn drop(&mut self) {
        self.shared.end();
    }
}

/// The end where bytes come out.
pub(super) struct Taker(Arc<Shared>);

impl Taker {
    /// All packets there are, at least one; `None` once the other side is gone and nothing is left.
    pub fn poll_take(&self, context: &mut Context<'_>) -> Poll<Option<VecDeque<Bytes>>> {
        let mut state = self.0.state();
        if state.packets.is_empty() {
            if state.ended {
                return Poll::Ready(None);
            }
            state.taker = Some(context.waker().clone());
            return Poll::Pending;
        }
        state.size = 0;
        let packets = std::mem::take(&mut state.packets);
        let filler = state.filler.take();
        drop(state);
        if let Some(filler) = filler {
            filler.wake();
        }
        Poll::Ready(Some(packets))
    }
}

impl Drop for Taker {
    fn drop(&mut self) {
        self.0.end();
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    async fn take(taker: &Taker) -> Option<Vec<Bytes>> {
        let packets = poll_fn(|context| taker.poll_take(context)).await;
        packets.map(Vec::from)
    }

    #[tokio::test]
    async fn all_that_is_there_is_taken_at_once_and_the_end_behind_it() {
        let (filler, taker) = queue(100);
        for packet in ["one", "two"] {
            filler.push(packet.into());
        }
        filler.hand_over().await;
        assert_eq!(take(&taker).await.unwrap(), ["one", "two"]);
        filler.push("three".into());
        drop(filler);
        assert_eq!(take(&taker).await.unwrap(), ["three"]);
        assert_eq!(take(&taker).await, None);
    }

    #[tokio::test]
    async fn a_full_queue_waits_until_it_is_taken_or_nobody_will() {
        let (filler, taker) = queue(4);
        filler.push("full".into());
        assert!(filler.is_full());
        let full = Duration::from_millis(20);
        assert!(
            tokio::time::timeout(full, filler.hand_over())
                .await
                .is_err()
        );
        let ((), packets) = tokio::join!(filler.hand_over(), take(&taker));
        assert_eq!(packets.unwrap(), ["full"]);
        filler.push("full".into());
        let gone = async { drop(taker) };
        tokio::join!(filler.hand_over(), gone);
        assert!(!filler.is_full());
    }

    #[tokio::test]
    async fn many_packets_pass_in_order_between_tasks() {
        let (filler, taker) = queue(64);
        let filling = tokio::spawn(async move {
            for number in 0..10_000_u32 {
                filler.push(Bytes::copy_from_slice(&number.to_be_bytes()));
                if number % 3 == 0 {
                    filler.hand_over().await;
                }
            }
        });
        let mut next = 0;
        while let Some(packets) = take(&taker).await {
            for packet in packets {
                assert_eq!(packet[..], u32::to_be_bytes(next));
                next += 1;
            }
        }
        filling.await.unwrap();
        assert_eq!(next, 10_000);
    }
}
