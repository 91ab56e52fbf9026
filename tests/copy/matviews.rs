//! Materialized views over copied tables hold what the tables hold.

use runner::copy::{Atomic, Mode};
use runner::pg::TxOptions;
use runner::progress::Event;

use super::*;

/// `a_last` reads `b_middle` through a view and `c_first`; `stale` holds nothing, `apart` reads what is not copied.
const VIEWS: &str = "CREATE TABLE t (id int PRIMARY KEY, at timestamptz); CREATE TABLE other (id int);
CREATE TABLE parts (id int) PARTITION BY RANGE (id); CREATE TABLE part_1 PARTITION OF parts FOR VALUES FROM (0) TO (10);
CREATE MATERIALIZED VIEW c_first AS SELECT id FROM t;
CREATE MATERIALIZED VIEW b_middle AS SELECT id, (SELECT count(*) FROM c_first) AS n FROM c_first;
CREATE VIEW between AS SELECT * FROM b_middle;
CREATE MATERIALIZED VIEW a_last AS SELECT b.n, c.id FROM between b JOIN c_first c USING (id);
CREATE MATERIALIZED VIEW of_part AS SELECT id FROM part_1;
CREATE MATERIALIZED VIEW days AS SELECT at::date AS day FROM t;
CREATE MATERIALIZED VIEW apart AS SELECT id FROM other;
CREATE MATERIALIZED VIEW stale AS SELECT id FROM t WITH NO DATA;
CREATE FUNCTION how_many() RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN RETURN (SELECT count(*) FROM t); END $$;
CREATE MATERIALIZED VIEW by_function AS SELECT how_many() AS n";
const ROWS: &str = "INSERT INTO t SELECT g, '2026-01-01 20:00+00' FROM generate_series(1, 3) g; INSERT INTO other VALUES (1); INSERT INTO parts VALUES (5);
REFRESH MATERIALIZED VIEW c_first; REFRESH MATERIALIZED VIEW b_middle; REFRESH MATERIALIZED VIEW a_last; REFRESH MATERIALIZED VIEW of_part;
SET TimeZone = 'Asia/Tokyo'; REFRESH MATERIALIZED VIEW days; REFRESH MATERIALIZED VIEW apart; REFRESH MATERIALIZED VIEW by_function";

const COUNTS: &str = "SELECT (SELECT count(*) FROM c_first), (SELECT sum(n) FROM a_last), (SELECT count(*) FROM of_part),
  (SELECT count(*) FROM apart), (SELECT n FROM by_function)";

fn refreshed(heard: &Heard) -> Vec<String> {
    let view = |event| match event {
        Event::Copied { table, summary, .. } if summary == "refreshed" => Some(table),
        _ => None,
    };
    heard.events().into_iter().filter_map(view).collect()
}

#[test]
fn views_are_refreshed_in_the_order_in_which_they_read_each_other() {
    let pair = Pair::new(VIEWS, ROWS);
    run(async {
        let (from, to, heard) = pair.sessions().await;
        copy(&from, &to, Mode::Replace, &["t"]).await.unwrap();
        assert_eq!(refreshed(&heard), ["c_first", "days", "b_middle", "a_last"]);
    });
    assert_eq!(pair.to.query(COUNTS), "3|9|0|0|0");
    assert_eq!(
        pair.to
            .query("SELECT relispopulated FROM pg_class WHERE relname = 'stale'"),
        "f"
    );
}

#[test]
fn a_copy_of_everything_refreshes_partitions_and_functions_too() {
    let pair = Pair::new(VIEWS, ROWS);
    run(async {
        let (from, to, heard) = pair.sessions().await;
        // The settings that rows travel under are not those of the views.
        to.batch("SET TimeZone = 'Asia/Tokyo'").await.unwrap();
        copy(&from, &to, Mode::Replace, &["*.*"]).await.unwrap();
        assert_eq!(refreshed(&heard).len(), 7);
    });
    assert_eq!(pair.to.query(COUNTS), pair.from.query(COUNTS));
    assert_eq!(pair.to.query("SELECT DISTINCT day FROM days"), "2026-01-02");
}

/// As after `pg_dump --schema-only`, which leaves all of them without rows.
#[test]
fn a_view_that_holds_rows_at_the_source_does_so_on_the_target() {
    let target = VIEWS.replace(
        "CREATE MATERIALIZED VIEW c_first AS SELECT id FROM t;",
        "CREATE MATERIALIZED VIEW c_first AS SELECT id FROM t WITH NO DATA;",
    );
    let target = target.split("CREATE MATERIALIZED VIEW b_middle").next();
    let pair = Pair::different(&format!("{VIEWS}; {ROWS}"), target.unwrap());
    pair.copy(Mode::Replace, &["t"]).unwrap();
    assert_eq!(pair.to.query("SELECT count(*) FROM c_first"), "3");
}

#[test]
fn in_a_transaction_the_views_belong_to_it() {
    let pair = Pair::new(VIEWS, ROWS);
    let before = pair.to.state();
    run(async {
        let (from, to, _) = pair.sessions().await;
        to.begin(&TxOptions::default()).await.unwrap();
        copy(&from, &to, Mode::Replace, &["t"]).await.unwrap();
        let there = to.value("SELECT count(*) FROM a_last", &[]).await.unwrap();
        assert_eq!(there.as_int(), Some(3));
        to.rollback().await.unwrap();
    });
    pair.to.assert_as_before(&before);
}

#[test]
fn a_view_that_cannot_be_refreshed_fails_the_run_and_keeps_the_rows_and_the_other_views() {
    let pair = Pair::new(
        "CREATE TABLE t (id int); CREATE MATERIALIZED VIEW a_bad AS SELECT 1 / (id - 2) AS x FROM t;
         CREATE MATERIALIZED VIEW good AS SELECT id FROM t",
        "INSERT INTO t VALUES (1), (2)",
    );
    let error = pair.copy(Mode::Replace, &["t"]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "materialized view `a_bad` could not be refreshed: division by zero (the rows of the tables are committed)"
    );
    assert_eq!(error.pg().unwrap().sqlstate(), Some("22012"));
    assert_eq!(
        pair.to.query("SELECT (SELECT count(*) FROM t), (SELECT count(*) FROM good), (SELECT count(*) FROM a_bad)"),
        "2|2|0"
    );
    let before = pair.to.state();
    run(async {
        let (from, to, _) = pair.sessions().await;
        to.begin(&TxOptions::default()).await.unwrap();
        let error = copy(&from, &to, Mode::Append, &["t"]).await.unwrap_err();
        assert!(
            matches!(
                error,
                Error::Refresh {
                    committed: false,
                    ..
                }
            ),
            "{error}"
        );
        to.rollback().await.unwrap();
    });
    pair.to.assert_as_before(&before);
}

#[test]
fn who_does_not_own_a_view_is_told_and_nobody_refreshes_where_it_is_switched_off() {
    let pair = Pair::new(VIEWS, ROWS);
    let role = "copy_views";
    run(async {
        let (from, _) = open(&pair.from).await;
        let to = open_as(&pair.to, role).await;
        pair.to.query(&format!(
            "GRANT ALL ON t TO {role}; ALTER MATERIALIZED VIEW days OWNER TO {role}; GRANT CREATE ON SCHEMA public TO {role}"
        ));
        copy(&from, &to, Mode::Replace, &["t"]).await.unwrap();
        let (to, heard) = open(&pair.to).await;
        let mut options = options(&from, &to, Mode::Upsert, &["t"]);
        options.refresh = false;
        tables(&options).await.unwrap();
        assert!(refreshed(&heard).is_empty());
    });
    assert_eq!(
        pair.to
            .query("SELECT (SELECT count(*) FROM days), (SELECT count(*) FROM c_first)"),
        "3|0"
    );
}

#[test]
fn views_and_sequences_are_in_the_one_commit_of_an_atomic_copy() {
    let pair = Pair::new(
        "CREATE TABLE t (id int); CREATE TABLE u (id int); CREATE SEQUENCE free;
         CREATE MATERIALIZED VIEW bad AS SELECT 1 / (id - 2) AS x FROM t",
        "INSERT INTO t VALUES (1), (2); SELECT setval('free', 9)",
    );
    let before = pair.to.state();
    run(async {
        let (from, to, _) = pair.sessions().await;
        let mut options = options(&from, &to, Mode::Replace, &["*.*"]);
        options.work.atomic = Atomic::Set;
        let error = tables(&options).await.unwrap_err();
        assert!(
            matches!(
                error,
                Error::Refresh {
                    committed: false,
                    ..
                }
            ),
            "{error}"
        );
    });
    pair.to.assert_as_before(&before);
    pair.from.query("DELETE FROM t WHERE id = 2");
    run(async {
        let (from, to, _) = pair.sessions().await;
        let mut options = options(&from, &to, Mode::Replace, &["*.*"]);
        options.work.atomic = Atomic::Set;
        tables(&options).await.unwrap();
    });
    assert_eq!(
        pair.to
            .query("SELECT (SELECT x FROM bad), (SELECT last_value FROM free)"),
        "-1|9"
    );
}
