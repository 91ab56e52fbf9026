//! Commands and subsystems of an ssh host, started by russh.

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

/// What a host can be asked to start.
#[derive(Debug, Clone, Copy)]
pub enum Program<'a> {
    /// In the words of the login shell.
    Command(&'a str),
    /// By the name its sshd knows it by: `sftp`.
    Subsystem(&'a str),
}

impl Program<'_> {
    /// The error of a host that would not start it.
    fn refused(self, alias: &str) -> Error {
        let alias = alias.to_owned();
        match self {
            Self::Command(_) => Error::ExecRefused { alias },
            Self::Subsystem(name) => Error::NoSubsystem {
                alias,
                name: name.to_owned(),
            },
        }
    }
}

impl Native {
    pub async fn spawn(&self, program: Program<'_>) -> Result<(ChannelStream, Ending), Error> {
        let opening = Box::pin(self.handle().channel_open_session());
        let mut channel = self.opened(Wanted::Session, START_LIMIT, opening).await?;
        self.runs();
        // Boxed, as russh's messages are large.
        let starting = Box::pin(async {
            match program {
                Program::Command(command) => channel.exec(true, command).await?,
                Program::Subsystem(name) => channel.request_subsystem(true, name).await?,
            }
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
            Ok(Ok(false)) => Err(program.refused(self.alias())),
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
