//! What an ssh session tells us besides data: the host's key, its banner, why it refused or ended.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use russh::client::{DisconnectReason, Session};
use russh::keys::PublicKeyOrCertificate;
use russh::{ChannelId, ChannelOpenFailure};
use tokio::sync::{mpsc, watch};

use super::config::{HostConfig, HostKeyPolicy};
use super::end::{End, SessionEnd};
use super::error::Error;
use super::keys::describe;
use super::known_hosts::{KnownHosts, Verdict, learn};
use super::refusal::Refusal;

pub struct Handler {
    config: Arc<HostConfig>,
    known: Arc<KnownHosts>,
    end: watch::Sender<Option<End>>,
    left: Arc<AtomicBool>,
    refusals: mpsc::UnboundedSender<Refusal>,
    banner: Box<dyn Fn(&str) + Send + Sync>,
}

/// What the rest of the session learns through the handler.
pub struct Watch {
    pub end: SessionEnd,
    /// To be set when the session is not needed any more, before it is let go.
    pub left: Arc<AtomicBool>,
    /// The host's words for each channel it refused to open.
    pub refusals: mpsc::UnboundedReceiver<Refusal>,
}

impl Handler {
    pub fn new(
        config: Arc<HostConfig>,
        known: Arc<KnownHosts>,
        banner: Box<dyn Fn(&str) + Send + Sync>,
    ) -> (Self, Watch) {
        let (end, ended) = SessionEnd::awaited();
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
            end: ended,
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
                fix: self.config.ssh_once(),
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
        let description = description.to_owned();
        let refusal = Refusal {
            reason,
            description,
        };
        // Nobody is left to tell if the session is being dropped.
        let _ = self.refusals.send(refusal);
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
