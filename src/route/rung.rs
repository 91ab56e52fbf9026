//! The ways to a server that a target's settings leave open, in the order they are tried.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rand::seq::SliceRandom;

use super::container::{Container, Origin, Way};
use super::{Error, Link, dial};
use crate::config::{Endpoint, LoadBalance, SessionAttrs, Target};
use crate::ssh::tcp::{self, Dial};

/// Where servers put their sockets.
const SOCKET_FOLDERS: [&str; 3] = ["/var/run/postgresql", "/run/postgresql", "/tmp"];
const LOOPBACK: &str = "127.0.0.1";

/// One way to the server: from this machine, or from the last ssh host.
#[derive(Debug)]
pub enum Rung {
    Tcp { host: String, port: u16 },
    Socket { path: PathBuf },
    Container(Way, Arc<Container>),
}

/// One rung of the ladder and what it leads to.
pub struct Step {
    pub rung: Rung,
    /// Which of the target's servers, counted from 0.
    pub server: usize,
    /// What that server has to be.
    pub wanted: SessionAttrs,
    /// The same for all rungs that lead to one server in one round.
    pub round: usize,
}

/// The rungs of a target, and why they are these.
pub struct Plan {
    /// At least one.
    pub steps: Vec<Step>,
    pub why: String,
    pub dial: Dial,
}

impl Plan {
    pub fn of(target: &Target) -> Result<Self, Error> {
        let dsn = &target.dsn;
        let mut order: Vec<_> = (0..dsn.endpoints.len()).collect();
        let random = dsn.load_balance == LoadBalance::Random;
        if random {
            order.shuffle(&mut rand::rng());
        }
        // Where no standby is found, any server will do.
        let rounds = match dsn.session_attrs {
            SessionAttrs::PreferStandby => vec![SessionAttrs::Standby, SessionAttrs::Any],
            wanted => vec![wanted],
        };
        let (mut steps, mut reasons) = (Vec::new(), Vec::new());
        for wanted in rounds {
            for &server in &order {
                let endpoint = &dsn.endpoints[server];
                let (rungs, why) = match (&target.docker, &target.compose) {
                    (None, None) => to_server(target, endpoint),
                    _ => in_container(target, endpoint)?,
                };
                let round = reasons.len();
                reasons.push(why);
                steps.extend(rungs.into_iter().map(|rung| Step {
                    rung,
                    server,
                    wanted,
                    round,
                }));
            }
        }
        let why = match order.len() {
            1 => reasons.swap_remove(0),
            count if random => format!("the first of {count} servers, in random order"),
            count => format!("the first of {count} servers"),
        };
        Ok(Self {
            steps,
            why,
            dial: Dial {
                keep_alive: dsn.keep_alive,
                random,
                ..Dial::within(dsn.connect_timeout.unwrap_or(tcp::DEFAULT_LIMIT))
            },
        })
    }

    /// Whether something has to be found out before the first stream: where a container is, which relay it has.
    pub fn asks_first(&self) -> bool {
        let mut rungs = self.steps.iter().map(|step| &step.rung);
        rungs.any(|rung| matches!(rung, Rung::Container(..)))
    }
}

fn in_container(target: &Target, server: &Endpoint) -> Result<(Vec<Rung>, String), Error> {
    let own = [Way::HostSocket, Way::Relay];
    let ports = [Way::Published, Way::Bridge];
    let (folder, ways, why) = match (server.folder(), server.place()) {
        (Some(folder), _) => {
            let why = "the url names a folder of sockets: the container's own";
            (Some(folder), own.to_vec(), why)
        }
        (None, None) => {
            let why = "the url names no host: the container's own socket";
            (None, [own, ports].concat(), why)
        }
        (None, Some(_)) => {
            let why = "the url names a host: the container's port";
            (None, ports.to_vec(), why)
        }
    };
    let (key, container) = match (&target.docker, &target.compose) {
        (None, Some(service)) => (
            "compose",
            Container::of_service(service, folder, server.port),
        ),
        (name, _) => {
            let name = name.as_deref().unwrap_or_default();
            ("docker", Container::named(name, folder, server.port)?)
        }
    };
    let container = Arc::new(container);
    let ways = ways.into_iter();
    // Behind ssh it is not known yet who we are.
    let possible = ways.filter(|way| *way != Way::HostSocket || target.ssh.is_some() || is_root());
    let rungs = possible.map(|way| Rung::Container(way, Arc::clone(&container)));
    Ok((rungs.collect(), format!("`{key}` is set and {why}")))
}

fn is_root() -> bool {
    #[cfg(unix)]
    return rustix::process::geteuid().is_root();
    #[cfg(not(unix))]
    false
}

fn to_server(target: &Target, server: &Endpoint) -> (Vec<Rung>, String) {
    let port = server.port;
    let behind = target.ssh.is_some();
    let as_seen = if behind {
        ", as the ssh host sees it"
    } else {
        ""
    };
    match server.place() {
        Some(folder) if folder.starts_with('/') => {
            let path = socket_in(Path::new(folder), port);
            let why = format!("the url names a folder of sockets{as_seen}");
            (vec![Rung::Socket { path }], why)
        }
        Some(host) => {
            let host = host.to_owned();
            let why = format!("the url names a host{as_seen}");
            (vec![Rung::Tcp { host, port }], why)
        }
        None if behind => {
            let why = "the url names no host: the ssh host's own socket, or else its loopback";
            // `/run` and `/var/run` are one folder wherever both exist.
            let folders = [SOCKET_FOLDERS[0], SOCKET_FOLDERS[2]];
            let sockets = folders.map(|folder| Rung::Socket {
                path: socket_in(Path::new(folder), port),
            });
            let rungs = sockets.into_iter().chain([loopback(port)]).collect();
            (rungs, why.to_owned())
        }
        None => {
            let sockets = SOCKET_FOLDERS.map(|folder| socket_in(Path::new(folder), port));
            let here = sockets.into_iter().find(|path| path.exists());
            let (rung, why) = match here {
                Some(path) => (Rung::Socket { path }, "this socket is here"),
                None => (loopback(port), "there is no socket here"),
            };
            (vec![rung], format!("the url names no host, and {why}"))
        }
    }
}

fn loopback(port: u16) -> Rung {
    Rung::Tcp {
        host: LOOPBACK.to_owned(),
        port,
    }
}

fn socket_in(folder: &Path, port: u16) -> PathBuf {
    folder.join(format!(".s.PGSQL.{port}"))
}

impl Rung {
    /// The last hop as it is shown before connecting.
    pub fn hop(&self) -> String {
        match self {
            Self::Tcp { host, port } => format!("{host}:{port}"),
            Self::Socket { path } => path.display().to_string(),
            Self::Container(way, container) => container.hop(*way),
        }
    }

    /// Whether only root on the last host can take it.
    pub fn needs_root(&self) -> bool {
        matches!(self, Self::Container(Way::HostSocket, _))
    }

    pub async fn open(&self, from: Origin<'_>) -> Result<Link, Error> {
        match self {
            Self::Tcp { host, port } => dial::tcp(from, host, *port).await,
            Self::Socket { path } => dial::socket(from, path).await,
            Self::Container(way, container) => container.open(*way, from).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Dsn, Endpoint};

    fn target(hosts: &[Option<&str>]) -> Target {
        let server = |host: Option<&str>| Endpoint {
            host: host.map(str::to_owned),
            port: 6543,
            ..Endpoint::default()
        };
        let servers = hosts.iter().copied().map(server).collect();
        Target {
            name: "prod".to_owned(),
            dsn: Dsn::of(servers, "postgres", "app"),
            ssh: None,
            ssh_config: None,
            docker: None,
            compose: None,
            protect: None,
        }
    }

    fn hops(host: Option<&str>, ssh: bool, docker: Option<&str>) -> Result<Vec<String>, String> {
        let target = Target {
            ssh: ssh.then(|| "hz".to_owned()),
            docker: docker.map(str::to_owned),
            ..target(&[host])
        };
        let plan = Plan::of(&target).map_err(|error| error.to_string())?;
        Ok(plan.steps.iter().map(|step| step.rung.hop()).collect())
    }

    #[test]
    fn a_url_alone_goes_straight_to_its_host() {
        assert_eq!(
            hops(Some("db.example"), false, None).unwrap(),
            ["db.example:6543"]
        );
        assert_eq!(
            hops(Some("/srv/pg"), false, None).unwrap(),
            ["/srv/pg/.s.PGSQL.6543"]
        );
        assert_eq!(hops(None, false, None).unwrap(), ["127.0.0.1:6543"]);
    }

    #[test]
    fn behind_ssh_no_host_means_the_sockets_there_then_loopback() {
        assert_eq!(
            hops(None, true, None).unwrap(),
            [
                "/var/run/postgresql/.s.PGSQL.6543",
                "/tmp/.s.PGSQL.6543",
                "127.0.0.1:6543"
            ]
        );
    }

    #[test]
    fn a_standby_that_is_only_preferred_is_looked_for_first() {
        let mut target = target(&[Some("a"), Some("b")]);
        target.dsn.session_attrs = SessionAttrs::PreferStandby;
        let plan = Plan::of(&target).unwrap();
        let steps = plan.steps.iter();
        let steps: Vec<_> = steps.map(|it| (it.server, it.wanted, it.round)).collect();
        let (first, then) = (SessionAttrs::Standby, SessionAttrs::Any);
        assert_eq!(
            steps,
            [(0, first, 0), (1, first, 1), (0, then, 2), (1, then, 3)]
        );
    }

    #[test]
    fn a_random_order_still_has_every_server() {
        let mut target = target(&[Some("a"), Some("b"), Some("c")]);
        target.dsn.load_balance = LoadBalance::Random;
        let plan = Plan::of(&target).unwrap();
        let mut servers: Vec<_> = plan.steps.iter().map(|step| step.server).collect();
        servers.sort_unstable();
        assert_eq!(servers, [0, 1, 2]);
    }

    #[test]
    fn a_container_is_entered_by_its_socket_then_by_its_ports() {
        let hops_of = |host, name| hops(host, true, Some(name));
        let own = [
            "docker pg (its socket, through /proc)",
            "docker exec pg (relay)",
        ];
        let ports = [
            "docker pg (its published port)",
            "docker pg (its bridge address)",
        ];
        assert_eq!(hops_of(None, "pg").unwrap(), [own, ports].concat());
        assert_eq!(hops_of(Some("/srv/pg"), "pg").unwrap(), own);
        assert_eq!(hops_of(Some("db"), "pg").unwrap(), ports);
        assert!(hops_of(None, "-v").unwrap_err().contains("`-v` is no name"));
    }
}
