//! Mode `insert`.

use runner::copy::{CopyOptions, TableReport};

use super::*;

fn outcome(report: &TableReport) -> [u64; 4] {
    [
        report.inserted,
        report.updated,
        report.equal,
        report.skipped,
    ]
}

#[test]
fn rows_whose_key_is_there_stay_and_the_others_are_added() {
    let pair = Pair::new(
        "CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, v text, j json)",
        "INSERT INTO t (v, j) VALUES ('a', '1'), ('b', '2'), ('c', '3')",
    );
    pair.to
        .query("INSERT INTO t (v, j) VALUES ('a', '1'), ('mine', NULL)");
    let place = "SELECT string_agg(ctid::text, ' ' ORDER BY id) FROM t WHERE id < 3";
    let before = pair.to.query(place);
    let report = pair.copy(Mode::Insert, &["t"]).unwrap();
    assert_eq!(outcome(&report.tables[0]), [1, 0, 1, 1]);
    assert_eq!(
        pair.to.query("SELECT * FROM t ORDER BY id"),
        "1|a|1\n2|mine|\n3|c|3"
    );
    assert_eq!(pair.to.query(place), before);
    assert_eq!(
        pair.to
            .query("INSERT INTO t (v) VALUES ('next') RETURNING id"),
        "4"
    );
}

#[test]
fn rows_with_another_unique_value_that_is_taken_are_left_out_and_counted() {
    let pair = Pair::new(
        "CREATE TABLE t (id int PRIMARY KEY, slug text UNIQUE, code int UNIQUE DEFERRABLE INITIALLY DEFERRED,
          span int4range, EXCLUDE USING gist (span WITH &&))",
        "INSERT INTO t VALUES (1, 'a', 1, '[1,2)'), (2, 'b', 2, '[2,3)'), (3, 'c', 3, '[3,4)'), (4, 'd', 4, '[4,5)')",
    );
    pair.to.query(
        "INSERT INTO t VALUES (11, 'a', 11, NULL), (12, NULL, 2, NULL), (13, NULL, NULL, '[3,9)')",
    );
    run(async {
        let (from, to, heard) = pair.sessions().await;
        for dry_run in [true, false] {
            let options = CopyOptions {
                dry_run,
                ..options(&from, &to, Mode::Insert, &["t"])
            };
            let report = tables(&options).await.unwrap();
            assert_eq!(outcome(&report.tables[0]), [0, 0, 0, 4]);
        }
        to.batch("DELETE FROM t WHERE id > 11").await.unwrap();
        for dry_run in [true, false] {
            let options = CopyOptions {
                dry_run,
                ..options(&from, &to, Mode::Insert, &["t"])
            };
            let report = tables(&options).await.unwrap();
            assert_eq!(outcome(&report.tables[0]), [3, 0, 0, 1]);
        }
        let note = format!(
            "`t`: 1 row left out: other rows of `{}` have their key or another unique value",
            to.name()
        );
        assert_eq!(heard.notes().last(), Some(&note));
    });
    assert_eq!(
        pair.to
            .query("SELECT string_agg(id::text, ' ' ORDER BY id) FROM t"),
        "2 3 4 11"
    );
}

#[test]
fn partitions_take_what_is_missing() {
    let schema = "CREATE TABLE t (id int PRIMARY KEY, v text) PARTITION BY RANGE (id);
      CREATE TABLE t_1 PARTITION OF t FOR VALUES FROM (0) TO (100); CREATE TABLE t_2 PARTITION OF t DEFAULT";
    let pair = Pair::new(
        schema,
        "INSERT INTO t SELECT i, 'v' || i FROM generate_series(1, 200) i",
    );
    pair.to
        .query("INSERT INTO t SELECT i, 'mine' FROM generate_series(1, 200, 4) i");
    let report = pair.copy(Mode::Insert, &["t"]).unwrap();
    assert_eq!(outcome(&report.tables[0]), [150, 0, 0, 50]);
    assert_eq!(
        pair.to.query("SELECT count(*) FROM t WHERE v = 'mine'"),
        "50"
    );
}

#[test]
fn a_table_without_a_key_is_refused() {
    let pair = Pair::new("CREATE TABLE t (id int UNIQUE)", "INSERT INTO t VALUES (1)");
    let refusal = pair.refusal(Mode::Insert, &["t"]);
    assert!(
        refusal.starts_with("`t` on `to` has no key to tell its rows by"),
        "{refusal}"
    );
}

/// What is there already costs the target next to nothing.
#[test]
fn rows_that_are_there_are_neither_locked_nor_logged() {
    let pair = Pair::new(
        "CREATE TABLE t (id int PRIMARY KEY, v text)",
        "INSERT INTO t SELECT i, repeat('v', 100) FROM generate_series(1, 20000) i",
    );
    pair.copy(Mode::Insert, &["t"]).unwrap();
    pair.to.query("VACUUM t; CHECKPOINT");
    for mode in [Mode::Insert, Mode::Upsert, Mode::Mirror] {
        pair.copy(mode, &["t"]).unwrap();
    }
    let locked = "SELECT count(*) FROM t WHERE xmax <> '0'::xid";
    assert_eq!(pair.to.query(locked), "0");
}
