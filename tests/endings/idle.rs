//! Sessions whose connection was lost while nothing ran on it.

use super::TABLES;
use super::proxy::Proxy;
use crate::support::{Database, Ran, Runner, dev};

/// Runs `before`, cuts the connection, and runs `after`; the exit code must be `code`.
#[track_caller]
fn cut_between(database: &Database, code: i32, before: &str, after: &str) -> Ran {
    let proxy = Proxy::to_dev();
    let lua = format!(
        "local dev = connect('dev')
         local function wait() print 'here' io.read() sleep(0.1) end
         {before}\nwait()\n{after}\nprint 'there'"
    );
    let running = Runner::new()
        .toml(&format!("[targets.dev]\nurl = \"{}\"", proxy.url(database)))
        .playbook(&lua)
        .start();
    running.wait_for_stdout("here");
    proxy.cut();
    // Ends its stdin, and with it the wait.
    running.finish(code)
}

const AGAIN: &str = "warning: the idle connection to `dev` was lost: ";

#[test]
fn an_idle_connection_that_was_lost_is_opened_again() {
    let database = Database::with(dev(), TABLES);
    let ran = cut_between(
        &database,
        0,
        "dev:query 'SELECT 1'",
        "assert(dev:value 'SELECT max(id) FROM law' == 1)
         dev:transaction(function(tx) tx:execute 'INSERT INTO law VALUES (2)' end)",
    );
    assert_eq!(ran.stdout, "here\nthere\n", "{}", ran.stderr);
    assert_eq!(ran.stderr.matches(AGAIN).count(), 1, "{}", ran.stderr);
    assert_eq!(database.query("SELECT count(*) FROM law"), "2");
    ran.assert_left();
    database.assert_left();
}

#[test]
fn a_transaction_does_not_outlive_its_connection() {
    let database = Database::with(dev(), TABLES);
    let ran = cut_between(
        &database,
        1,
        "dev:transaction(function(tx)\ntx:execute 'INSERT INTO law VALUES (2)'",
        "tx:execute 'INSERT INTO law VALUES (3)'\nend)",
    );
    let told = "error: the connection to `dev` was lost: ";
    assert!(ran.stderr.contains(told), "{}", ran.stderr);
    assert!(!ran.stderr.contains(AGAIN), "{}", ran.stderr);
    assert_eq!(database.query("SELECT count(*) FROM law"), "1");
    database.assert_left();
}

#[test]
fn what_the_session_alone_knew_is_not_forgotten_in_silence() {
    let database = Database::with(dev(), TABLES);
    for before in [
        "dev:execute 'CREATE TEMP TABLE t (id integer)'",
        "dev:execute \"SET search_path = nowhere\"",
        "dev:script 'CREATE TEMP TABLE t (id integer)'",
    ] {
        let ran = cut_between(&database, 1, before, "dev:value 'SELECT 1'");
        let told =
            "it is not opened again, as settings or temporary tables of the session went with it\n";
        assert!(ran.stderr.contains(told), "{before}: {}", ran.stderr);
    }
    // What a script has set is set back behind it.
    let before = "dev:script \"SET search_path = ''; SELECT 1\"";
    cut_between(&database, 0, before, "dev:value 'SELECT id FROM law'");
    database.assert_left();
}

#[test]
fn the_claim_of_a_writing_run_is_taken_again() {
    let database = Database::with(dev(), TABLES);
    let claims = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'
                  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    let ran = cut_between(
        &database,
        0,
        "dev:execute 'INSERT INTO law VALUES (2)'",
        &format!("print(dev:value [[{claims}]])"),
    );
    assert_eq!(ran.stdout, "here\n1\nthere\n", "{}", ran.stderr);
    database.assert_left();
}
