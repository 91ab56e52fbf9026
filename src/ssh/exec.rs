//! Commands on an ssh host.

use std::time::Duration;

use russh::ChannelMsg;

use super::channel::ChannelStream;
use super::client::Session;
use super::error::Error;
use super::process::{Ending, Output, collect};
use super::quote::remote_command;
use super::wait::{Cut, within};

const START_LIMIT: Duration = Duration::from_secs(30);

impl Session {
    /// Starts `argv` with its stdin and stdout as a stream. Dropping the stream closes its stdin and forgets it.
    pub async fn spawn(&self, argv: &[&str]) -> Result<(ChannelStream, Ending), Error> {
        let opening = Box::pin(self.handle().channel_open_session());
        let target = "a session for a command".to_owned();
        let mut channel = self.opened(target, START_LIMIT, opening).await?;
        // Boxed, as russh's messages are large.
        let starting = Box::pin(async {
            channel.exec(true, remote_command(argv)).await?;
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
            Err(cut) => Err(self.cut(cut, START_LIMIT)),
        }
    }

    /// Runs `argv` to its end without input.
    pub async fn output(&self, argv: &[&str], limit: Duration) -> Result<Output, Error> {
        let running = async {
            let (mut stream, ending) = self.spawn(argv).await?;
            let _ = tokio::io::AsyncWriteExt::shutdown(&mut stream).await;
            let output = collect(&mut stream, &ending).await;
            output.map_err(|error| Error::Lost {
                alias: self.alias().to_owned(),
                reason: error.to_string(),
            })
        };
        match within(limit, running).await {
            Ok(output) => output,
            Err(cut) => Err(self.cut(cut, limit)),
        }
    }

    fn cut(&self, cut: Cut, limit: Duration) -> Error {
        match cut {
            Cut::Interrupted => Error::Interrupted,
            Cut::TimedOut => Error::Silent {
                alias: self.alias().to_owned(),
                limit,
            },
        }
    }
}
