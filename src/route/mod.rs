//! How bytes reach a server: direct, over ssh, into a container.
//!
//! A [`Route`] opens any number of [`Link`]s, each an ssh session of its own; cancel requests and commands
//! go over one control session per host. Where a target leaves several ways open they form a ladder: the first rung
//! that leads to a login is kept for every later link, and each one passed over is reported with its reason.

mod container;
mod dial;
mod error;
mod fate;
mod rung;
mod stream;

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock, PoisonError};

use tokio::sync::{Mutex, OnceCell};

use crate::config::Target;
use crate::progress::{Event, Reporter};
use crate::ssh::{Host, Session};
use container::Origin;
pub use error::Error;
pub use fate::Fate;
use rung::{Plan, Rung};
pub use stream::Stream;

/// A stream to a server. Dropping it ends the ssh session or the process it runs over.
pub struct Link {
    pub stream: Stream,
    /// Whether TLS makes sense here: TCP to the real server, not a unix socket or a relay.
    pub tls: bool,
    pub fate: Fate,
    /// Which rung of the ladder it stands on, for [`Route::pass`] and [`Route::hold`].
    pub place: usize,
}

impl Link {
    /// A link whose place is not known yet.
    fn new(stream: Stream, tls: bool, fate: Fate) -> Self {
        Self {
            stream,
            tls,
            fate,
            place: 0,
        }
    }
}

/// The way to a target's server. Clones share it.
#[derive(Clone)]
pub struct Route(Arc<Inner>);

struct Inner {
    target: String,
    reporter: Reporter,
    plan: Plan,
    via: Option<Via>,
    /// The rung that holds, or the first that has not been passed over yet.
    place: AtomicUsize,
    held: AtomicBool,
    /// The first rung that was announced.
    announced: OnceLock<usize>,
    /// The rungs that were passed over, each with its reason.
    passed: std::sync::Mutex<Vec<String>>,
}

/// The ssh host in front of the server.
struct Via {
    given: String,
    config: Option<PathBuf>,
    host: OnceCell<Host>,
    control: Mutex<Option<Session>>,
}

impl Route {
    /// The route of `target`; connects to nothing. It fails for settings that cannot work.
    pub fn new(target: &Target, reporter: Reporter) -> Result<Self, Error> {
        let via = target.ssh.as_ref().map(|given| Via {
            given: given.clone(),
            config: target.ssh_config.clone(),
            host: OnceCell::new(),
            control: Mutex::default(),
        });
        Ok(Self(Arc::new(Inner {
            target: target.name.clone(),
            reporter,
            plan: Plan::of(target)?,
            via,
            place: AtomicUsize::default(),
            held: AtomicBool::default(),
            announced: OnceLock::new(),
            passed: std::sync::Mutex::default(),
        })))
    }

    /// The hops in order, like `ssh sertantai-hz (1.2.3.4:22)`, `docker exec shared_postgres (perl relay)`.
    ///
    /// The addresses of ssh hosts are known once [`announce`](Self::announce) or [`open`](Self::open) has read the
    /// configuration, the relay once it has been found.
    pub fn hops(&self) -> Vec<String> {
        let Inner { via, plan, .. } = &*self.0;
        let mut hops = match via {
            None => Vec::new(),
            Some(via) => match via.host.get() {
                Some(host) => host.describe(),
                None => vec![format!("ssh {}", via.given)],
            },
        };
        hops.extend(plan.rungs.get(self.0.place()).map(Rung::hop));
        hops
    }

    /// Reports the hops and why this way is taken, once per route.
    pub async fn announce(&self) {
        if self.0.announced.get().is_some() {
            return;
        }
        if let Some(via) = &self.0.via {
            // `open` reports a configuration that cannot be read.
            let _ = self.0.host(via).await;
        }
        if self.0.announced.set(self.0.place()).is_err() {
            return;
        }
        self.0.reporter.event(&Event::Route {
            target: self.0.target.clone(),
            hops: self.hops(),
            why: self.0.plan.why.clone(),
        });
    }

    /// A stream of its own: behind ssh it has its own session, so that it may stall without stopping others.
    pub async fn open(&self) -> Result<Link, Error> {
        let Some(via) = &self.0.via else {
            return self.0.climb(None, None).await;
        };
        let session = self.0.host(via).await?.connect().await?;
        // Only what must be found out first needs the control session.
        let control = if !self.0.is_held() && self.0.plan.asks_first() {
            Some(via.control(&self.0.reporter).await?)
        } else {
            None
        };
        self.0.climb(Some(&session), control.as_ref()).await
    }

    /// A stream for a cancel request: over the control session, so that it pays no handshake. It must stay small.
    pub async fn open_control(&self) -> Result<Link, Error> {
        let Some(via) = &self.0.via else {
            return self.0.climb(None, None).await;
        };
        let control = via.control(&self.0.reporter).await?;
        self.0.climb(Some(&control), Some(&control)).await
    }

    /// Keeps to the rung of a link that led to a login.
    pub fn hold(&self, link: usize) {
        if self.0.held.swap(true, Ordering::SeqCst) {
            return;
        }
        self.0.place.store(link, Ordering::SeqCst);
        if self.0.announced.get() < Some(&link) {
            self.0.reporter.event(&Event::Route {
                target: self.0.target.clone(),
                hops: self.hops(),
                why: "what comes before it was passed over".to_owned(),
            });
        }
    }

    /// Goes on to the next rung after the server behind a link would not have us; false where there is none, or
    /// an earlier login shows that the rung is the right one.
    pub fn pass(&self, link: usize, reason: &str) -> bool {
        self.0.pass(link, reason)
    }

    /// Ends the control session and the processes on this machine. Links that are still open are their owners'.
    pub async fn close(&self) {
        if let Some(via) = &self.0.via
            && let Some(session) = via.control.lock().await.take()
        {
            session.close().await;
        }
        for rung in &self.0.plan.rungs {
            if let Rung::Container(_, container) = rung {
                container.close().await;
            }
        }
    }
}

impl Inner {
    fn is_held(&self) -> bool {
        self.held.load(Ordering::SeqCst)
    }

    fn place(&self) -> usize {
        self.place.load(Ordering::SeqCst)
    }

    /// Opens the rung that holds, or the first that does not fail in a way the next might not.
    async fn climb(
        &self,
        session: Option<&Session>,
        control: Option<&Session>,
    ) -> Result<Link, Error> {
        let Plan { rungs, limit, .. } = &self.plan;
        let from = Origin {
            session,
            control,
            limit: *limit,
        };
        loop {
            let place = self.place();
            match rungs[place].open(from).await {
                Ok(link) => return Ok(Link { place, ..link }),
                Err(reason) if reason.passes() => {
                    if !self.pass(place, &reason.to_string()) {
                        return Err(self.all_passed(reason));
                    }
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// The host, once its configuration has been read: only then is it known who we are there, and so where the
    /// ladder begins.
    async fn host<'a>(&self, via: &'a Via) -> Result<&'a Host, Error> {
        let host = via.host(&self.reporter).await?;
        let possible = |rung: &Rung| !rung.needs_root() || host.user() == "root";
        let first = self.plan.rungs.iter().position(possible);
        self.place.fetch_max(first.unwrap_or(0), Ordering::SeqCst);
        Ok(host)
    }

    /// The error of the last rung, with those of the rungs before it.
    fn all_passed(&self, last: Error) -> Error {
        let passed = self.passed.lock().unwrap_or_else(PoisonError::into_inner);
        if self.is_held() || passed.is_empty() {
            return last;
        }
        let last = format!("not by {}: {last}", self.plan.rungs[self.place()].hop());
        Error::AllPassed([&passed[..], &[last]].concat())
    }

    fn pass(&self, place: usize, reason: &str) -> bool {
        let next = place + 1;
        if self.is_held() || next >= self.plan.rungs.len() {
            return false;
        }
        // Another link may have passed it already, and said so.
        if self.place.fetch_max(next, Ordering::SeqCst) < next {
            let rung = self.plan.rungs[place].hop();
            let mut passed = self.passed.lock().unwrap_or_else(PoisonError::into_inner);
            passed.push(format!("not by {rung}: {reason}"));
            self.reporter.event(&Event::RungPassed {
                target: self.target.clone(),
                rung,
                reason: reason.to_owned(),
            });
        }
        true
    }
}

impl Via {
    async fn host(&self, reporter: &Reporter) -> Result<&Host, Error> {
        let resolving = || Host::resolve(&self.given, self.config.as_deref(), Arc::clone(reporter));
        Ok(self.host.get_or_try_init(resolving).await?)
    }

    /// The control session, opened when first needed and again after it was lost.
    async fn control(&self, reporter: &Reporter) -> Result<Session, Error> {
        let mut control = self.control.lock().await;
        match &*control {
            Some(session) if !session.is_closed() => Ok(session.clone()),
            _ => {
                let session = self.host(reporter).await?.connect().await?;
                *control = Some(session.clone());
                Ok(session)
            }
        }
    }
}
