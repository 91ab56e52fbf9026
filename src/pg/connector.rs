//! From a target to sessions on it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio_postgres::tls::{MakeTlsConnect, NoTls};

use super::session::{Access, Session};
use super::wire::{CopyWatch, Wire, WireTls};
use super::{Error, Result, refusal, server, tls};
use crate::config::{SslMode, Target};
use crate::interrupt::race;
use crate::progress::{Event, Reporter};
use crate::route::{self, Link, Route, Stream};

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
}

impl Connector {
    /// `application_name` is what `pg_stat_activity` shows; unique to the run, so that what it left can be found.
    /// It is kept as servers keep it: 63 characters of ASCII, others as `?`.
    pub fn new(target: Target, application_name: &str, reporter: Reporter) -> Result<Self> {
        let route = Route::new(&target, Arc::clone(&reporter)).map_err(|source| Error::Route {
            target: target.name.clone(),
            source: Box::new(source),
        })?;
        let shared = Shared {
            target,
            route,
            reporter,
            application_name: as_kept(application_name),
            announced: AtomicBool::new(false),
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
        let session = loop {
            let link = self.shared.route.open().await;
            let link = link.map_err(|source| self.unreachable(source))?;
            let place = link.place;
            match self.session(link, access).await {
                Ok(session) => {
                    self.shared.route.hold(place);
                    break session;
                }
                // Another rung may lead to a line of `pg_hba.conf` that lets us in.
                Err(error)
                    if error.is_login_refusal()
                        && self.shared.route.pass(place, &error.to_string()) => {}
                Err(error) => return Err(error),
            }
        };
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

    /// Logs in over a link.
    async fn session(&self, link: Link, access: Access) -> Result<Session> {
        let fate = link.fate.clone();
        let limit = self.shared.target.dsn.connect_timeout;
        let limit = limit.unwrap_or(LOGIN_LIMIT);
        match race(tokio::time::timeout(limit, self.login(link))).await? {
            Ok(Ok(parts)) => Session::start(self.clone(), parts, fate, access).await,
            Ok(Err(Error::Lost { target, reason })) => {
                let reason = fate.describe().await.unwrap_or(reason);
                Err(Error::Connect { target, reason })
            }
            Ok(Err(error)) => Err(error),
            Err(_) => Err(Error::Connect {
                target: self.name().to_owned(),
                reason: format!(
                    "it does not answer within {} s; is it PostgreSQL that listens there?",
                    limit.as_secs()
                ),
            }),
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

    async fn login(&self, link: Link) -> Result<server::Parts> {
        let mode = self.shared.target.dsn.sslmode;
        let mut config = self.settings();
        let copy = CopyWatch::default();
        if !link.tls || matches!(mode, SslMode::Disable | SslMode::Allow) {
            config.ssl_mode(tokio_postgres::config::SslMode::Disable);
            let stream = Wire::new(link.stream, &copy, 0);
            let parts = config
                .connect_raw(stream, NoTls)
                .await
                .map_err(|e| self.refused(&e))?;
            return Ok(server::Parts::new(parts.0, parts.1, copy, self));
        }
        config.ssl_mode(match mode {
            SslMode::Prefer => tokio_postgres::config::SslMode::Prefer,
            _ => tokio_postgres::config::SslMode::Require,
        });
        let tls = WireTls {
            connect: self.tls()?,
            copy: copy.clone(),
        };
        let parts = config
            .connect_raw(Wire::new(link.stream, &copy, 1), tls)
            .await
            .map_err(|e| self.refused(&e))?;
        Ok(server::Parts::new(parts.0, parts.1, copy, self))
    }

    /// TLS towards the real host name, whatever the route connects to.
    pub(super) fn tls(&self) -> Result<tls::Connect> {
        let target = &self.shared.target;
        let mut make = tls::connector(&target.dsn).map_err(|failure| Error::Certificate {
            target: target.name.clone(),
            file: failure.file,
            reason: failure.reason,
        })?;
        let host = target.dsn.host.as_deref().unwrap_or("localhost");
        MakeTlsConnect::<Stream>::make_tls_connect(&mut make, host).map_err(|error| {
            Error::Connect {
                target: target.name.clone(),
                reason: error.to_string(),
            }
        })
    }

    fn settings(&self) -> tokio_postgres::Config {
        let dsn = &self.shared.target.dsn;
        let mut config = tokio_postgres::Config::new();
        config
            .user(&dsn.user)
            .dbname(&dsn.database)
            .application_name(&self.shared.application_name);
        if let Some(password) = &dsn.password {
            config.password(password.expose());
        }
        config
    }

    fn refused(&self, error: &tokio_postgres::Error) -> Error {
        let target = self.name().to_owned();
        if let Some(error) = error.as_db_error() {
            return Error::Refused {
                target,
                source: Box::new(refusal::of_server(error)),
            };
        }
        if error.is_closed() {
            return Error::Lost {
                target,
                reason: "the server closed it during login".to_owned(),
            };
        }
        refusal::of_driver(error, &self.shared.target)
    }
}

fn as_kept(application_name: &str) -> String {
    let is_kept = |c: &char| matches!(c, ' '..='~');
    let kept = application_name.chars();
    kept.map(|c| if is_kept(&c) { c } else { '?' })
        .take(63)
        .collect()
}
