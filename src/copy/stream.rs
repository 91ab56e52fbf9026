//! The rows of one COPY into another.

use futures_util::future::join;

use super::feed::{Ahead, Feed, Staged};
use super::plan::TablePlan;
use super::report::Meter;
use super::shape::{Rewriter, RowMasks};
use super::{CopyOptions, Error, Result};
use crate::interrupt::is_interrupted;
use crate::pg::{self, CopyData, CopyIn, CopyOut, Session};

/// The rows of a table, and where they go.
pub(super) struct Pipe<'a> {
    options: &'a CopyOptions,
    table: &'a TablePlan,
    to: &'a Session,
    into: &'a str,
}

impl<'a> Pipe<'a> {
    /// Into a table with columns of these names, which `into` names as SQL does.
    pub fn new(
        options: &'a CopyOptions,
        table: &'a TablePlan,
        to: &'a Session,
        into: &'a str,
    ) -> Self {
        Self {
            options,
            table,
            to,
            into,
        }
    }
}

/// Moves all rows; the number that was stored. When one side fails or the run is interrupted, the COPY of the
/// other is ended at its server too.
pub(super) async fn pump(pipe: &Pipe<'_>, meter: &mut Meter) -> Result<u64> {
    let table = meter.table().to_owned();
    let read = pipe.table.read_sql();
    let feeds = pipe.options.work.feeds.as_ref();
    let ahead = match feeds.and_then(|feeds| feeds.take(&read)) {
        Some(Feed::Staged(staged)) => return move_staged(pipe, &staged, meter).await,
        Some(Feed::Ahead(ahead)) => Some(ahead),
        None => None,
    };
    let write = pipe.table.write_sql(pipe.into);
    let source = async {
        match ahead {
            Some(ahead) => Ok::<_, pg::Error>(Source::Ahead(ahead)),
            None => Ok(Source::Server(pipe.options.from.copy_out(&read).await?)),
        }
    };
    let (sink, mut out) = match join(pipe.to.copy_in(&write), source).await {
        (Ok(sink), Ok(out)) => (sink, out),
        // Dropped, a COPY that stores is aborted.
        (_, Err(error)) => return Err(Error::from(error).stopped(&table, 0)),
        (Err(error), Ok(out)) => {
            out.abort().await;
            return Err(Error::from(error).stopped(&table, 0));
        }
    };
    let masks = pipe.table.row_masks.as_ref();
    match forward(&mut out, sink, meter, masks, pipe.table.binary).await {
        Ok(stored) => Ok(stored),
        Err((side, error)) => {
            if side != Side::Source || error.is_interrupted() {
                // Whatever is left of the source's COPY is not sent.
                out.abort().await;
            }
            Err(error.stopped(&table, meter.rows()))
        }
    }
}

/// Rows that are on the target already.
async fn move_staged(pipe: &Pipe<'_>, staged: &Staged, meter: &mut Meter) -> Result<u64> {
    let sql = staged.insert_sql(pipe.into, pipe.table);
    let moved = pipe.to.execute(&sql, &[]).await;
    let moved = moved.map_err(|error| Error::from(error).stopped(meter.table(), 0))?;
    meter.passed(
        staged.rows,
        usize::try_from(staged.bytes).unwrap_or_default(),
    );
    Ok(moved)
}

#[derive(PartialEq, Eq)]
enum Side {
    Source,
    Between,
    Target,
}

enum Source {
    Server(CopyOut),
    Ahead(Ahead),
}

impl Source {
    async fn chunk(&mut self) -> pg::Result<Option<CopyData>> {
        match self {
            Self::Server(out) => out.chunk().await,
            Self::Ahead(ahead) => ahead.chunk().await,
        }
    }

    fn messages(&self) -> u64 {
        match self {
            Self::Server(out) => out.messages(),
            Self::Ahead(ahead) => ahead.messages(),
        }
    }

    async fn abort(self) {
        if let Self::Server(out) = self {
            out.abort().await;
        }
    }
}

async fn forward(
    out: &mut Source,
    mut sink: CopyIn,
    meter: &mut Meter,
    masks: Option<&RowMasks>,
    binary: bool,
) -> std::result::Result<u64, (Side, Error)> {
    let sent = send_all(out, &mut sink, meter, masks).await;
    if let Err(failed) = sent {
        if failed.0 != Side::Target {
            sink.abort().await;
        }
        return Err(failed);
    }
    // The binary format ends with a message that is no row.
    meter.count_rows(out.messages().saturating_sub(binary.into()));
    sink.finish()
        .await
        .map_err(|error| (Side::Target, Error::from(error)))
}

async fn send_all(
    out: &mut Source,
    sink: &mut CopyIn,
    meter: &mut Meter,
    masks: Option<&RowMasks>,
) -> std::result::Result<(), (Side, Error)> {
    let of = |side: Side| move |error: pg::Error| (side, Error::from(error));
    let mut rewriter = masks.map(Rewriter::new);
    loop {
        let chunk = tokio::select! {
            biased;
            // The source may have nothing to send for long.
            () = sink.refused() => return Err(of(Side::Target)(sink.refusal().await)),
            chunk = out.chunk() => chunk.map_err(of(Side::Source))?,
        };
        let Some(chunk) = chunk else { return Ok(()) };
        meter.passed(out.messages(), chunk.payload().len());
        let sent = match &mut rewriter {
            None => sink.forward(chunk).await,
            Some(rewriter) => {
                let masked = rewriter.feed(&chunk);
                // A function that goes on for ever is ended by the interruption.
                let masked = masked.map_err(|error| {
                    if is_interrupted() {
                        of(Side::Between)(pg::Error::Interrupted)
                    } else {
                        (Side::Between, Error::from(error))
                    }
                })?;
                sink.send(&masked).await
            }
        };
        sent.map_err(of(Side::Target))?;
    }
}
