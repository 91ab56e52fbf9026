//! Logins that depend on TLS: what `pg_hba.conf` lets in with it or without it only, the binding of a login to its
//! connection, and which ways to log in are allowed.

use std::fs;
use std::path::Path;

use runner::sandbox::Bin;

use super::{SERVER, asking, error_of};
use crate::support::{Database, Runner, dev, output};

/// One role for each line of [`let_in`], with its name as the password.
pub const ROLES: &str = "
  SET password_encryption = 'md5';
  CREATE ROLE by_md5 LOGIN PASSWORD 'by_md5';
  SET password_encryption = 'scram-sha-256';
  CREATE ROLE with_tls LOGIN PASSWORD 'with_tls';
  CREATE ROLE without_tls LOGIN PASSWORD 'without_tls';
  CREATE ROLE never LOGIN PASSWORD 'never';
  CREATE ROLE in_clear LOGIN PASSWORD 'in_clear';
  CREATE ROLE trusted LOGIN;
  CREATE ROLE shows_certificate LOGIN";

/// Lets these roles in each in its way.
pub fn let_in(data: &Path) {
    let file = data.join("pg_hba.conf");
    let rest = fs::read_to_string(&file).unwrap();
    let ours = "
hostnossl all with_tls          127.0.0.1/32 reject
hostssl   all without_tls       127.0.0.1/32 reject
host      all never             127.0.0.1/32 reject
host      all by_md5            127.0.0.1/32 md5
host      all in_clear          127.0.0.1/32 password
host      all trusted           127.0.0.1/32 trust
hostssl   all shows_certificate 127.0.0.1/32 cert
";
    fs::write(&file, format!("{ours}{rest}")).unwrap();
}

/// The database's url as this role, whose password is its name.
pub fn url_as(database: &Database, role: &str, parameters: &str) -> String {
    let url = database.url();
    let (_, place) = url.split_once('@').unwrap();
    format!("postgres://{role}:{role}@{place}?{parameters}")
}

/// What psql gets to see: the version of TLS or `none`; nothing where it is not let in.
fn psql(url: &str) -> String {
    let mut psql = std::process::Command::new(Bin::find().unwrap().program("psql"));
    let sql = "SELECT coalesce(version, 'none') FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
    let answer = output(psql.env_clear().args(["-XAtc", sql, url]));
    String::from_utf8(answer.stdout).unwrap()
}

/// What we get to see of each url, all in one run.
fn ours(urls: &[String]) -> Vec<String> {
    let lua = r#"
      for url in io.lines "urls" do
        local ok, version = pcall(function()
          return connect({ url = url }):value [[
            SELECT coalesce(version, 'none') FROM pg_stat_ssl WHERE pid = pg_backend_pid()
          ]]
        end)
        print(ok and version or "")
      end"#;
    let run = Runner::new().file("urls", urls.join("\n"));
    let ran = run.playbook(lua).success();
    ran.stdout.lines().map(|line| format!("{line}\n")).collect()
}

#[test]
fn a_mode_that_leaves_two_ways_open_takes_the_second_as_psql_does() {
    let database = Database::empty(SERVER.cluster);
    let roles = ["with_tls", "without_tls", "never", "postgres"];
    let modes = ["disable", "allow", "prefer", "require"];
    let urls: Vec<_> = modes
        .iter()
        .flat_map(|mode| roles.map(|role| url_as(&database, role, &format!("sslmode={mode}"))))
        .chain([
            // A certificate that is not right counts as a refusal, too.
            url_as(
                &database,
                "without_tls",
                &format!("sslmode=prefer&sslrootcert={}", SERVER.stranger.display()),
            ),
            url_as(
                &database,
                "with_tls",
                &format!("sslmode=prefer&sslrootcert={}", SERVER.stranger.display()),
            ),
            url_as(&database, "with_tls", "ssl_max_protocol_version=TLSv1.2"),
            url_as(&database, "with_tls", "ssl_min_protocol_version=TLSv1.3"),
            url_as(
                &database,
                "with_tls",
                "channel_binding=require&sslmode=require",
            ),
            url_as(
                &database,
                "with_tls",
                "channel_binding=disable&sslmode=require",
            ),
            url_as(&database, "without_tls", "channel_binding=require"),
            url_as(
                &database,
                "by_md5",
                "channel_binding=require&sslmode=require",
            ),
            url_as(
                &database,
                "by_md5",
                "channel_binding=prefer&sslmode=require",
            ),
            url_as(
                &database,
                "trusted",
                "channel_binding=require&sslmode=require",
            ),
        ])
        .collect();
    let psql: Vec<_> = urls
        .iter()
        .map(|url| Some(psql(url)).filter(|it| !it.is_empty()))
        .map(|seen| seen.unwrap_or_else(|| "\n".to_owned()))
        .collect();
    assert!(psql.iter().any(|seen| seen == "TLSv1.2\n"), "{psql:?}");
    let ours = ours(&urls);
    for (url, (ours, psql)) in urls.iter().zip(ours.iter().zip(&psql)) {
        assert_eq!(ours, psql, "{url}");
    }
    database.assert_left();
}

#[track_caller]
fn refused(database: &Database, role: &str, parameters: &str, lines: &[&str]) {
    let url = url_as(database, role, parameters);
    let ran = Runner::new()
        .toml(&format!("[targets.prod]\nurl = \"{url}\""))
        .playbook("connect 'prod'")
        .args(["--quiet"])
        .code(1);
    assert_eq!(error_of(&ran), lines[0]);
    for line in &lines[1..] {
        assert!(ran.stderr.contains(line), "{}", ran.stderr);
    }
    database.assert_left();
}

#[test]
fn an_error_tells_of_both_ways() {
    let database = Database::empty(SERVER.cluster);
    refused(
        &database,
        "never",
        "",
        &[
            "`prod` refused the connection: pg_hba.conf rejects connection for host \"127.0.0.1\", user \"never\", \
             database \"DATABASE\", SSL encryption",
            "without TLS: pg_hba.conf rejects connection for host \"127.0.0.1\", user \"never\"",
        ]
        .map(|line| line.replace("DATABASE", database.name()))
        .each_ref()
        .map(String::as_str),
    );
}

#[test]
fn a_login_that_is_not_bound_to_its_connection_is_refused_where_it_must_be() {
    let database = Database::empty(SERVER.cluster);
    let unbound = "cannot connect to `prod`: the server does not bind the login to the TLS connection, which \
                   `channel_binding=require` asks for";
    for (role, parameters) in [
        ("by_md5", "sslmode=require&channel_binding=require"),
        ("trusted", "sslmode=require&channel_binding=require"),
        ("without_tls", "sslmode=disable&channel_binding=require"),
    ] {
        refused(&database, role, parameters, &[unbound]);
    }
}

#[test]
fn only_the_ways_to_log_in_that_require_auth_names_are_gone() {
    let database = Database::empty(SERVER.cluster);
    for (role, list) in [
        ("with_tls", "scram-sha-256"),
        ("by_md5", "md5,scram-sha-256"),
        ("in_clear", "!md5,!none"),
        ("trusted", "none"),
    ] {
        let url = url_as(&database, role, &format!("require_auth={list}"));
        Runner::new()
            .toml(&format!("[targets.prod]\nurl = \"{url}\""))
            .playbook("print(connect('prod'):value 'SELECT current_user')")
            .stdout(&format!("{role}\n"))
            .success();
    }
    for (role, list, method) in [
        ("with_tls", "!scram-sha-256", "scram-sha-256"),
        ("in_clear", "md5,scram-sha-256", "password"),
        ("by_md5", "scram-sha-256", "md5"),
        ("trusted", "scram-sha-256", "none"),
    ] {
        let message = format!(
            "cannot connect to `prod`: the server wants to log us in by `{method}`, which `require_auth` does not allow"
        );
        refused(
            &database,
            role,
            &format!("require_auth={list}"),
            &[&message],
        );
    }
}

#[test]
fn a_server_without_tls_is_let_be_where_the_mode_allows_it() {
    let database = Database::empty(dev());
    for mode in ["allow", "prefer", "disable"] {
        asking(&database, "127.0.0.1", &format!("sslmode={mode}"))
            .stdout("none\n")
            .success();
    }
}
