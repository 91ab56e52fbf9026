//! Commands on an ssh host, started by russh.

use std::time::Duration;

use russh::ChannelMsg;

use super::channel::ChannelStream;
use super::error::Error;
use super::native::Native;
use super::process::Ending;
use super::refusal::Wanted;
use super::wait::{Cut, within};

/// How long a host may take to start a command.
pub const START_LIMIT: Duration = Duration::from_secs(30);

impl Native {
    /// Starts a command, in the words of the login shell.
    pub async fn spawn(&self, command: &str) -> Result<(ChannelStream, Ending), Error> {
        let opening = Box::pin(self.handle().channel_open_session());
        let mut channel = self.opened(Wanted::Session, START_LIMIT, opening).await?;
        self.runs();
        // Boxed, as russh's messages are large.
        let starting = Box::pin(async {
            channel.exec(true, command).await?;
            loop {
                match channel.wait().await {
                    Some(ChannelMsg::Success) => return Ok(true),
                    Some(ChannelMsg::Failure | ChannelMsg::Close) => return Ok(false),
                    Some(_) => {}
                    None => return Err(russh::Error::Disconnect),
                }
            }
        });
        let alias = || self.alias().to_owned();
        match within(START_LIMIT, starting).await {
            Ok(Ok(true)) => Ok(ChannelStream::new(channel, self.clone())),
            Ok(Ok(false)) => Err(Error::ExecRefused { alias: alias() }),
            Ok(Err(_)) => {
                let reason = self.end().reason(Duration::from_millis(200)).await;
                let reason = reason.unwrap_or_else(|| "the channel was closed".to_owned());
                let alias = alias();
                Err(Error::Lost { alias, reason })
            }
            Err(Cut::Interrupted) => Err(Error::Interrupted),
            Err(Cut::TimedOut) => Err(Error::Silent {
                alias: alias(),
                limit: START_LIMIT,
            }),
        }
    }
}
