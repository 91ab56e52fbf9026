//! Units divided among workers: one moment of the source for all, and an end that says what was done.

use runner::copy::{OnError, Work};
use runner::interrupt::Interrupt;
use runner::pg::{Isolation, TxOptions};

use super::*;
use crate::support::wait_until;

/// Tables that no key ties, the later ones smaller.
const TABLES: &str = "CREATE TABLE a (id int PRIMARY KEY, text text);
CREATE TABLE b (id int PRIMARY KEY, text text);
CREATE TABLE c (id int PRIMARY KEY, text text);
CREATE TABLE d (id int PRIMARY KEY, text text)";
const ROWS: &str = "INSERT INTO a SELECT g, repeat('x', 500) FROM generate_series(1, 4000) g;
INSERT INTO b SELECT g, repeat('x', 500) FROM generate_series(1, 3000) g;
INSERT INTO c SELECT g, repeat('x', 500) FROM generate_series(1, 2000) g;
INSERT INTO d SELECT g, repeat('x', 500) FROM generate_series(1, 1000) g";

/// Rows of the named tables wait at the target until the lock is free. Not by a trigger, which a copy may switch off.
fn gate(tables: &[&str]) -> String {
    let wait = "CREATE FUNCTION wait() RETURNS boolean LANGUAGE plpgsql AS
      $$ BEGIN PERFORM pg_advisory_xact_lock_shared(7); RETURN true; END $$";
    let check = |table: &&str| format!("ALTER TABLE {table} ADD CHECK (wait())");
    let checks: Vec<String> = tables.iter().map(check).collect();
    format!("{wait}; {}", checks.join("; "))
}

/// How many sessions wait for that lock.
const WAITING: &str = "SELECT count(*) FROM pg_stat_activity
  WHERE datname = current_database() AND wait_event_type = 'Lock' AND wait_event = 'advisory'";

fn divided(jobs: usize) -> Work {
    let mut work = Work::default();
    work.jobs = Some(jobs);
    work
}

fn all(from: &Session, to: &Session, work: Work) -> CopyOptions {
    CopyOptions {
        work,
        ..options(from, to, Mode::Replace, &[])
    }
}

#[test]
fn every_unit_is_copied_once_and_reported_in_the_order_of_the_plan() {
    let pair = Pair::new(TABLES, ROWS);
    run(async {
        for jobs in [1, 2, 3, 9] {
            let (from, to, heard) = pair.sessions().await;
            let report = tables(&all(&from, &to, divided(jobs))).await.unwrap();
            let tables: Vec<_> = report
                .tables
                .iter()
                .map(|table| (table.table.as_str(), table.rows))
                .collect();
            assert_eq!(tables, [("a", 4000), ("b", 3000), ("c", 2000), ("d", 1000)]);
            assert_eq!(report.rows, 10_000);
            let workers = format!("{} workers (as `jobs` says)", jobs.min(4));
            assert_eq!(
                heard.notes().contains(&workers),
                jobs > 1,
                "{:?}",
                heard.notes()
            );
        }
    });
    pair.assert_equal();
    pair.from.assert_left();
    pair.to.assert_left();
}

#[test]
fn all_workers_read_the_moment_at_which_the_copy_began() {
    let pair = Pair::new(TABLES, ROWS);
    pair.to.query(&gate(&["a", "b"]));
    let mut holder = pair.to.session();
    holder.query("SELECT pg_advisory_lock(7)");
    run(async {
        let (from, to, _) = pair.sessions().await;
        let options = all(&from, &to, divided(2));
        let meanwhile = tokio::task::spawn_blocking({
            let watched = pair.to.session();
            let mut source = pair.from.session();
            move || {
                let mut watched = watched;
                wait_until("both workers are held up", || watched.query(WAITING) == "2");
                source.query(
                    "UPDATE d SET text = 'later'; DELETE FROM c; INSERT INTO d VALUES (0, '')",
                );
                holder.query("SELECT pg_advisory_unlock(7)");
            }
        });
        let (report, meanwhile) = tokio::join!(tables(&options), meanwhile);
        meanwhile.unwrap();
        assert_eq!(report.unwrap().rows, 10_000);
    });
    assert_eq!(
        pair.to.query(
            "SELECT count(*) FROM c; SELECT count(*), count(*) FILTER (WHERE text = 'later') FROM d"
        ),
        "2000\n1000|0"
    );
}

#[test]
fn a_snapshot_of_the_caller_is_shared_and_a_plain_transaction_is_read_by_one_worker() {
    let pair = Pair::new(TABLES, ROWS);
    run(async {
        let (from, to, heard) = pair.sessions().await;
        let snapshot = TxOptions {
            isolation: Some(Isolation::RepeatableRead),
            read_only: true,
            ..TxOptions::default()
        };
        from.begin(&snapshot).await.unwrap();
        assert_eq!(
            from.value("SELECT count(*) FROM a", &[])
                .await
                .unwrap()
                .as_int(),
            Some(4000)
        );
        pair.from.query("DELETE FROM d");
        let report = tables(&all(&from, &to, divided(2))).await.unwrap();
        assert_eq!(report.rows, 10_000);
        from.begin(&TxOptions::default()).await.unwrap();
        tables(&all(&from, &to, divided(2))).await.unwrap();
        from.rollback().await.unwrap();
        from.rollback().await.unwrap();
        from.begin(&TxOptions::default()).await.unwrap();
        tables(&all(&from, &to, divided(2))).await.unwrap();
        from.rollback().await.unwrap();
        let notes = heard.notes();
        let notes: Vec<_> = notes
            .iter()
            .filter(|note| note.contains("worker"))
            .collect();
        assert_eq!(
            notes,
            [
                "2 workers (as `jobs` says)",
                "one worker: the source is read in a nested transaction, whose snapshot cannot be shared",
                "one worker: the source is read in a READ COMMITTED transaction, which has no snapshot to share",
            ]
        );
    });
    pair.assert_equal();
}

#[test]
fn what_a_transaction_of_the_source_has_written_is_copied_too() {
    let pair = Pair::new(TABLES, ROWS);
    run(async {
        let (from, to, heard) = pair.sessions().await;
        let writing = TxOptions {
            isolation: Some(Isolation::RepeatableRead),
            ..TxOptions::default()
        };
        from.begin(&writing).await.unwrap();
        from.execute("DELETE FROM d WHERE id > 10", &[])
            .await
            .unwrap();
        let report = tables(&all(&from, &to, divided(3))).await.unwrap();
        assert_eq!(report.tables[3].rows, 10);
        let why = "one worker: the source is read in a transaction that has written, which others would not see";
        assert!(heard.notes().iter().any(|note| note == why));
        from.rollback().await.unwrap();
    });
}

#[test]
fn a_transaction_of_the_caller_is_written_by_one_worker() {
    let pair = Pair::new(TABLES, ROWS);
    let before = pair.to.state();
    run(async {
        let (from, to, heard) = pair.sessions().await;
        to.begin(&TxOptions::default()).await.unwrap();
        tables(&all(&from, &to, divided(3))).await.unwrap();
        let why = "one worker: the target is written in a transaction that is open";
        assert!(heard.notes().iter().any(|note| note == why));
        to.rollback().await.unwrap();
    });
    pair.to.assert_as_before(&before);
}

/// `b` refuses one of its rows.
fn refuses() -> String {
    refusing("b", "id <> 2500")
}

#[test]
fn a_unit_that_fails_is_as_before_and_the_others_are_copied_where_that_is_asked_for() {
    let pair = Pair::new(TABLES, ROWS);
    pair.to
        .query(&format!("{}; INSERT INTO b VALUES (1, 'kept')", refuses()));
    for jobs in [1, 3] {
        let error = run(async {
            let (from, to, _) = pair.sessions().await;
            let mut work = divided(jobs);
            work.on_error = OnError::Continue;
            let error = tables(&all(&from, &to, work)).await.unwrap_err();
            for session in [&from, &to] {
                assert_eq!(
                    session.value("SELECT 1", &[]).await.unwrap().as_int(),
                    Some(1)
                );
            }
            error
        });
        assert_eq!(error.pg().unwrap().sqlstate(), Some("23514"));
        let text = pair.in_words(&error);
        let (from, to) = (pair.from.name(), pair.to.name());
        let rest = format!(
            "\n  complete: `a`, `c`, `d`\n  to copy the rest: copy.tables {{ from = connect \"{from}\", \
             to = connect(\"{to}\", {{ write = true }}), mode = \"replace\", tables = {{ \"b\" }} }}"
        );
        assert!(
            text.starts_with("1 of 4 tables were not copied\n  `b`: `b`: new row for relation \"b\" violates check constraint"),
            "{text}"
        );
        assert!(text.ends_with(&rest), "{text}");
        assert_eq!(
            pair.to.query("SELECT text FROM b; SELECT count(*) FROM a; SELECT count(*) FROM c; SELECT count(*) FROM d"),
            "kept\n4000\n2000\n1000"
        );
        pair.to.query("TRUNCATE a, c, d");
    }
    pair.from.assert_left();
    pair.to.assert_left();
}

#[test]
fn a_failure_stops_what_is_being_copied_and_what_is_not_begun() {
    let pair = Pair::new(TABLES, ROWS);
    pair.to.query(&format!("{}; {}", refuses(), gate(&["a"])));
    let before = pair.to.state();
    let mut holder = pair.to.session();
    holder.query("SELECT pg_advisory_lock(7)");
    let error = run(async {
        let (from, to, _) = pair.sessions().await;
        tables(&all(&from, &to, divided(2))).await.unwrap_err()
    });
    drop(holder);
    let Error::Unfinished(unfinished) = &error else {
        panic!("{error}")
    };
    assert_eq!(unfinished.failed.len(), 1);
    assert_eq!(unfinished.failed[0].0, ["b"]);
    assert_eq!(unfinished.left, ["a", "c", "d"]);
    assert!(unfinished.done.is_empty());
    assert!(
        error
            .to_string()
            .contains("tables = { \"b\", \"a\", \"c\", \"d\" }"),
        "{error}"
    );
    pair.to.assert_as_before(&before);
    pair.from.assert_left();
}

#[test]
fn an_interruption_stops_all_workers_on_both_servers() {
    let pair = Pair::new(TABLES, ROWS);
    pair.to.query(&gate(&["a", "b"]));
    let before = pair.to.state();
    let mut holder = pair.to.session();
    holder.query("SELECT pg_advisory_lock(7)");
    run(async {
        let (from, to, heard) = pair.sessions().await;
        let interrupt = Interrupt::default();
        let trip = tokio::task::spawn_blocking({
            let mut watched = pair.to.session();
            let interrupt = interrupt.clone();
            move || {
                wait_until("both workers are held up", || watched.query(WAITING) == "2");
                interrupt.trip(2);
            }
        });
        let options = all(&from, &to, divided(2));
        let (copied, trip) = tokio::join!(interrupt.scope(tables(&options)), trip);
        trip.unwrap();
        let error = copied.unwrap_err();
        assert!(error.is_interrupted(), "{error}");
        assert!(!heard.notes().iter().any(|note| note.contains("may still")));
        for session in [&from, &to] {
            assert_eq!(
                session.value("SELECT 1", &[]).await.unwrap().as_int(),
                Some(1)
            );
        }
    });
    drop(holder);
    pair.to.assert_as_before(&before);
    pair.from.assert_left();
}

#[test]
fn a_worker_whose_connection_is_lost_leaves_its_unit_as_it_was_and_the_others_go_on() {
    let pair = Pair::new(TABLES, ROWS);
    pair.to.query(&gate(&["b"]));
    let mut holder = pair.to.session();
    holder.query("SELECT pg_advisory_lock(7)");
    let error = run(async {
        let (from, to, _) = pair.sessions().await;
        let mut work = divided(2);
        work.on_error = OnError::Continue;
        let options = all(&from, &to, work);
        let kill = tokio::task::spawn_blocking({
            let mut watched = pair.to.session();
            move || {
                wait_until("`b` is held up", || watched.query(WAITING) == "1");
                watched.query(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                      WHERE datname = current_database() AND wait_event = 'advisory'",
                );
            }
        });
        let (copied, kill) = tokio::join!(tables(&options), kill);
        kill.unwrap();
        copied.unwrap_err()
    });
    drop(holder);
    let Error::Unfinished(unfinished) = &error else {
        panic!("{error}")
    };
    assert_eq!(unfinished.failed[0].0, ["b"]);
    // The server's last words are lost with the connection where rows were on their way still.
    let said = ["terminating connection", "was lost"];
    assert!(
        said.iter().any(|said| error.to_string().contains(said)),
        "{error}"
    );
    assert_eq!(unfinished.done, ["a", "c", "d"]);
    assert_eq!(
        pair.to
            .query("SELECT count(*) FROM b; SELECT count(*) FROM a; SELECT count(*) FROM d"),
        "0\n4000\n1000"
    );
    pair.from.assert_left();
    pair.to.assert_left();
}

#[test]
fn a_unit_of_several_tables_is_read_ahead_and_written_by_one() {
    let schema = "CREATE TABLE p (id int PRIMARY KEY, text text);
      CREATE TABLE q (id int PRIMARY KEY, p int REFERENCES p, text text);
      CREATE TABLE r (id int PRIMARY KEY, q int REFERENCES q, v varchar(90));
      CREATE TABLE s (id int PRIMARY KEY, r int REFERENCES r)";
    let rows = "INSERT INTO p SELECT g, repeat('x', 3000) FROM generate_series(1, 3000) g;
      INSERT INTO q SELECT g, g, repeat(md5(g::text), 100) FROM generate_series(1, 3000) g;
      INSERT INTO r SELECT g, g, E'a\\tb\\n' || g FROM generate_series(1, 3000) g;
      INSERT INTO s SELECT g, g FROM generate_series(1, 20) g";
    let pair = Pair::new(schema, rows);
    run(async {
        let (from, to, heard) = pair.sessions().await;
        let report = tables(&all(&from, &to, divided(3))).await.unwrap();
        assert_eq!(report.rows, 9020);
        assert!(
            heard
                .notes()
                .contains(&"3 workers (as `jobs` says)".to_owned())
        );
    });
    pair.assert_equal();
    pair.from.assert_left();
    // A failure in the middle ends the reading of all.
    pair.to.query(&format!(
        "TRUNCATE p CASCADE; {}",
        refusing("q", "id <> 2900")
    ));
    let before = pair.to.state();
    run(async {
        let (from, to, _) = pair.sessions().await;
        let error = tables(&all(&from, &to, divided(3))).await.unwrap_err();
        assert_eq!(error.pg().unwrap().sqlstate(), Some("23514"), "{error}");
    });
    pair.to.assert_as_before(&before);
    pair.from.assert_left();
}
