//! A session on a host, whether russh speaks there or the user's own `ssh`.

use std::io;
use std::pin::Pin;
#[cfg(unix)]
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::channel::ChannelStream;
use super::client::Host;
use super::end::SessionEnd;
use super::error::Error;
use super::exec::{Program, START_LIMIT};
use super::native::Native;
#[cfg(unix)]
use super::openssh::{Master, MuxStream};
use super::process::{Ending, Exit, Output, collect};
use super::quote::remote_command;
use super::wait::{Cut, within};

/// A session on a host. It ends when the last clone and the last stream over it are dropped.
#[derive(Clone)]
pub struct Session {
    transport: Transport,
    /// Opens another where this one is not enough.
    host: Host,
}

#[derive(Clone)]
pub(super) enum Transport {
    Native(Native),
    #[cfg(unix)]
    OpenSsh(Arc<Master>),
}

impl Session {
    pub(super) fn new(transport: Transport, host: Host) -> Self {
        Self { transport, host }
    }

    pub fn alias(&self) -> &str {
        match &self.transport {
            Transport::Native(session) => session.alias(),
            #[cfg(unix)]
            Transport::OpenSsh(master) => master.alias(),
        }
    }

    pub fn is_closed(&self) -> bool {
        match &self.transport {
            Transport::Native(session) => session.is_closed(),
            #[cfg(unix)]
            Transport::OpenSsh(master) => master.end().has_come(),
        }
    }

    pub fn end(&self) -> &SessionEnd {
        match &self.transport {
            Transport::Native(session) => session.end(),
            #[cfg(unix)]
            Transport::OpenSsh(master) => master.end(),
        }
    }

    /// Says good-bye, to the jump hosts too. Streams over the session end, but for one that others share, which is
    /// [`Host::close`]'s to end.
    pub async fn close(&self) {
        let mut next = Some(self);
        while let Some(session) = next {
            next = match &session.transport {
                Transport::Native(native) => {
                    native.close().await;
                    native.jump()
                }
                #[cfg(unix)]
                Transport::OpenSsh(_) => None,
            };
        }
    }

    /// A stream to `host:port` as the ssh host sees it.
    pub async fn open_tcp(
        &self,
        host: &str,
        port: u16,
        limit: Duration,
    ) -> Result<SessionStream, Error> {
        Ok(match &self.transport {
            Transport::Native(session) => {
                SessionStream::Native(session.open_tcp(host, port, limit).await?)
            }
            #[cfg(unix)]
            Transport::OpenSsh(master) => {
                SessionStream::OpenSsh(Box::pin(master.open_tcp(host, port, limit)).await?)
            }
        })
    }

    /// A stream to the unix socket at `path` on the ssh host.
    pub async fn open_socket(&self, path: &str, limit: Duration) -> Result<SessionStream, Error> {
        Ok(match &self.transport {
            Transport::Native(session) => {
                SessionStream::Native(session.open_socket(path, limit).await?)
            }
            #[cfg(unix)]
            Transport::OpenSsh(master) => {
                SessionStream::OpenSsh(Box::pin(master.open_socket(path, limit)).await?)
            }
        })
    }

    /// Starts `argv` with its stdin and stdout as a stream. Dropping the stream closes its stdin and forgets it.
    pub async fn spawn(&self, argv: &[&str]) -> Result<(SessionStream, Ending), Error> {
        let command = remote_command(argv);
        self.start(Program::Command(&command)).await
    }

    /// Starts a subsystem of the host, with its stdin and stdout as a stream.
    pub async fn subsystem(&self, name: &str) -> Result<SessionStream, Error> {
        let (stream, _) = self.start(Program::Subsystem(name)).await?;
        Ok(stream)
    }

    /// A host may allow few programs at a time on one connection (`MaxSessions`): then it gets another connection.
    async fn start(&self, program: Program<'_>) -> Result<(SessionStream, Ending), Error> {
        match self.transport.start(program).await {
            Err(Error::SessionRefused { .. }) if self.transport.has_run() => {
                let another = Box::pin(self.host.connect_another(&self.transport)).await?;
                another.transport.start(program).await
            }
            started => started,
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
            Err(Cut::Interrupted) => Err(Error::Interrupted),
            Err(Cut::TimedOut) => Err(Error::Silent {
                alias: self.alias().to_owned(),
                limit,
            }),
        }
    }

    /// Fails where the host runs something else in place of our commands: a forced command, or a login shell that
    /// lets nobody in. Worth asking where what came back makes no sense.
    pub async fn check_commands(&self) -> Result<(), Error> {
        let word = format!("runner-{:08x}", rand::random::<u32>());
        let output = self.output(&["echo", &word], START_LIMIT).await?;
        // It is our `sh` that misses a program.
        let is_ours = output.exit == Exit::Code(127);
        if is_ours || output.stdout.lines().any(|line| line.trim() == word) {
            return Ok(());
        }
        Err(Error::CommandsReplaced {
            alias: self.alias().to_owned(),
            exit: output.exit.to_string(),
            said: match output.complaint().lines().last() {
                Some(line) => format!("saying: {line}"),
                None => "without a word".to_owned(),
            },
        })
    }
}

impl Transport {
    async fn start(&self, program: Program<'_>) -> Result<(SessionStream, Ending), Error> {
        match self {
            Self::Native(session) => {
                let (stream, ending) = session.spawn(program).await?;
                Ok((SessionStream::Native(stream), ending))
            }
            #[cfg(unix)]
            Self::OpenSsh(master) => {
                let (stream, ending) = Box::pin(master.spawn(program)).await?;
                Ok((SessionStream::OpenSsh(stream), ending))
            }
        }
    }

    /// Whether the host has ever let a command run over this connection.
    fn has_run(&self) -> bool {
        match self {
            Self::Native(session) => session.has_run(),
            #[cfg(unix)]
            Self::OpenSsh(master) => master.has_run(),
        }
    }
}

/// A stream over ssh; it keeps its session alive.
pub enum SessionStream {
    Native(ChannelStream),
    #[cfg(unix)]
    OpenSsh(MuxStream),
}

impl AsyncRead for SessionStream {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Native(stream) => Pin::new(stream).poll_read(cx, buf),
            #[cfg(unix)]
            Self::OpenSsh(stream) => Pin::new(stream).poll_read(cx, buf),
        }
    }
}

impl AsyncWrite for SessionStream {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Native(stream) => Pin::new(stream).poll_write(cx, bytes),
            #[cfg(unix)]
            Self::OpenSsh(stream) => Pin::new(stream).poll_write(cx, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Native(stream) => Pin::new(stream).poll_flush(cx),
            #[cfg(unix)]
            Self::OpenSsh(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Native(stream) => Pin::new(stream).poll_shutdown(cx),
            #[cfg(unix)]
            Self::OpenSsh(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}
