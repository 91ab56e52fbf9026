//! What is opened over a master: streams to elsewhere, and commands.

use std::future::Future;
use std::io;
use std::os::fd::AsFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rustix::net::{RecvFlags, recv};
use tokio::net::UnixStream;

use super::channel::{MuxStream, Pipes};
use super::master::Master;
use super::mux::{Reply, Request};
use crate::ssh::error::Error;
use crate::ssh::exec::{Program, START_LIMIT};
use crate::ssh::process::Ending;
use crate::ssh::refusal::Wanted;
use crate::ssh::wait::{Cut, within};

impl Master {
    pub async fn open_tcp(
        self: &Arc<Self>,
        host: &str,
        port: u16,
        limit: Duration,
    ) -> Result<MuxStream, Error> {
        let wanted = Wanted::Tcp { host, port };
        let opening = self.open(wanted, Request::Stream { host, port });
        let (stream, _) = self.in_time(wanted, limit, opening).await?;
        Ok(stream)
    }

    pub async fn open_socket(
        self: &Arc<Self>,
        path: &str,
        limit: Duration,
    ) -> Result<MuxStream, Error> {
        let wanted = Wanted::Socket(path);
        self.in_time(wanted, limit, self.forward(wanted, path))
            .await
    }

    pub async fn spawn(
        self: &Arc<Self>,
        program: Program<'_>,
    ) -> Result<(MuxStream, Ending), Error> {
        let wanted = Wanted::Session;
        let opening = self.open(wanted, Request::Start(program));
        let started = self.in_time(wanted, START_LIMIT, opening).await?;
        self.runs();
        Ok(started)
    }

    async fn open(
        self: &Arc<Self>,
        wanted: Wanted<'_>,
        request: Request<'_>,
    ) -> Result<(MuxStream, Ending), Error> {
        let _turn = self.opening.lock().await;
        let place = self.log.as_ref().map_or(0, |log| log.end());
        let mut control = self.control().await?;
        let asked = async {
            let pipes = Pipes::new()?;
            let reply = pipes.ask(&mut control, request).await?;
            io::Result::Ok((reply, pipes))
        };
        match asked.await {
            Ok((Reply::Opened, pipes)) => Ok(MuxStream::of_pipes(control, pipes, self)),
            Ok(_) => Err(self.refused(wanted, place).await),
            Err(error) => Err(self.lost(&error).await),
        }
    }

    /// A stream to a socket, by a forwarding for this one connection.
    ///
    /// Older masters open no stream to a socket by themselves, and none tells whether a forwarded connection was
    /// accepted: it is closed if not. But a host answers in order, so once it has answered something else, it has
    /// answered this, too.
    async fn forward(
        self: &Arc<Self>,
        wanted: Wanted<'_>,
        there: &str,
    ) -> Result<MuxStream, Error> {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let _turn = self.opening.lock().await;
        let place = self.log.as_ref().map_or(0, |log| log.end());
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = self.folder.path().join(number.to_string());
        let here = &path.to_string_lossy();
        let mut control = self.control().await?;
        let mut other = self.control().await?;
        let asked = async {
            let open = Request::OpenForward { here, there };
            if control.ask(open, &[]).await? != Reply::Done {
                return Ok(None);
            }
            let stream = UnixStream::connect(&path).await?;
            // By its answer, the master has passed the connection on.
            control.ask(Request::AliveCheck, &[]).await?;
            Pipes::new()?.ask(&mut other, self.last_word()).await?;
            let close = Request::CloseForward { here, there };
            control.ask(close, &[]).await?;
            // The master may have done so.
            let _ = std::fs::remove_file(&path);
            io::Result::Ok((!has_ended(&stream)).then_some(stream))
        };
        match asked.await {
            Ok(Some(stream)) => Ok(MuxStream::of_socket(stream, self)),
            Ok(None) => Err(self.refused(wanted, place).await),
            Err(error) => Err(self.lost(&error).await),
        }
    }

    /// Something that every host answers at once.
    fn last_word(&self) -> Request<'static> {
        match self.log {
            Some(_) => Request::Stream {
                host: "127.0.0.1",
                port: 0,
            },
            // The user's own master would tell of the refusal on its terminal.
            None => Request::Start(Program::Command("true")),
        }
    }

    async fn refused(&self, wanted: Wanted<'_>, place: u64) -> Error {
        let refusal = match &self.log {
            Some(log) => log.refusal(place).await,
            None => None,
        };
        wanted.refused(self.alias(), refusal.as_ref())
    }

    async fn in_time<T>(
        &self,
        wanted: Wanted<'_>,
        limit: Duration,
        opening: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        match within(limit, opening).await {
            Ok(opened) => opened,
            Err(Cut::Interrupted) => Err(Error::Interrupted),
            Err(Cut::TimedOut) => Err(wanted.timed_out(self.alias(), limit)),
        }
    }
}

/// Whether the other side has closed a connection on which nobody has read yet.
fn has_ended(stream: &UnixStream) -> bool {
    let look = RecvFlags::PEEK | RecvFlags::DONTWAIT;
    match recv(stream.as_fd(), &mut [0], look) {
        Ok((length, _)) => length == 0,
        Err(error) => error != rustix::io::Errno::AGAIN,
    }
}
