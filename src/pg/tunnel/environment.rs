//! What other programs must know to go through a tunnel: libpq's variables, a url, a file with the password.

use std::ffi::OsString;
use std::net::IpAddr;
use std::path::PathBuf;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::Tunnel;
use crate::config::{ChannelBinding, Endpoint, SslMode, SslNegotiation};
use crate::pg::{Error, Result};

const LOOPBACK: &str = "127.0.0.1";
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// What would lead libpq elsewhere, or have it ask of the tunnel's end what only the server's can give.
const MISLEADING: [&str; 19] = [
    "PGCHANNELBINDING",
    "PGGSSENCMODE",
    "PGHOSTADDR",
    "PGLOADBALANCEHOSTS",
    "PGPASSFILE",
    "PGPASSWORD",
    "PGREQUIREAUTH",
    "PGREQUIREPEER",
    "PGREQUIRESSL",
    "PGSERVICE",
    "PGSERVICEFILE",
    "PGSSLCERT",
    "PGSSLCRL",
    "PGSSLCRLDIR",
    "PGSSLKEY",
    "PGSSLMODE",
    "PGSSLNEGOTIATION",
    "PGSSLROOTCERT",
    "PGTARGETSESSIONATTRS",
];

/// Variables for a program that is to go through a tunnel.
#[derive(Debug)]
pub struct Environment {
    /// What it must not inherit.
    pub removed: &'static [&'static str],
    pub set: Vec<(&'static str, OsString)>,
}

/// One thing to know about TLS: libpq's word, its variable, the value.
type Word = (&'static str, &'static str, OsString);

impl Tunnel {
    /// For a program on this machine. The password, where the target has one, is in a file that only we may read
    /// and that is removed when the tunnel is closed.
    pub fn environment(&self) -> Result<Environment> {
        if self.listening.is_closed() {
            return Err(Error::Closed {
                target: self.name().to_owned(),
            });
        }
        let dsn = &self.connector.target().dsn;
        let (mut set, port) = match self.port() {
            Some(port) => (self.on_port(), port),
            None => (vec![("PGHOST", self.in_folder())], dsn.first().port),
        };
        if let Some(password) = &self.server().password {
            // libpq looks for what `PGHOST` says, whatever it connects to.
            let host = set.iter().find(|(name, _)| *name == "PGHOST");
            let host = host.map_or("".into(), |(_, host)| host.to_string_lossy());
            let line = pgpass_line(&host, port, &dsn.user, password.expose());
            set.push(("PGPASSFILE", self.keep("pgpass", &line)?.into()));
        }
        set.extend([
            ("PGPORT", port.to_string().into()),
            ("PGUSER", dsn.user.clone().into()),
            ("PGDATABASE", dsn.database.clone().into()),
        ]);
        let options = dsn.options.as_ref();
        set.extend(options.map(|options| ("PGOPTIONS", options.into())));
        Ok(Environment {
            removed: &MISLEADING,
            set,
        })
    }

    fn on_port(&self) -> Vec<(&'static str, OsString)> {
        let mut set: Vec<(_, OsString)> = vec![
            ("PGHOST", self.real_name().unwrap_or(LOOPBACK).into()),
            ("PGHOSTADDR", LOOPBACK.into()),
            ("PGSSLMODE", self.sslmode().word().into()),
        ];
        let words = self.tls_words().into_iter();
        set.extend(words.map(|(_, variable, value)| (variable, value)));
        set
    }

    fn in_folder(&self) -> OsString {
        let folder = self.folder();
        let path = folder.as_ref().map(|folder| folder.path().to_owned());
        path.unwrap_or_default().into()
    }

    /// For any program, without a password; `None` for a private tunnel. It says 127.0.0.1, except where the
    /// server's real name is to be checked, which takes a client that knows libpq's `hostaddr`.
    pub fn url(&self) -> Option<String> {
        Some(self.url_to(self.port()?, self.sslmode() == SslMode::VerifyFull))
    }

    /// A command to type; `None` for a private tunnel.
    pub fn psql(&self) -> Option<String> {
        let url = self.url_to(self.port()?, true);
        Some(if url.contains('?') {
            format!("psql '{url}'")
        } else {
            format!("psql {url}")
        })
    }

    /// `real_name`: by the name that the server shows in its certificate, with 127.0.0.1 beside it.
    fn url_to(&self, port: u16, real_name: bool) -> String {
        let dsn = &self.connector.target().dsn;
        let encoded = |text: &str| utf8_percent_encode(text, RESERVED).to_string();
        let speaks_tls = self.listening.other_end().tls;
        let name = self.real_name().filter(|_| real_name && speaks_tls);
        let mut words = Vec::new();
        if name.is_some() {
            words.push(format!("hostaddr={LOOPBACK}"));
        }
        if dsn.tls.mode != SslMode::Prefer {
            words.push(format!("sslmode={}", self.sslmode().word()));
        }
        for (word, _, value) in self.tls_words() {
            words.push(format!("{word}={}", encoded(&value.to_string_lossy())));
        }
        let question = if words.is_empty() { "" } else { "?" };
        format!(
            "postgres://{}@{}:{port}/{}{question}{}",
            encoded(&dsn.user),
            name.unwrap_or(LOOPBACK),
            encoded(&dsn.database),
            words.join("&")
        )
    }

    /// What a client on a port is to ask for: at the end of a socket or a relay there is no TLS.
    fn sslmode(&self) -> SslMode {
        if self.listening.other_end().tls {
            self.connector.target().dsn.tls.mode
        } else {
            SslMode::Disable
        }
    }

    /// What else the target says about TLS, for a client that speaks it.
    fn tls_words(&self) -> Vec<Word> {
        if self.sslmode() == SslMode::Disable {
            return Vec::new();
        }
        let dsn = &self.connector.target().dsn;
        let tls = &dsn.tls;
        let shown = tls.certificate.as_ref();
        let file = |path: &PathBuf| path.clone().into_os_string();
        let direct = tls.negotiation == SslNegotiation::Direct;
        let bound = dsn.channel_binding == ChannelBinding::Require;
        let words: [(&str, &str, Option<OsString>); 7] = [
            ("sslrootcert", "PGSSLROOTCERT", tls.roots.as_ref().map(file)),
            ("sslcert", "PGSSLCERT", shown.map(|it| file(&it.file))),
            ("sslkey", "PGSSLKEY", shown.map(|it| file(&it.key))),
            ("sslcrl", "PGSSLCRL", tls.revoked.first().map(file)),
            (
                "sslcrldir",
                "PGSSLCRLDIR",
                tls.revoked_folder.as_ref().map(file),
            ),
            (
                "sslnegotiation",
                "PGSSLNEGOTIATION",
                direct.then(|| "direct".into()),
            ),
            (
                "channel_binding",
                "PGCHANNELBINDING",
                bound.then(|| "require".into()),
            ),
        ];
        let given = words.into_iter();
        given
            .filter_map(|(word, variable, value)| Some((word, variable, value?)))
            .collect()
    }

    /// The server it leads to.
    fn server(&self) -> &Endpoint {
        let dsn = &self.connector.target().dsn;
        let server = dsn.endpoints.get(self.listening.other_end().server);
        server.unwrap_or(dsn.first())
    }

    /// The name by which the server is known, where it has one.
    fn real_name(&self) -> Option<&str> {
        let host = self.server().host.as_deref()?;
        let is_name = !host.starts_with('/') && host.parse::<IpAddr>().is_err();
        is_name.then_some(host)
    }
}

/// A line of `.pgpass` for a login there, in any database.
fn pgpass_line(host: &str, port: u16, user: &str, password: &str) -> String {
    let escaped = |text: &str| text.replace('\\', r"\\").replace(':', r"\:");
    let (host, user, password) = (escaped(host), escaped(user), escaped(password));
    format!("{host}:{port}:*:{user}:{password}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_file_takes_what_separates_its_fields() {
        assert_eq!(
            pgpass_line("/tmp/a:b", 5432, "me", r"it:s\"),
            "/tmp/a\\:b:5432:*:me:it\\:s\\\\\n"
        );
    }
}
