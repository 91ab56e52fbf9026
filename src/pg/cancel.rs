//! Stopping a statement at the server.
//!
//! A cancel request goes over a stream of its own on the same route. Where it does not help in time the
//! backend is terminated from another session, and the session is given up.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::future::BoxFuture;
use futures_util::{Stream as Answers, StreamExt};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, ReadBuf};
use tokio_postgres::tls::NoTls;

use super::{Access, Result, Session, Value};
use crate::config::SslMode;
use crate::interrupt::shielded;
use crate::route::Stream;

/// How long a statement may take to end after its cancel request.
const PATIENCE: Duration = Duration::from_secs(2);

/// Cancels what `session` is running and waits until `work` has ended, so that the session can be used again;
/// where it cannot be ended, the session is closed and its backend terminated.
pub(super) async fn stop<F: Future>(session: &Session, work: Pin<&mut F>) {
    let asked = async {
        if let Err(error) = shielded(Box::pin(request(session))).await {
            tracing::debug!(target = session.name(), %error, "cancel request failed");
        }
    };
    let ((), ended) = tokio::join!(asked, tokio::time::timeout(PATIENCE * 2, work));
    if ended.is_err() {
        session.close();
        if let Err(error) = shielded(terminate(session)).await {
            tracing::warn!(target = session.name(), %error, "the backend could not be terminated");
        }
    }
}

/// Cancels the statement whose answers `rest` are, and passes over those that are still on their way.
pub(super) async fn end<T, E>(
    session: &Session,
    mut rest: impl Answers<Item = std::result::Result<T, E>> + Unpin,
) -> Result<()> {
    request(session).await?;
    while let Some(Ok(_)) = rest.next().await {}
    Ok(())
}

/// Sends a cancel request for what the session is running, and waits until it was carried out: one that comes
/// late would strike the next statement.
async fn request(session: &Session) -> Result<()> {
    let token = session.shared.client.cancel_token();
    let connector = session.connector();
    let link = connector
        .route()
        .open_control()
        .await
        .map_err(|e| connector.unreachable(e))?;
    let mode = connector.target().dsn.sslmode;
    let stream = Lent(Arc::new(Mutex::new(link.stream)));
    let sent = if !link.tls || matches!(mode, SslMode::Disable | SslMode::Allow) {
        token.cancel_query_raw(stream.clone(), NoTls).await
    } else {
        token
            .cancel_query_raw(stream.clone(), connector.tls()?)
            .await
    };
    if let Err(error) = sent {
        return Err(session.explain(error).await);
    }
    if tokio::time::timeout(PATIENCE, stream.end()).await.is_err() {
        tracing::debug!(target = session.name(), "no end of the cancel request");
    }
    Ok(())
}

/// A stream whose end can be waited for when the driver is done with it.
#[derive(Clone)]
struct Lent(Arc<Mutex<Stream>>);

impl Lent {
    fn with<T>(&self, work: impl FnOnce(Pin<&mut Stream>) -> T) -> T {
        work(Pin::new(
            &mut self.0.lock().unwrap_or_else(PoisonError::into_inner),
        ))
    }

    /// The server closes a cancel request when it has sent the signal.
    async fn end(mut self) {
        let mut rest = [0; 256];
        while let Ok(1..) = self.read(&mut rest).await {}
    }
}

impl AsyncRead for Lent {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.with(|stream| stream.poll_read(context, buffer))
    }
}

impl AsyncWrite for Lent {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.with(|stream| stream.poll_write(context, bytes))
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.with(|stream| stream.poll_flush(context))
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.with(|stream| stream.poll_shutdown(context))
    }
}

/// Boxed, since the statement that terminates can itself be stopped.
fn terminate(session: &Session) -> BoxFuture<'static, Result<()>> {
    let other = session.sibling(Access::ReadWrite);
    let pid = Value::Int(session.server().pid);
    // Together with our name, so that a backend that has since taken over the number is left alone.
    let name = Value::from(session.connector().application_name());
    Box::pin(async move {
        let other = other.await?;
        other
            .query(include_str!("../sql/terminate.sql"), &[pid, name])
            .await?;
        Ok(())
    })
}
