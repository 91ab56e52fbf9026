//! Stopping a statement at the server.
//!
//! A cancel request goes over a stream of its own on the same route. Where it does not help in time the
//! backend is terminated from another session, and the session is given up.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio_postgres::tls::NoTls;

use super::{Access, Result, Session, Value};
use crate::config::SslMode;
use crate::interrupt::shielded;

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

/// Sends a cancel request for what the session is running.
pub(super) async fn request(session: &Session) -> Result<()> {
    let token = session.shared.client.cancel_token();
    let connector = session.connector();
    let link = connector
        .route()
        .open_control()
        .await
        .map_err(|e| connector.unreachable(e))?;
    let mode = connector.target().dsn.sslmode;
    let sent = if !link.tls || matches!(mode, SslMode::Disable | SslMode::Allow) {
        token.cancel_query_raw(link.stream, NoTls).await
    } else {
        token.cancel_query_raw(link.stream, connector.tls()?).await
    };
    match sent {
        Ok(()) => Ok(()),
        Err(error) => Err(session.explain(error).await),
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
