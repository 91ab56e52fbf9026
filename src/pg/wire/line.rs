//! A stream that a driver and a session use in turn: the driver for messages, the session for COPY data.
//!
//! The driver makes a buffer of every row and copies what it sends; this costs more than all else in a copy.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, Waker, ready};

use bytes::{Buf, Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_util::io::poll_read_buf;

use super::data::CopyData;
use super::frames::Frames;
use super::merge::Merger;
use super::told::Told;
use super::watch::{CopyWatch, Splice};

/// Less is sent on at the end of the data only.
const CHUNK: usize = 64 * 1024;

const COPY_OUT_RESPONSE: u8 = b'H';

pub(super) struct Line<S> {
    pub stream: S,
    /// Where the driver is in what the server sends.
    from_server: Frames,
    /// The message that is being kept for whoever wants to know it whole, by its kind.
    heard: Option<(u8, Vec<u8>)>,
    tap: Tapped,
    /// What the server has sent for the driver.
    held: BytesMut,
    /// The rest of the data that is being sent.
    leaving: Bytes,
    /// The session is sending, or has stopped halfway; the driver has sent all it had before.
    sending: bool,
    broken: Option<io::Error>,
    closed: bool,
    /// Who waits for what.
    driver: Option<Waker>,
    receiver: Option<Waker>,
    sender: Option<Waker>,
}

/// Whose COPY data is.
enum Tapped {
    /// The driver's.
    No,
    /// The session's, of the next COPY.
    Next,
    /// The session's, from the end of this message on.
    Soon,
    Yes(Merger),
}

impl<S> Line<S> {
    pub fn new(stream: S) -> Self {
        Self {
            stream,
            from_server: Frames::default(),
            heard: None,
            tap: Tapped::No,
            held: BytesMut::new(),
            leaving: Bytes::new(),
            sending: false,
            broken: None,
            closed: false,
            driver: None,
            receiver: None,
            sender: None,
        }
    }

    pub fn is_sending(&self) -> bool {
        self.sending
    }

    /// Follows what the driver is about to read; how much of it is for the driver.
    fn follow(&mut self, bytes: &[u8], ear: &CopyWatch) -> usize {
        let mut at = 0;
        while at < bytes.len() {
            let (passed, kind) = self.from_server.step(&bytes[at..]);
            if let Some((_, body)) = &mut self.heard {
                body.extend_from_slice(&bytes[at..at + passed]);
            }
            at += passed;
            if let Some(kind) = kind {
                ear.hear(kind);
                self.heard = Told::wants(kind).then(|| (kind, Vec::new()));
                if kind == COPY_OUT_RESPONSE && matches!(self.tap, Tapped::Next) {
                    self.tap = Tapped::Soon;
                }
            }
            if self.from_server.is_between()
                && let Some((kind, body)) = self.heard.take()
            {
                ear.take_in(kind, &body);
            }
            if matches!(self.tap, Tapped::Soon) && self.from_server.is_between() {
                self.tap = Tapped::Yes(Merger::new(&bytes[at..]));
                break;
            }
        }
        at
    }

    /// From here on the driver reads, and finds out what there is.
    fn leave_to_driver(&mut self) {
        self.tap = Tapped::No;
        self.driver.take().inspect(Waker::wake_by_ref);
    }

    /// The driver will find the connection broken.
    fn fail(&mut self, error: io::Error) {
        self.broken = Some(error);
        self.leaving.clear();
        self.leave_to_driver();
    }
}

impl<S: AsyncRead + Unpin> Line<S> {
    /// Reads for the driver.
    pub fn poll_read(
        &mut self,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
        ear: &CopyWatch,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        if self.held.is_empty() {
            let read = match (&self.tap, self.broken.take()) {
                (_, Some(error)) => Poll::Ready(Err(error)),
                (Tapped::Yes(_), None) => Poll::Pending,
                (_, None) => Pin::new(&mut self.stream).poll_read(context, buffer),
            };
            if read.is_pending() {
                self.driver = Some(context.waker().clone());
            }
            ready!(read)?;
        } else {
            let length = self.held.len().min(buffer.remaining());
            buffer.put_slice(&self.held.split_to(length));
        }
        let passed = self.follow(&buffer.filled()[before..], ear);
        buffer.set_filled(before + passed);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> Line<S> {
    /// Sends what the session has begun to send and given up: the driver has something to send.
    pub fn poll_leave_for_driver(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.sending = false;
        self.poll_leave(context)
    }

    fn poll_leave(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.leaving.is_empty() {
            let writing = Pin::new(&mut self.stream).poll_write(context, &self.leaving);
            match ready!(writing)? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                written => self.leaving.advance(written),
            }
        }
        Poll::Ready(Ok(()))
    }

    fn poll_sent(
        &mut self,
        context: &mut Context<'_>,
        data: &mut Option<CopyData>,
    ) -> Poll<io::Result<()>> {
        ready!(self.poll_leave(context))?;
        if let Some(data) = data.take() {
            self.leaving = data.into_message();
            ready!(self.poll_leave(context))?;
        }
        Pin::new(&mut self.stream).poll_flush(context)
    }
}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Splice for Line<S> {
    fn tap(&mut self) {
        self.tap = Tapped::Next;
    }

    fn untap(&mut self) {
        if let Tapped::Yes(merger) = std::mem::replace(&mut self.tap, Tapped::No) {
            merger.give_up(&mut self.held);
        }
        self.leave_to_driver();
    }

    fn poll_data(&mut self, context: &mut Context<'_>) -> Poll<Option<(CopyData, u64)>> {
        loop {
            let Tapped::Yes(merger) = &mut self.tap else {
                return Poll::Ready(None);
            };
            let goes_on = merger.merge(&mut self.held);
            if !goes_on || self.closed {
                let last = merger.take();
                self.leave_to_driver();
                return Poll::Ready(last);
            }
            if !self.held.is_empty() {
                self.driver.take().inspect(Waker::wake_by_ref);
            }
            if merger.len() >= CHUNK {
                return Poll::Ready(merger.take());
            }
            match poll_read_buf(Pin::new(&mut self.stream), context, merger.room()) {
                Poll::Ready(Ok(1..)) => {}
                Poll::Ready(Ok(0)) => {
                    let last = merger.take();
                    self.leave_to_driver();
                    return Poll::Ready(last);
                }
                Poll::Ready(Err(error)) => {
                    let last = merger.take();
                    self.fail(error);
                    return Poll::Ready(last);
                }
                Poll::Pending => {
                    self.receiver = Some(context.waker().clone());
                    return Poll::Pending;
                }
            }
        }
    }

    fn poll_send(&mut self, context: &mut Context<'_>, data: &mut Option<CopyData>) -> Poll<bool> {
        if self.closed || self.broken.is_some() {
            return Poll::Ready(false);
        }
        self.sending = true;
        match self.poll_sent(context, data) {
            Poll::Pending => {
                self.sender = Some(context.waker().clone());
                Poll::Pending
            }
            Poll::Ready(Ok(())) => {
                self.sending = false;
                Poll::Ready(true)
            }
            Poll::Ready(Err(error)) => {
                self.fail(error);
                Poll::Ready(false)
            }
        }
    }

    fn close(&mut self) {
        self.closed = true;
        for waker in [self.receiver.take(), self.sender.take()] {
            waker.inspect(Waker::wake_by_ref);
        }
    }
}
