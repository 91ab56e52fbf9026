//! Several servers in one address: `target_session_attrs`, what goes on to the next one and what does not.

use std::fs::{self, Permissions};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::os::unix::fs::PermissionsExt;

use socket2::{Domain, Socket, Type};

use super::same_as_psql;
use super::standby::{COLD, PRIMARY, STANDBY, password};
use crate::support::{Database, Runner, dev};
use crate::tls::SERVER;

const ATTRS: [&str; 6] = [
    "any",
    "read-write",
    "read-only",
    "primary",
    "standby",
    "prefer-standby",
];

/// A port that is taken and that nobody listens on, as long as the value lives: no other test's server can come up there.
struct Closed(Socket);

impl Closed {
    fn new() -> Self {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        let any: SocketAddr = (Ipv4Addr::LOCALHOST, 0).into();
        socket.bind(&any.into()).unwrap();
        Self(socket)
    }

    fn port(&self) -> u16 {
        let address = self.0.local_addr().unwrap();
        address.as_socket().unwrap().port()
    }
}

fn url(ports: &[u16], words: &str) -> String {
    let hosts: Vec<_> = ports
        .iter()
        .map(|port| format!("127.0.0.1:{port}"))
        .collect();
    let (hosts, password) = (hosts.join(","), password());
    format!("postgres://postgres:{password}@{hosts}/postgres?{words}")
}

#[test]
fn the_server_that_target_session_attrs_asks_for_is_found() {
    let nobody = Closed::new();
    let (primary, standby, closed) = (PRIMARY.port(), *STANDBY, nobody.port());
    let orders: [&[u16]; 5] = [
        &[primary, standby],
        &[standby, primary],
        &[closed, standby, primary],
        &[closed, primary],
        &[closed, standby],
    ];
    let urls = orders
        .iter()
        .flat_map(|ports| ATTRS.map(|attrs| url(ports, &format!("target_session_attrs={attrs}"))));
    same_as_psql(&urls.collect::<Vec<_>>());
}

#[test]
fn a_database_that_begins_read_only_is_no_read_write_one() {
    let name = "begins_read_only";
    let psql = |sql: &str| {
        let mut psql = PRIMARY.client("psql", "postgres");
        crate::support::must(psql.args(["-XAtqc", sql]));
    };
    psql(&format!("CREATE DATABASE {name}"));
    psql(&format!(
        "ALTER DATABASE {name} SET default_transaction_read_only = on"
    ));
    let urls = ATTRS.map(|attrs| {
        let words = format!("target_session_attrs={attrs}");
        url(&[PRIMARY.port()], &words).replace("/postgres?", &format!("/{name}?"))
    });
    same_as_psql(&urls);
}

#[test]
fn a_server_that_is_not_ready_or_silent_is_passed_over_and_a_wrong_password_is_not() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let nobody = Closed::new();
    let (primary, standby) = (PRIMARY.port(), *STANDBY);
    let folder = tempfile::tempdir().unwrap();
    let passfile = folder.path().join("pgpass");
    let password = password();
    let lines = format!(
        "127.0.0.1:{primary}:*:*:wrong\n127.0.0.1:{standby}:*:*:{password}\nlocalhost:{primary}:*:*:{password}\n"
    );
    fs::write(&passfile, lines).unwrap();
    fs::set_permissions(&passfile, Permissions::from_mode(0o600)).unwrap();
    let by_file = |hosts: String| {
        let passfile = passfile.display();
        format!("postgres://postgres@{hosts}/postgres?passfile={passfile}")
    };
    same_as_psql(&[
        url(&[*COLD, primary], ""),
        url(
            &[silent.local_addr().unwrap().port(), primary],
            "connect_timeout=2",
        ),
        // Its own password for each: the first is wrong and ends the search, though the second is right.
        by_file(format!("127.0.0.1:{primary},127.0.0.1:{standby}")),
        by_file(format!("127.0.0.1:{standby},127.0.0.1:{primary}")),
        // The name counts, not the address.
        by_file(format!("localhost:{primary}")),
        by_file(format!("127.0.0.1:{primary}")),
        by_file(format!("no-such-host.invalid,127.0.0.1:{standby}"))
            .replace("no-such-host.invalid", "no-such-host.invalid:1"),
        format!(
            "host=localhost,localhost hostaddr=127.0.0.1,127.0.0.1 port={},{primary} user=postgres \
             password={password} dbname=postgres",
            nobody.port()
        ),
    ]);
}

#[test]
fn the_error_names_every_server_with_its_reason() {
    let nobody = [Closed::new(), Closed::new()];
    let [closed, other] = nobody.each_ref().map(Closed::port);
    let primary = PRIMARY.port();
    let words = "target_session_attrs=standby";
    let error = |ports: &[u16], words: &str, message: &str| {
        let ran = Runner::new()
            .toml(&format!("[targets.prod]\nurl = \"{}\"", url(ports, words)))
            .playbook("connect 'prod'")
            .args(["--quiet"])
            .code(1);
        let first = ran.stderr.lines().next().unwrap();
        assert_eq!(first.strip_prefix("error: "), Some(message));
    };
    error(
        &[closed, primary],
        words,
        &format!(
            "no server of `prod` lets us in: `127.0.0.1:{closed}` refuses connections; is anything listening there?; \
             `127.0.0.1:{primary}`: it is not a standby"
        ),
    );
    error(
        &[closed, other],
        "",
        &format!(
            "no server of `prod` lets us in: `127.0.0.1:{closed}` refuses connections; is anything listening there?; \
             `127.0.0.1:{other}` refuses connections; is anything listening there?"
        ),
    );
    error(
        &[primary],
        words,
        "the server of `prod` is not the one that `target_session_attrs` asks for: it is not a standby",
    );
}

#[test]
fn what_one_server_speaks_says_nothing_about_the_next() {
    let database = Database::empty(SERVER.cluster);
    let folder = tempfile::tempdir().unwrap();
    let passfile = folder.path().join("pgpass");
    let (standby, with_tls) = (*STANDBY, SERVER.cluster.port());
    let url = database.url();
    let (login, _) = url.split_once('@').unwrap();
    let (_, other_password) = login.rsplit_once(':').unwrap();
    let password = password();
    let lines = format!("*:{standby}:*:*:{password}\n*:{with_tls}:*:*:{other_password}\n");
    fs::write(&passfile, lines).unwrap();
    fs::set_permissions(&passfile, Permissions::from_mode(0o600)).unwrap();
    let lua = r#"
      local db = connect "prod"
      local tls = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
      print(db:value "SELECT inet_server_port()", db:value(tls))
      for row in db:rows(tls) do print(row.ssl) end"#;
    Runner::new()
        .toml(&format!(
            "[targets.prod]\nhost = \"127.0.0.1,127.0.0.1\"\nport = \"{standby},{with_tls}\"\n\
             user = \"postgres\"\ndatabase = \"postgres\"\npassfile = \"{}\"\n\
             target_session_attrs = \"primary\"",
            passfile.display()
        ))
        .playbook(lua)
        .stdout(&format!("{with_tls}\ttrue\ntrue\n"))
        .success();
    database.assert_left();
}

#[test]
fn behind_ssh_each_server_is_as_the_jump_host_sees_it() {
    let nobody = Closed::new();
    let (primary, standby, closed) = (PRIMARY.port(), *STANDBY, nobody.port());
    for (attrs, port) in [("standby", standby), ("primary", primary)] {
        let words = format!("target_session_attrs={attrs}");
        let url = url(&[closed, primary, standby], &words);
        Runner::new()
            .toml(&format!("[targets.prod]\nurl = \"{url}\"\nssh = \"jump\""))
            .over_ssh()
            .playbook("print(connect('prod'):value 'SELECT inet_server_port()')")
            .stdout(&format!("{port}\n"))
            .success();
    }
}

#[test]
fn all_sessions_of_a_run_are_on_the_same_server() {
    let (primary, standby) = (PRIMARY.port(), *STANDBY);
    let lua = r#"
      local ports, db = {}, connect "prod"
      for _ = 1, 5 do
        for row in db:rows "SELECT inet_server_port() AS port" do ports[row.port] = true end
      end
      local count = 0
      for _ in pairs(ports) do count = count + 1 end
      print(count)"#;
    Runner::new()
        .toml(&format!(
            "[targets.prod]\nurl = \"{}\"",
            url(&[primary, standby], "load_balance_hosts=random")
        ))
        .playbook(lua)
        .stdout("1\n")
        .success();
}

#[test]
fn two_tables_that_differ_in_anything_are_two_targets() {
    let database = Database::empty(dev());
    let lua = format!(
        r#"
        local url = "{}"
        local a = connect {{ url = url, options = "-c work_mem=1MB" }}
        local b = connect {{ url = url, options = "-c work_mem=2MB" }}
        print(a:value "SHOW work_mem", b:value "SHOW work_mem")"#,
        database.url()
    );
    Runner::new().playbook(&lua).stdout("1MB\t2MB\n").success();
    database.assert_left();
}
