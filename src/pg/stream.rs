//! COPY streams: bytes out of one server and into another.

use std::pin::Pin;

use bytes::{Bytes, BytesMut};
use futures_util::{SinkExt, TryStreamExt};
use tokio::sync::OwnedMutexGuard;
use tokio_postgres::{CopyInSink, CopyOutStream};

use super::{Error, Result, Session, cancel};

/// The driver yields one buffer per row; what is sent on is gathered to this size, which costs a quarter less
/// CPU than sending rows.
const CHUNK: usize = 64 * 1024;

impl Session {
    /// Runs a `COPY ... TO STDOUT`. The session is taken until the stream ends.
    pub async fn copy_out(&self, sql: &str) -> Result<CopyOut> {
        let turn = self.turn().await?;
        let stream = self
            .attend(self.live().client.copy_out(sql))
            .await
            .map_err(|e| e.with_sql(sql))?;
        Ok(CopyOut {
            session: self.clone(),
            stream: Box::pin(stream),
            rows: 0,
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
    stream: Pin<Box<CopyOutStream>>,
    rows: u64,
    ended: bool,
    _turn: OwnedMutexGuard<()>,
}

impl CopyOut {
    /// About 64 KiB of whole messages, `None` at the end. A message is a row; in the binary format the
    /// header comes with the first and the trailer alone.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>> {
        // Asked again behind its end, the driver would take what follows for an error.
        if self.ended {
            return Ok(None);
        }
        let gathering = gather(self.stream.as_mut(), &mut self.rows, &mut self.ended);
        let chunk = self.session.attend(gathering).await?;
        Ok((!chunk.is_empty()).then_some(chunk))
    }

    /// Messages that have passed: the rows, one more at the end of a binary stream for its trailer.
    pub fn messages(&self) -> u64 {
        self.rows
    }

    /// Ends the COPY at the server. A dropped stream does not: the rest of the table would still be sent, and
    /// the session's next statement would wait for it.
    pub async fn abort(self) {
        cancel::end(&self.session, self.stream).await;
    }
}

/// One chunk, watched as one wait: to watch every row would cost as much as to move it.
async fn gather(
    mut stream: Pin<&mut CopyOutStream>,
    rows: &mut u64,
    ended: &mut bool,
) -> std::result::Result<Bytes, tokio_postgres::Error> {
    let mut chunk = BytesMut::with_capacity(CHUNK + CHUNK / 4);
    while let Some(row) = stream.try_next().await? {
        *rows += 1;
        if chunk.is_empty() && row.len() >= CHUNK {
            return Ok(row);
        }
        chunk.extend_from_slice(&row);
        if chunk.len() >= CHUNK {
            return Ok(chunk.freeze());
        }
    }
    *ended = true;
    Ok(chunk.freeze())
}

/// The receiving end of a `COPY ... FROM STDIN`.
pub struct CopyIn {
    session: Session,
    sink: Pin<Box<CopyInSink<Bytes>>>,
    sql: String,
    _turn: OwnedMutexGuard<()>,
}

impl CopyIn {
    /// Sends bytes on, or fails with what the server has refused of those before.
    pub async fn send(&mut self, chunk: Bytes) -> Result<()> {
        let live = self.session.live();
        let sending = self.session.attend(self.sink.send(chunk));
        tokio::select! {
            biased;
            () = live.copy.refused() => {}
            sent = sending => return sent,
        }
        Err(self.refusal().await)
    }

    /// Resolves once the server has refused what it was sent: no more need be sent then.
    pub async fn refused(&self) {
        self.session.live().copy.refused().await;
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

    async fn end(&mut self) -> Result<u64> {
        let ending = self.session.attend(self.sink.as_mut().finish());
        ending.await.map_err(|error| error.with_sql(&self.sql))
    }
}
