//! The ways to a server that a target's settings leave open, in the order they are tried.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::Stream;
use super::container::Container;
use super::{Error, Fate, Link, direct};
use crate::config::Target;
use crate::ssh::{Session, tcp};

/// Where servers put their sockets.
const SOCKET_FOLDERS: [&str; 3] = ["/var/run/postgresql", "/run/postgresql", "/tmp"];
const LOOPBACK: &str = "127.0.0.1";

/// One way to the server: from this machine, or from the last ssh host.
#[derive(Debug)]
pub enum Rung {
    Tcp { host: String, port: u16 },
    Socket { path: PathBuf },
    Relay(Box<Container>),
}

/// The rungs of a target, and why they are these.
pub struct Plan {
    pub rungs: Vec<Rung>,
    pub why: String,
    pub limit: Duration,
}

impl Plan {
    pub fn of(target: &Target) -> Result<Self, Error> {
        let limit = target.dsn.connect_timeout.unwrap_or(tcp::DEFAULT_LIMIT);
        let (rungs, why) = match &target.docker {
            Some(name) => in_container(target, name)?,
            None => to_server(target),
        };
        Ok(Self { rungs, why, limit })
    }

    /// Whether something has to be found out before the first stream: which relay a container has.
    pub fn asks_first(&self) -> bool {
        let mut rungs = self.rungs.iter();
        rungs.any(|rung| matches!(rung, Rung::Relay(_)))
    }
}

fn in_container(target: &Target, name: &str) -> Result<(Vec<Rung>, String), Error> {
    let port = target.dsn.port;
    let (folder, why) = match target.dsn.host.as_deref() {
        None => (None, "the url names no host"),
        Some(host) if host.starts_with('/') => (Some(host), "the url names a folder of sockets"),
        Some(host) => {
            return Err(Error::HostWithDocker {
                target: target.name.clone(),
                host: host.to_owned(),
            });
        }
    };
    let container = Container::new(name, folder, port)?;
    let why = format!("`docker` is set and {why}: the container's own socket, by a relay");
    Ok((vec![Rung::Relay(Box::new(container))], why))
}

fn to_server(target: &Target) -> (Vec<Rung>, String) {
    let port = target.dsn.port;
    let behind = target.ssh.is_some();
    let as_seen = if behind {
        ", as the ssh host sees it"
    } else {
        ""
    };
    match target.dsn.host.as_deref() {
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
            Self::Relay(container) => container.hop(),
        }
    }

    /// Opens a stream, from `session` where the server stands behind ssh. What a relay has to find out first goes
    /// over `control`.
    pub async fn open(
        &self,
        session: Option<&Session>,
        control: Option<&Session>,
        limit: Duration,
    ) -> Result<Link, Error> {
        let (stream, tls, session) = match (self, session) {
            (Self::Tcp { host, port }, None) => return direct::tcp(host, *port, limit).await,
            (Self::Socket { path }, None) => return direct::socket(path).await,
            (Self::Relay(container), session) => return container.open(session, control).await,
            (Self::Tcp { host, port }, Some(session)) => {
                let stream = session.open_tcp(host, *port, limit).await?;
                (stream, true, session)
            }
            (Self::Socket { path }, Some(session)) => {
                let path = path.to_string_lossy();
                (session.open_socket(&path, limit).await?, false, session)
            }
        };
        Ok(Link::new(
            Stream::new(stream),
            tls,
            Fate::of_session(session.alias(), session.end()),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Dsn, SslMode};

    fn hops(host: Option<&str>, ssh: bool, docker: Option<&str>) -> Result<Vec<String>, String> {
        let target = Target {
            name: "prod".to_owned(),
            dsn: Dsn {
                host: host.map(str::to_owned),
                port: 6543,
                user: "postgres".to_owned(),
                password: None,
                database: "app".to_owned(),
                sslmode: SslMode::default(),
                sslrootcert: None,
                connect_timeout: None,
            },
            ssh: ssh.then(|| "hz".to_owned()),
            ssh_config: None,
            docker: docker.map(str::to_owned),
            protect: None,
        };
        let plan = Plan::of(&target).map_err(|error| error.to_string())?;
        Ok(plan.rungs.iter().map(Rung::hop).collect())
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
    fn a_container_is_entered_by_a_relay() {
        let hops_of = |host, name| hops(host, true, Some(name));
        assert_eq!(hops_of(None, "pg").unwrap(), ["docker exec pg (relay)"]);
        let error = hops_of(Some("db"), "pg").unwrap_err();
        assert!(error.contains("has `docker` and the host `db`"), "{error}");
        assert!(hops_of(None, "-v").unwrap_err().contains("`-v` is no name"));
    }
}
