//! Runs that a signal or the playbook itself ends before their time, wherever they are.

use std::net::TcpListener;

use rustix::process::Signal;

use super::{TABLES, interrupted, run, wait_until_at};
use crate::support::{Database, Runner, Running, dev};

/// Interrupts the run by both signals, once it is where `ready` waits for; nothing may be left of it.
#[track_caller]
fn leaves_nothing(lua: &str, ready: impl Fn(&Running, &Database)) {
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let database = Database::with(dev(), TABLES);
        let before = database.state();
        let running = run(&database, lua);
        ready(&running, &database);
        let ran = interrupted(running, signal, code);
        assert!(
            ran.stderr
                .contains("\nerror: interrupted\n  at playbook.lua:"),
            "{}",
            ran.stderr
        );
        assert!(!ran.stdout.contains("never"), "{}", ran.stdout);
        assert!(!ran.stderr.contains("may still"), "{}", ran.stderr);
        database.assert_as_before(&before);
        ran.assert_left();
    }
}

#[test]
fn in_a_statement() {
    leaves_nothing(
        "dev:query 'SELECT pg_sleep(600)'\nprint 'never'",
        |_, database| {
            wait_until_at(database, "pg_sleep");
        },
    );
}

#[test]
fn in_a_statement_that_will_not_be_cancelled() {
    let stubborn = "DO $$ BEGIN LOOP BEGIN PERFORM pg_sleep(600); EXCEPTION WHEN query_canceled THEN NULL; END; END LOOP; END $$";
    leaves_nothing(
        &format!(
            "dev:transaction(function(tx)
               tx:execute 'INSERT INTO law VALUES (2)'
               tx:execute [[{stubborn}]]
             end)"
        ),
        |_, database| wait_until_at(database, "pg_sleep"),
    );
}

#[test]
fn as_the_terminal_closes() {
    let database = Database::with(dev(), TABLES);
    let running = run(&database, "dev:query 'SELECT pg_sleep(600)'");
    wait_until_at(&database, "pg_sleep");
    interrupted(running, Signal::HUP, 129);
    database.assert_left();
}

#[test]
fn in_a_statement_of_a_transaction() {
    leaves_nothing(
        "dev:transaction(function(tx)
           tx:execute 'INSERT INTO law VALUES (2)'
           tx:transaction(function(inner)
             inner:execute 'INSERT INTO law VALUES (3)'
             inner:execute 'SELECT pg_sleep(600)'
             print 'never'
           end)
         end)",
        |_, database| wait_until_at(database, "pg_sleep"),
    );
}

#[test]
fn in_a_snapshot_and_in_a_script() {
    leaves_nothing(
        "dev:snapshot(function(src) src:query 'SELECT pg_sleep(600)' end)",
        |_, database| {
            wait_until_at(database, "pg_sleep");
        },
    );
    leaves_nothing(
        "dev:script('INSERT INTO law VALUES (2); SELECT pg_sleep(600); INSERT INTO law VALUES (3)', { single_transaction = true })",
        |_, database| wait_until_at(database, "pg_sleep"),
    );
}

#[test]
fn between_the_statements_of_a_transaction() {
    leaves_nothing(
        "dev:transaction(function(tx) tx:execute 'INSERT INTO law VALUES (2)' print 'here' sleep '10min' end)",
        |running, _| running.wait_for_stdout("here"),
    );
    leaves_nothing(
        "dev:transaction(function(tx) tx:execute 'INSERT INTO law VALUES (2)' print 'here' while true do end end)",
        |running, _| running.wait_for_stdout("here"),
    );
}

#[test]
fn in_a_loop_that_catches_everything() {
    for body in [
        "dev.query, dev, 'SELECT pg_sleep(600)'",
        "sleep, 600",
        "function() while true do end end",
    ] {
        leaves_nothing(
            &format!("print 'here'\nwhile true do pcall({body}) end"),
            |running, _| running.wait_for_stdout("here"),
        );
    }
    leaves_nothing(
        "while true do
           pcall(dev.transaction, dev, function(tx)
             while true do pcall(tx.query, tx, 'SELECT pg_sleep(600)') end
           end)
         end",
        |_, database| wait_until_at(database, "pg_sleep"),
    );
}

#[test]
fn in_a_coroutine() {
    leaves_nothing(
        "local co = coroutine.wrap(function()
           dev:transaction(function(tx)
             tx:execute 'INSERT INTO law VALUES (2)'
             coroutine.yield()
             tx:execute 'SELECT pg_sleep(600)'
           end)
         end)
         co() co()",
        |_, database| wait_until_at(database, "pg_sleep"),
    );
}

#[test]
fn in_the_middle_of_rows() {
    leaves_nothing(
        "for row in dev:rows 'SELECT n, pg_sleep(0.01) FROM generate_series(1, 100000) AS n' do
           if row.n == 3 then print 'here' end
         end",
        |running, _| running.wait_for_stdout("here"),
    );
    leaves_nothing(
        "for row in dev:rows \"SELECT generate_series(1, 100000000) AS n, repeat('x', 1000)\" do
           if row.n == 1000 then print 'here' end
         end",
        |running, _| running.wait_for_stdout("here"),
    );
}

#[test]
fn in_the_wait_for_a_lock() {
    let database = Database::with(dev(), TABLES);
    let mut holder = database.session();
    holder.query("BEGIN; LOCK TABLE law");
    let running = run(&database, "dev:execute 'INSERT INTO law VALUES (2)'");
    wait_until_at(&database, "INSERT");
    interrupted(running, Signal::INT, 130);
    drop(holder);
    database.assert_left();
    assert_eq!(database.query("SELECT count(*) FROM law"), "1");
}

#[test]
fn while_a_server_does_not_answer() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port();
    let running = Runner::new()
        .toml(&format!(
            "[targets.dev]\nurl = \"postgres://u:p@127.0.0.1:{port}/x\""
        ))
        .playbook("connect 'dev'")
        .start();
    let (_connection, _) = silent.accept().unwrap();
    interrupted(running, Signal::INT, 130);
}

#[test]
fn what_was_deferred_runs_last_first_and_may_use_the_server() {
    let database = Database::with(dev(), TABLES);
    let running = run(
        &database,
        "defer(function() print('last', dev:value 'SELECT count(*) FROM law') end)
         step('outer', function()
           defer(function() dev:execute 'INSERT INTO law VALUES (7)' print 'third' end)
           defer(function() error 'of a closer' end)
           dev:transaction(function(tx)
             tx:execute 'INSERT INTO law VALUES (2)'
             defer(function() print('first', tx:value 'SELECT count(*) FROM law') end)
             local _ <close> = setmetatable({}, { __close = function(_, e) print('closed by', e.kind) end })
             print 'here'
             sleep(600)
           end)
         end)",
    );
    running.wait_for_stdout("here");
    let ran = interrupted(running, Signal::INT, 130);
    assert_eq!(
        ran.stdout,
        "here\nclosed by\tinterrupted\nfirst\t2\nthird\nlast\t2\n"
    );
    assert!(
        ran.stderr
            .contains("warning: playbook.lua:5: of a closer\n"),
        "{}",
        ran.stderr
    );
    assert_eq!(database.query("SELECT id FROM law ORDER BY id"), "1\n7");
    database.assert_left();
}

#[test]
fn os_exit_unwinds_and_gives_its_code() {
    for (call, code) in [
        ("os.exit(7)", 7),
        ("os.exit(false)", 1),
        ("os.exit()", 0),
        ("os.exit(true)", 0),
    ] {
        let database = Database::with(dev(), TABLES);
        let before = database.state();
        let lua = format!(
            "local dev = connect 'dev'
             defer(function() print 'deferred' end)
             dev:transaction(function(tx) tx:execute 'INSERT INTO law VALUES (2)' pcall(function() {call} end) print 'never' end)"
        );
        Runner::new()
            .target("dev", &database)
            .playbook(&lua)
            .args(["--quiet"])
            .stdout("deferred\n")
            .stderr("")
            .code(code);
        database.assert_as_before(&before);
    }
}

#[test]
fn a_transaction_nobody_left_is_rolled_back_and_said() {
    let database = Database::with(dev(), TABLES);
    let before = database.state();
    Runner::new()
        .target("dev", &database)
        .playbook(
            "local dev = connect 'dev'
             local co = coroutine.create(function()
               dev:transaction(function(tx) tx:execute 'INSERT INTO law VALUES (2)' coroutine.yield() end)
             end)
             coroutine.resume(co)",
        )
        .args(["--quiet"])
        .stderr("warning: the playbook ended inside a transaction on `dev`, begun at playbook.lua:3; it was undone\n")
        .success();
    database.assert_as_before(&before);
}
