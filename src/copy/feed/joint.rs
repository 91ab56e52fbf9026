//! Several streams of the binary format made into one.

use crate::pg::CopyData;

/// What a stream begins with: a signature, flags, and an extension, which no server sends.
const HEADER: usize = 19;
/// What it ends with.
const TRAILER: usize = 2;

/// Leaves out the headers of all streams but the first, and the trailers of all but the last. One chunk is always
/// held back, as the trailer stands at the end of the last.
#[derive(Default)]
pub(super) struct Joint {
    held: Option<CopyData>,
    /// What of a header is still to come.
    header: usize,
}

impl Joint {
    /// The next chunk of the stream; gives what can be sent.
    pub fn push(&mut self, chunk: CopyData) -> Option<CopyData> {
        let payload = chunk.payload();
        let skipped = self.header.min(payload.len());
        self.header -= skipped;
        if skipped == 0 && payload.len() >= TRAILER {
            return self.held.replace(chunk);
        }
        let rest = &payload[skipped..];
        if rest.len() >= TRAILER {
            return self.held.replace(CopyData::new(rest));
        }
        // Too short to be all that is held back.
        let before = self.held.take();
        let before = before.as_ref().map_or(&[][..], CopyData::payload);
        self.held = Some(CopyData::new(&[before, rest].concat()));
        None
    }

    /// The stream has ended; gives what is left of it.
    pub fn end(&mut self, last: bool) -> Option<CopyData> {
        let held = self.held.take()?;
        if last {
            return Some(held);
        }
        self.header = HEADER;
        let payload = held.payload();
        let kept = payload.len().saturating_sub(TRAILER);
        (kept > 0).then(|| CopyData::new(&payload[..kept]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &[u8; HEADER] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
    const TAIL: &[u8; TRAILER] = b"\xff\xff";

    #[test]
    fn streams_are_joined_however_they_are_cut() {
        let streams: [&[u8]; 4] = [b"first", b"", b"third row", b"4"];
        let joined = [HEAD.as_slice(), &streams.concat(), TAIL].concat();
        for size in 1..40 {
            let mut joint = Joint::default();
            let mut out = Vec::new();
            for (place, stream) in streams.iter().enumerate() {
                let stream = [HEAD.as_slice(), stream, TAIL].concat();
                let mut sent: Vec<CopyData> = Vec::new();
                for chunk in stream.chunks(size) {
                    sent.extend(joint.push(CopyData::new(chunk)));
                }
                sent.extend(joint.end(place + 1 == streams.len()));
                out.extend(sent.iter().flat_map(|chunk| chunk.payload().to_vec()));
            }
            assert_eq!(out, joined, "in chunks of {size}");
        }
    }
}
