//! Hosts, and the ways to them.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::config::{self, Chain, HostConfig, OnlyOpenssh};
use super::error::Error;
use super::native::Native;
#[cfg(unix)]
use super::openssh::Share;
use super::session::{Session, Transport};
use crate::progress::{Event, Reporter};

/// A host as the user's ssh configuration describes it, with the jump hosts before it.
#[derive(Clone)]
pub struct Host(Arc<Way>);

struct Way {
    /// The outermost first, the host itself last.
    hosts: Vec<Arc<HostConfig>>,
    host: Arc<HostConfig>,
    reporter: Reporter,
    banner_shown: Arc<AtomicBool>,
    #[cfg(unix)]
    openssh: Share,
}

impl Host {
    /// Reads the configuration of `given`, an alias or `user@host:port`; connects to nothing.
    ///
    /// `file` stands in for `~/.ssh/config`, as with `ssh -F`.
    pub async fn resolve(
        given: &str,
        file: Option<&Path>,
        reporter: Reporter,
    ) -> Result<Self, Error> {
        let Chain { jumps, host } = config::resolve(given, file).await?;
        let host = Arc::new(host);
        let jumps = jumps.into_iter().map(Arc::new);
        let hosts: Vec<_> = jumps.chain([Arc::clone(&host)]).collect();
        Ok(Self(Arc::new(Way {
            #[cfg(unix)]
            openssh: Share::of(&hosts).await,
            hosts,
            host,
            reporter,
            banner_shown: Arc::default(),
        })))
    }

    /// The hosts on the way, each like `ssh sertantai-hz (1.2.3.4:22)`, and why the user's own `ssh` is taken there.
    pub fn describe(&self) -> Vec<String> {
        let describe = |(place, hop): (usize, &Arc<HostConfig>)| {
            let name = format!("ssh {} ({}:{})", hop.alias, hop.host, hop.port);
            match self.why_openssh(place) {
                Some(why) => format!("{name} over `ssh -W`, since {why}"),
                None => name,
            }
        };
        let hops = self.0.hosts.iter().enumerate();
        hops.skip(self.first()).map(describe).collect()
    }

    /// Who we are there.
    pub fn user(&self) -> &str {
        &self.0.host.user
    }

    /// Opens a session of its own, logged in; over the user's own `ssh` it is shared by all that ask for one.
    #[cfg(unix)]
    pub async fn connect(&self) -> Result<Session, Error> {
        let mut refused = None;
        loop {
            let begun = match (self.by_openssh().await, refused) {
                // What russh was told says more than that there is no `ssh`.
                (Err(Error::NoOpenssh { .. }), Some(error)) => return Err(error),
                (begun, _) => begun?,
            };
            let (place, error) = match self.go_on(begun).await {
                Ok(session) => return Ok(session),
                Err(refusal) => refusal,
            };
            let Some(why) = error.for_openssh() else {
                return Err(error);
            };
            let alias = &self.0.hosts[place].alias;
            let note = format!("ssh {alias} over `ssh -W`, since {why}");
            // Another session may have been quicker, and said so.
            if self.0.openssh.add(place, why) {
                self.0.reporter.event(&Event::Note(note));
            }
            refused = Some(error);
        }
    }

    /// Opens a session of its own, logged in.
    #[cfg(not(unix))]
    pub async fn connect(&self) -> Result<Session, Error> {
        self.go_on(None).await.map_err(|(_, error)| error)
    }

    /// Opens another connection beside that of `transport`.
    pub(super) async fn connect_another(&self, transport: &Transport) -> Result<Session, Error> {
        match transport {
            Transport::Native(_) => self.connect().await,
            #[cfg(unix)]
            Transport::OpenSsh(master) => {
                let another = self.0.openssh.another(master, self).await?;
                Ok(Session::new(Transport::OpenSsh(another), self.clone()))
            }
        }
    }

    /// Ends what sessions over the user's own `ssh` share, where nobody else needs it.
    pub async fn close(&self) {
        #[cfg(unix)]
        self.0.openssh.close().await;
    }

    /// The session on the last host that takes the user's own `ssh`, and the place of the next.
    #[cfg(unix)]
    async fn by_openssh(&self) -> Result<Option<(Session, usize)>, Error> {
        // Boxed, as a login is large.
        let found = Box::pin(self.0.openssh.master(self, &self.0.hosts)).await?;
        Ok(found.map(|(master, next)| {
            let session = Session::new(Transport::OpenSsh(master), self.clone());
            (session, next)
        }))
    }

    /// Goes on with russh; an error comes with the place of the host it is about.
    async fn go_on(&self, begun: Option<(Session, usize)>) -> Result<Session, (usize, Error)> {
        let (mut session, next) = match begun {
            Some(begun) => begun,
            None => (self.by_russh(0, None).await?, 1),
        };
        for place in next..self.0.hosts.len() {
            session = self.by_russh(place, Some(session)).await?;
        }
        Ok(session)
    }

    async fn by_russh(
        &self,
        place: usize,
        jump: Option<Session>,
    ) -> Result<Session, (usize, Error)> {
        match Box::pin(Native::open(self, &self.0.hosts[place], jump)).await {
            Ok(native) => Ok(Session::new(Transport::Native(native), self.clone())),
            Err(error) => Err((place, error)),
        }
    }

    #[cfg(unix)]
    fn why_openssh(&self, place: usize) -> Option<OnlyOpenssh> {
        self.0.openssh.reason(&self.0.hosts, place)
    }

    #[cfg(unix)]
    fn first(&self) -> usize {
        self.0.openssh.first()
    }

    /// OpenSSH has no master connections there.
    #[cfg(not(unix))]
    fn why_openssh(&self, _: usize) -> Option<OnlyOpenssh> {
        None
    }

    #[cfg(not(unix))]
    fn first(&self) -> usize {
        0
    }

    pub(super) fn reporter(&self) -> &Reporter {
        &self.0.reporter
    }

    /// Shows the host's banner, for the first session only: each database connection has one.
    pub(super) fn banner(&self, config: &HostConfig) -> Box<dyn Fn(&str) + Send + Sync> {
        let alias = config.alias.clone();
        let reporter = Arc::clone(&self.0.reporter);
        let shown = Arc::clone(&self.0.banner_shown);
        Box::new(move |banner| {
            let banner = banner.trim();
            if !banner.is_empty() && !shown.swap(true, Ordering::SeqCst) {
                reporter.event(&Event::Note(format!("{alias} says: {banner}")));
            }
        })
    }
}
