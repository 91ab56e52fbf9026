//! Links that go silent: nothing is refused, nothing is closed, nothing comes any more.

use std::time::{Duration, Instant};

use super::proxy::Proxy;
use super::wait_until_at;
use crate::support::{Database, Network, Ran, Runner, Running, dev, sshd, wait_until};

/// What a silent link may take to be an error: 30 s, and what a loaded machine adds.
const NOTICED: Duration = Duration::from_secs(45);

const ASLEEP: &str = "connect('prod'):query 'SELECT pg_sleep(600)'";

/// A run on a database over TCP.
fn direct(network: &Network, database: &Database) -> (Proxy, Runner) {
    let proxy = Proxy::between(network.listen(), dev().port());
    let here = format!("127.0.0.1:{}/", dev().port());
    let there = format!("{}:{}/", network.address(), proxy.port);
    let url = database.url().replace(&here, &there);
    (
        proxy,
        Runner::new().toml(&format!("[targets.prod]\nurl = \"{url}\"")),
    )
}

/// A run on a database behind an ssh host.
fn behind_ssh(network: &Network, database: &Database) -> (Proxy, Runner) {
    let proxy = Proxy::between(network.listen(), sshd().port());
    let target = format!(
        "[ssh]\nconfig = \"ssh_config\"\n[targets.prod]\nssh = \"silent\"\nurl = \"{}\"",
        database.url()
    );
    let runner = Runner::new().toml(&target);
    let host = format!(
        "Host silent\n  HostName {}\n  Port {}\n  HostKeyAlias [127.0.0.1]:{}\n  IdentityFile {}\n  UserKnownHostsFile {}\n",
        network.address(),
        proxy.port,
        sshd().port(),
        sshd().file("user_key").display(),
        sshd().file("known_hosts").display()
    );
    sshd().config_with(&runner.path().join("ssh_config"), &host);
    (proxy, runner)
}

#[track_caller]
fn given_up(running: Running, network: &Network) -> Ran {
    network.silence();
    let begun = Instant::now();
    let ran = running.finish(1);
    assert!(begun.elapsed() < NOTICED, "it took {:?}", begun.elapsed());
    ran
}

#[test]
fn a_server_that_goes_silent_is_given_up() {
    let (database, network) = (Database::empty(dev()), Network::new());
    let (_proxy, runner) = direct(&network, &database);
    let running = runner.playbook(ASLEEP).start();
    wait_until_at(&database, "pg_sleep");
    let ran = given_up(running, &network);
    let told = "error: the connection to `prod` was lost: ";
    assert!(ran.stderr.contains(told), "{}", ran.stderr);
    assert!(ran.stderr.contains("timed out"), "{}", ran.stderr);
}

#[test]
fn an_ssh_host_that_goes_silent_is_given_up_with_the_rows_that_had_passed() {
    let rows = "CREATE TABLE law (id integer PRIMARY KEY, text text);
                INSERT INTO law SELECT n, repeat('x', 2000) FROM generate_series(1, 500) n;";
    let database = Database::with(dev(), rows);
    let empty = Database::with(
        dev(),
        "CREATE TABLE law (id integer PRIMARY KEY, text text);",
    );
    let network = Network::new();
    let (_proxy, runner) = behind_ssh(&network, &database);
    // Most rows come at once, the last one never.
    let lua = "local to = connect('dev', { write = true })
        connect('prod'):snapshot(function(src)
          to:transaction(function(tx)
            local marks = watermark.open { db = tx, name = 'silent' }
            local where = 'CASE WHEN id = 500 THEN pg_sleep(600) IS NOT NULL ELSE true END'
            copy.tables { from = marks:changed(src, 'law', { where = where }), to = tx, mode = 'upsert' }
          end)
        end)";
    let running = runner.target("dev", &empty).playbook(lua).start();
    wait_until_at(&database, "pg_sleep");
    let arrived = "SELECT count(*) FROM pg_stat_progress_copy WHERE datname = current_database() AND tuples_processed > 0";
    wait_until("rows have passed", || empty.query(arrived) == "1");
    let ran = given_up(running, &network);
    let told = "the ssh connection to `silent` is lost: ";
    assert!(ran.stderr.contains(told), "{}", ran.stderr);
    assert!(
        ran.stderr.contains(", none of which stay)"),
        "{}",
        ran.stderr
    );
    assert_eq!(empty.query("SELECT count(*) FROM law"), "0");
    empty.assert_left();
}

#[test]
fn an_address_that_swallows_what_it_is_sent_is_given_up_in_time() {
    let (database, network) = (Database::empty(dev()), Network::new());
    let (_proxy, runner) = behind_ssh(&network, &database);
    network.silence();
    let config = std::fs::read_to_string(runner.path().join("ssh_config")).unwrap();
    let config = format!("Host silent\n  ConnectTimeout 1\n{config}");
    let ran = runner.file("ssh_config", config).playbook(ASLEEP).code(1);
    let told = "error: cannot reach `prod`: cannot reach ssh host `silent`: no answer from ";
    assert!(ran.stderr.contains(told), "{}", ran.stderr);
    assert!(ran.stderr.contains(" within 1 s\n"), "{}", ran.stderr);
    let (proxy, _) = direct(&network, &database);
    let there = format!("{}:{}", network.address(), proxy.port);
    let url = format!("postgres://postgres@{there}/x?connect_timeout=1");
    let ran = Runner::new()
        .toml(&format!("[targets.prod]\nurl = \"{url}\""))
        .playbook(ASLEEP)
        .code(1);
    let told = format!("error: cannot reach `prod`: no answer from `{there}` within 1 s\n");
    assert!(ran.stderr.contains(&told), "{}", ran.stderr);
}
