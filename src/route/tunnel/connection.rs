//! One client of a tunnel: from its first packet to the end of its link.

use std::future::Future;
use std::io;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, split};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::backend::{Backend, LastWord};
use super::startup::{Opening, turn_away};
use super::{OtherEnd, Shared};
use crate::route::{Link, Stream};

/// How long a client may say nothing before a link is opened for it: as long as a server's own patience.
const FIRST_WORD: Duration = Duration::from_secs(60);
/// How long the server may take to end a session that is closed, and a statement that is cancelled.
const GOODBYE: Duration = Duration::from_secs(1);
const CANCELLED: Duration = Duration::from_secs(3);
/// In each direction: large, so that a stream costs few system calls.
const BUFFER: usize = 128 * 1024;

/// Serves one client to its end, or until the tunnel is closed.
pub async fn serve(mut client: Stream, shared: Arc<Shared>, closing: CancellationToken) {
    let begun = closing.run_until_cancelled(begin(&mut client, &shared));
    match begun.await.flatten() {
        None => {}
        Some((opening, Ok(link))) => {
            if let Some(reason) = pass(client, opening, link, &shared, closing).await {
                shared.warn(&format!("a connection was lost: {reason}"));
            }
        }
        Some((opening, Err(reason))) => {
            shared.warn(&reason);
            // It may be gone already.
            let _ = timeout(GOODBYE, turn_away(client, opening, &reason)).await;
        }
    }
}

/// The client's first word and a link for it; nothing for one that has none, which so costs no link.
async fn begin(client: &mut Stream, shared: &Shared) -> Option<(Opening, Result<Link, String>)> {
    let mut opening = timeout(FIRST_WORD, Opening::read(client))
        .await
        .ok()?
        .ok()?;
    let link = shared.way.open().await;
    if let Ok(link) = &link {
        // All links lead to the same server.
        let _ = shared.end.set(OtherEnd {
            tls: link.tls,
            server: link.server,
        });
        if shared.in_the_open {
            // Not before there is a link: the answer is what a probe waits for.
            let answered = timeout(FIRST_WORD, opening.without_encryption(client));
            opening = answered.await.ok()?.ok()?;
        }
    }
    Some((opening, link))
}

/// Why one direction ended.
enum End {
    /// The sender is done, which the receiver was told.
    Done,
    /// The same for a client that did not say so in words: it may have been killed.
    BrokenOff,
    Unreadable(io::Error),
    Unwritable(io::Error),
}

/// How a connection ended.
enum Outcome {
    /// The server closed it; nobody knows yet whether it meant to.
    Closed,
    Lost(io::Error),
    /// The server answered a client that had nothing more to say.
    Over,
    /// The client is gone, perhaps without a word, or has to go.
    Left,
}

/// Passes bytes both ways until one side has gone. The reason, where the link was lost.
async fn pass(
    client: Stream,
    opening: Opening,
    link: Link,
    shared: &Shared,
    closing: CancellationToken,
) -> Option<String> {
    let backend = Mutex::new(Backend::new(opening.asks_for_encryption()));
    let backend = || backend.lock().unwrap_or_else(PoisonError::into_inner);
    let Link { stream, fate, .. } = link;
    let (mut from_server, mut to_server) = split(stream);
    let outcome = {
        let (mut from_client, mut to_client) = split(client);
        let up = async {
            if let Err(error) = to_server.write_all(&opening.bytes).await {
                return End::Unwritable(error);
            }
            let mut last = LastWord::default();
            match pump(&mut from_client, &mut to_server, |bytes| last.see(bytes)).await {
                End::Done if !last.is_goodbye() => End::BrokenOff,
                end => end,
            }
        };
        let down = pump(&mut from_server, &mut to_client, |bytes| {
            backend().see(bytes);
        });
        let can_cancel = || backend().cancel_request().is_some();
        tokio::select! {
            () = closing.cancelled() => Outcome::Left,
            outcome = outcome(up, down, can_cancel) => outcome,
        }
    };
    match outcome {
        Outcome::Closed => fate.describe().await,
        Outcome::Lost(error) => Some(fate.describe().await.unwrap_or_else(|| error.to_string())),
        Outcome::Over => None,
        Outcome::Left => {
            let cancel = backend().cancel_request();
            leave(&mut from_server, &mut to_server, cancel, shared).await;
            None
        }
    }
}

async fn outcome(
    up: impl Future<Output = End>,
    down: impl Future<Output = End>,
    can_cancel: impl Fn() -> bool,
) -> Outcome {
    let (mut up, mut down) = (pin!(up), pin!(down));
    tokio::select! {
        end = &mut down => match end {
            End::Done | End::BrokenOff => Outcome::Closed,
            End::Unreadable(error) => Outcome::Lost(error),
            End::Unwritable(_) => Outcome::Left,
        },
        end = &mut up => match end {
            End::Unreadable(_) => Outcome::Left,
            End::BrokenOff if can_cancel() => Outcome::Left,
            End::Done | End::BrokenOff => match down.await {
                End::Unwritable(_) => Outcome::Left,
                _ => Outcome::Over,
            },
            // The server may have said why.
            End::Unwritable(error) => {
                let _ = timeout(GOODBYE, down).await;
                Outcome::Lost(error)
            }
        },
    }
}

/// Copies until the end; what arrives is shown to `watch`.
async fn pump(
    from: &mut (impl AsyncRead + Unpin),
    to: &mut (impl AsyncWrite + Unpin),
    mut watch: impl FnMut(&[u8]),
) -> End {
    let mut buffer = vec![0; BUFFER];
    loop {
        let length = match from.read(&mut buffer).await {
            Ok(0) => {
                // Where the receiver has gone its own direction tells.
                let _ = to.shutdown().await;
                return End::Done;
            }
            Ok(length) => length,
            Err(error) => return End::Unreadable(error),
        };
        watch(&buffer[..length]);
        let written = async {
            to.write_all(&buffer[..length]).await?;
            to.flush().await
        };
        if let Err(error) = written.await {
            return End::Unwritable(error);
        }
    }
}

/// Ends a session whose client has gone. A server that waits for its client ends by itself; one that works would
/// work on, so it is told to cancel.
async fn leave(
    from_server: &mut (impl AsyncRead + Unpin),
    to_server: &mut (impl AsyncWrite + Unpin),
    cancel: Option<Vec<u8>>,
    shared: &Shared,
) {
    let ended = async {
        let _ = to_server.shutdown().await;
        let mut rest = vec![0; BUFFER];
        while let Ok(1..) = from_server.read(&mut rest).await {}
    };
    let mut ended = pin!(ended);
    if timeout(GOODBYE, &mut ended).await.is_ok() {
        return;
    }
    let Some(request) = cancel else {
        return;
    };
    let cancel = async {
        let mut link = shared.way.open_control().await.ok()?.stream;
        link.write_all(&request).await.ok()?;
        link.flush().await.ok()?;
        // The server closes once it has passed the request on.
        link.read_u8().await.ok()
    };
    let _ = timeout(CANCELLED, async { tokio::join!(cancel, ended) }).await;
}
