//! What an ssh session tells us besides data: the host's key, its banner, why it refused or ended.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use russh::client::{DisconnectReason, Session};
use russh::keys::PublicKeyOrCertificate;
use russh::{ChannelId, ChannelOpenFailure};
use tokio::sync::{mpsc, watch};

use super::config::{HostConfig, HostKeyPolicy};
use super::destination::Destination;
use super::error::Error;
use super::keys::describe;
use super::known_hosts::{KnownHosts, Verdict, learn};

/// The end of an ssh session, and the reason once it has come.
#[derive(Debug, Clone)]
pub struct SessionEnd(watch::Receiver<Option<End>>);

#[derive(Debug, Clone)]
enum End {
    /// Nobody needed the session any more.
    Ours,
    Lost(String),
}

impl SessionEnd {
    /// Why the session was lost, if it is within `limit`; a session that we ended ourselves was not lost.
    pub async fn reason(&self, limit: Duration) -> Option<String> {
        let mut end = self.0.clone();
        let ended = tokio::time::timeout(limit, end.wait_for(Option::is_some)).await;
        match ended {
            Ok(Ok(end)) => match &*end {
                Some(End::Lost(reason)) => Some(reason.clone()),
                _ => None,
            },
            Ok(Err(_)) => Some("it ended without a reason".to_owned()),
            Err(_) => None,
        }
    }
}

pub struct Handler {
    config: Arc<HostConfig>,
    known: Arc<KnownHosts>,
    end: watch::Sender<Option<End>>,
    left: Arc<AtomicBool>,
    refusals: mpsc::UnboundedSender<String>,
    banner: Box<dyn Fn(&str) + Send + Sync>,
}

/// What the rest of the session learns through the handler.
pub struct Watch {
    pub end: SessionEnd,
    /// To be set when the session is not needed any more, before it is let go.
    pub left: Arc<AtomicBool>,
    /// The host's words for each channel it refused to open.
    pub refusals: mpsc::UnboundedReceiver<String>,
}

impl Handler {
    pub fn new(
        config: Arc<HostConfig>,
        known: Arc<KnownHosts>,
        banner: Box<dyn Fn(&str) + Send + Sync>,
    ) -> (Self, Watch) {
        let (end, ended) = watch::channel(None);
        let (refusals, refused) = mpsc::unbounded_channel();
        let left = Arc::<AtomicBool>::default();
        let handler = Self {
            config,
            known,
            end,
            left: Arc::clone(&left),
            refusals,
            banner,
        };
        let watch = Watch {
            end: SessionEnd(ended),
            left,
            refusals: refused,
        };
        (handler, watch)
    }

    fn judge(&self, shown: &PublicKeyOrCertificate) -> Result<(), Error> {
        let public = shown.public_key();
        let name = self.known.name.clone();
        let key = describe(&public);
        match self.known.verdict(shown) {
            Verdict::Known => Ok(()),
            Verdict::Unknown(_) if self.config.host_keys == HostKeyPolicy::AcceptNew => {
                learn(&self.config, &name, &public)
            }
            Verdict::Unknown(why) => Err(Error::HostKeyUnknown {
                fix: self.ssh_once(),
                name,
                key,
                why,
            }),
            Verdict::Changed { file, line } => Err(Error::HostKeyChanged {
                fix: format!("ssh-keygen -R '{name}' -f {}", file.display()),
                name,
                key,
                file,
                line,
            }),
            Verdict::Revoked { file, line } => Err(Error::HostKeyRevoked {
                name,
                key,
                file,
                line,
            }),
        }
    }

    /// The command by which OpenSSH shows the key and records it.
    fn ssh_once(&self) -> String {
        let file = match &self.config.config_file {
            Some(file) => format!("-F {} ", file.display()),
            None => String::new(),
        };
        let alias = &self.config.alias;
        // ssh itself takes a port only in a url.
        let url = match Destination::parse(alias) {
            Ok(Destination { port: Some(_), .. }) if !alias.starts_with("ssh:") => "ssh://",
            _ => "",
        };
        // Without the option, whoever configured `yes` would not be asked.
        format!("ssh {file}-o StrictHostKeyChecking=ask {url}{alias} true")
    }
}

impl russh::client::Handler for Handler {
    type Error = Error;

    async fn check_server_key(&mut self, shown: &PublicKeyOrCertificate) -> Result<bool, Error> {
        // russh does not ask again when keys are renewed, which happens inside the session of the host that was judged.
        self.judge(shown).map(|()| true)
    }

    async fn auth_banner(&mut self, banner: &str, _: &mut Session) -> Result<(), Error> {
        (self.banner)(banner);
        Ok(())
    }

    async fn channel_open_failure(
        &mut self,
        _: ChannelId,
        reason: ChannelOpenFailure,
        description: &str,
        _: &str,
        _: &mut Session,
    ) -> Result<(), Error> {
        let text = match (reason, description) {
            // sshd's words for every refusal to do with sockets.
            (ChannelOpenFailure::AdministrativelyProhibited, "" | "open failed") => {
                "the host does not permit forwarding".to_owned()
            }
            (ChannelOpenFailure::ConnectFailed, "" | "open failed") => {
                "nothing accepts connections there; is the server running?".to_owned()
            }
            (_, "Connection refused") => {
                "it refuses connections; is anything listening there?".to_owned()
            }
            (_, "Name or service not known") => {
                "the name does not resolve there; one that only Docker knows needs `docker`"
                    .to_owned()
            }
            (reason, "") => format!("{reason:?}"),
            (_, description) => description.to_owned(),
        };
        // Nobody is left to tell if the session is being dropped.
        let _ = self.refusals.send(text);
        Ok(())
    }

    async fn disconnected(&mut self, reason: DisconnectReason<Error>) -> Result<(), Error> {
        self.end.send_replace(Some(match reason {
            DisconnectReason::ReceivedDisconnect(told) => {
                End::Lost(format!("the host says: {}", told.message))
            }
            DisconnectReason::Error(_) if self.left.load(Ordering::SeqCst) => End::Ours,
            DisconnectReason::Error(error) => End::Lost(in_words(&error)),
        }));
        Ok(())
    }
}

/// The errors of russh that an operator meets, in words of ours.
pub fn in_words(error: &Error) -> String {
    let Error::Protocol(error) = error else {
        return error.to_string();
    };
    match error {
        error if hung_up(error) => "the host closed the connection".to_owned(),
        russh::Error::KeepaliveTimeout => "the host no longer answers".to_owned(),
        other => other.to_string(),
    }
}

/// Whether the host closed the connection; one that leaves words of ours unread does so with a reset.
pub fn hung_up(error: &russh::Error) -> bool {
    match error {
        russh::Error::Disconnect | russh::Error::HUP => true,
        russh::Error::IO(error) => matches!(
            error.kind(),
            io::ErrorKind::ConnectionReset
                | io::ErrorKind::BrokenPipe
                | io::ErrorKind::UnexpectedEof
        ),
        _ => false,
    }
}
