//! TLS through a tunnel: spoken by the client with the real server, or from here on for one command.

use super::{PSQL, around, own_port, program, tunnel};
use crate::support::{Database, Runner};
use crate::tls::SERVER;

/// A target whose url has `localhost`, which is what the certificate says, and `sslmode=mode`.
fn prod(database: &Database, mode: &str) -> Runner {
    let url = database.url().replace("127.0.0.1", "localhost");
    let root = SERVER.root.display();
    Runner::new()
        .toml(&format!(
            "[targets.prod]\nurl = \"{url}?sslmode={mode}&sslrootcert={root}\"\nssh = \"jump\""
        ))
        .over_ssh()
}

const VERSION: &str =
    "SELECT coalesce(version, 'none') FROM pg_stat_ssl WHERE pid = pg_backend_pid()";

#[test]
fn for_a_command_tls_is_spoken_from_here_on() {
    let database = Database::empty(SERVER.cluster);
    for (mode, version) in [("disable", "none\n"), ("verify-full", "TLSv1.3\n")] {
        around(prod(&database, mode), &format!("{PSQL} -c \"{VERSION}\""))
            .stdout(version)
            .success()
            .assert_left();
    }
    database.assert_left();
}

#[test]
fn on_a_port_the_client_checks_the_servers_real_name() {
    let database = Database::empty(SERVER.cluster);
    let port = own_port().to_string();
    let psql = program("psql");
    let script = format!("echo $PGHOST $PGHOSTADDR $PGSSLMODE; exec \"$0\" -XqAtc \"{VERSION}\"");
    let words = ["--port", &port, "--", "sh", "-c", &script, &psql];
    tunnel(prod(&database, "verify-full"), &words)
        .stdout("localhost 127.0.0.1 verify-full\nTLSv1.3\n")
        .success();
    // 127.0.0.1 is not what the certificate says.
    let script = "PGHOST=127.0.0.1 exec \"$0\" -XqAtc 'SELECT 1'";
    let words = ["--port", &port, "--", "sh", "-c", script, &psql];
    tunnel(prod(&database, "verify-full"), &words)
        .stderr_has("does not match host name \"127.0.0.1\"")
        .code(2);
    database.assert_left();
}

#[test]
fn the_command_it_prints_names_the_real_server() {
    let database = Database::empty(SERVER.cluster);
    let open = super::Open::start(prod(&database, "verify-full"), &[]);
    let (port, name) = (open.port, database.name());
    let root = SERVER.root.to_str().unwrap().replace('/', "%2F");
    let ran = open.end(rustix::process::Signal::INT, 130);
    assert_eq!(
        ran.stdout,
        format!(
            "psql 'postgres://postgres@localhost:{port}/{name}?hostaddr=127.0.0.1&sslmode=verify-full&sslrootcert={root}'\n"
        )
    );
}
