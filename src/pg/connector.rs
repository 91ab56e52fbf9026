//! From a target to sessions on it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use super::error::Tried;
use super::login::{self, Encryption, Failed};
use super::session::{Access, Session};
use super::{Error, Result, attrs};
use crate::config::Target;
use crate::interrupt::race;
use crate::progress::{Event, Reporter};
use crate::route::{self, Link, Route};

/// How long the exchange after the route stands may take: start-up, authentication. `connect_timeout` may be shorter.
const LOGIN_LIMIT: Duration = Duration::from_secs(30);

/// Opens sessions on one target, all over the same route. Clones share the route.
#[derive(Clone)]
pub struct Connector {
    shared: Arc<Shared>,
}

struct Shared {
    target: Target,
    route: Route,
    reporter: Reporter,
    application_name: String,
    announced: AtomicBool,
    /// Which rung led to a login, and whether with TLS.
    settled: OnceLock<(usize, Encryption)>,
}

impl Connector {
    /// `application_name` is what `pg_stat_activity` shows; unique to the run, so that what it left can be found.
    /// It is kept as servers keep it: 63 characters of ASCII, others as `?`. A name that the target gives stands in
    /// front of it.
    pub fn new(target: Target, application_name: &str, reporter: Reporter) -> Result<Self> {
        let route = Route::new(&target, Arc::clone(&reporter)).map_err(|source| Error::Route {
            target: target.name.clone(),
            source: Box::new(source),
        })?;
        let given = target.dsn.application_name.as_deref();
        let shared = Shared {
            application_name: session_name(given, application_name),
            target,
            route,
            reporter,
            announced: AtomicBool::new(false),
            settled: OnceLock::new(),
        };
        Ok(Self {
            shared: Arc::new(shared),
        })
    }

    pub fn target(&self) -> &Target {
        &self.shared.target
    }

    pub fn name(&self) -> &str {
        &self.shared.target.name
    }

    pub fn reporter(&self) -> &Reporter {
        &self.shared.reporter
    }

    pub fn route(&self) -> &Route {
        &self.shared.route
    }

    pub fn application_name(&self) -> &str {
        &self.shared.application_name
    }

    /// Opens a session. The first one prints the hops before connecting and the server afterwards.
    pub async fn open(&self, access: Access) -> Result<Session> {
        let first = !self.shared.announced.swap(true, Ordering::SeqCst);
        if first {
            self.shared.route.announce().await;
        }
        let session = self.climb(access).await?;
        if first {
            let description = session.server().describe();
            let target = self.name().to_owned();
            self.shared.reporter.event(&Event::Server {
                target,
                description,
            });
        }
        Ok(session)
    }

    /// Goes from rung to rung until a server lets us in that is what the target asks for.
    async fn climb(&self, access: Access) -> Result<Session> {
        let route = &self.shared.route;
        loop {
            let link = match route.open().await {
                Ok(link) => link,
                Err(error) => return Err(self.outcome(self.unreachable(error), route.place())),
            };
            let (place, wanted) = (link.place, link.wanted);
            let error = match self.enter(link, access).await {
                Ok((session, encryption)) => match attrs::unmet(&session, wanted).await? {
                    None => {
                        route.hold(place);
                        let _ = self.shared.settled.set((place, encryption));
                        return Ok(session);
                    }
                    Some(reason) => {
                        session.close();
                        Error::Unsuited {
                            target: self.name().to_owned(),
                            reason,
                        }
                    }
                },
                Err(error) => error,
            };
            let goes_on = match onward(&error) {
                Onward::Rung => route.pass(place, &error.reason()),
                Onward::Server => route.pass_server(place, &error.reason()),
                Onward::Nowhere => false,
            };
            if !goes_on {
                return Err(self.outcome(error, place));
            }
        }
    }

    /// Logs in over a link, and again over another one where `sslmode` leaves a second way open.
    async fn enter(&self, link: Link, access: Access) -> Result<(Session, Encryption)> {
        let mode = self.shared.target.dsn.tls.mode;
        let (place, takes_tls) = (link.place, link.tls);
        let encryption = self.encryption(&link);
        let failed = match self.session(link, encryption, access).await? {
            Ok(session) => return Ok(session),
            Err(failed) => failed,
        };
        let Some(other) = failed.other_way(mode).filter(|_| takes_tls) else {
            return Err(failed.error);
        };
        let Ok(link) = self.shared.route.open_again(place).await else {
            return Err(failed.error);
        };
        let entered = self.session(link, other, access).await?;
        entered.map_err(|again| failed.and(again))
    }

    /// Logs in over a link in one way.
    async fn session(
        &self,
        link: Link,
        encryption: Encryption,
        access: Access,
    ) -> Result<std::result::Result<(Session, Encryption), Failed>> {
        let fate = link.fate.clone();
        let limit = self.shared.target.dsn.connect_timeout;
        let limit = limit.unwrap_or(LOGIN_LIMIT);
        // Boxed: it is large, and part of everything that opens a session.
        let login = Box::pin(login::login(self, link, encryption));
        match race(tokio::time::timeout(limit, login)).await? {
            Ok(Ok(parts)) => {
                let encryption = parts.encryption;
                let session = Session::start(self.clone(), parts, fate, access).await?;
                Ok(Ok((session, encryption)))
            }
            Ok(Err(mut failed)) => {
                if let Error::Lost { target, reason } = failed.error {
                    let reason = fate.describe().await.unwrap_or(reason);
                    failed.error = Error::Connect { target, reason };
                }
                Ok(Err(failed))
            }
            Err(_) => Err(Error::Silent {
                target: self.name().to_owned(),
                limit,
            }),
        }
    }

    /// Whether a link is to be encrypted: as it turned out for an earlier one by the same way.
    pub(super) fn encryption(&self, link: &Link) -> Encryption {
        match self.shared.settled.get() {
            _ if !link.tls => Encryption::None,
            Some((place, encryption)) if *place == link.place => *encryption,
            _ => Encryption::first(self.shared.target.dsn.tls.mode),
        }
    }

    /// The error that ends the search: with what was wrong with every other server, where there are several.
    fn outcome(&self, error: Error, place: usize) -> Error {
        let mut tried = self.shared.route.passed();
        if self.shared.target.dsn.endpoints.len() == 1 || tried.is_empty() {
            return error;
        }
        let last = (self.shared.route.hop(place), error.reason());
        if !tried.contains(&last) {
            tried.push(last);
        }
        let target = self.name().to_owned();
        match error {
            Error::Interrupted => Error::Interrupted,
            Error::Refused { mut source, .. } => {
                // All of them are told.
                source.route = None;
                Error::NoServer {
                    target,
                    tried: Tried(tried),
                    source: Some(source),
                }
            }
            _ => Error::NoServer {
                target,
                tried: Tried(tried),
                source: None,
            },
        }
    }

    /// Ends what the route keeps open besides its links.
    pub async fn close(&self) {
        self.shared.route.close().await;
    }

    pub(super) fn unreachable(&self, source: route::Error) -> Error {
        match source {
            // By an answer that was refused, which nothing else tells of.
            route::Error::Interrupted => Error::Interrupted,
            source => Error::Route {
                target: self.name().to_owned(),
                source: Box::new(source),
            },
        }
    }
}

/// Where to go after a server would not have us. As in libpq, a wrong password ends the search; but another way to
/// the same server may lead to a line of its `pg_hba.conf` that lets us in.
enum Onward {
    Rung,
    Server,
    Nowhere,
}

fn onward(error: &Error) -> Onward {
    match error {
        Error::Silent { .. } | Error::Unsuited { .. } => Onward::Server,
        error if login::is_not_ready(error) => Onward::Server,
        error if error.is_login_refusal() => Onward::Rung,
        _ => Onward::Nowhere,
    }
}

/// The name of a session: that of the run, behind the one the target gives.
fn session_name(given: Option<&str>, ours: &str) -> String {
    const GIVEN: usize = 24;
    match given {
        Some(given) => {
            let given: String = given.chars().take(GIVEN).collect();
            as_kept(&format!("{given} {ours}"))
        }
        None => as_kept(ours),
    }
}

fn as_kept(application_name: &str) -> String {
    let is_kept = |c: &char| matches!(c, ' '..='~');
    let kept = application_name.chars();
    kept.map(|c| if is_kept(&c) { c } else { '?' })
        .take(63)
        .collect()
}
