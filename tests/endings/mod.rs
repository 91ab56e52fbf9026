//! However a run ends, nothing of it is left: transactions are rolled back, statements end at the server,
//! sessions are closed, and what was deferred has run.

mod idle;
mod interrupted;
mod lost;
mod proxy;
mod silent;

use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::support::{Database, Ran, Runner, Running, wait_until};

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
