//! The data of COPY, which goes past the driver: whatever comes with it or between it arrives, and a session whose
//! COPY was given up can be used.

use std::time::Duration;

use runner::pg::{CopyOut, Error as PgError};
use runner::progress::Event;

use super::*;

/// Larger than all that is read at a time.
const LARGE: &str = "SELECT repeat(md5(g::text), 100000) AS text FROM generate_series(1, 20) g";

async fn payload(out: &mut CopyOut) -> runner::pg::Result<Vec<u8>> {
    let mut payload = Vec::new();
    while let Some(chunk) = out.chunk().await? {
        payload.extend_from_slice(chunk.payload());
    }
    Ok(payload)
}

async fn assert_usable(session: &Session) {
    let one = session.value("SELECT 1", &[]).await.unwrap();
    assert_eq!(one.as_int(), Some(1));
}

#[test]
fn fields_larger_than_any_buffer_arrive_whole_and_are_counted_once() {
    let pair = Pair::new(
        "CREATE TABLE t (id serial, text text)",
        &format!("INSERT INTO t (text) {LARGE}"),
    );
    let report = pair.copy(Mode::Replace, &["t"]).unwrap();
    assert_eq!(report.rows, 20);
    pair.assert_equal();
}

#[test]
fn notices_between_rows_are_told_and_no_row_is_lost() {
    let notice = "CREATE FUNCTION tell(int) RETURNS int LANGUAGE plpgsql AS
      $$ BEGIN IF $1 % 1000 = 0 THEN RAISE NOTICE 'at %', $1; END IF; RETURN $1; END $$";
    let database = Database::with(dev(), notice);
    run(async {
        let (session, heard) = open(&database).await;
        let sql = "COPY (SELECT tell(g) FROM generate_series(1, 50000) g) TO STDOUT";
        let mut out = session.copy_out(sql).await.unwrap();
        let rows: Vec<String> = (1..=50_000).map(|row| row.to_string()).collect();
        let rows = rows.join("\n") + "\n";
        assert_eq!(payload(&mut out).await.unwrap(), rows.as_bytes());
        assert_eq!(out.messages(), 50_000);
        drop(out);
        assert_usable(&session).await;
        let is_notice = |event: &&Event| matches!(event, Event::Notice { .. });
        assert_eq!(heard.events().iter().filter(is_notice).count(), 50);
    });
}

#[test]
fn an_error_in_the_middle_of_the_rows_is_told() {
    let database = Database::empty(dev());
    run(async {
        let (session, _) = open(&database).await;
        let sql = "COPY (SELECT 1 / (g - 70000) FROM generate_series(1, 100000) g) TO STDOUT";
        for _ in 0..3 {
            let mut out = session.copy_out(sql).await.unwrap();
            let error = payload(&mut out).await.unwrap_err();
            assert_eq!(error.sqlstate(), Some("22012"), "{error}");
            drop(out);
            assert_usable(&session).await;
        }
    });
}

#[test]
fn a_copy_given_up_within_a_row_leaves_the_session_usable() {
    let database = Database::empty(dev());
    run(async {
        let (session, _) = open(&database).await;
        let sql = format!("COPY ({LARGE}) TO STDOUT");
        for chunks in 0..5 {
            for aborts in [true, false] {
                let mut out = session.copy_out(&sql).await.unwrap();
                for _ in 0..chunks {
                    out.chunk().await.unwrap().unwrap();
                }
                if aborts {
                    out.abort().await;
                } else {
                    drop(out);
                }
                assert_usable(&session).await;
            }
        }
    });
}

#[test]
fn a_session_that_is_closed_ends_the_wait_for_its_rows() {
    let database = Database::empty(dev());
    run(async {
        let (session, _) = open(&database).await;
        let sql = "COPY (SELECT g FROM generate_series(1, 100000) g
          WHERE g < 50000 OR pg_sleep(600) IS NOT NULL) TO STDOUT";
        let mut out = session.copy_out(sql).await.unwrap();
        let close = async {
            tokio::time::sleep(Duration::from_millis(300)).await;
            session.close();
        };
        let ended = tokio::time::timeout(Duration::from_secs(30), async {
            tokio::join!(payload(&mut out), close)
        });
        let (payload, ()) = ended.await.unwrap();
        // What it is called depends on whether the close is noticed in a wait or before one.
        let error = payload.unwrap_err();
        assert!(
            matches!(error, PgError::Lost { .. } | PgError::Closed { .. }),
            "{error}"
        );
    });
}
