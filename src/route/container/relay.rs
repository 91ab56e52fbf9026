//! The programs that can carry bytes between `docker exec` and a server in the container.

use super::engine::Found;
use super::place::Place;
use crate::route::Error;

const PERL: &str = include_str!("../relay/perl.pl");
const PYTHON: &str = include_str!("../relay/python3.py");
const BASH: &str = include_str!("../relay/bash.sh");
const NC: &str = include_str!("../relay/nc.sh");
const BUSYBOX: &str = include_str!("../relay/busybox.sh");
const PROBE: &str = include_str!("../relay/probe.sh");

const USUAL_FOLDERS: [&str; 2] = ["/var/run/postgresql", "/tmp"];
const LOOPBACK: &str = "127.0.0.1";

/// Where the server may listen inside the container.
#[derive(Debug)]
pub struct Addresses {
    sockets: Vec<String>,
    port: u16,
    /// Whether loopback is worth a try: not where the url names the folder of the socket.
    loopback: bool,
}

impl Addresses {
    pub fn new(folder: Option<&str>, port: u16) -> Self {
        let socket = |folder: &str| format!("{}/.s.PGSQL.{port}", folder.trim_end_matches('/'));
        Self {
            sockets: match folder {
                Some(folder) => vec![socket(folder)],
                None => USUAL_FOLDERS.map(socket).to_vec(),
            },
            port,
            loopback: folder.is_none(),
        }
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// The paths as somebody outside the container may have to spell them: most images have `/var/run` as a
    /// symbolic link, which only the container itself can follow.
    pub fn host_sockets(&self) -> Vec<String> {
        let sockets = self.sockets.iter();
        let other = |path: &String| Some(format!("/run{}", path.strip_prefix("/var/run")?));
        sockets
            .flat_map(|path| [other(path), Some(path.clone())])
            .flatten()
            .collect()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relay {
    Perl,
    Python,
    Bash,
    Nc,
    Busybox,
}

/// From the best to the last resort.
const ALL: [Relay; 5] = [
    Relay::Perl,
    Relay::Python,
    Relay::Bash,
    Relay::Nc,
    Relay::Busybox,
];

/// The relays that can reach the server at these addresses, as an error lists them.
pub fn looked_for(addresses: &Addresses) -> Vec<&'static str> {
    usable(addresses)
        .map(|relay| match relay {
            Relay::Nc => "nc with -N and -U",
            Relay::Busybox => "busybox nc",
            other => other.name(),
        })
        .collect()
}

fn usable(addresses: &Addresses) -> impl Iterator<Item = Relay> {
    let loopback = addresses.loopback;
    let relays = ALL.into_iter();
    relays.filter(move |relay| loopback || relay.speaks_sockets())
}

impl Relay {
    pub fn name(self) -> &'static str {
        match self {
            Self::Perl => "perl",
            Self::Python => "python3",
            Self::Bash => "bash",
            Self::Nc => "nc",
            Self::Busybox => "busybox",
        }
    }

    /// Whether it tries every address, so that its refusal is the server's.
    pub fn tries_everything(self) -> bool {
        matches!(self, Self::Perl | Self::Python)
    }

    fn speaks_sockets(self) -> bool {
        matches!(self, Self::Perl | Self::Python | Self::Nc)
    }

    pub fn argv(self, found: &Found, addresses: &Addresses) -> Vec<String> {
        let program: &[&str] = match self {
            Self::Perl => &["perl", "-e", PERL],
            Self::Python => &["python3", "-c", PYTHON],
            // The word after the script is its name.
            Self::Bash => &["bash", "-c", BASH, "bash"],
            Self::Nc => &["sh", "-c", NC, "sh"],
            Self::Busybox => &["busybox", "sh", "-c", BUSYBOX, "sh"],
        };
        let exec = [found.engine.program(), "exec", "-i", &found.name];
        let mut argv: Vec<String> = exec.iter().chain(program).map(|&s| s.to_owned()).collect();
        match self {
            Self::Bash | Self::Busybox => {
                argv.extend([LOOPBACK.to_owned(), addresses.port.to_string()]);
            }
            Self::Nc => argv.extend(addresses.sockets.iter().cloned()),
            Self::Perl | Self::Python => {
                argv.extend(addresses.sockets.iter().cloned());
                if addresses.loopback {
                    argv.push(format!("{LOOPBACK}:{}", addresses.port));
                }
            }
        }
        argv
    }
}

/// The relays worth trying in a container, the best first: those its `sh` can find, or all where it has no `sh`.
pub async fn probe(
    found: &Found,
    addresses: &Addresses,
    place: &Place<'_>,
) -> Result<Vec<Relay>, Error> {
    let program = found.engine.program();
    let argv = [program, "exec", &found.name, "sh", "-c", PROBE];
    let output = place.output(&argv).await?;
    let has = |relay: &Relay| {
        output
            .stdout
            .lines()
            .any(|line| line.trim() == relay.name())
    };
    let relays = usable(addresses);
    Ok(if output.succeeded() {
        relays.filter(has).collect()
    } else {
        relays.collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::route::container::Engine;

    fn last_words(relay: Relay, folder: Option<&str>) -> Vec<String> {
        let found = Found {
            engine: Engine::Docker,
            name: "pg".to_owned(),
        };
        let argv = relay.argv(&found, &Addresses::new(folder, 5433));
        assert_eq!(argv[..4], ["docker", "exec", "-i", "pg"]);
        argv[6..].to_vec()
    }

    #[test]
    fn every_relay_is_told_the_addresses_it_understands() {
        let sockets = ["/var/run/postgresql/.s.PGSQL.5433", "/tmp/.s.PGSQL.5433"];
        assert_eq!(
            last_words(Relay::Perl, None)[1..],
            [sockets[0], sockets[1], "127.0.0.1:5433"]
        );
        assert_eq!(last_words(Relay::Nc, None)[2..], sockets);
        assert_eq!(last_words(Relay::Bash, None)[2..], ["127.0.0.1", "5433"]);
    }

    #[test]
    fn a_folder_named_in_the_url_is_the_only_address() {
        assert_eq!(
            last_words(Relay::Python, Some("/srv/pg/"))[1..],
            ["/srv/pg/.s.PGSQL.5433"]
        );
    }

    #[test]
    fn relays_are_named_as_the_probe_prints_them() {
        for relay in ALL {
            assert!(PROBE.contains(relay.name()), "{}", relay.name());
        }
    }
}
