//! `~/.pgpass`: libpq's file of passwords, one login per line.

use std::path::{Path, PathBuf};

use super::super::env::Env;
use super::problem::Problem;

/// What a line must match. The host is the real one, never a tunnel's end.
pub struct Login<'a> {
    pub host: Option<&'a str>,
    pub port: u16,
    pub database: &'a str,
    pub user: &'a str,
}

/// The password of the first line that matches in `passfile`, or else in the usual file; none where
/// that does not exist or cannot be read, as in libpq.
pub fn password(
    env: &Env,
    passfile: Option<&Path>,
    login: &Login<'_>,
) -> Result<Option<String>, Problem> {
    let file = passfile.map(Path::to_owned).or_else(|| location(env));
    let Some((file, text)) = file.and_then(|file| {
        let text = std::fs::read_to_string(&file).ok()?;
        Some((file, text))
    }) else {
        return Ok(None);
    };
    let found = text.lines().find_map(|line| matching(line, login));
    if found.is_some() && is_open(&file) {
        return Err(Problem::PassfileOpen(file));
    }
    Ok(found)
}

fn location(env: &Env) -> Option<PathBuf> {
    if cfg!(windows) {
        return Some(PathBuf::from(env.get("APPDATA")?).join("postgresql/pgpass.conf"));
    }
    Some(env.home()?.join(".pgpass"))
}

/// `host:port:database:user:password`, where `*` matches all and a backslash takes the next letter
/// as it is.
fn matching(line: &str, login: &Login<'_>) -> Option<String> {
    if line.starts_with('#') {
        return None;
    }
    let mut fields = fields(line).into_iter();
    let port = login.port.to_string();
    let wanted = [host_name(login.host), &port, login.database, login.user];
    for wanted in wanted {
        let (field, escaped) = fields.next()?;
        if (field != "*" || escaped) && field != wanted {
            return None;
        }
    }
    fields
        .next()
        .map(|(password, _)| password)
        .filter(|password| !password.is_empty())
}

/// libpq looks a default socket up as `localhost`.
fn host_name(host: Option<&str>) -> &str {
    match host {
        None | Some("/tmp" | "/var/run/postgresql" | "/run/postgresql") => "localhost",
        Some(host) => host,
    }
}

/// The fields, unescaped, each with whether it held an escape.
fn fields(line: &str) -> Vec<(String, bool)> {
    let mut fields = vec![(String::new(), false)];
    let mut letters = line.trim_end_matches('\r').chars();
    while let Some(letter) = letters.next() {
        if letter == ':' {
            fields.push((String::new(), false));
        } else if let Some((field, escaped)) = fields.last_mut() {
            if letter == '\\' {
                *escaped = true;
                field.extend(letters.next());
            } else {
                field.push(letter);
            }
        }
    }
    fields
}

#[cfg(unix)]
fn is_open(file: &std::path::Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(file).is_ok_and(|meta| meta.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn is_open(_: &std::path::Path) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOGIN: Login<'_> = Login {
        host: Some("db.example"),
        port: 5432,
        database: "app",
        user: "me",
    };

    #[test]
    fn the_first_line_that_matches_gives_the_password() {
        for (line, password) in [
            ("db.example:5432:app:me:p\\:w\\\\d", Some("p:w\\d")),
            ("*:*:*:me:pw", Some("pw")),
            ("db.example:5432:app:me:pw:rest", Some("pw")),
            ("\\*:*:*:me:pw", None),
            ("other:5432:app:me:pw", None),
            ("db.example:5433:app:me:pw", None),
            ("#db.example:5432:app:me:pw", None),
            ("db.example:5432:app", None),
            ("*:*:*:*:", None),
        ] {
            assert_eq!(matching(line, &LOGIN).as_deref(), password, "{line}");
        }
        let socket = Login {
            host: None,
            ..LOGIN
        };
        assert_eq!(
            matching("localhost:5432:app:me:pw", &socket).as_deref(),
            Some("pw")
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_others_may_read_is_refused_when_its_password_is_needed() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("pgpass");
        std::fs::write(&file, "other:*:*:*:x\n*:*:app:me:pw\n").unwrap();
        let env = Env::read(&folder.path().join(".env"), [].into()).unwrap();
        let password = |login: &Login<'_>| password(&env, Some(&file), login);
        let chmod =
            |mode| std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
        chmod(0o640);
        assert_eq!(password(&LOGIN), Err(Problem::PassfileOpen(file.clone())));
        assert_eq!(
            password(&Login {
                user: "you",
                ..LOGIN
            }),
            Ok(None)
        );
        chmod(0o600);
        assert_eq!(password(&LOGIN), Ok(Some("pw".to_owned())));
    }
}
