//! The offer of a server to bind the login to TLS, taken back for a client that does not speak it.
//!
//! A server that is asked for a password over TLS offers SCRAM-SHA-256-PLUS, and libpq takes that for an attack
//! where it speaks in the open itself. Here TLS ends on this side, so the login cannot be bound to it.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

const AUTHENTICATION: u8 = b'R';
/// NoticeResponse and NegotiateProtocolVersion, which may come before it.
const BEFORE: [u8; 2] = [b'N', b'v'];
/// AuthenticationSASL: what follows is a list of names, each ended by a zero, the list by another one.
const SASL: [u8; 4] = 10_u32.to_be_bytes();
const BOUND: &[u8] = b"-PLUS";
const HEAD: usize = 5;
/// A server that says more than this before it asks for the login is passed on as it is.
const LIMIT: usize = 16 * 1024;

/// A stream from a server.
pub struct Unbound<S> {
    stream: S,
    state: State,
}

enum State {
    /// What has come before it can be told what it is.
    Kept(Vec<u8>),
    /// What has been looked at and not been read yet.
    Released(Vec<u8>),
    Through,
}

impl<S> Unbound<S> {
    pub fn new(stream: S) -> Self {
        Self {
            stream,
            state: State::Kept(Vec::new()),
        }
    }
}

/// Where the message begins that asks for the login, and where it ends. `None` where more has to come; an empty
/// place where there will be none.
fn login_request(bytes: &[u8]) -> Option<(usize, usize)> {
    let mut begin = 0;
    loop {
        let head: &[u8; HEAD] = bytes.get(begin..)?.first_chunk()?;
        let [kind, length @ ..] = head;
        let end = (begin + 1).saturating_add(u32::from_be_bytes(*length) as usize);
        if *kind == AUTHENTICATION && end <= LIMIT {
            return (bytes.len() >= end).then_some((begin, end));
        }
        if !BEFORE.contains(kind) || end > LIMIT {
            return Some((begin, begin));
        }
        begin = end;
    }
}

/// The same bytes without the mechanisms that bind.
fn without_binding(bytes: &[u8], (begin, end): (usize, usize)) -> Vec<u8> {
    let request = &bytes[begin..end];
    let Some(names) = request.get(HEAD..).and_then(|it| it.strip_prefix(&SASL)) else {
        return bytes.to_vec();
    };
    let names = names.split_inclusive(|byte| *byte == 0);
    let kept = names.filter(|name| !name[..name.len() - 1].ends_with(BOUND));
    let body = [&SASL[..], &kept.collect::<Vec<_>>().concat()].concat();
    let length = u32::try_from(body.len() + 4).unwrap_or(u32::MAX);
    let (before, after) = (&bytes[..begin], &bytes[end..]);
    [
        before,
        &[AUTHENTICATION],
        &length.to_be_bytes(),
        &body,
        after,
    ]
    .concat()
}

impl<S: AsyncRead + Unpin> AsyncRead for Unbound<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let Self { stream, state } = &mut *self;
        loop {
            match state {
                State::Through => return Pin::new(stream).poll_read(context, buffer),
                State::Released(bytes) => {
                    let length = bytes.len().min(buffer.remaining());
                    buffer.put_slice(&bytes[..length]);
                    bytes.drain(..length);
                    if bytes.is_empty() {
                        *state = State::Through;
                    }
                    return Poll::Ready(Ok(()));
                }
                State::Kept(bytes) => {
                    let mut scratch = [0; 1024];
                    let mut more = ReadBuf::new(&mut scratch);
                    ready!(Pin::new(&mut *stream).poll_read(context, &mut more))?;
                    bytes.extend_from_slice(more.filled());
                    if more.filled().is_empty() {
                        *state = State::Released(std::mem::take(bytes));
                    } else if let Some(place) = login_request(bytes) {
                        *state = State::Released(without_binding(bytes, place));
                    }
                }
            }
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Unbound<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    fn message(kind: u8, body: &[u8]) -> Vec<u8> {
        let length = u32::try_from(body.len() + 4).unwrap();
        [&[kind], &length.to_be_bytes()[..], body].concat()
    }

    async fn read(sent: &[u8], size: usize) -> Vec<u8> {
        let (mut server, client) = tokio::io::duplex(1 << 16);
        for part in sent.chunks(size) {
            server.write_all(part).await.unwrap();
        }
        drop(server);
        let mut read = Vec::new();
        let mut client = Unbound::new(client);
        client.read_to_end(&mut read).await.unwrap();
        read
    }

    #[tokio::test]
    async fn only_the_offer_to_bind_is_taken_back() {
        let notice = message(b'N', b"SNOTICE\0\0");
        let offer = message(b'R', b"\0\0\0\x0aSCRAM-SHA-256-PLUS\0SCRAM-SHA-256\0\0");
        let left = message(b'R', b"\0\0\0\x0aSCRAM-SHA-256\0\0");
        let rest = message(b'R', b"\0\0\0\0");
        for size in [1, 7, 1000] {
            let read = read(&[&notice[..], &offer, &rest].concat(), size).await;
            assert_eq!(read, [&notice[..], &left, &rest].concat());
        }
    }

    #[tokio::test]
    async fn anything_else_passes_as_it_is() {
        let trust = message(b'R', b"\0\0\0\0");
        let refusal = message(b'E', b"SFATAL\0\0");
        let huge = [&b"R\xff\xff\xff\xff"[..], &[7; 3000]].concat();
        for sent in [&trust, &refusal, &huge, &b"R\0\0".to_vec(), &Vec::new()] {
            assert_eq!(read(sent, 1000).await, **sent);
        }
    }
}
