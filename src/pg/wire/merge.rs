//! The CopyData messages a server sends, one for each row, made into few.

use bytes::{Buf, BytesMut};

use super::data::{COPY_DATA, CopyData};
use super::frames::{HEAD, head, rest};

/// What is read at a time, and room for the head in front of it.
const ROOM: usize = 256 * 1024;

const NOTICE: u8 = b'N';
const NOTIFICATION: u8 = b'A';
const PARAMETER_STATUS: u8 = b'S';

/// Takes the heads out of a stream of CopyData messages, in the buffer they are read into.
#[derive(Debug)]
pub(super) struct Merger {
    /// Room for a head, the payload of `merged` bytes in all, and what has not been looked at.
    buffer: BytesMut,
    /// 0 while there is no room for the head.
    merged: usize,
    /// What is left of the message at the end of the payload.
    body: Body,
    /// Messages that have ended since the last were taken.
    ended: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Body {
    None,
    Data(usize),
    /// Of a message that may come in between.
    Aside(usize),
}

impl Merger {
    /// A stream that begins with `bytes`.
    pub fn new(bytes: &[u8]) -> Self {
        Self {
            buffer: bytes.into(),
            merged: 0,
            body: Body::None,
            ended: 0,
        }
    }

    /// The buffer, to read more into what room it has.
    pub fn room(&mut self) -> &mut BytesMut {
        self.make_room();
        &mut self.buffer
    }

    /// How much payload can be taken.
    pub fn len(&self) -> usize {
        self.merged.saturating_sub(HEAD)
    }

    /// All payload there is as one message, and how many messages have ended in it.
    pub fn take(&mut self) -> Option<(CopyData, u64)> {
        if self.len() == 0 && self.ended == 0 {
            return None;
        }
        let message = self.buffer.split_to(self.merged);
        self.merged = 0;
        Some((CopyData::complete(message), std::mem::take(&mut self.ended)))
    }

    /// Looks at what has been read. Messages that may come in between go `aside`; false where one has come that may
    /// not: it and all behind it are aside then, too.
    pub fn merge(&mut self, aside: &mut BytesMut) -> bool {
        self.make_room();
        let mut at = self.merged;
        let goes_on = loop {
            let ahead = &self.buffer[at..];
            let passed = match self.body {
                Body::Data(left) => {
                    let passed = left.min(ahead.len());
                    self.buffer.copy_within(at..at + passed, self.merged);
                    self.merged += passed;
                    self.body = Body::Data(left - passed);
                    passed
                }
                Body::Aside(left) => {
                    let passed = left.min(ahead.len());
                    aside.extend_from_slice(&ahead[..passed]);
                    self.body = Body::Aside(left - passed);
                    passed
                }
                Body::None => {
                    let Some([kind, length @ ..]) = ahead.first_chunk::<HEAD>() else {
                        break true;
                    };
                    match *kind {
                        COPY_DATA => {
                            self.body = Body::Data(rest(*length));
                            HEAD
                        }
                        NOTICE | NOTIFICATION | PARAMETER_STATUS => {
                            self.body = Body::Aside(HEAD + rest(*length));
                            0
                        }
                        _ => {
                            aside.extend_from_slice(ahead);
                            at = self.buffer.len();
                            break false;
                        }
                    }
                }
            };
            at += passed;
            match self.body {
                Body::Data(0) => {
                    self.ended += 1;
                    self.body = Body::None;
                }
                Body::Aside(0) => self.body = Body::None,
                Body::Data(_) | Body::Aside(_) if at == self.buffer.len() => break true,
                _ => {}
            }
        };
        let ahead = self.buffer.len() - at;
        self.buffer.copy_within(at.., self.merged);
        self.buffer.truncate(self.merged + ahead);
        goes_on
    }

    /// What has not been merged, as the stream goes on for somebody who has seen none of it: the payload there is goes,
    /// and a message of which a part was in it is as long as its rest.
    pub fn give_up(mut self, to: &mut BytesMut) {
        self.buffer.advance(self.merged);
        if let Body::Data(left) = self.body {
            to.extend_from_slice(&head(COPY_DATA, left));
        }
        to.extend_from_slice(&self.buffer);
    }

    /// Sees to the room for the head. What was taken before is dropped by now, most often, and its memory used again.
    fn make_room(&mut self) {
        if self.merged > 0 {
            return;
        }
        let ahead = self.buffer.to_vec();
        self.buffer.clear();
        self.buffer.reserve(ROOM + ahead.len());
        self.buffer.extend_from_slice(&[0; HEAD]);
        self.buffer.extend_from_slice(&ahead);
        self.merged = HEAD;
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    const COPY_DONE: u8 = b'c';

    fn message(kind: u8, body: &[u8]) -> Vec<u8> {
        [&head(kind, body.len())[..], body].concat()
    }

    /// Messages of a stream, mostly of data, with an end and what follows it.
    fn messages() -> impl Strategy<Value = Vec<(u8, Vec<u8>)>> {
        let kind =
            prop_oneof![8 => Just(COPY_DATA), 1 => Just(NOTICE), 1 => Just(PARAMETER_STATUS)];
        let message = (kind, vec(any::<u8>(), 0..400));
        vec(message, 0..60).prop_map(|mut messages| {
            messages.push((COPY_DONE, Vec::new()));
            messages.push((b'C', b"COPY 1".to_vec()));
            messages
        })
    }

    fn bodies_of_data(messages: &[(u8, Vec<u8>)]) -> Vec<u8> {
        let data = messages.iter().filter(|(kind, _)| *kind == COPY_DATA);
        data.flat_map(|(_, body)| body.clone()).collect()
    }

    fn bytes_of(messages: &[(u8, Vec<u8>)]) -> Vec<u8> {
        messages
            .iter()
            .flat_map(|(kind, body)| message(*kind, body))
            .collect()
    }

    /// What one merger has made of a stream.
    #[derive(Default)]
    struct Made {
        payload: Vec<u8>,
        ended: u64,
        aside: BytesMut,
    }

    impl Made {
        fn add(&mut self, taken: Option<(CopyData, u64)>) {
            let Some((data, ended)) = taken else { return };
            self.payload.extend_from_slice(data.payload());
            self.ended += ended;
            let message = data.into_message();
            assert_eq!(message[..HEAD], head(COPY_DATA, message.len() - HEAD));
        }
    }

    proptest! {
        #[test]
        fn messages_are_merged_however_they_are_cut(
            messages in messages(),
            first in 0_usize..100,
            cuts in vec((1_usize..700, any::<bool>()), 1..20),
        ) {
            let stream = bytes_of(&messages);
            let (first, mut rest) = stream.split_at(first.min(stream.len()));
            let (mut merger, mut made) = (Merger::new(first), Made::default());
            let mut goes_on = merger.merge(&mut made.aside);
            for (size, takes) in cuts.iter().cycle() {
                if !goes_on {
                    break;
                }
                let (part, behind) = rest.split_at(rest.len().min(*size));
                rest = behind;
                merger.room().extend_from_slice(part);
                goes_on = merger.merge(&mut made.aside);
                if *takes {
                    made.add(merger.take());
                }
            }
            made.add(merger.take());
            made.aside.extend_from_slice(rest);
            prop_assert_eq!(made.payload, bodies_of_data(&messages));
            let others: Vec<_> = messages.iter().filter(|(kind, _)| *kind != COPY_DATA).cloned().collect();
            prop_assert_eq!(made.ended, (messages.len() - others.len()) as u64);
            prop_assert_eq!(made.aside.to_vec(), bytes_of(&others));
        }

        #[test]
        fn what_is_given_up_goes_on_as_messages(messages in messages(), cut in any::<prop::sample::Index>()) {
            let stream = bytes_of(&messages);
            let data = bodies_of_data(&messages);
            let (before, behind) = stream.split_at(cut.index(stream.len()));
            let (mut merger, mut made) = (Merger::new(before), Made::default());
            let goes_on = merger.merge(&mut made.aside);
            made.add(merger.take());
            if goes_on {
                merger.give_up(&mut made.aside);
            }
            made.aside.extend_from_slice(behind);
            // Read as a driver would, it is what there was, less what was taken.
            let (mut rest, mut read) = (&made.aside[..], Vec::new());
            while let Some([kind, length @ ..]) = rest.first_chunk::<HEAD>() {
                let end = HEAD + super::rest(*length);
                read.push((*kind, rest[HEAD..end].to_vec()));
                rest = &rest[end..];
            }
            prop_assert!(rest.is_empty());
            made.payload.extend(bodies_of_data(&read));
            prop_assert_eq!(made.payload, data);
            let others = |all: &[(u8, Vec<u8>)]| {
                let others = all.iter().filter(|(kind, _)| *kind != COPY_DATA);
                others.cloned().collect::<Vec<_>>()
            };
            prop_assert_eq!(others(&read), others(&messages));
        }
    }

    #[test]
    fn a_row_larger_than_any_buffer_passes_in_pieces() {
        let row = vec![7; 5 * ROOM];
        let stream = message(COPY_DATA, &row);
        let (mut merger, mut made) = (Merger::new(&[]), Made::default());
        for part in stream.chunks(ROOM / 2) {
            merger.room().extend_from_slice(part);
            assert!(merger.merge(&mut made.aside));
            assert!(merger.len() <= ROOM);
            made.add(merger.take());
        }
        assert_eq!(made.payload, row);
        assert_eq!(made.ended, 1);
    }
}
