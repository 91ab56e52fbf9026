//! The ssh server in front of the sandbox's production: in this process, so that no sshd need be installed.
//!
//! It knows one key, and does what a route needs: commands, and connections to ports and sockets.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use russh::keys::{PrivateKey, PublicKey};
use russh::server::{
    self, Auth, ChannelOpenHandle, Handler, Msg, PublicKeyOffer, Session, VerifiedPublicKey,
};
use russh::{Channel, ChannelOpenFailure, Disconnect, MethodKind, Preferred, cipher};
use tokio::io::{AsyncRead, AsyncWrite, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::task::{JoinHandle, JoinSet};
use tokio_util::sync::CancellationToken;

use super::Error;
use super::exec::{self, Shell};

/// How long a client may take to answer our goodbye.
const GOODBYE_WITHIN: Duration = Duration::from_secs(1);
/// A full channel would stop the whole session, its other channels too; russh counts messages here.
const CHANNEL_BUFFER: usize = 1 << 20;

/// A listening server. Dropped or stopped, it ends its sessions and what they run.
#[derive(Debug)]
pub struct JumpHost {
    port: u16,
    stopping: CancellationToken,
    listening: JoinHandle<()>,
}

impl JumpHost {
    /// Listens on a free port of 127.0.0.1, as `host_key`, for whoever has the key of `allowed`.
    pub async fn start(
        host_key: PrivateKey,
        allowed: PublicKey,
        shell: Shell,
    ) -> Result<Self, Error> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .map_err(Error::Listen)?;
        let port = listener.local_addr().map_err(Error::Listen)?.port();
        let stopping = CancellationToken::new();
        let visitor = Visitor {
            allowed: Arc::new(allowed),
            shell: Arc::new(shell),
        };
        let listening = tokio::spawn(listen(
            listener,
            Arc::new(configuration(host_key)),
            visitor,
            stopping.clone(),
        ));
        Ok(Self {
            port,
            stopping,
            listening,
        })
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// Ends all sessions and waits until they have ended.
    pub async fn stop(mut self) {
        self.stopping.cancel();
        // Fails only if the listening task panicked, and then there is nothing left to wait for.
        let _ = (&mut self.listening).await;
    }
}

impl Drop for JumpHost {
    fn drop(&mut self) {
        self.stopping.cancel();
    }
}

fn configuration(host_key: PrivateKey) -> server::Config {
    server::Config {
        methods: [MethodKind::PublicKey].as_slice().into(),
        keys: vec![host_key],
        // Only this user and this machine can try keys here: making a refusal slow protects nobody.
        auth_rejection_time: Duration::ZERO,
        channel_buffer_size: CHANNEL_BUFFER,
        inactivity_timeout: None,
        nodelay: true,
        preferred: Preferred {
            cipher: vec![
                cipher::AES_128_GCM,
                cipher::AES_256_GCM,
                cipher::CHACHA20_POLY1305,
            ]
            .into(),
            ..Preferred::default()
        },
        ..server::Config::default()
    }
}

async fn listen(
    listener: TcpListener,
    config: Arc<server::Config>,
    visitor: Visitor,
    stopping: CancellationToken,
) {
    let mut sessions = JoinSet::new();
    loop {
        tokio::select! {
            () = stopping.cancelled() => break,
            Some(_) = sessions.join_next() => {}
            Ok((stream, _)) = listener.accept() => {
                sessions.spawn(serve(stream, Arc::clone(&config), visitor.clone(), stopping.clone()));
            }
        }
    }
    while sessions.join_next().await.is_some() {}
}

async fn serve(
    stream: TcpStream,
    config: Arc<server::Config>,
    visitor: Visitor,
    stopping: CancellationToken,
) {
    let guest = Guest {
        visitor,
        channels: JoinSet::new(),
    };
    let session = tokio::select! {
        session = server::run_stream(config, stream, guest) => session,
        () = stopping.cancelled() => return,
    };
    let Ok(mut session) = session else { return };
    let handle = session.handle();
    tokio::select! {
        _ = &mut session => {}
        () = stopping.cancelled() => {
            let goodbye = "the sandbox ends".to_owned();
            let _ = handle.disconnect(Disconnect::ByApplication, goodbye, String::new()).await;
            let _ = tokio::time::timeout(GOODBYE_WITHIN, session).await;
        }
    }
}

/// What every session is given.
#[derive(Clone)]
struct Visitor {
    allowed: Arc<PublicKey>,
    shell: Arc<Shell>,
}

/// One session. Its channels end with it, and what they run.
struct Guest {
    visitor: Visitor,
    channels: JoinSet<()>,
}

impl Guest {
    fn judge(&self, key: &PublicKey) -> Auth {
        if key.key_data() == self.visitor.allowed.key_data() {
            Auth::Accept
        } else {
            Auth::reject()
        }
    }
}

impl Handler for Guest {
    type Error = russh::Error;

    async fn auth_publickey_offered(
        &mut self,
        _user: &str,
        offer: PublicKeyOffer<'_>,
    ) -> Result<Auth, Self::Error> {
        Ok(self.judge(offer.public_key))
    }

    async fn auth_publickey(
        &mut self,
        _user: &str,
        key: VerifiedPublicKey<'_>,
    ) -> Result<Auth, Self::Error> {
        Ok(self.judge(key.public_key))
    }

    async fn channel_open_session(
        &mut self,
        channel: Channel<Msg>,
        reply: ChannelOpenHandle,
        session: &mut Session,
    ) -> Result<(), Self::Error> {
        reply.accept().await;
        let shell = Arc::clone(&self.visitor.shell);
        self.channels
            .spawn(exec::serve(channel, session.handle(), shell));
        Ok(())
    }

    async fn channel_open_direct_tcpip(
        &mut self,
        channel: Channel<Msg>,
        host: &str,
        port: u32,
        _originator_address: &str,
        _originator_port: u32,
        reply: ChannelOpenHandle,
        _session: &mut Session,
    ) -> Result<(), Self::Error> {
        let host = host.to_owned();
        self.channels.spawn(async move {
            let port = u16::try_from(port).unwrap_or_default(); // no such port: nobody listens on 0
            forward(channel, reply, TcpStream::connect((host, port)).await).await;
        });
        Ok(())
    }

    async fn channel_open_direct_streamlocal(
        &mut self,
        channel: Channel<Msg>,
        socket: &str,
        reply: ChannelOpenHandle,
        _session: &mut Session,
    ) -> Result<(), Self::Error> {
        let socket = socket.to_owned();
        self.channels.spawn(async move {
            forward(channel, reply, UnixStream::connect(socket).await).await;
        });
        Ok(())
    }
}

/// Joins a channel to the connection made for it, or refuses the channel where none could be made.
async fn forward(
    channel: Channel<Msg>,
    reply: ChannelOpenHandle,
    connection: std::io::Result<impl AsyncRead + AsyncWrite + Unpin>,
) {
    match connection {
        Ok(mut connection) => {
            reply.accept().await;
            // A failure is a side that went away; both see the end of the stream.
            let _ = copy_bidirectional(&mut channel.into_stream(), &mut connection).await;
        }
        Err(_) => reply.reject(ChannelOpenFailure::ConnectFailed).await,
    }
}
