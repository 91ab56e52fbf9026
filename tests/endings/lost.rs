//! Runs that lose their server, servers that lose their run, and the COMMIT in between.

use std::time::Instant;

use rustix::process::Signal;

use super::proxy::Proxy;
use super::{TABLES, interrupted, run, wait_until_at};
use crate::support::{Database, PATIENCE, Runner, dev, wait_until};

#[test]
fn a_commit_under_way_is_not_cancelled() {
    let slow = "CREATE TABLE law (id integer);
        CREATE FUNCTION slowly() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(2); RETURN NULL; END $$;
        CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON law DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION slowly();";
    let database = Database::with(dev(), slow);
    let running = run(
        &database,
        "dev:transaction(function(tx) tx:execute 'INSERT INTO law VALUES (2)' end)\npcall(log, 'never')",
    );
    wait_until_at(&database, "COMMIT");
    let ran = interrupted(running, Signal::INT, 130);
    assert!(!ran.stderr.contains("\nnever\n"), "{}", ran.stderr);
    assert_eq!(database.query("SELECT id FROM law"), "2");
    database.assert_left();
}

#[test]
fn a_commit_whose_answer_was_lost_is_asked_about() {
    // The server notices within seconds that its client is gone, and rolls back what goes on longer.
    for (seconds, became, rows) in [
        (1, "the server has committed it", "1"),
        (120, "the server has rolled it back", "0"),
    ] {
        let slow = format!(
            "CREATE TABLE law (id integer);
             CREATE FUNCTION slowly() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep({seconds}); RETURN NULL; END $$;
             CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON law DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION slowly();"
        );
        let database = Database::with(dev(), &slow);
        let proxy = Proxy::to_dev();
        let url = proxy.url(&database);
        let running = Runner::new()
            .toml(&format!("[targets.dev]\nurl = \"{url}\""))
            .playbook("local dev = connect 'dev'\ndev:transaction(function(tx) tx:execute 'INSERT INTO law VALUES (2)' end)")
            .start();
        wait_until_at(&database, "COMMIT");
        let transaction = database.query(
            "SELECT backend_xid FROM pg_stat_activity WHERE datname = current_database() AND backend_xid IS NOT NULL",
        );
        proxy.cut();
        let ran = running.finish(1);
        let told = format!(
            "error: the connection to `dev` was lost while COMMIT ran: {became} (transaction {transaction})\n  \
             at playbook.lua:2\n"
        );
        assert!(ran.stderr.contains(&told), "{}", ran.stderr);
        database.assert_left();
        assert_eq!(database.query("SELECT count(*) FROM law"), rows);
    }
}

#[test]
fn a_second_signal_ends_the_process_at_once() {
    let database = Database::with(dev(), TABLES);
    let running = run(
        &database,
        "dev:transaction(function(tx)
           defer(function() tx:query 'SELECT pg_sleep(600)' end)
           tx:execute 'INSERT INTO law VALUES (2)'
           sleep(600)
         end)",
    );
    wait_until_at_end_of(&database, "INSERT INTO law VALUES (2)");
    running.signal(Signal::INT);
    wait_until_at(&database, "pg_sleep");
    interrupted(running, Signal::INT, 130);
    // The server notices by itself that its client is gone.
    database.assert_left();
    assert_eq!(database.query("SELECT count(*) FROM law"), "1");
}

/// Waits until the run's session is idle behind `query`.
#[track_caller]
fn wait_until_at_end_of(database: &Database, query: &str) {
    let mut session = database.session();
    wait_until("the run's statement has ended", || {
        let sql = format!(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'
             AND query = '{query}'"
        );
        session.query(&sql) != "0"
    });
}

#[test]
fn after_a_kill_the_server_ends_what_the_run_was_doing() {
    let database = Database::with(dev(), TABLES);
    let before = database.state();
    let running = run(
        &database,
        "dev:transaction(function(tx)
           tx:execute 'INSERT INTO law VALUES (2)'
           tx:query 'SELECT pg_sleep(600)'
         end)",
    );
    wait_until_at(&database, "pg_sleep");
    running.killed();
    let begun = Instant::now();
    database.assert_as_before(&before);
    assert!(begun.elapsed() < PATIENCE / 2, "{:?}", begun.elapsed());
}

#[test]
fn a_backend_ended_by_an_administrator_is_told_as_such() {
    for (lua, query) in [
        ("dev:query 'SELECT pg_sleep(600)'", "pg_sleep"),
        (
            "dev:transaction(function(tx)\ntx:execute 'INSERT INTO law VALUES (2)' tx:query 'SELECT pg_sleep(600)' end)",
            "pg_sleep",
        ),
    ] {
        let database = Database::with(dev(), TABLES);
        let before = database.state();
        let running = run(&database, lua);
        wait_until_at(&database, query);
        database.query(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE datname = current_database() AND application_name LIKE 'runner %'",
        );
        let ran = running.finish(1);
        let told = "error: terminating connection due to administrator command\n";
        assert!(ran.stderr.contains(told), "{}", ran.stderr);
        assert!(ran.stderr.contains("sqlstate: 57P01"), "{}", ran.stderr);
        database.assert_as_before(&before);
    }
}

#[test]
fn a_session_lost_between_two_statements_is_told_with_why() {
    let database = Database::with(dev(), TABLES);
    let running = run(
        &database,
        "dev:value 'SELECT 1'
         print 'here'
         while not pcall(error) and dev:info() do
           sleep(0.01)
           dev:value 'SELECT 2'
         end",
    );
    running.wait_for_stdout("here");
    database.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND application_name LIKE 'runner %'",
    );
    let ran = running.finish(1);
    assert!(
        ran.stderr
            .contains("terminating connection due to administrator command"),
        "{}",
        ran.stderr
    );
    database.assert_left();
}
