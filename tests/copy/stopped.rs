//! Copies that do not come to their end.

use std::time::{Duration, Instant};

use runner::copy::Mode;
use runner::interrupt::Interrupt;
use runner::pg::TxOptions;

use super::*;
use crate::support::wait_until;

const TABLE: &str = "CREATE TABLE big (id int PRIMARY KEY, text text)";
const ROWS: &str = "INSERT INTO big SELECT g, repeat('x', 2000) FROM generate_series(1, 60000) g";

/// Holds back every row of the target for a moment.
const SLOW: &str = "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN PERFORM pg_sleep(0.001); RETURN new; END $$;
CREATE TRIGGER slow BEFORE INSERT ON big FOR EACH ROW EXECUTE FUNCTION slow()";

const ACTIVE: &str = "SELECT count(*) FROM pg_stat_activity
  WHERE datname = current_database() AND state = 'active' AND pid <> pg_backend_pid()";

#[test]
fn an_interruption_stops_both_servers_and_leaves_the_sessions_usable() {
    let pair = Pair::new(TABLE, ROWS);
    pair.to.query(SLOW);
    let before = pair.to.state();
    run(async {
        let (from, to, _) = pair.sessions().await;
        let interrupt = Interrupt::default();
        let trip = async {
            tokio::time::sleep(Duration::from_millis(300)).await;
            interrupt.trip(2);
        };
        let begun = Instant::now();
        let copied = interrupt.scope(copy_with_triggers(&from, &to, Mode::Replace, &["big"]));
        let (copied, ()) = tokio::join!(copied, trip);
        let error = copied.unwrap_err();
        assert!(error.is_interrupted(), "{error}");
        assert!(
            error.to_string().starts_with("`big`: interrupted (after "),
            "{error}"
        );
        assert!(begun.elapsed() < Duration::from_secs(5));
        for (session, database) in [(&from, &pair.from), (&to, &pair.to)] {
            assert_eq!(database.query(ACTIVE), "0");
            assert_eq!(
                session.value("SELECT 1", &[]).await.unwrap().as_int(),
                Some(1)
            );
        }
    });
    pair.to.assert_as_before(&before);
}

/// How much may pass until an error of the first row is heard, most of it on its way already.
const SOON: u64 = 10_000;

#[test]
fn a_refused_row_stops_the_copy_at_once() {
    let pair = Pair::different(
        &format!("{TABLE}; {ROWS}"),
        &format!("{TABLE}; {}", refusing("big", "id < 0")),
    );
    run(async {
        let (from, to, _) = pair.sessions().await;
        to.begin(&TxOptions::default()).await.unwrap();
        for _ in 0..2 {
            let error = copy(&from, &to, Mode::Replace, &["big"]).await.unwrap_err();
            assert_eq!(error.pg().unwrap().sqlstate(), Some("23514"), "{error}");
            let Error::Stopped { rows, .. } = error else {
                panic!("{error}")
            };
            assert!(rows < SOON, "{rows} rows were sent");
            assert_eq!(pair.from.query(ACTIVE), "0");
        }
        for session in [&from, &to] {
            let one = session.value("SELECT 1", &[]).await.unwrap();
            assert_eq!(one.as_int(), Some(1));
        }
        to.rollback().await.unwrap();
    });
}

/// A refusal of the target is not kept back by a source that has nothing to send.
#[test]
fn a_refusal_is_heard_while_the_source_is_silent() {
    let slow = "CREATE VIEW late AS SELECT g AS id FROM generate_series(1, 100000) g
      WHERE g < 50000 OR pg_sleep(60) IS NOT NULL";
    let pair = Pair::different(slow, "CREATE TABLE t (id int CHECK (id <> 7))");
    run(async {
        let (from, to, _) = pair.sessions().await;
        let begun = Instant::now();
        let mut sink = to.copy_in("COPY t FROM STDIN").await.unwrap();
        let mut out = from
            .copy_out("COPY (SELECT id FROM late) TO STDOUT")
            .await
            .unwrap();
        sink.forward(out.chunk().await.unwrap().unwrap())
            .await
            .unwrap();
        sink.refused().await;
        let error = sink.refusal().await;
        assert_eq!(error.sqlstate(), Some("23514"), "{error}");
        drop(sink);
        out.abort().await;
        assert!(begun.elapsed() < Duration::from_secs(30));
    });
}

#[test]
fn a_copy_refused_before_its_first_row_leaves_the_session_usable() {
    let refuse = "CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN RAISE EXCEPTION 'not today'; END $$;
    CREATE TRIGGER no BEFORE INSERT ON big EXECUTE FUNCTION no()";
    let pair = Pair::new(TABLE, "INSERT INTO big VALUES (1, 'x')");
    pair.to.query(refuse);
    run(async {
        let (from, to, _) = pair.sessions().await;
        // Often, since the source is cancelled when it has ended already: that must not strike what follows.
        for _ in 0..100 {
            let error = copy_with_triggers(&from, &to, Mode::Append, &["big"])
                .await
                .unwrap_err();
            assert!(error.to_string().starts_with("`big`: not today"), "{error}");
            let one = to.value("SELECT 1", &[]).await.unwrap();
            assert_eq!(one.as_int(), Some(1));
        }
    });
}

#[test]
fn a_lost_target_is_told_with_how_many_rows_had_passed_and_the_source_is_stopped() {
    let pair = Pair::new(TABLE, ROWS);
    pair.to.query(SLOW);
    let before = pair.to.state();
    run(async {
        let (from, to, _) = pair.sessions().await;
        let pid = to.pid();
        let kill = async {
            tokio::time::sleep(Duration::from_millis(300)).await;
            pair.to
                .query(&format!("SELECT pg_terminate_backend({pid})"));
        };
        let (copied, ()) = tokio::join!(
            copy_with_triggers(&from, &to, Mode::Replace, &["big"]),
            kill
        );
        let error = copied.unwrap_err().to_string();
        assert!(error.contains("` was lost: "), "{error}");
        assert!(error.ends_with("none of which stay)"), "{error}");
        assert_eq!(pair.from.query(ACTIVE), "0");
        assert_eq!(from.value("SELECT 1", &[]).await.unwrap().as_int(), Some(1));
    });
    pair.to.assert_as_before(&before);
}

#[test]
fn a_lost_source_leaves_the_target_as_it_was() {
    let pair = Pair::new(TABLE, ROWS);
    pair.to.query(SLOW);
    let before = pair.to.state();
    run(async {
        let (from, to, _) = pair.sessions().await;
        let pid = from.pid();
        let kill = async {
            tokio::time::sleep(Duration::from_millis(300)).await;
            pair.from
                .query(&format!("SELECT pg_terminate_backend({pid})"));
        };
        let (copied, ()) = tokio::join!(
            copy_with_triggers(&from, &to, Mode::Replace, &["big"]),
            kill
        );
        let error = copied.unwrap_err().to_string();
        assert!(error.contains("` was lost: "), "{error}");
        assert_eq!(
            to.value("SELECT count(*) FROM big", &[])
                .await
                .unwrap()
                .as_int(),
            Some(0)
        );
    });
    pair.to.assert_as_before(&before);
}

#[test]
fn a_lock_held_by_another_is_waited_for_no_longer_than_allowed() {
    let pair = Pair::new(TABLE, "INSERT INTO big VALUES (1, 'x')");
    let before = pair.to.state();
    let mut other = pair.to.session();
    other.query("BEGIN; LOCK TABLE big");
    run(async {
        let (from, to, _) = pair.sessions().await;
        let patient = TxOptions {
            lock_timeout: Some("100ms".to_owned()),
            ..TxOptions::default()
        };
        to.begin(&patient).await.unwrap();
        let error = copy(&from, &to, Mode::Append, &["big"]).await.unwrap_err();
        assert_eq!(error.pg().unwrap().sqlstate(), Some("55P03"), "{error}");
        to.rollback().await.unwrap();
    });
    other.query("ROLLBACK");
    drop(other);
    wait_until("the lock is gone", || pair.to.query(ACTIVE) == "0");
    pair.to.assert_as_before(&before);
}
