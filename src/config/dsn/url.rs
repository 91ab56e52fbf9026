//! `postgres://user:password@host:port/database?word=value`, read as libpq reads it.

use percent_encoding::percent_decode_str;

use super::super::Secret;
use super::problem::Problem;
use super::words::Words;

/// The words of a url. The password is redacted from all output from here on, in the form written
/// and in the plain one.
pub fn parse(url: &str) -> Result<Words, Problem> {
    if url.trim().is_empty() {
        return Err(Problem::EmptyUrl);
    }
    let rest = ["postgres://", "postgresql://"]
        .iter()
        .find_map(|scheme| url.trim().strip_prefix(scheme))
        .ok_or(Problem::Scheme)?;
    let (address, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (authority, database) = address.split_once('/').unwrap_or((address, ""));
    let mut words = Words::default();
    let server = match authority.split_once('@') {
        Some((_, server)) if server.contains('@') => return Err(Problem::RawAt),
        Some((login, server)) => {
            take_login(&mut words, login)?;
            server
        }
        // The `/` or `?` of an unencoded password ends the authority too early; its `@` comes
        // later.
        None if rest.contains('@') => return Err(Problem::RawAt),
        None => authority,
    };
    take_server(&mut words, server)?;
    words.set("dbname", decoded(database, "database")?);
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (word, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (word, value) = (decoded(word, "query")?, decoded(value, "query")?);
        // JDBC's and Heroku's spelling, which libpq takes as well.
        if (word.as_str(), value.as_str()) == ("ssl", "true") {
            words.set("sslmode", "require".to_owned());
        } else {
            words.set_named(&word, value)?;
        }
    }
    Ok(words)
}

fn take_login(words: &mut Words, login: &str) -> Result<(), Problem> {
    let (user, password) = login.split_once(':').unwrap_or((login, ""));
    words.set("user", decoded(user, "user")?);
    let plain = decoded(password, "password")?;
    if plain != password {
        // Somebody else's message may quote it as it stands in the url, which need not be the way
        // we would encode it.
        Secret::new(password);
    }
    words.set("password", plain);
    Ok(())
}

/// `host:port`, any number of them between commas; they become libpq's lists.
fn take_server(words: &mut Words, server: &str) -> Result<(), Problem> {
    let (mut hosts, mut ports) = (Vec::new(), Vec::new());
    for one in server.split(',') {
        let (host, port) = match one.strip_prefix('[') {
            Some(inside) => {
                let (host, port) = inside.split_once(']').ok_or(Problem::Brackets)?;
                match port.strip_prefix(':') {
                    Some(port) => (host, port),
                    None if port.is_empty() => (host, port),
                    None => return Err(Problem::Port),
                }
            }
            None => one.split_once(':').unwrap_or((one, "")),
        };
        hosts.push(decoded(host, "host")?);
        ports.push(decoded(port, "port")?);
    }
    words.set("host", hosts.join(","));
    words.set("port", ports.join(","));
    Ok(())
}

fn decoded(text: &str, part: &'static str) -> Result<String, Problem> {
    let bytes = text.as_bytes();
    let bad = |at: &usize| {
        let digits = bytes.get(at + 1..at + 3);
        !digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit) && digits != b"00")
    };
    let mut signs = (0..bytes.len()).filter(|at| bytes[*at] == b'%');
    if signs.any(|at| bad(&at)) {
        return Err(Problem::Percent(part));
    }
    let plain = percent_decode_str(text)
        .decode_utf8()
        .map_err(|_| Problem::NotUtf8(part))?;
    Ok(plain.into_owned())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::super::env::Env;
    use super::super::super::redact;
    use super::super::{Surroundings, finish};
    use super::*;

    /// host, port, user, password, database
    fn read(url: &str) -> Result<(String, u16, String, String, String), Problem> {
        let pairs = [
            ("HOME", "/nonexistent"),
            ("PGUSER", "me"),
            ("PGPASSFILE", "/nonexistent"),
        ];
        let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let env = Env::read(Path::new("/nonexistent/.env"), pairs.into()).unwrap();
        let around = Surroundings {
            env: &env,
            direct: true,
            root: Path::new("/"),
        };
        let mut dsn = finish(parse(url)?, &around)?;
        let server = dsn.endpoints.remove(0);
        let password = server.password.map(|password| password.expose().to_owned());
        Ok((
            server.host.unwrap_or_default(),
            server.port,
            dsn.user,
            password.unwrap_or_default(),
            dsn.database,
        ))
    }

    #[test]
    fn every_shape_of_a_url() {
        for (url, host, port, user, password, database) in [
            ("postgres://", "", 5432, "me", "", "me"),
            ("postgresql://db", "db", 5432, "me", "", "me"),
            ("postgres://postgres@/app", "", 5432, "postgres", "", "app"),
            (
                "postgres://u:p%40ss%2fword@db.example:6000/app",
                "db.example",
                6000,
                "u",
                "p@ss/word",
                "app",
            ),
            ("postgres://u:a:b#c@db", "db", 5432, "u", "a:b#c", "u"),
            ("postgres://[::1]:6000/app", "::1", 6000, "me", "", "app"),
            ("postgres://[fe80::1]/app", "fe80::1", 5432, "me", "", "app"),
            (
                "postgres://%2Ftmp%2Fpg:6000/app",
                "/tmp/pg",
                6000,
                "me",
                "",
                "app",
            ),
            (
                "postgres:///app?host=/run/pg&port=6000",
                "/run/pg",
                6000,
                "me",
                "",
                "app",
            ),
            (
                "postgres://db/app?user=x&password=y%26z&dbname=other",
                "db",
                5432,
                "x",
                "y&z",
                "other",
            ),
        ] {
            let expected = (
                host.to_owned(),
                port,
                user.to_owned(),
                password.to_owned(),
                database.to_owned(),
            );
            assert_eq!(read(url), Ok(expected), "{url}");
        }
    }

    #[test]
    fn a_url_that_cannot_be_read_is_refused() {
        for (url, problem) in [
            (" ", Problem::EmptyUrl),
            ("mysql://db/app", Problem::Scheme),
            ("postgres://u:p@ss@db/app", Problem::RawAt),
            ("postgres://u:p/ss@db/app", Problem::RawAt),
            ("postgres://u:p?ss@db/app", Problem::RawAt),
            ("postgres://u:100%@db/app", Problem::Percent("password")),
            ("postgres://u:%00@db/app", Problem::Percent("password")),
            ("postgres://%ff@db/app", Problem::NotUtf8("user")),
            ("postgres://db:x/app", Problem::Port),
            ("postgres://[::1/app", Problem::Brackets),
        ] {
            assert_eq!(read(url), Err(problem), "{url}");
        }
        assert_eq!(
            read("postgres://db/app?sslmod=require")
                .unwrap_err()
                .to_string(),
            "unknown word `sslmod`, did you mean `sslmode`"
        );
    }

    #[test]
    fn a_password_is_redacted_as_written_and_as_meant() {
        read("postgres://u:sw0rd%2ffish@db/app").unwrap();
        assert_eq!(
            redact("sw0rd/fish sw0rd%2ffish sw0rd%2Ffish"),
            "[secret] [secret] [secret]"
        );
    }
}
