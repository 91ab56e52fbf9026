//! However a run ends, nothing of it is left: transactions are rolled back, statements end at the server,
//! sessions are closed, and what was deferred has run.

use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::support::{Database, PATIENCE, Ran, Runner, Running, dev, wait_until};

const TABLES: &str = "CREATE TABLE law (id integer PRIMARY KEY); INSERT INTO law VALUES (1);";

/// What an interrupted run may take to end: less than a statement that goes on would.
const SOON: Duration = Duration::from_secs(20);

fn run(database: &Database, lua: &str) -> Running {
    let lua = format!("local dev = connect 'dev'\n{lua}");
    Runner::new().target("dev", database).playbook(&lua).start()
}

/// Waits until a session of the run is at `query`, by what the server shows of it.
#[track_caller]
fn wait_until_at(database: &Database, query: &str) {
    let mut session = database.session();
    wait_until("the run is at its statement", || {
        let sql = format!(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'active'
             AND application_name LIKE 'runner %' AND query LIKE '%{query}%'"
        );
        session.query(&sql) != "0"
    });
}

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
        database.assert_as_before(&before);
        ran.assert_left();
    }
}

#[track_caller]
fn interrupted(running: Running, signal: Signal, code: i32) -> Ran {
    let begun = Instant::now();
    running.signal(signal);
    let ran = running.finish(code);
    assert!(
        begun.elapsed() < SOON,
        "it took {:?}\n{}",
        begun.elapsed(),
        ran.stderr
    );
    ran
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
        "for row in dev:rows \"SELECT n, repeat('x', 1000) FROM generate_series(1, 100000000) AS n\" do
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
        let proxy = Proxy::to(dev().port());
        let url = database
            .url()
            .replace(&format!(":{}/", dev().port()), &format!(":{}/", proxy.port));
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

/// A way to a server that can be cut while bytes are on it; later connections pass again.
struct Proxy {
    port: u16,
    open: Arc<Mutex<Vec<TcpStream>>>,
}

impl Proxy {
    fn to(server: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let open: Arc<Mutex<Vec<TcpStream>>> = Arc::default();
        let kept = Arc::clone(&open);
        std::thread::spawn(move || {
            for client in listener.incoming() {
                let (client, server) = (
                    client.unwrap(),
                    TcpStream::connect(("127.0.0.1", server)).unwrap(),
                );
                for (from, to) in [(&client, &server), (&server, &client)] {
                    let (mut from, mut to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
                    std::thread::spawn(move || {
                        let _ = std::io::copy(&mut from, &mut to);
                        let _ = to.shutdown(Shutdown::Both);
                    });
                }
                kept.lock().unwrap().push(client);
            }
        });
        Self { port, open }
    }

    fn cut(&self) {
        for stream in self.open.lock().unwrap().drain(..) {
            stream.shutdown(Shutdown::Both).unwrap();
        }
    }
}

#[test]
fn a_second_signal_ends_the_process_at_once() {
    let database = Database::with(dev(), TABLES);
    let running = run(
        &database,
        "dev:transaction(function(tx)
           tx:execute 'INSERT INTO law VALUES (2)'
           defer(function() tx:query 'SELECT pg_sleep(600)' end)
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
