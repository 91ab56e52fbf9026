//! The test support itself: what it promises to the tests that stand on it.

use std::process::Command;

use crate::support::{
    Container, Database, Runner, container, container_without_relay, dev, must, output, prod, sshd,
};

#[test]
fn a_database_is_a_clone_of_its_own() {
    let sql = "CREATE TABLE t (n integer); INSERT INTO t VALUES (1);";
    let (one, other) = (Database::with(dev(), sql), Database::with(dev(), sql));
    one.query("INSERT INTO t VALUES (2), (3)");
    assert_eq!(one.query("SELECT n FROM t ORDER BY n"), "1\n2\n3");
    assert_eq!(other.query("SELECT n FROM t"), "1");
}

#[test]
fn the_first_workflow_can_be_told() {
    let (from, to) = (Database::law_dev(dev()), Database::law_prod(prod()));
    let count = "SELECT count(*) FROM uk_lrt; SELECT count(*) FROM lat";
    assert_eq!(from.query(count), "1200\n7197");
    assert_eq!(to.query(count), "1003\n0");
}

#[test]
fn a_changed_database_does_not_pass_for_unchanged() {
    let database = Database::law_prod(prod());
    let before = database.state();
    database.assert_as_before(&before);
    for change in [
        "UPDATE uk_lrt SET title_en = title_en || '.' WHERE year = 1999",
        "ALTER TABLE lat ENABLE TRIGGER notify_search",
        "ALTER TABLE lat DROP CONSTRAINT lat_law_id_fkey",
        "SELECT nextval('cascade_affected_laws_id_seq')",
    ] {
        database.query(change);
        let now = database.state();
        assert_ne!(before, now, "{change}");
    }
}

#[test]
fn a_session_can_hold_a_lock() {
    let database = Database::with(dev(), "CREATE TABLE t (n integer);");
    let mut session = database.session();
    session.query("BEGIN; LOCK TABLE t");
    let lock = ["-c", "BEGIN; LOCK TABLE t NOWAIT"];
    let refused = output(database.client("psql").args(lock));
    let stderr = String::from_utf8_lossy(&refused.stderr);
    assert!(stderr.contains("could not obtain lock"), "{stderr}");
    drop(session);
    database.assert_left();
}

#[test]
fn the_ssh_server_takes_its_key_and_refuses_others() {
    let ssh = |host: &str| {
        let mut ssh = Command::new("ssh");
        ssh.arg("-F").arg(sshd().config()).args([host, "echo here"]);
        ssh
    };
    assert_eq!(must(&mut ssh("jump")), "here\n");
    for (host, reason) in [
        ("unknown-host", "Host key verification failed"),
        ("changed-host", "REMOTE HOST IDENTIFICATION HAS CHANGED"),
        ("refused-key", "Permission denied (publickey)"),
        ("closed-port", "Connection refused"),
        ("no-such-name", "Could not resolve hostname"),
    ] {
        let refused = output(&mut ssh(host));
        let stderr = String::from_utf8_lossy(&refused.stderr);
        assert!(stderr.contains(reason), "{host}: {stderr}");
    }
}

#[test]
fn the_container_has_a_server_and_no_network() {
    let database = Database::with(container(), "CREATE TABLE t (n integer);");
    database.query("INSERT INTO t VALUES (1)");
    assert_eq!(database.query("SELECT count(*) FROM t"), "1");
    let interfaces = must(&mut container().exec(&["ls", "/sys/class/net"]));
    assert_eq!(interfaces, "lo\n");
}

#[test]
fn a_container_without_a_relay_has_a_server_all_the_same() {
    let database = Database::empty(container_without_relay());
    assert_eq!(database.query("SELECT 1"), "1");
    for program in ["sh", "bash", "perl", "python3", "nc", "busybox"] {
        let ran = output(&mut container_without_relay().exec(&[program]));
        let stdout = String::from_utf8_lossy(&ran.stdout);
        assert!(
            stdout.contains("executable file not found"),
            "{program}: {stdout}"
        );
    }
}

#[test]
fn a_small_disk_fills_up() {
    let database = Database::on_small_disk(container(), "CREATE TABLE t (x text)");
    let sql = format!(
        "INSERT INTO t SELECT repeat(md5(n::text), 30) FROM generate_series(1, {}) AS n",
        Container::SMALL_DISK / 900
    );
    let full = output(
        database
            .client("psql")
            .args(["-v", "VERBOSITY=sqlstate", "-c", &sql]),
    );
    let stderr = String::from_utf8_lossy(&full.stderr);
    assert!(stderr.contains("53100"), "{stderr}");
    assert_eq!(database.query("SELECT count(*) FROM t"), "0");
}

#[test]
fn the_program_reaches_a_container_behind_ssh() {
    let dev = Database::law_dev(dev());
    let prod = Database::law_prod(container());
    let before = prod.state();
    Runner::new()
        .target("dev", &dev)
        .container_target("prod", &prod)
        .protected("MIGRATE PRODUCTION")
        .playbook(r#"for _, name in ipairs { "dev", "prod" } do print(connect(name):value "SELECT count(*) FROM uk_lrt") end"#)
        .stdout("1200\n1003\n")
        .stderr_has("ssh jump")
        .success();
    prod.assert_as_before(&before);
}
