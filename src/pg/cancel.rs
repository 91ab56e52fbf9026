//! Stopping a statement at the server.
//!
//! A cancel request goes over a stream of its own on the same route. Where it does not help in time the
//! backend is terminated from another session, and the session is given up.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use futures_util::future::{BoxFuture, Either, select};
use futures_util::{Stream as Answers, StreamExt};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_postgres::tls::NoTls;

use super::login::{self, Encryption};
use super::{Access, Error, Result, Session, Value, tls};
use crate::interrupt::shielded;
use crate::progress::Event;
use crate::route::Stream;

/// How long a statement may go on once it has been asked to end, and its backend once it has been terminated.
const PATIENCE: Duration = Duration::from_secs(1);
/// How long asking may take: the time the route needs for a connection, as long as that is sane.
const DELIVERY: Duration = Duration::from_secs(5);
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// Cancels what `session` is running and waits until `work` has ended, so that the session can be used again;
/// where it cannot be ended, the session is closed and its backend terminated. What may still run is told.
pub(super) async fn stop<F: Future>(session: &Session, work: Pin<&mut F>) {
    let asking = Box::pin(shielded(bounded(request(session))));
    let ended = match select(asking, work).await {
        Either::Left((asked, work)) => {
            if let Err(reason) = asked {
                tracing::debug!(target = session.name(), reason, "cancel request");
            }
            tokio::time::timeout(PATIENCE, work).await.is_ok()
        }
        Either::Right((_, asking)) => {
            // Its request would strike the next statement.
            let _ = asking.await;
            true
        }
    };
    if ended {
        return;
    }
    session.close();
    if let Err(reason) = shielded(bounded(terminate(session))).await {
        let (target, pid) = (session.name(), session.pid());
        session.reporter().event(&Event::Warning(format!(
            "backend {pid} of `{target}` may still be running the statement that was interrupted: {reason}; \
             `SELECT pg_terminate_backend({pid})` there ends it"
        )));
    }
}

async fn bounded(work: impl Future<Output = Result<()>>) -> std::result::Result<(), String> {
    match tokio::time::timeout(DELIVERY, Box::pin(work)).await {
        Ok(result) => result.map_err(|error| error.to_string()),
        Err(_) => Err(format!("no answer within {} s", DELIVERY.as_secs())),
    }
}

/// Stops the statement whose answers `rest` are, and passes over those that are still on their way.
pub(super) async fn end<T, E>(
    session: &Session,
    mut rest: impl Answers<Item = std::result::Result<T, E>> + Unpin,
) {
    // Behind an error, a stream of the driver would give errors for ever.
    let passing = std::pin::pin!(async { while let Some(Ok(_)) = rest.next().await {} });
    stop(session, passing).await;
}

/// Sends a cancel request for what the session is running.
pub(super) async fn request(session: &Session) -> Result<()> {
    let token = session.live().client.cancel_token();
    let connector = session.connector();
    let link = connector
        .route()
        .open_control()
        .await
        .map_err(|e| connector.unreachable(e))?;
    let encryption = connector.encryption(&link);
    let mut stream = Stream::new(UntilClosed(link.stream));
    let sent = if encryption == Encryption::Tls {
        let target = connector.target();
        let dsn = &target.dsn;
        let broken = |error: io::Error| Error::Protocol(error.to_string());
        let connect = login::connect(target, &dsn.endpoints[link.server])?;
        tls::negotiate(&mut stream, dsn.tls.negotiation)
            .await
            .map_err(broken)?;
        let stream = connect.handshake(stream).await.map_err(broken)?;
        token.cancel_query_raw(stream, tls::Done).await
    } else {
        token.cancel_query_raw(stream, NoTls).await
    };
    match sent {
        Ok(()) => Ok(()),
        Err(error) => Err(session.explain(error).await),
    }
}

/// Terminates the backend of `session` and waits until it is gone.
///
/// Boxed, since the statement that terminates can itself be stopped.
fn terminate(session: &Session) -> BoxFuture<'static, Result<()>> {
    let other = session.sibling(Access::ReadWrite);
    let pid = session.pid();
    // Together with our name, so that a backend that has since taken over the number is left alone.
    let name = session.connector().application_name().to_owned();
    let which = [Value::Int(pid), Value::from(name.as_str())];
    Box::pin(async move {
        let other = other.await?;
        other
            .query(include_str!("../sql/terminate.sql"), &which)
            .await?;
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            let there = include_str!("../sql/backend_there.sql");
            if other.value(there, &which).await?.as_bool() == Some(false) {
                return Ok(());
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
        Err(Error::Unkillable)
    })
}

/// A stream whose shutdown ends when the other side has closed it, too.
///
/// The server closes the stream of a cancel request once it has passed the request on. Whoever used the session
/// before that could have the next statement cancelled instead.
struct UntilClosed<S>(S);

impl<S: AsyncRead + Unpin> AsyncRead for UntilClosed<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(context, buffer)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for UntilClosed<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.0).poll_shutdown(context))?;
        loop {
            let mut scratch = [0; 64];
            let mut buffer = ReadBuf::new(&mut scratch);
            // A stream that breaks is closed as well.
            let read = ready!(Pin::new(&mut self.0).poll_read(context, &mut buffer));
            if read.is_err() || buffer.filled().is_empty() {
                return Poll::Ready(Ok(()));
            }
        }
    }
}
