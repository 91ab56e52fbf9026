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
pub mod tunnel;
mod via;

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use crate::config::{SessionAttrs, Target};
use crate::progress::{Event, Reporter};
use crate::ssh::{Host, Session};
use container::Origin;
pub use error::Error;
pub use fate::Fate;
use rung::{Plan, Rung};
pub use stream::Stream;
use via::Via;

/// A stream to a server. Dropping it ends the ssh session or the process it runs over.
pub struct Link {
    pub stream: Stream,
    /// Whether TLS makes sense here: TCP to the real server, not a unix socket or a relay.
    pub tls: bool,
    pub fate: Fate,
    /// Which rung of the ladder it stands on, for [`Route::pass`] and [`Route::hold`].
    pub place: usize,
    /// Which of the target's servers it leads to, counted from 0.
    pub server: usize,
    /// What that server has to be for this rung to do.
    pub wanted: SessionAttrs,
}

impl Link {
    /// A link whose place is not known yet.
    fn new(stream: Stream, tls: bool, fate: Fate) -> Self {
        Self {
            stream,
            tls,
            fate,
            place: 0,
            server: 0,
            wanted: SessionAttrs::Any,
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
    /// The rungs passed over, each with the reason.
    passed: std::sync::Mutex<Vec<(String, String)>>,
}

impl Route {
    /// The route of `target`; connects to nothing. It fails for settings that cannot work.
    pub fn new(target: &Target, reporter: Reporter) -> Result<Self, Error> {
        Ok(Self(Arc::new(Inner {
            target: target.name.clone(),
            reporter,
            plan: Plan::of(target)?,
            via: Via::of(target),
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
        let mut hops = via.as_ref().map(Via::describe).unwrap_or_default();
        hops.push(plan.steps[self.0.place()].rung.hop());
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
        self.open_from(None).await
    }

    /// Another stream over the rung of an earlier link.
    pub async fn open_again(&self, place: usize) -> Result<Link, Error> {
        self.open_from(Some(place)).await
    }

    async fn open_from(&self, place: Option<usize>) -> Result<Link, Error> {
        let Some(via) = &self.0.via else {
            return self.0.open(place, None, None).await;
        };
        let session = self.0.host(via).await?.connect().await?;
        // Only what must be found out first needs the control session.
        let control = if !self.0.is_held() && self.0.plan.asks_first() {
            Some(via.control(&self.0.reporter).await?)
        } else {
            None
        };
        self.0.open(place, Some(&session), control.as_ref()).await
    }

    /// A stream for a cancel request: over the control session, so that it pays no handshake. It must stay small.
    pub async fn open_control(&self) -> Result<Link, Error> {
        let Some(via) = &self.0.via else {
            return self.0.open(None, None, None).await;
        };
        let control = via.control(&self.0.reporter).await?;
        self.0.open(None, Some(&control), Some(&control)).await
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
        let steps = &self.0.plan.steps;
        let next = link + 1;
        let same = steps.get(next).filter(|it| it.round == steps[link].round);
        same.is_some() && self.0.pass(link, next, reason)
    }

    /// The same to the first rung of the next server.
    pub fn pass_server(&self, link: usize, reason: &str) -> bool {
        let steps = &self.0.plan.steps;
        let mut further = (link..steps.len()).skip(1);
        let next = further.find(|next| steps[*next].round != steps[link].round);
        next.is_some_and(|next| self.0.pass(link, next, reason))
    }

    /// The last hops that were passed over, each with its reason.
    pub fn passed(&self) -> Vec<(String, String)> {
        self.0.passed().clone()
    }

    /// The rung that holds, or the first that has not been passed over yet.
    pub fn place(&self) -> usize {
        self.0.place()
    }

    /// The last hop of a rung.
    pub fn hop(&self, link: usize) -> String {
        self.0.plan.steps[link].rung.hop()
    }

    /// Ends the control session and the processes on this machine. Links that are still open are their owners'.
    pub async fn close(&self) {
        if let Some(via) = &self.0.via {
            via.close().await;
        }
        for step in &self.0.plan.steps {
            if let Rung::Container(_, container) = &step.rung {
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

    fn passed(&self) -> std::sync::MutexGuard<'_, Vec<(String, String)>> {
        self.passed
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Opens the rung at `place`; or else the one that holds, or the first that does not fail in a way the next
    /// might not.
    async fn open(
        &self,
        place: Option<usize>,
        session: Option<&Session>,
        control: Option<&Session>,
    ) -> Result<Link, Error> {
        let Plan { steps, dial, .. } = &self.plan;
        let from = Origin {
            session,
            control,
            dial,
        };
        loop {
            let at = place.unwrap_or_else(|| self.place());
            let step = &steps[at];
            match step.rung.open(from).await {
                Ok(link) => {
                    return Ok(Link {
                        place: at,
                        server: step.server,
                        wanted: step.wanted,
                        ..link
                    });
                }
                Err(reason) if place.is_none() && reason.passes() => {
                    if !self.pass(at, at + 1, &reason.to_string()) {
                        return Err(self.all_passed(at, reason));
                    }
                }
                Err(error) => return Err(explained(error, control.or(session)).await),
            }
        }
    }

    /// The host, once its configuration has been read: only then is it known who we are there, and so where the
    /// ladder begins.
    async fn host<'a>(&self, via: &'a Via) -> Result<&'a Host, Error> {
        let host = via.host(&self.reporter).await?;
        let mut steps = self.plan.steps.iter();
        let first = steps.position(|step| !step.rung.needs_root() || host.user() == "root");
        self.place.fetch_max(first.unwrap_or(0), Ordering::SeqCst);
        Ok(host)
    }

    /// The error of the last rung, with those of the rungs before it. Several servers are for the connector to tell
    /// of: it knows of those that were reached, too.
    fn all_passed(&self, last: usize, error: Error) -> Error {
        let mut ways = self.passed().clone();
        let several = self.plan.steps.iter().any(|step| step.server > 0);
        if self.is_held() || several || ways.is_empty() {
            return error;
        }
        ways.push((self.plan.steps[last].rung.hop(), error.to_string()));
        Error::AllPassed { ways }
    }

    fn pass(&self, place: usize, next: usize, reason: &str) -> bool {
        if self.is_held() || next >= self.plan.steps.len() {
            return false;
        }
        // Another link may have passed it already, and said so.
        if self.place.fetch_max(next, Ordering::SeqCst) < next {
            let rung = self.plan.steps[place].rung.hop();
            let passed = (rung.clone(), reason.to_owned());
            // `prefer-standby` tries the same servers twice.
            if !self.passed().contains(&passed) {
                self.passed().push(passed);
            }
            self.reporter.event(&Event::RungPassed {
                target: self.target.clone(),
                rung,
                reason: reason.to_owned(),
            });
        }
        true
    }
}

/// The error of a docker that made no sense: behind ssh it may have been another program.
async fn explained(error: Error, session: Option<&Session>) -> Error {
    match (&error, session) {
        (Error::EngineUnusable { .. }, Some(session)) => match session.check_commands().await {
            Ok(()) => error,
            Err(replaced) => replaced.into(),
        },
        _ => error,
    }
}
