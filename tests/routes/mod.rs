//! Every way to a server, by the real program: the hops it prints, the server that answers, and that nothing of
//! the way is left afterwards. What goes wrong on the way is in `refused` and `containers`, what ends it in `ended`.

mod containers;
mod ended;
mod engines;
mod images;
mod limits;
mod openssh;
mod ports;
mod refused;

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use runner::progress::Silent;
use runner::ssh::Host;

use runner::sandbox::Cluster;

use crate::support::{
    Agent, Container, Database, Ran, Runner, Sshd, container, dev, must, servers, sshd, user,
    wait_until,
};

/// Why the way into a container is taken.
const OWN_SOCKET: &str = "(`docker` is set and the url names no host: the container's own socket)";
const ASK: &str = r#"print(connect("prod"):value("SELECT 'here'"))"#;

/// The line about the server that answered, as user `postgres`.
fn server_line(target: &str, database: &Database) -> String {
    let version = database.query("SELECT split_part(current_setting('server_version'), ' ', 1)");
    let system = database.query("SELECT system_identifier FROM pg_control_system()");
    let name = database.name();
    format!("{target}: PostgreSQL {version}, database `{name}` as `postgres`, system {system}\n")
}

/// Runs a query over the route of target `prod`, which must be announced as `way`, and leave nothing.
#[track_caller]
fn leads_to(database: &Database, runner: Runner, way: &str) -> Ran {
    let ran = runner.playbook(ASK).stdout("here\n").success();
    let expected = format!("prod: {way}\n{}", server_line("prod", database));
    assert_eq!(ran.stderr, expected);
    ran.assert_left();
    database.assert_left();
    ran
}

#[test]
fn a_url_with_a_host_leads_there_by_tcp() {
    let database = Database::empty(dev());
    let port = dev().port();
    let runner = Runner::new().target("prod", &database);
    let way = format!("127.0.0.1:{port} (the url names a host)");
    leads_to(&database, runner, &way);
}

#[test]
fn a_url_with_a_folder_leads_to_the_socket_in_it() {
    let database = Database::empty(dev());
    let socket = socket_of_dev();
    let url = database.socket_url();
    let runner = Runner::new().toml(&format!("[targets.prod]\nurl = \"{url}\""));
    let way = format!("{socket} (the url names a folder of sockets)");
    leads_to(&database, runner, &way);
}

#[test]
fn behind_ssh_the_host_of_the_url_is_the_one_the_ssh_host_sees() {
    let (database, sshd) = (Database::empty(dev()), Sshd::start(""));
    let runner = behind(&sshd, "jump", &database.url());
    let (ssh, port) = (sshd.port(), dev().port());
    let way = format!(
        "ssh jump (127.0.0.1:{ssh}) → 127.0.0.1:{port} (the url names a host, as the ssh host sees it)"
    );
    leads_to(&database, runner, &way);
    sshd.assert_left();
}

#[test]
fn behind_ssh_the_folder_of_the_url_is_one_of_the_ssh_host() {
    let (database, sshd) = (Database::empty(dev()), Sshd::start(""));
    let runner = behind(&sshd, "jump", &database.socket_url());
    let (ssh, socket) = (sshd.port(), socket_of_dev());
    let way = format!(
        "ssh jump (127.0.0.1:{ssh}) → {socket} (the url names a folder of sockets, as the ssh host sees it)"
    );
    leads_to(&database, runner, &way);
    sshd.assert_left();
}

#[test]
fn behind_ssh_a_url_without_a_host_tries_sockets_and_then_loopback() {
    let database = Database::empty(dev());
    let port = dev().port();
    let url = database.url().replace(&format!("127.0.0.1:{port}/"), "/");
    let runner = behind(sshd(), "jump", &format!("{url}?port={port}"));
    let ssh = sshd().port();
    let refused = |socket: &str| {
        format!(
            "prod: not by {socket}: from ssh host `jump`, `{socket}` cannot be reached: nothing accepts connections there; \
             is the server running, and does the host's sshd allow it (`AllowStreamLocalForwarding`)?\n"
        )
    };
    let expected = [
        format!(
            "prod: ssh jump (127.0.0.1:{ssh}) → /var/run/postgresql/.s.PGSQL.{port} (the url names no host: the ssh \
             host's own socket, or else its loopback)\n"
        ),
        refused(&format!("/var/run/postgresql/.s.PGSQL.{port}")),
        refused(&format!("/tmp/.s.PGSQL.{port}")),
        taken_at_last(ssh, port),
        server_line("prod", &database),
    ];
    let ran = runner.playbook(ASK).stdout("here\n").success();
    assert_eq!(ran.stderr, expected.concat());
}

fn taken_at_last(ssh: u16, port: u16) -> String {
    format!(
        "prod: ssh jump (127.0.0.1:{ssh}) → 127.0.0.1:{port} (what comes before it was passed over)\n"
    )
}

#[test]
fn a_way_whose_login_is_refused_is_passed_over_too() {
    let cluster: &'static Cluster = Box::leak(Box::new(servers::start("ladder")));
    let database = Database::empty(cluster);
    // All sockets refuse the login, and loopback asks for nothing.
    let hba = cluster.data_folder().join("pg_hba.conf");
    let port = cluster.port();
    let socket = format!("/tmp/.s.PGSQL.{port}");
    symlink(
        cluster.socket_folder().join(format!(".s.PGSQL.{port}")),
        &socket,
    )
    .unwrap();
    let lines = "local all all reject\nhost all all 127.0.0.1/32 trust\n";
    fs::write(&hba, lines).unwrap();
    database.query("SELECT pg_reload_conf()");
    let runner = behind(
        sshd(),
        "jump",
        &format!("postgres://postgres@/{}?port={port}", database.name()),
    );
    // `rows` opens a second session, by the way the first one found.
    let lua = r#"for row in connect("prod"):rows("SELECT 'here' AS it") do print(row.it) end"#;
    let ran = runner.playbook(lua).stdout("here\n").success();
    fs::remove_file(&socket).unwrap();
    let passed = format!(
        "prod: not by {socket}: pg_hba.conf rejects connection for host \"[local]\", user \
         \"postgres\", database \"{}\", no encryption\n",
        database.name()
    );
    let told = ran.stderr.matches(&passed).count();
    assert!(told == 1, "{}", ran.stderr);
    let taken = taken_at_last(sshd().port(), port);
    assert!(ran.stderr.contains(&taken), "{}", ran.stderr);
    ran.assert_left();
}

#[test]
fn jump_hosts_are_passed_one_after_the_other() {
    let (database, sshd) = (Database::empty(dev()), Sshd::start(""));
    let runner = behind(&sshd, "behind-two", &database.url());
    let hosts = ["first", "second", "behind-two"].map(|alias| host(&sshd, alias, "user_key"));
    let jumps = "Host second\n  ProxyJump first\nHost behind-two\n  ProxyJump second\n";
    sshd.config_with(
        &runner.path().join("ssh_config"),
        &format!("{}{jumps}", hosts.concat()),
    );
    let (ssh, port) = (sshd.port(), dev().port());
    let way = format!(
        "ssh first (127.0.0.1:{ssh}) → ssh second (127.0.0.1:{ssh}) → ssh behind-two (127.0.0.1:{ssh}) → \
         127.0.0.1:{port} (the url names a host, as the ssh host sees it)"
    );
    leads_to(&database, runner, &way);
    sshd.assert_left();
}

#[test]
fn the_agent_logs_in_where_no_key_file_can() {
    let database = Database::empty(dev());
    let runner = behind(sshd(), "by-agent", &database.url());
    let agent = Agent::start(&runner.path().join("agent"), &sshd().file("user_key"));
    let host = format!(
        "{}  IdentityAgent SSH_AUTH_SOCK\n  IdentitiesOnly no\n",
        host(sshd(), "by-agent", "no-such-key")
    );
    sshd().config_with(&runner.path().join("ssh_config"), &host);
    let way = format!(
        "ssh by-agent (127.0.0.1:{}) → 127.0.0.1:{} (the url names a host, as the ssh host sees it)",
        sshd().port(),
        dev().port()
    );
    leads_to(&database, runner.env("SSH_AUTH_SOCK", &agent.socket), &way);
}

#[test]
fn a_passphrase_is_asked_for_once_and_never_shown() {
    let database = Database::empty(dev());
    let (runner, key) = with_passphrase(&database);
    // A second session, so that a second handshake needs the key.
    let lua = r#"
      local db = connect "prod"
      for row in db:rows "SELECT 'here' AS word" do print(row.word) end
    "#;
    let terminal = runner.playbook(lua).terminal();
    terminal.wait_for(&format!("passphrase of {key}"));
    terminal.type_line("mistyped");
    terminal.wait_for(&format!("wrong; passphrase of {key}"));
    terminal.type_line("correct horse");
    let (code, screen) = terminal.finish();
    let way = format!(
        "prod: ssh with-passphrase (127.0.0.1:{}) → 127.0.0.1:{} (the url names a host, as the ssh host sees it)\n\
         passphrase of {key}\n\
         wrong; passphrase of {key}\n\
         {}here",
        sshd().port(),
        dev().port(),
        server_line("prod", &database)
    );
    assert_eq!(screen, way);
    assert_eq!(code, 0);
    assert!(terminal.echoes());
}

#[test]
fn ctrl_c_and_ctrl_d_at_a_passphrase_end_the_run() {
    let database = Database::empty(dev());
    for key in ["C-c", "C-d"] {
        let (runner, file) = with_passphrase(&database);
        let terminal = runner.playbook(ASK).terminal();
        terminal.wait_for(&format!("passphrase of {file}"));
        terminal.press(key);
        let (code, screen) = terminal.finish();
        assert_eq!(code, 130, "{screen}");
        assert!(screen.contains("error: interrupted"), "{screen}");
        assert!(terminal.echoes());
    }
}

#[test]
fn a_passphrase_that_cannot_be_asked_for_is_named_with_what_to_do() {
    let database = Database::empty(dev());
    let (runner, key) = with_passphrase(&database);
    let ran = runner.playbook(ASK).code(1);
    let fingerprint = sshd().fingerprint("user_key");
    let user = user();
    let expected = format!(
        "error: cannot reach `prod`: ssh host `with-passphrase` would take the key `{key}` (ssh-ed25519 {fingerprint}) \
         of user `{user}`, but it cannot be opened: passphrase not given: no terminal to ask `passphrase of {key}` on; \
         give the key to an agent: `ssh-add {key}`\n"
    );
    assert!(ran.stderr.contains(&expected), "{}", ran.stderr);
}

#[test]
fn a_container_here_is_entered_by_its_own_socket() {
    let container = Container::start(&[]);
    let container: &'static Container = Box::leak(Box::new(container));
    let database = Database::empty(container);
    let runner = Runner::new().toml(&in_container(&database, container, ""));
    let way = format!("{} {OWN_SOCKET}", first_hop(container.name()));
    leads_to(&database, runner, &way);
    no_relay_is_left(container);
}

#[test]
fn a_container_behind_ssh_without_a_network_is_entered_by_its_own_socket() {
    let (database, sshd) = (Database::empty(container()), Sshd::start(""));
    let config = sshd.config();
    let ssh = format!("ssh = \"jump\"\n[ssh]\nconfig = \"{}\"", config.display());
    let runner = Runner::new().toml(&in_container(&database, container(), &ssh));
    let way = format!(
        "ssh jump (127.0.0.1:{}) → {} {OWN_SOCKET}",
        sshd.port(),
        first_hop(container().name())
    );
    leads_to(&database, runner, &way);
    sshd.assert_left();
}

#[test]
fn a_target_can_be_told_to_connect_in_place_of_a_name() {
    let database = Database::empty(container());
    let (url, name) = (database.socket_url(), container().name());
    let ran = Runner::new()
        .toml(&format!("[ssh]\nconfig = \"{}\"", sshd().config().display()))
        .playbook(&format!(
            "local db = connect {{ url = \"{url}\", ssh = \"jump\", docker = \"{name}\" }}\nprint(db:value \"SELECT 'here'\")"
        ))
        .stdout("here\n")
        .success();
    let target = format!("{name}/{}", database.name());
    let expected = format!(
        "{target}: ssh jump (127.0.0.1:{}) → {} {OWN_SOCKET}\n{}",
        sshd().port(),
        first_hop(name),
        server_line(&target, &database)
    );
    assert_eq!(ran.stderr, expected);
    database.assert_left();
}

/// The hop into a container that is announced: root needs no relay, and the tests' sshd logs in whoever runs them.
fn first_hop(container: &str) -> String {
    if is_root() {
        format!("docker {container} (its socket, through /proc)")
    } else {
        format!("docker exec {container} (relay)")
    }
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// A target `prod` behind `alias`, with the test's own `ssh_config`, which is that of the server at first.
fn behind(sshd: &Sshd, alias: &str, url: &str) -> Runner {
    let runner = Runner::new().toml(&format!(
        "[ssh]\nconfig = \"ssh_config\"\n[targets.prod]\nurl = \"{url}\"\nssh = \"{alias}\""
    ));
    sshd.config_with(&runner.path().join("ssh_config"), "");
    runner
}

/// A host of an ssh configuration that is this server.
fn host(sshd: &Sshd, alias: &str, key: &str) -> String {
    format!(
        "Host {alias}\n  HostName 127.0.0.1\n  Port {}\n  IdentityFile {}\n  UserKnownHostsFile {}\n",
        sshd.port(),
        sshd.file(key).display(),
        sshd.file("known_hosts").display()
    )
}

/// Does something with sessions on `alias`, without a run around it.
fn with_host<T>(folder: &Path, alias: &str, work: impl AsyncFnOnce(&Host) -> T) -> T {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let config = folder.join("ssh_config");
        let host = Host::resolve(alias, Some(&config), Arc::new(Silent))
            .await
            .unwrap();
        let result = work(&host).await;
        host.close().await;
        result
    })
}

fn in_container(database: &Database, container: &Container, more: &str) -> String {
    let (url, name) = (database.socket_url(), container.name());
    format!("[targets.prod]\nurl = \"{url}\"\ndocker = \"{name}\"\n{more}")
}

fn socket_of_dev() -> String {
    let folder = dev().socket_folder();
    format!("{}/.s.PGSQL.{}", folder.display(), dev().port())
}

/// A target behind an ssh host that only a key with the passphrase `correct horse` opens, and that key.
fn with_passphrase(database: &Database) -> (Runner, String) {
    let runner = behind(sshd(), "with-passphrase", &database.url());
    let key = runner.path().join("locked_key");
    fs::copy(sshd().file("user_key"), &key).unwrap();
    must(
        Command::new("ssh-keygen")
            .args(["-q", "-p", "-P", "", "-N", "correct horse", "-f"])
            .arg(&key),
    );
    let host = host(sshd(), "with-passphrase", key.to_str().unwrap());
    sshd().config_with(&runner.path().join("ssh_config"), &host);
    let key = key.to_str().unwrap().to_owned();
    (runner, key)
}

#[track_caller]
fn no_relay_is_left(container: &Container) {
    wait_until("no relay is left in the container", || {
        !container.processes().contains("RUNNER_OK")
    });
}
