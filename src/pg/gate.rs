//! Looks at how the server wants to log us in before the driver answers: `require_auth`.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_postgres::tls::{ChannelBinding, TlsStream};

use super::tls::Unmet;
use crate::config::LoginMethod;

const AUTHENTICATION: u8 = b'R';
/// The kind, the length, and what an authentication message is about.
const HEAD: usize = 9;

/// A stream that breaks where the server asks for a way to log in that is not allowed: what would be sent there
/// could be a password in the clear.
pub struct Gate<S> {
    stream: S,
    /// `None` once we are logged in, or where all is allowed.
    guard: Option<Guard>,
}

struct Guard {
    allowed: Vec<LoginMethod>,
    head: Vec<u8>,
    /// What is left of a message that has been looked at.
    rest: usize,
    /// Something was asked for.
    asked: bool,
}

impl<S> Gate<S> {
    pub fn new(stream: S, allowed: Option<Vec<LoginMethod>>) -> Self {
        let guard = |allowed| Guard {
            allowed,
            head: Vec::with_capacity(HEAD),
            rest: 0,
            asked: false,
        };
        Self {
            stream,
            guard: allowed.map(guard),
        }
    }
}

impl Guard {
    /// Whether the login goes on after these bytes.
    fn follow(&mut self, bytes: &[u8]) -> Result<bool, Unmet> {
        for &byte in bytes {
            if self.rest > 0 {
                self.rest -= 1;
                continue;
            }
            self.head.push(byte);
            let Some((kind, length)) = self.kind_and_length() else {
                continue;
            };
            // Any other message need not be as long as that.
            let needed = if kind == AUTHENTICATION { HEAD } else { 5 };
            if self.head.len() < needed {
                continue;
            }
            if kind == AUTHENTICATION && !self.goes_on()? {
                return Ok(false);
            }
            self.rest = (length + 1).saturating_sub(self.head.len());
            self.head.clear();
        }
        Ok(true)
    }

    fn kind_and_length(&self) -> Option<(u8, usize)> {
        let (kind, rest) = self.head.split_first()?;
        let length = u32::from_be_bytes(*rest.first_chunk()?);
        Some((*kind, usize::try_from(length).unwrap_or(usize::MAX - 1)))
    }

    fn goes_on(&mut self) -> Result<bool, Unmet> {
        let code = self
            .head
            .last_chunk()
            .map_or(0, |code| u32::from_be_bytes(*code));
        let method = match code {
            0 if self.asked => return Ok(false),
            0 => LoginMethod::None,
            3 => LoginMethod::Password,
            5 => LoginMethod::Md5,
            7 => LoginMethod::Gss,
            9 => LoginMethod::Sspi,
            10 => LoginMethod::ScramSha256,
            // Further steps of one that was let through.
            _ => return Ok(true),
        };
        if !self.allowed.contains(&method) {
            return Err(Unmet::Method(method));
        }
        self.asked = true;
        Ok(code != 0)
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Gate<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let gate = &mut *self;
        let before = buffer.filled().len();
        ready!(Pin::new(&mut gate.stream).poll_read(context, buffer))?;
        if let Some(guard) = &mut gate.guard
            && !guard.follow(&buffer.filled()[before..])?
        {
            gate.guard = None;
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Gate<S> {
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

impl<S: TlsStream + Unpin> TlsStream for Gate<S> {
    fn channel_binding(&self) -> ChannelBinding {
        self.stream.channel_binding()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(kind: u8, body: &[u8]) -> Vec<u8> {
        let length = u32::try_from(body.len() + 4).unwrap().to_be_bytes();
        [&[kind][..], &length, body].concat()
    }

    fn authentication(code: u32, more: &[u8]) -> Vec<u8> {
        message(AUTHENTICATION, &[&code.to_be_bytes()[..], more].concat())
    }

    /// Byte by byte and at once.
    fn follow(allowed: &[LoginMethod], messages: &[Vec<u8>]) -> Result<bool, Unmet> {
        let bytes = messages.concat();
        let guard = || Gate::new((), Some(allowed.to_vec())).guard.unwrap();
        let mut slow = guard();
        let mut outcome = Ok(true);
        for byte in &bytes {
            outcome = slow.follow(&[*byte]);
            if outcome != Ok(true) {
                break;
            }
        }
        assert_eq!(outcome, guard().follow(&bytes));
        outcome
    }

    #[test]
    fn only_what_is_allowed_gets_through() {
        use LoginMethod::{Md5, None, Password, ScramSha256};
        let scram = [
            message(b'N', b"Swarning\0\0"),
            authentication(10, b"SCRAM-SHA-256\0\0"),
            authentication(11, b"r=abc"),
            authentication(12, b"v=abc"),
        ];
        assert_eq!(follow(&[ScramSha256], &scram), Ok(true));
        let done = [scram.concat(), authentication(0, b"")];
        assert_eq!(follow(&[ScramSha256], &done), Ok(false));
        for (allowed, code, method) in [
            (&[ScramSha256][..], 3, Password),
            (&[ScramSha256, Password], 5, Md5),
            (&[Md5], 10, ScramSha256),
            (&[Md5], 0, None),
        ] {
            let asked = authentication(code, b"salt");
            assert_eq!(follow(allowed, &[asked]), Err(Unmet::Method(method)));
        }
        assert_eq!(follow(&[None], &[authentication(0, b"")]), Ok(false));
    }
}
