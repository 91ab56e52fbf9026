//! TEMPORARY direct route, replaced by the ssh branch.
use crate::{config::Target, progress::Reporter};
use std::sync::Arc;
use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
};
use tokio::io::ReadBuf;
use tokio::io::{AsyncRead, AsyncWrite};
pub trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Duplex for T {}
/// A byte stream to a server. A type of its own, not an alias: behind an alias the compiler cannot prove that
/// futures over it are `Send` wherever a generic asks for `'static`.
pub struct Stream(Box<dyn Duplex>);
impl Stream {
    pub fn new(stream: impl Duplex + 'static) -> Self {
        Self(Box::new(stream))
    }
}
impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buf)
    }
}
impl AsyncWrite for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, buf)
    }
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }
    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}
pub struct Link {
    pub stream: Stream,
    pub tls: bool,
    pub fate: Fate,
}
#[derive(Clone, Debug)]
pub struct Fate;
impl Fate {
    pub async fn describe(&self) -> Option<String> {
        None
    }
}
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{0}")]
    Io(#[from] std::io::Error),
}
#[derive(Clone)]
pub struct Route(Arc<Target>);
impl Route {
    pub fn new(target: &Target, _: Reporter) -> Result<Route, Error> {
        Ok(Route(Arc::new(target.clone())))
    }
    pub async fn announce(&self) {}
    pub async fn open(&self) -> Result<Link, Error> {
        let host = self
            .0
            .dsn
            .host
            .clone()
            .unwrap_or("/var/run/postgresql".into());
        if host.starts_with('/') {
            let s = tokio::net::UnixStream::connect(format!("{host}/.s.PGSQL.{}", self.0.dsn.port))
                .await?;
            Ok(Link {
                stream: Stream::new(s),
                tls: false,
                fate: Fate,
            })
        } else {
            let s = tokio::net::TcpStream::connect((host.as_str(), self.0.dsn.port)).await?;
            s.set_nodelay(true)?;
            Ok(Link {
                stream: Stream::new(s),
                tls: true,
                fate: Fate,
            })
        }
    }
    pub async fn open_control(&self) -> Result<Link, Error> {
        self.open().await
    }
    pub async fn close(&self) {}
}
