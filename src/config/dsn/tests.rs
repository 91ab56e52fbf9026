//! Addresses completed, as libpq would.

use super::*;

fn words(pairs: &[(&str, &str)]) -> Words {
    let mut words = Words::default();
    for (word, value) in pairs {
        words.set_named(word, (*value).to_owned()).unwrap();
    }
    words
}

fn env(pairs: &[(&str, &str)]) -> Env {
    let nowhere = [("HOME", "/nonexistent"), ("PGPASSFILE", "/nonexistent")];
    let pairs = nowhere
        .iter()
        .chain(pairs)
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Env::read(Path::new("/nonexistent/.env"), pairs.collect()).unwrap()
}

fn finished(words: Words, env: &Env, direct: bool) -> Result<Dsn, Problem> {
    let root = Path::new("/p");
    finish(words, &Surroundings { env, direct, root })
}

#[test]
fn what_is_not_given_is_filled_in_as_libpq_would() {
    let dsn = finished(words(&[("user", "app")]), &env(&[]), true).unwrap();
    let server = Endpoint {
        port: 5432,
        ..Endpoint::default()
    };
    assert_eq!(dsn.endpoints, [server]);
    assert_eq!((dsn.user.as_str(), dsn.database.as_str()), ("app", "app"));
    assert_eq!((dsn.tls.mode, dsn.tls.roots), (SslMode::Prefer, None));
    assert_eq!(dsn.connect_timeout, None);
    assert!(!dsn.tls.hides_name && dsn.keep_alive.on);
}

#[test]
fn variables_of_libpq_are_defaults() {
    let env = env(&[
        ("PGHOST", "db"),
        ("PGPORT", "6000"),
        ("PGUSER", "u"),
        ("PGPASSWORD", "hunter2"),
        ("PGDATABASE", "d"),
        ("PGSSLMODE", "verify-ca"),
        ("PGSSLROOTCERT", "ca.pem"),
        ("PGCONNECT_TIMEOUT", "7"),
        ("PGOPTIONS", "-c work_mem=1MB"),
        ("PGTARGETSESSIONATTRS", "primary"),
    ]);
    let dsn = finished(words(&[("port", "7000")]), &env, true).unwrap();
    assert_eq!(dsn.first().to_string(), "db:7000");
    assert_eq!(dsn.first().password.as_ref().unwrap().expose(), "hunter2");
    assert_eq!((dsn.user.as_str(), dsn.database.as_str()), ("u", "d"));
    assert_eq!(
        (dsn.tls.mode, dsn.tls.roots),
        (SslMode::VerifyCa, Some("/p/ca.pem".into()))
    );
    assert_eq!(dsn.connect_timeout, Some(Duration::from_secs(7)));
    assert_eq!(dsn.options.as_deref(), Some("-c work_mem=1MB"));
    assert_eq!(dsn.session_attrs, SessionAttrs::Primary);
}

#[test]
fn this_machines_server_says_nothing_about_one_behind_ssh() {
    let env = env(&[
        ("PGHOST", "db"),
        ("PGHOSTADDR", "10.0.0.1"),
        ("PGPORT", "6000"),
        ("PGSERVICE", "elsewhere"),
        ("PGUSER", "u"),
    ]);
    let dsn = finished(words(&[]), &env, false).unwrap();
    assert_eq!((dsn.first().place(), dsn.first().port), (None, 5432));
    assert_eq!(dsn.user, "u");
}

#[test]
fn a_service_stands_between_what_is_given_and_the_variables() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("services");
    std::fs::write(&file, "[app]\nhost=from-service\nuser=from-service\n").unwrap();
    let env = env(&[
        ("PGSERVICEFILE", file.to_str().unwrap()),
        ("PGUSER", "from-env"),
        ("PGDATABASE", "from-env"),
    ]);
    let given = words(&[("service", "app"), ("host", "given")]);
    let dsn = finished(given, &env, true).unwrap();
    assert_eq!(dsn.first().name(), Some("given"));
    assert_eq!(
        (dsn.user.as_str(), dsn.database.as_str()),
        ("from-service", "from-env")
    );
    let error = finished(words(&[("service", "ap")]), &env, true).unwrap_err();
    assert!(matches!(error, Problem::NoService { .. }), "{error}");
}

#[cfg(unix)]
#[test]
fn each_host_has_its_own_password_in_the_file_of_passwords() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("pgpass");
    std::fs::write(&file, "a:1:*:*:first\nb:2:*:*:second\n").unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
    let file = file.to_str().unwrap();
    let given = [("host", "a,b,c"), ("port", "1,2,3"), ("passfile", file)];
    let passwords = |env: &Env, given: &[(&str, &str)]| -> Vec<Option<String>> {
        let servers = finished(words(given), env, true).unwrap().endpoints;
        let password = |server: Endpoint| server.password.map(|it| it.expose().to_owned());
        servers.into_iter().map(password).collect()
    };
    let own = |text: &str| Some(text.to_owned());
    assert_eq!(
        passwords(&env(&[]), &given),
        [own("first"), own("second"), None]
    );
    let one = env(&[("PGPASSWORD", "everywhere")]);
    assert_eq!(passwords(&one, &given), [(); 3].map(|()| own("everywhere")));
}

#[test]
fn values_that_cannot_be_meant_are_refused_without_being_shown() {
    let refused = |pairs| {
        let outcome = finished(words(pairs), &env(&[("PGUSER", "u")]), true);
        outcome.unwrap_err().to_string()
    };
    for (pairs, message) in [
        (
            &[("port", "hunter2")][..],
            "a port is not a number from 1 to 65535",
        ),
        (
            &[("connect_timeout", "5s")],
            "`connect_timeout` is not a whole number",
        ),
        (&[("keepalives", "on")], "`keepalives` is `0` or `1`"),
        (
            &[("sslmode", "require"), ("sslrootcert", "system")],
            "`sslrootcert = system` goes with `sslmode = verify-full` only",
        ),
        (
            &[("sslmode", "verify_full")],
            "unknown sslmode `verify_full`, did you mean `verify-full`; there are `disable`, `allow`, `prefer`, \
             `require`, `verify-ca` and `verify-full`",
        ),
        (
            &[("sslmode", "verify-full"), ("hostaddr", "10.0.0.1")],
            "`sslmode = verify-full` checks a name, and with `hostaddr` alone there is none; give `host` too",
        ),
        (
            &[("sslnegotiation", "direct")],
            "`sslnegotiation = direct` does not go with `sslmode = prefer`, which may do without TLS; use `require`, \
             `verify-ca` or `verify-full`",
        ),
        (
            &[
                ("ssl_min_protocol_version", "tlsv1.3"),
                ("ssl_max_protocol_version", "TLSv1.2"),
            ],
            "`ssl_min_protocol_version` is newer than `ssl_max_protocol_version`",
        ),
        (
            &[("client_encoding", "LATIN1")],
            "`client_encoding` is `LATIN1`, and runner speaks UTF8 only; remove it",
        ),
        (
            &[("gssencmode", "require")],
            "`gssencmode = require` cannot be met, since runner does not speak GSSAPI; use `sslmode = require`",
        ),
        (
            &[("min_protocol_version", "3.2")],
            "`min_protocol_version` cannot be met: runner speaks version 3.0 of the protocol, which every server does",
        ),
    ] {
        assert_eq!(refused(pairs), message);
    }
}

#[test]
fn words_that_ask_for_what_is_done_anyway_are_taken() {
    let given = words(&[
        ("client_encoding", "utf-8"),
        ("gssencmode", "prefer"),
        ("max_protocol_version", "latest"),
        ("sslcompression", "0"),
        ("keepalives_idle", "-1"),
        ("fallback_application_name", "app"),
    ]);
    let dsn = finished(given, &env(&[]), true).unwrap();
    assert_eq!(dsn.application_name.as_deref(), Some("app"));
    assert_eq!(dsn.keep_alive, KeepAlive::default());
}

#[test]
fn system_roots_imply_verify_full() {
    let given = words(&[("sslrootcert", "system")]);
    let dsn = finished(given, &env(&[]), true).unwrap();
    assert_eq!(
        (dsn.tls.mode, dsn.tls.roots),
        (SslMode::VerifyFull, Some(SYSTEM_ROOTS.into()))
    );
}

#[test]
fn a_password_equal_to_the_user_does_not_blank_out_the_user() {
    let given = words(&[("user", "gallery"), ("password", "gallery")]);
    let dsn = finished(given, &env(&[]), true).unwrap();
    let password = dsn.first().password.as_ref().unwrap();
    assert_eq!(format!("{password:?}"), "[secret]");
    assert_eq!(crate::config::redact("user gallery"), "user gallery");
}

#[test]
fn a_url_and_a_text_of_pairs_say_the_same() {
    let read = |text: &str| {
        let dsn = finished(parse(text)?, &env(&[("PGUSER", "u")]), true)?;
        let servers: Vec<_> = dsn.endpoints.iter().map(Endpoint::to_string).collect();
        Ok((servers.join(" "), dsn.user, dsn.database))
    };
    let own = |server: &str, user: &str, database: &str| {
        Ok((server.to_owned(), user.to_owned(), database.to_owned()))
    };
    assert_eq!(
        read("postgres://me@a:1,[::1]:2,c/app"),
        own("a:1 [::1]:2 c:5432", "me", "app")
    );
    assert_eq!(
        read("host=a,::1,c port=1,2, user=me dbname=app"),
        own("a:1 [::1]:2 c:5432", "me", "app")
    );
    assert_eq!(
        read("postgres:///app?host=a,b&port=7"),
        own("a:7 b:7", "u", "app")
    );
    assert_eq!(read("mysql://u:p=x@db/app"), Err(Problem::Scheme));
}

#[cfg(unix)]
#[test]
fn a_certificate_needs_its_key_and_nobody_else_may_read_that() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let [certificate, key] = ["c.crt", "c.key"].map(|name| folder.path().join(name));
    std::fs::write(&certificate, "").unwrap();
    std::fs::write(&key, "").unwrap();
    let chmod = |mode| {
        std::fs::set_permissions(&key, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    let (certificate, key) = (certificate.to_str().unwrap(), key.to_str().unwrap());
    let read = |pairs: &[(&str, &str)]| finished(words(pairs), &env(&[]), true);
    let refused = |pairs: &[(&str, &str)]| read(pairs).unwrap_err();
    assert_eq!(
        refused(&[("sslcert", certificate)]),
        Problem::NoKey(certificate.into())
    );
    let both = [("sslcert", certificate), ("sslkey", key)];
    chmod(0o644);
    assert_eq!(refused(&both), Problem::KeyOpen(key.into()));
    chmod(0o600);
    let shown = read(&both).unwrap().tls.certificate.unwrap();
    assert_eq!(shown.key, Path::new(key));
    assert_eq!(
        refused(&[("sslcert", certificate), ("sslkey", "pkcs11:token")]),
        Problem::KeyEngine
    );
    // As in libpq, one goes on without.
    let none = read(&[("sslcert", "/no/such.crt")]).unwrap().tls;
    assert!(none.certificate.is_none());
    assert_eq!(none.missing_certificate, Some("/no/such.crt".into()));
}
