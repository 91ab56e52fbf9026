//! Streams from an ssh host to somewhere else, opened by russh.

use std::time::Duration;

use futures_util::future::BoxFuture;
use russh::Channel;
use russh::client::Msg;

use super::channel::ChannelStream;
use super::error::Error;
use super::handler::in_words;
use super::native::Native;
use super::refusal::Wanted;
use super::wait::{Cut, within};

/// The words of a refusal arrive right behind it.
const WORDS_LIMIT: Duration = Duration::from_millis(500);

impl Native {
    pub async fn open_tcp(
        &self,
        host: &str,
        port: u16,
        limit: Duration,
    ) -> Result<ChannelStream, Error> {
        // The originator is for the host's log; nothing listens here.
        let opening = Box::pin(self.handle().channel_open_direct_tcpip(
            host,
            u32::from(port),
            "127.0.0.1",
            0,
        ));
        let channel = self
            .opened(Wanted::Tcp { host, port }, limit, opening)
            .await?;
        Ok(ChannelStream::new(channel, self.clone()).0)
    }

    pub async fn open_socket(&self, path: &str, limit: Duration) -> Result<ChannelStream, Error> {
        let opening = Box::pin(self.handle().channel_open_direct_streamlocal(path));
        let channel = self.opened(Wanted::Socket(path), limit, opening).await?;
        Ok(ChannelStream::new(channel, self.clone()).0)
    }

    /// Waits for the host to open a channel, and finds its words if it does not.
    pub(super) async fn opened(
        &self,
        wanted: Wanted<'_>,
        limit: Duration,
        opening: BoxFuture<'_, Result<Channel<Msg>, russh::Error>>,
    ) -> Result<Channel<Msg>, Error> {
        let attempt = async {
            let mut refusals = self.opening().lock().await;
            // Words for an attempt that was given up half-way.
            while refusals.try_recv().is_ok() {}
            match opening.await {
                Err(russh::Error::ChannelOpenFailure(_)) => {
                    let refusal = tokio::time::timeout(WORDS_LIMIT, refusals.recv()).await;
                    let refusal = refusal.ok().flatten();
                    Err(wanted.refused(self.alias(), refusal.as_ref()))
                }
                Err(error) => {
                    let reason = self.end().reason(WORDS_LIMIT).await;
                    Err(Error::Lost {
                        alias: self.alias().to_owned(),
                        reason: reason.unwrap_or_else(|| in_words(&Error::Protocol(error))),
                    })
                }
                Ok(channel) => Ok(channel),
            }
        };
        match within(limit, attempt).await {
            Ok(result) => result,
            Err(Cut::Interrupted) => Err(Error::Interrupted),
            Err(Cut::TimedOut) => Err(wanted.timed_out(self.alias(), limit)),
        }
    }
}
