//! The servers of an address: `host`, `hostaddr` and `port` are lists.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};

use super::super::Secret;
use super::problem::Problem;
use super::words::Words;

pub const DEFAULT_PORT: u16 = 5432;

/// One server of an address.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Endpoint {
    /// The real host name (also behind a tunnel), or the folder of a unix socket; `None` where the
    /// address names none.
    pub host: Option<String>,
    /// `hostaddr`: where to connect, in the place of what `host` resolves to.
    pub address: Option<String>,
    pub port: u16,
    /// Its own, from the file of passwords, or the one of the address.
    pub password: Option<Secret>,
}

impl Endpoint {
    /// Where to connect to: an address, a host name or the folder of a socket.
    pub fn place(&self) -> Option<&str> {
        self.address.as_deref().or(self.host.as_deref())
    }

    /// What it is called: by its name, where it has one.
    pub fn name(&self) -> Option<&str> {
        self.host.as_deref().or(self.address.as_deref())
    }

    /// The folder of its socket.
    pub fn folder(&self) -> Option<&str> {
        self.place().filter(|place| place.starts_with('/'))
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.name().unwrap_or("localhost");
        let port = self.port;
        if name.starts_with('/') {
            write!(f, "{name}/.s.PGSQL.{port}")
        } else if name.contains(':') {
            write!(f, "[{name}]:{port}")
        } else {
            write!(f, "{name}:{port}")
        }
    }
}

/// The servers, in the order given and without passwords; at least one.
pub fn endpoints(words: &mut Words) -> Result<Vec<Endpoint>, Problem> {
    let hosts = list(words.take("host"), checked_host)?;
    let addresses = list(words.take("hostaddr"), checked_address)?;
    let ports = list(words.take("port"), parse_port)?;
    let count = if addresses.is_empty() {
        hosts.len().max(1)
    } else {
        addresses.len()
    };
    if hosts.len() > 1 && hosts.len() != count || hosts.len() == 1 && count > 1 {
        return Err(Problem::AddressCount {
            hosts: hosts.len(),
            addresses: count,
        });
    }
    if ports.len() > 1 && ports.len() != count {
        return Err(Problem::PortCount {
            ports: ports.len(),
            hosts: count,
        });
    }
    // One port is that of all hosts.
    let port = |at: usize| {
        if ports.len() == 1 {
            ports.first()
        } else {
            ports.get(at)
        }
    };
    let all = (0..count).map(|at| Endpoint {
        host: hosts.get(at).cloned().flatten(),
        address: addresses.get(at).cloned().flatten(),
        port: port(at).copied().flatten().unwrap_or(DEFAULT_PORT),
        password: None,
    });
    Ok(all.collect())
}

/// The parts between commas, each read by `read`; an empty part is the default.
fn list<T>(
    text: Option<String>,
    read: impl Fn(&str) -> Result<T, Problem>,
) -> Result<Vec<Option<T>>, Problem> {
    let Some(text) = text else {
        return Ok(Vec::new());
    };
    let parts = text.split(',').map(|part| match part.trim() {
        "" => Ok(None),
        part => read(part).map(Some),
    });
    parts.collect()
}

fn checked_host(host: &str) -> Result<String, Problem> {
    let folder = host.starts_with('/');
    let misplaced =
        |c: char| c.is_control() || (!folder && (c.is_whitespace() || "@/?#[]".contains(c)));
    if host.starts_with('-') || host.contains(misplaced) {
        return Err(Problem::Host);
    }
    Ok(host.to_owned())
}

/// An address in numbers, with its zone where it has one (`fe80::1%eth0`).
fn checked_address(address: &str) -> Result<String, Problem> {
    let known = match address.split_once('%') {
        None => address.parse::<IpAddr>().is_ok(),
        Some((number, zone)) => {
            let letters = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
            number.parse::<Ipv6Addr>().is_ok() && !zone.is_empty() && zone.chars().all(letters)
        }
    };
    known
        .then(|| address.to_owned())
        .ok_or(Problem::HostAddress)
}

fn parse_port(port: &str) -> Result<u16, Problem> {
    port.parse()
        .ok()
        .filter(|port| *port > 0)
        .ok_or(Problem::Port)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&'static str, &str)]) -> Result<Vec<String>, Problem> {
        let mut words = Words::default();
        for (word, value) in pairs {
            words.set(word, (*value).to_owned());
        }
        let all = endpoints(&mut words)?;
        let text = |one: &Endpoint| format!("{one} {}", one.place().unwrap_or("-"));
        Ok(all.iter().map(text).collect())
    }

    #[test]
    fn hosts_addresses_and_ports_are_matched_by_place() {
        for (pairs, expected) in [
            (&[][..], &["localhost:5432 -"][..]),
            (&[("host", "a,b")], &["a:5432 a", "b:5432 b"]),
            (
                &[("host", "a,,/run/pg"), ("port", "1,,3")],
                &["a:1 a", "localhost:5432 -", "/run/pg/.s.PGSQL.3 /run/pg"],
            ),
            (&[("host", "a,b"), ("port", "7")], &["a:7 a", "b:7 b"]),
            (
                &[("host", "a,b"), ("hostaddr", "::1,127.0.0.1")],
                &["a:5432 ::1", "b:5432 127.0.0.1"],
            ),
            (
                &[("hostaddr", "fe80::1%eth0")],
                &["[fe80::1%eth0]:5432 fe80::1%eth0"],
            ),
        ] {
            assert_eq!(read(pairs).unwrap(), expected, "{pairs:?}");
        }
    }

    #[test]
    fn lists_that_do_not_match_are_refused() {
        let (hosts, addresses) = (1, 2);
        for (pairs, problem) in [
            (
                &[("host", "a,b"), ("port", "1,2,3")][..],
                Problem::PortCount { ports: 3, hosts: 2 },
            ),
            (
                &[("port", "1,2")],
                Problem::PortCount { ports: 2, hosts: 1 },
            ),
            (
                &[("host", "a"), ("hostaddr", "::1,::2")],
                Problem::AddressCount { hosts, addresses },
            ),
            (&[("host", "a,ss@db")], Problem::Host),
            (&[("host", "-oProxyCommand=x")], Problem::Host),
            (&[("hostaddr", "localhost")], Problem::HostAddress),
            (&[("port", "0")], Problem::Port),
        ] {
            assert_eq!(read(pairs), Err(problem), "{pairs:?}");
        }
    }
}
