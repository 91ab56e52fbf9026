//! Rows that several workers stage and one transaction moves: all of it or nothing, and no table is left behind.

use runner::copy::{Atomic, Work};
use runner::interrupt::Interrupt;

use super::*;
use crate::support::wait_until;

/// Tables that keys tie; the rows of `p` stand on several hundred pages.
const TABLES: &str = "CREATE TABLE p (id int PRIMARY KEY, text text, twice int GENERATED ALWAYS AS (id * 2) STORED);
CREATE TABLE q (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, p int REFERENCES p, at timestamptz, doc jsonb);
CREATE TABLE r (id int, text varchar(20)) PARTITION BY RANGE (id);
CREATE TABLE r1 PARTITION OF r FOR VALUES FROM (0) TO (500);
CREATE TABLE r2 PARTITION OF r FOR VALUES FROM (500) TO (2000);
CREATE TABLE s (id int);
CREATE TABLE t ()";
const ROWS: &str = "INSERT INTO p SELECT g, repeat(md5(g::text), 20) FROM generate_series(1, 6000) g;
INSERT INTO q (p, at, doc) SELECT g, now(), jsonb_build_object('g', g) FROM generate_series(1, 3000) g;
INSERT INTO r SELECT g, E'a\\tb' || g FROM generate_series(1, 1000) g;
INSERT INTO s VALUES (1), (2);
INSERT INTO t DEFAULT VALUES";
/// What INSERT would do with the rows of `s`, and COPY does not.
const RULE: &str = "CREATE RULE none AS ON INSERT TO s DO INSTEAD NOTHING";

const SCHEMAS: &str = "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'runner\\_stage%'";

fn staged(from: &Session, to: &Session, mode: Mode) -> CopyOptions {
    let mut work = Work::default();
    work.jobs = Some(3);
    work.atomic = Atomic::Staged;
    CopyOptions {
        work,
        ..options(from, to, mode, &[])
    }
}

#[test]
fn staged_rows_arrive_like_others_in_every_mode() {
    let pair = Pair::new(TABLES, ROWS);
    pair.to.query(RULE);
    run(async {
        let (from, to, heard) = pair.sessions().await;
        let report = tables(&staged(&from, &to, Mode::Replace)).await.unwrap();
        assert_eq!(report.rows, 10_003);
        let p = report
            .tables
            .iter()
            .find(|table| table.table == "p")
            .unwrap();
        assert_eq!((p.rows, p.inserted), (6000, 6000));
        assert!(p.bytes > 3_000_000, "{}", p.bytes);
        assert!(
            heard
                .notes()
                .contains(&"3 workers (as `jobs` says)".to_owned())
        );
        pair.to
            .query("UPDATE p SET text = '' WHERE id < 10; DELETE FROM q WHERE id > 2990");
        let keyed = Tables::Matching(named(&["p", "q"]));
        let upsert = CopyOptions {
            tables: keyed,
            ..staged(&from, &to, Mode::Upsert)
        };
        let report = tables(&upsert).await.unwrap();
        let counts: Vec<_> = report
            .tables
            .iter()
            .map(|table| (table.inserted, table.updated, table.equal))
            .collect();
        assert_eq!(counts, [(0, 9, 5991), (10, 0, 2990)]);
    });
    pair.assert_equal();
    assert_eq!(pair.to.query(SCHEMAS), "0");
    pair.from.assert_left();
    pair.to.assert_left();
}

#[test]
fn all_tables_commit_together_or_none_does() {
    let pair = Pair::new(TABLES, ROWS);
    pair.to.query(&format!(
        "INSERT INTO s VALUES (7); {}",
        refusing("s", "id <> 2")
    ));
    let before = pair.to.state();
    for atomic in [Atomic::Staged, Atomic::Set] {
        run(async {
            let (from, to, _) = pair.sessions().await;
            let mut options = staged(&from, &to, Mode::Replace);
            options.work.atomic = atomic;
            let error = tables(&options).await.unwrap_err();
            assert_eq!(error.pg().unwrap().sqlstate(), Some("23514"), "{error}");
        });
        pair.to.assert_as_before(&before);
    }
    pair.to
        .query("TRUNCATE s; ALTER TABLE s DROP CONSTRAINT s_id_check");
    run(async {
        let (from, to, _) = pair.sessions().await;
        let mut options = staged(&from, &to, Mode::Replace);
        options.work.atomic = Atomic::Set;
        assert_eq!(tables(&options).await.unwrap().rows, 10_003);
    });
    pair.assert_equal();
    pair.from.assert_left();
}

#[test]
fn a_row_that_cannot_be_staged_leaves_everything_as_it_was() {
    let pair = Pair::different(
        &format!("{TABLES}; {ROWS}"),
        &TABLES.replace("text text", "text varchar(3)"),
    );
    let before = pair.to.state();
    run(async {
        let (from, to, _) = pair.sessions().await;
        let error = tables(&staged(&from, &to, Mode::Replace))
            .await
            .unwrap_err();
        assert_eq!(error.pg().unwrap().sqlstate(), Some("22001"), "{error}");
    });
    pair.to.assert_as_before(&before);
    assert_eq!(pair.to.query(SCHEMAS), "0");
    pair.from.assert_left();
}

#[test]
fn an_interruption_while_rows_are_staged_removes_what_was() {
    let pair = Pair::new(TABLES, ROWS);
    // A domain is checked in the staging tables already.
    pair.to.query(
        "CREATE FUNCTION wait() RETURNS boolean LANGUAGE plpgsql AS
           $$ BEGIN PERFORM pg_advisory_xact_lock_shared(8); RETURN true; END $$;
         CREATE DOMAIN held AS text CHECK (wait());
         ALTER TABLE p ALTER text TYPE held",
    );
    let before = pair.to.state();
    let mut holder = pair.to.session();
    holder.query("SELECT pg_advisory_lock(8)");
    run(async {
        let (from, to, _) = pair.sessions().await;
        let interrupt = Interrupt::default();
        let trip = tokio::task::spawn_blocking({
            let mut watched = pair.to.session();
            let interrupt = interrupt.clone();
            move || {
                wait_until("all workers are held up", || {
                    watched.query(
                        "SELECT count(*) FROM pg_stat_activity
                          WHERE datname = current_database() AND wait_event = 'advisory'",
                    ) == "3"
                });
                assert_eq!(watched.query(SCHEMAS), "1");
                interrupt.trip(2);
            }
        });
        let options = staged(&from, &to, Mode::Replace);
        let (copied, trip) = tokio::join!(interrupt.scope(tables(&options)), trip);
        trip.unwrap();
        assert!(copied.unwrap_err().is_interrupted());
    });
    drop(holder);
    pair.to.assert_as_before(&before);
    assert_eq!(pair.to.query(SCHEMAS), "0");
    pair.from.assert_left();
}

#[test]
fn what_a_run_has_left_is_removed_by_the_next_one_and_what_is_in_use_is_not() {
    let pair = Pair::new("CREATE TABLE a (id int)", "INSERT INTO a VALUES (1)");
    let made = "COMMENT ON SCHEMA runner_stage_1 IS 'staging tables of runner';
      COMMENT ON SCHEMA runner_stage_2 IS 'staging tables of runner';
      CREATE UNLOGGED TABLE runner_stage_1.t1 (id int); CREATE UNLOGGED TABLE runner_stage_2.t1 (id int)";
    pair.to.query(&format!(
        "CREATE SCHEMA runner_stage_1; CREATE SCHEMA runner_stage_2; CREATE SCHEMA runner_stage_mine; {made}"
    ));
    let mut alive = pair.to.session();
    alive.query(
        include_str!("../../src/sql/staging_open.sql")
            .replace("$1", "'runner_stage_2'")
            .as_str(),
    );
    run(async {
        let (from, to, heard) = pair.sessions().await;
        copy(&from, &to, Mode::Append, &["a"]).await.unwrap();
        let note = format!(
            "staging tables that an earlier run had left on `{}` are removed",
            pair.to.name()
        );
        assert_eq!(
            heard.notes().iter().filter(|heard| **heard == note).count(),
            1
        );
    });
    assert_eq!(
        pair.to
            .query("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'runner%' ORDER BY 1"),
        "runner_stage_2\nrunner_stage_mine"
    );
}

#[test]
fn who_may_not_create_a_schema_is_told_before_anything_is_done() {
    let pair = Pair::new("CREATE TABLE a (id int)", "INSERT INTO a VALUES (1)");
    run(async {
        let (from, _) = open(&pair.from).await;
        let to = open_as(&pair.to, "copy_stager").await;
        pair.to.query("ALTER TABLE a OWNER TO copy_stager");
        let error = tables(&staged(&from, &to, Mode::Replace))
            .await
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            format!(
                "`copy_stager` may not create a schema in `{}`, which `atomic = \"staged\"` needs for its tables; \
                 GRANT CREATE ON DATABASE would allow it, and `atomic = true` needs none",
                pair.to.name()
            )
        );
    });
    pair.to.assert_left();
    pair.from.assert_left();
}
