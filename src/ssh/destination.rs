//! What a target's `ssh` may say: an alias, `user@host`, `user@host:port`, `ssh://user@host:port`.

use super::error::Error;

/// A destination taken apart. The host may be an alias of the ssh configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    pub host: String,
    pub user: Option<String>,
    pub port: Option<u16>,
}

impl Destination {
    pub fn parse(given: &str) -> Result<Self, Error> {
        let bad = |reason| Error::BadDestination {
            given: given.to_owned(),
            reason,
        };
        let text = given.strip_prefix("ssh://").unwrap_or(given);
        let text = text.strip_suffix('/').unwrap_or(text);
        // The last `@`: a user name may hold one, a host name may not.
        let (user, rest) = match text.rsplit_once('@') {
            Some((user, rest)) => (Some(user.to_owned()), rest),
            None => (None, text),
        };
        let (host, port) = split_port(rest);
        let port = match port {
            None => None,
            Some(digits) => match digits.parse() {
                Ok(port) if port > 0 => Some(port),
                _ => return Err(bad("its port is not a number from 1 to 65535")),
            },
        };
        // ssh would take it for an option.
        if host.starts_with('-') || user.as_deref().is_some_and(|user| user.starts_with('-')) {
            return Err(bad("a name may not begin with `-`"));
        }
        if host.is_empty() || user.as_deref() == Some("") {
            return Err(bad("write an alias or `user@host:port`"));
        }
        if text.contains(|c: char| c.is_whitespace() || c.is_control()) {
            return Err(bad("it holds white space"));
        }
        Ok(Self {
            host: host.to_owned(),
            user,
            port,
        })
    }

    /// What `ssh` is told of it besides the host.
    pub fn options(&self) -> Vec<String> {
        let user = self
            .user
            .iter()
            .flat_map(|user| ["-l".to_owned(), user.clone()]);
        let port = self
            .port
            .iter()
            .flat_map(|port| ["-p".to_owned(), port.to_string()]);
        user.chain(port).collect()
    }
}

/// `host:port` or `[host]:port`; several colons without brackets are an IPv6 address without a port.
fn split_port(text: &str) -> (&str, Option<&str>) {
    if let Some((host, rest)) = text.strip_prefix('[').and_then(|text| text.split_once(']')) {
        return (host, rest.strip_prefix(':'));
    }
    match text.split_once(':') {
        Some((host, port)) if !port.contains(':') => (host, Some(port)),
        _ => (text, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(given: &str) -> (String, Option<String>, Option<u16>) {
        let Destination { host, user, port } = Destination::parse(given).unwrap();
        (host, user, port)
    }

    #[test]
    fn every_spelling_is_understood() {
        let deploy = || Some("deploy".to_owned());
        assert_eq!(parsed("hz"), ("hz".into(), None, None));
        assert_eq!(
            parsed("deploy@db.example:2222"),
            ("db.example".into(), deploy(), Some(2222))
        );
        assert_eq!(
            parsed("ssh://deploy@db.example:2222/"),
            ("db.example".into(), deploy(), Some(2222))
        );
        assert_eq!(
            parsed("deploy@[::1]:22"),
            ("::1".into(), deploy(), Some(22))
        );
        assert_eq!(parsed("fe80::1"), ("fe80::1".into(), None, None));
    }

    #[test]
    fn what_ssh_would_take_for_an_option_is_refused() {
        for given in [
            "-oProxyCommand=x",
            "-x@host",
            "user@-host",
            "",
            "@h",
            "h:0",
            "h:x",
            "a b",
        ] {
            assert!(Destination::parse(given).is_err(), "{given}");
        }
    }
}
