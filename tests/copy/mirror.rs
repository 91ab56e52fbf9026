//! Mode `mirror`.

use runner::copy::{CopyOptions, TableReport};

use super::replace::{HARD, HARD_ROWS};
use super::*;

fn outcome(report: &TableReport) -> [u64; 4] {
    [
        report.inserted,
        report.updated,
        report.deleted,
        report.equal,
    ]
}

#[test]
fn the_target_becomes_what_the_source_is() {
    let pair = Pair::new(HARD, HARD_ROWS);
    let names = [
        "parent",
        "child",
        "scaled",
        "types",
        "ev",
        "audit.log",
        "\"We ird\"",
    ];
    pair.copy(Mode::Mirror, &names).unwrap();
    pair.assert_equal_in(&names);
    pair.from.query(
        "UPDATE parent SET j = '{\"a\":  1}' WHERE id = 5; UPDATE scaled SET k = 1.00 WHERE k = 1;
         DELETE FROM child WHERE id % 7 = 0; INSERT INTO parent (name) VALUES ('new');
         UPDATE ev SET at = at + interval '40 days' WHERE id < 20; DELETE FROM audit.log WHERE a = 1;
         TRUNCATE types",
    );
    pair.to
        .query("INSERT INTO parent (name) VALUES ('theirs'), ('theirs too')");
    let report = pair.copy(Mode::Mirror, &names).unwrap();
    pair.assert_equal_in(&names);
    let again = pair.copy(Mode::Mirror, &names).unwrap();
    assert!(
        again
            .tables
            .iter()
            .all(|t| t.inserted + t.updated + t.deleted + t.rows == 0)
    );
    assert_eq!(report.tables[0].table, "parent");
    assert_eq!(outcome(&report.tables[0]), [0, 2, 1, 299]);
}

#[test]
fn only_what_differs_crosses() {
    let schema = "CREATE TABLE t (id int PRIMARY KEY, v text)";
    let rows =
        "INSERT INTO t SELECT i, md5(i::text) || repeat('x', 100) FROM generate_series(1, 20000) i";
    let pair = Pair::new(schema, rows);
    let full = pair.copy(Mode::Mirror, &["t"]).unwrap();
    pair.from
        .query("UPDATE t SET v = 'changed' WHERE id IN (1, 10000); DELETE FROM t WHERE id = 7");
    pair.to.query("INSERT INTO t VALUES (30000, 'theirs')");
    let report = pair.copy(Mode::Mirror, &["t"]).unwrap();
    assert_eq!(outcome(&report.tables[0]), [0, 2, 2, 19997]);
    let crossed = &report.tables[0];
    assert!(crossed.rows < 400, "{crossed:?}");
    assert!(
        crossed.bytes * 50 < full.tables[0].bytes,
        "{crossed:?} of {full:?}"
    );
    pair.assert_equal();
}

/// Rows are told apart as the target does, whatever they look like and however either side sorts.
#[test]
fn keys_of_any_type_are_matched_as_the_target_compares_them() {
    let pair = Pair::different(
        "CREATE TABLE t (k numeric, name text COLLATE \"C\", d date, v int, PRIMARY KEY (k, name, d));
         INSERT INTO t SELECT i * 1.0, chr(64 + i % 26) || chr(97 + i % 7), date '2026-01-01' + i, i FROM generate_series(1, 3000) i",
        "CREATE COLLATION german (provider = icu, locale = 'de-DE');
         CREATE TABLE t (k numeric, name text COLLATE german, d date, v int, PRIMARY KEY (d, name, k))",
    );
    pair.copy(Mode::Mirror, &["t"]).unwrap();
    // Equal to the source's keys, but not the same; and one row is gone, one is changed, one is new.
    pair.to.query(
        "UPDATE t SET k = trunc(k) WHERE v <= 10; UPDATE t SET v = 0 WHERE v = 100; DELETE FROM t WHERE v = 200;
         INSERT INTO t VALUES (0.5, 'x', '2026-01-01', 1)",
    );
    let report = pair.copy(Mode::Mirror, &["t"]).unwrap();
    assert_eq!(outcome(&report.tables[0]), [1, 11, 1, 2988]);
    pair.assert_equal();
}

#[test]
fn children_go_before_their_parents_and_come_after_them() {
    let pair = Pair::new(
        "CREATE TABLE parent (id int PRIMARY KEY, slug text NOT NULL UNIQUE);
         CREATE TABLE child (id int PRIMARY KEY, parent_id int NOT NULL REFERENCES parent)",
        "INSERT INTO parent VALUES (1, 'a'), (2, 'b'); INSERT INTO child VALUES (1, 2), (2, 2)",
    );
    // The new parent takes the slug of one that goes with its child; another child moves to it.
    pair.to.query(
        "INSERT INTO parent VALUES (3, 'b'), (4, 'd'); INSERT INTO child VALUES (3, 3), (4, 4)",
    );
    let report = pair.copy(Mode::Mirror, &["child", "parent"]).unwrap();
    let outcomes: Vec<_> = report.tables.iter().map(outcome).collect();
    assert_eq!(outcomes, [[2, 0, 2, 0], [2, 0, 2, 0]]);
    pair.assert_equal();
    pair.from.query("INSERT INTO parent VALUES (5, 'e'); UPDATE child SET parent_id = 5; DELETE FROM parent WHERE id = 2");
    let report = pair.copy(Mode::Mirror, &["child", "parent"]).unwrap();
    let outcomes: Vec<_> = report.tables.iter().map(outcome).collect();
    assert_eq!(outcomes, [[1, 0, 1, 1], [0, 2, 0, 0]]);
    pair.assert_equal();
}

#[test]
fn nothing_outside_the_copy_goes_along() {
    for (action, effect) in [
        ("CASCADE", "would delete them too"),
        ("SET NULL", "would set their columns to NULL"),
        ("NO ACTION", "keeps these from being deleted"),
    ] {
        let pair = Pair::new(
            &format!(
                "CREATE TABLE parent (id int PRIMARY KEY);
                 CREATE TABLE child (id int PRIMARY KEY, parent_id int REFERENCES parent ON DELETE {action})"
            ),
            "INSERT INTO parent VALUES (1)",
        );
        pair.to.query(
            "INSERT INTO parent VALUES (1), (2), (3); INSERT INTO child VALUES (1, 1), (2, 2)",
        );
        assert_eq!(
            pair.refusal(Mode::Mirror, &["parent"]),
            format!(
                "`parent`: 1 row of `child` refer to rows that the source has no longer, and `child_parent_id_fkey` \
                 {effect}; copy `child` too, or change its rows first"
            )
        );
        pair.to.query("DELETE FROM child WHERE id = 2");
        let report = pair.copy(Mode::Mirror, &["parent"]).unwrap();
        assert_eq!(outcome(&report.tables[0]), [0, 0, 2, 1]);
    }
}

#[test]
fn with_a_condition_the_rows_it_holds_for_become_the_same() {
    let pair = Pair::new(
        "CREATE TABLE t (id int PRIMARY KEY, kind text, v int)",
        "INSERT INTO t SELECT i, CASE WHEN i % 2 = 0 THEN 'even' ELSE 'odd' END, i FROM generate_series(1, 100) i",
    );
    pair.to.query(
        "INSERT INTO t VALUES (1, 'odd', 0), (2, 'even', 0), (3, 'even', 3), (4, 'odd', 4), (200, 'even', 200), (201, 'odd', 201)",
    );
    run(async {
        let (from, to, _) = pair.sessions().await;
        let options = CopyOptions {
            tables: rows_of("t", "kind = 'even' -- and nothing else"),
            ..options(&from, &to, Mode::Mirror, &[])
        };
        let report = tables(&options).await.unwrap();
        // 3 is even on the target only, and 4 at the source only.
        assert_eq!(outcome(&report.tables[0]), [48, 2, 2, 0]);
    });
    assert_eq!(
        pair.to
            .query("SELECT id, kind, v FROM t WHERE kind <> 'even' OR id < 5 ORDER BY id"),
        "1|odd|0\n2|even|2\n4|even|4\n201|odd|201"
    );
}

#[test]
fn a_dry_run_tells_what_would_be_and_changes_nothing() {
    let pair = Pair::new(
        "CREATE TABLE t (id int PRIMARY KEY, slug text UNIQUE)",
        "INSERT INTO t SELECT i, 's' || i FROM generate_series(1, 2000) i",
    );
    pair.copy(Mode::Mirror, &["t"]).unwrap();
    pair.from.query("UPDATE t SET slug = NULL WHERE id < 7; UPDATE t SET slug = 's' || (7 - id) WHERE id < 7; DELETE FROM t WHERE id = 9; INSERT INTO t VALUES (0, 's9')");
    let before = pair.to.state();
    let reports = run(async {
        let (from, to, _) = pair.sessions().await;
        let mut reports = Vec::new();
        for dry_run in [true, false] {
            let options = CopyOptions {
                dry_run,
                ..options(&from, &to, Mode::Mirror, &["t"])
            };
            reports.push(tables(&options).await.unwrap());
            if dry_run {
                assert_eq!(pair.to.state(), before);
            }
        }
        reports
    });
    for report in reports {
        assert_eq!(outcome(&report.tables[0]), [1, 6, 1, 1993]);
    }
    pair.assert_equal();
}

#[test]
fn rows_that_a_trigger_does_not_let_go_are_an_error() {
    let pair = Pair::new(
        "CREATE TABLE t (id int PRIMARY KEY)",
        "INSERT INTO t VALUES (1)",
    );
    pair.to.query(
        "INSERT INTO t VALUES (1), (2), (3);
        CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS
          $$ BEGIN RETURN CASE WHEN old.id = 2 THEN old END; END $$;
        CREATE TRIGGER keep BEFORE DELETE ON t FOR EACH ROW EXECUTE FUNCTION keep()",
    );
    let refusal = pair.refusal(Mode::Mirror, &["t"]);
    assert!(
        refusal.starts_with("`t`: 2 rows to delete, 1 deleted"),
        "{refusal}"
    );
}

#[test]
fn an_empty_source_empties_the_target_and_an_empty_target_takes_everything() {
    let pair = Pair::new(
        "CREATE TABLE t (id int PRIMARY KEY)",
        "INSERT INTO t VALUES (1), (2)",
    );
    assert_eq!(
        outcome(&pair.copy(Mode::Mirror, &["t"]).unwrap().tables[0]),
        [2, 0, 0, 0]
    );
    pair.from.query("DELETE FROM t");
    assert_eq!(
        outcome(&pair.copy(Mode::Mirror, &["t"]).unwrap().tables[0]),
        [0, 0, 2, 0]
    );
    pair.assert_equal();
}
