//! COPY streams: bytes out of one server and into another.
//!
//! The driver starts a COPY and ends it; its data goes past the driver.

use std::pin::Pin;

use bytes::Bytes;
use futures_util::TryStreamExt;
use tokio::sync::OwnedMutexGuard;
use tokio_postgres::{CopyInSink, CopyOutStream};

use super::wire::{CopyData, CopyWatch, Tap};
use super::{Error, Result, Session, cancel};

/// The size of the messages in which bytes are sent.
const CHUNK: usize = 64 * 1024;

impl Session {
    /// Runs a `COPY ... TO STDOUT`. The session is taken until the stream ends.
    pub async fn copy_out(&self, sql: &str) -> Result<CopyOut> {
        let turn = self.turn().await?;
        let live = self.live();
        let tap = live.copy.tap();
        let stream = self
            .attend(live.client.copy_out(sql))
            .await
            .map_err(|e| e.with_sql(sql))?;
        Ok(CopyOut {
            session: self.clone(),
            tap,
            stream: Box::pin(stream),
            messages: 0,
            ended: false,
            _turn: turn,
        })
    }

    /// Runs a `COPY ... FROM STDIN`. The session is taken until [`CopyIn::finish`]; dropped before that, the
    /// COPY is aborted and no row stays.
    pub async fn copy_in(&self, sql: &str) -> Result<CopyIn> {
        let turn = self.turn().await?;
        let sink = self.start_copy(sql).await.map_err(|e| e.with_sql(sql))?;
        let sql = sql.to_owned();
        Ok(CopyIn {
            session: self.clone(),
            watch: self.live().copy.clone(),
            sink: Box::pin(sink),
            sql,
            _turn: turn,
        })
    }

    async fn start_copy(&self, sql: &str) -> Result<CopyInSink<Bytes>> {
        let statement = self.parse(sql).await?;
        self.attend(async {
            self.live().copy.start();
            self.live().client.copy_in(&statement).await
        })
        .await
    }
}

/// Bytes of a `COPY ... TO STDOUT`.
pub struct CopyOut {
    session: Session,
    tap: Tap,
    stream: Pin<Box<CopyOutStream>>,
    messages: u64,
    ended: bool,
    _turn: OwnedMutexGuard<()>,
}

impl CopyOut {
    /// 64 to 256 KiB, less at the end only, and then `None`.
    pub async fn chunk(&mut self) -> Result<Option<CopyData>> {
        // Asked again behind its end, the driver would take what follows for an error.
        if self.ended {
            return Ok(None);
        }
        let next = async {
            if let Some((chunk, messages)) = self.tap.next().await {
                self.messages += messages;
                return Ok(Some(chunk));
            }
            let message = self.stream.try_next().await?;
            self.messages += u64::from(message.is_some());
            Ok(message.map(|payload| CopyData::new(&payload)))
        };
        let chunk = self.session.attend(next).await?;
        self.ended = chunk.is_none();
        Ok(chunk)
    }

    /// Messages that have passed: a row each, the header of the binary format with the first, and one more at the end
    /// for its trailer.
    pub fn messages(&self) -> u64 {
        self.messages
    }

    /// Ends the COPY at the server. A dropped stream does not: the rest of the table would still be sent, and
    /// the session's next statement would wait for it.
    pub async fn abort(self) {
        let Self {
            session,
            tap,
            stream,
            _turn,
            ..
        } = self;
        drop(tap);
        cancel::end(&session, stream).await;
    }
}

/// The receiving end of a `COPY ... FROM STDIN`.
pub struct CopyIn {
    session: Session,
    watch: CopyWatch,
    sink: Pin<Box<CopyInSink<Bytes>>>,
    sql: String,
    _turn: OwnedMutexGuard<()>,
}

impl CopyIn {
    /// Sends bytes on, or fails with what the server has refused of those before.
    pub async fn send(&mut self, bytes: &[u8]) -> Result<()> {
        for chunk in bytes.chunks(CHUNK) {
            self.forward(CopyData::new(chunk)).await?;
        }
        Ok(())
    }

    /// The same with a message of another server, as it is.
    pub async fn forward(&mut self, data: CopyData) -> Result<()> {
        let sending = self
            .session
            .attend(async { Ok(self.watch.send(data).await) });
        tokio::select! {
            biased;
            () = self.watch.refused() => {}
            sent = sending => if sent? { return Ok(()) },
        }
        Err(self.refusal().await)
    }

    /// Resolves once the server has refused what it was sent: no more need be sent then.
    pub async fn refused(&self) {
        self.watch.refused().await;
    }

    /// What the server has refused, which it tells at the end of the COPY. The session can be used afterwards.
    pub async fn refusal(&mut self) -> Error {
        match self.end().await {
            Err(Error::Server(error)) if error.ends_session() => Error::Lost {
                target: self.session.name().to_owned(),
                reason: error.message,
            },
            Err(error) => error,
            Ok(_) => Error::Protocol("an error during COPY was not told at its end".to_owned()),
        }
    }

    /// Ends the COPY; the number of rows it stored.
    pub async fn finish(mut self) -> Result<u64> {
        self.end().await
    }

    /// Ends the COPY at the server without its rows. A dropped one ends as soon as the server reads on, which it does
    /// not while it waits for a lock, or for a trigger.
    pub async fn abort(self) {
        let Self {
            session,
            watch,
            sink,
            _turn,
            ..
        } = self;
        drop((watch, sink));
        let client = &session.live().client;
        // Answered when the COPY has ended.
        let behind = std::pin::pin!(client.batch_execute(""));
        cancel::stop(&session, behind).await;
    }

    async fn end(&mut self) -> Result<u64> {
        let ending = self.session.attend(self.sink.as_mut().finish());
        ending.await.map_err(|error| error.with_sql(&self.sql))
    }
}
