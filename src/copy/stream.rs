//! The rows of one COPY into another.

use super::report::Meter;
use super::{Error, Result};
use crate::pg::{self, CopyIn, CopyOut, Session};

/// Two COPY statements to be joined.
pub(super) struct Pipe<'a> {
    pub from: &'a Session,
    pub read: &'a str,
    pub to: &'a Session,
    pub write: &'a str,
    /// The binary format ends with a message that is no row.
    pub binary: bool,
}

/// Moves all rows; the number that was stored. When one side fails or the run is interrupted, the COPY of the
/// other is ended at its server too.
pub(super) async fn pump(pipe: &Pipe<'_>, meter: &mut Meter) -> Result<u64> {
    let table = meter.table().to_owned();
    let sink = pipe.to.copy_in(pipe.write).await;
    let sink = sink.map_err(|error| Error::from(error).stopped(&table, 0))?;
    let mut out = match pipe.from.copy_out(pipe.read).await {
        Ok(out) => out,
        Err(error) => return Err(Error::from(error).stopped(&table, 0)),
    };
    match forward(&mut out, sink, meter, pipe.binary).await {
        Ok(stored) => Ok(stored),
        Err((side, error)) => {
            if side == Side::Target || matches!(error, pg::Error::Interrupted) {
                // Whatever is left of the source's COPY is not sent.
                out.abort().await;
            }
            Err(Error::from(error).stopped(&table, meter.rows()))
        }
    }
}

#[derive(PartialEq, Eq)]
enum Side {
    Source,
    Target,
}

async fn forward(
    out: &mut CopyOut,
    mut sink: CopyIn,
    meter: &mut Meter,
    binary: bool,
) -> std::result::Result<u64, (Side, pg::Error)> {
    loop {
        let chunk = tokio::select! {
            biased;
            // The source may have nothing to send for long.
            () = sink.refused() => return Err((Side::Target, sink.refusal().await)),
            chunk = out.chunk() => chunk.map_err(|e| (Side::Source, e))?,
        };
        let Some(chunk) = chunk else { break };
        meter.passed(out.messages(), chunk.payload().len());
        sink.forward(chunk).await.map_err(|e| (Side::Target, e))?;
    }
    meter.count_rows(out.messages().saturating_sub(binary.into()));
    sink.finish().await.map_err(|e| (Side::Target, e))
}
