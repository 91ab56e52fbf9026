//! Two databases are compared row by row, and what differs is told apart.

mod contents;
mod keys;
mod query;

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use runner::copy::verify::{self, By, Class, Except, Extra, TableCheck, VerifyOptions};
use runner::pg::catalog::TableFilter;
use runner::pg::{Session, TxOptions};
use runner::progress::{Event, Tone};

use crate::direct::{open, run};
use crate::support::{Database, dev, prod};

const SCHEMA: &str = "
CREATE TABLE t (id int PRIMARY KEY, a text, b jsonb, c numeric, d timestamptz, lower text GENERATED ALWAYS AS (lower(a)) STORED);
CREATE TABLE loose (a text, n int);
CREATE TABLE pair (x int, y text, v float8, PRIMARY KEY (x, y));
INSERT INTO t SELECT n, 'row ' || n, '{\"n\": [1, null]}', n / 7.0, '2026-01-01' FROM generate_series(1, 2000) n;
INSERT INTO loose VALUES ('twice', 1), ('twice', 1), ('once', 2), (NULL, NULL);
INSERT INTO pair VALUES (1, 'a', 0.1), (1, 'b', 'NaN');";

fn options(from: &Session, to: &Session, by: By) -> VerifyOptions {
    VerifyOptions {
        from: from.clone(),
        to: to.clone(),
        tables: TableFilter::default(),
        by,
        extra: Extra::Fail,
        except: Except::default(),
        samples: verify::SAMPLES,
    }
}

fn checks(result: verify::Result<Vec<TableCheck>>) -> Vec<TableCheck> {
    match result {
        Ok(checks) | Err(verify::Error::Mismatch(checks)) => checks,
        Err(error) => panic!("{error}"),
    }
}

/// Missing, different, extra.
fn numbers(check: &TableCheck) -> (u64, u64, u64) {
    (check.missing, check.different, check.extra)
}

#[test]
fn rows_are_told_apart_in_three_classes() {
    let (source, target) = (
        Database::with(dev(), SCHEMA),
        Database::with(prod(), SCHEMA),
    );
    run(async {
        let (from, _) = open(&source).await;
        let (to, heard) = open(&target).await;
        for by in [By::Count, By::Content] {
            let checks = verify::tables(&options(&from, &to, by)).await.unwrap();
            assert!(
                checks
                    .iter()
                    .all(|check| check.ok && numbers(check) == (0, 0, 0))
            );
        }
        to.batch("SET TimeZone = 'Asia/Tokyo'; SET DateStyle = 'SQL'; SET extra_float_digits = -5")
            .await
            .unwrap();
        to.batch("DELETE FROM t WHERE id IN (3, 5); UPDATE t SET c = 1.0 WHERE id = 7; UPDATE t SET c = 1.00 WHERE id = 8").await.unwrap();
        from.batch("UPDATE t SET c = 1.00 WHERE id = 7; UPDATE t SET c = 1.00 WHERE id = 8")
            .await
            .unwrap();
        to.batch(
            "INSERT INTO t (id) VALUES (9001); INSERT INTO loose VALUES ('twice', 1), ('', NULL)",
        )
        .await
        .unwrap();
        to.batch("DELETE FROM loose WHERE a = 'once'; UPDATE pair SET v = 0.10000000000000002 WHERE y = 'a'").await.unwrap();
        let error = verify::tables(&options(&from, &to, By::Content))
            .await
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "the tables differ:\n  `loose`: 1 missing (once,2); 2 extra (\"\",), (twice,1)\n  `pair`: 1 different (1,a)\n  `t`: 2 missing (3), (5); 1 different (7); 1 extra (9001)"
        );
        let Event::Report(table) = heard.events().pop().unwrap() else {
            panic!()
        };
        let last = |row: usize| table.rows[row].last().unwrap().clone();
        assert_eq!(
            (last(0).tone, last(0).text.as_deref()),
            (Tone::Bad, Some("differs"))
        );
        assert!(heard.events().iter().any(|event| matches!(event, Event::Report(table) if table.rows[0].last().unwrap().tone == Tone::Good)));
        let counts = checks(verify::tables(&options(&from, &to, By::Count)).await);
        assert_eq!(
            counts.iter().map(numbers).collect::<Vec<_>>(),
            [(0, 0, 1), (0, 0, 0), (1, 0, 0)]
        );
        assert_eq!(
            checks(verify::tables(&options(&from, &to, By::Content)).await)[2].samples[3].class,
            Class::Extra
        );
        let zone = to
            .value("SELECT current_setting('TimeZone')", &[])
            .await
            .unwrap();
        assert_eq!(zone.as_str(), Some("Asia/Tokyo"));
    });
}

#[test]
fn extra_rows_may_be_reported_only_and_columns_left_out() {
    let (source, target) = (
        Database::with(dev(), SCHEMA),
        Database::with(prod(), SCHEMA),
    );
    target.query("INSERT INTO pair VALUES (2, 'a', 0); UPDATE t SET c = 0; ALTER TABLE loose ADD COLUMN there int");
    run(async {
        let (from, _) = open(&source).await;
        let (to, heard) = open(&target).await;
        let mut options = options(&from, &to, By::Content);
        options.extra = Extra::Report;
        options.except.tables = BTreeMap::from([("public.t".to_owned(), vec!["c".to_owned()])]);
        let checks = verify::tables(&options).await.unwrap();
        assert_eq!(
            checks.iter().map(numbers).collect::<Vec<_>>(),
            [(0, 0, 0), (0, 0, 1), (0, 0, 0)]
        );
        assert_eq!(
            heard.notes(),
            ["`loose`: `there` is on one side only and was not compared"]
        );
        options.except = Except {
            everywhere: vec!["c".to_owned()],
            ..Except::default()
        };
        verify::tables(&options).await.unwrap();
        options.except.tables = BTreeMap::from([("t".to_owned(), vec!["lowr".to_owned()])]);
        let error = verify::tables(&options).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "`except` names `lowr`, which `t` has not, did you mean `lower`"
        );
    });
}

#[test]
fn the_source_side_is_the_snapshot_of_the_caller() {
    let (source, target) = (
        Database::with(dev(), SCHEMA),
        Database::with(prod(), SCHEMA),
    );
    run(async {
        let (from, _) = open(&source).await;
        let (to, _) = open(&target).await;
        let snapshot = TxOptions {
            isolation: Some(runner::pg::Isolation::RepeatableRead),
            read_only: true,
            ..TxOptions::default()
        };
        from.begin(&snapshot).await.unwrap();
        from.value("SELECT 1 FROM t", &[]).await.unwrap();
        source.query("DELETE FROM t");
        // What our own transaction has written on the other side counts.
        to.begin(&TxOptions::default()).await.unwrap();
        to.batch("DELETE FROM pair").await.unwrap();
        let checks = checks(verify::tables(&options(&from, &to, By::Content)).await);
        assert_eq!(
            checks.iter().map(numbers).collect::<Vec<_>>(),
            [(0, 0, 0), (2, 0, 0), (0, 0, 0)]
        );
        to.rollback().await.unwrap();
        from.rollback().await.unwrap();
        let error = verify::tables(&options(&from, &from, By::Count))
            .await
            .unwrap_err();
        assert!(
            error
                .to_string()
                .ends_with("cannot be compared with itself: `from` and `to` are one session")
        );
    });
}

#[test]
fn any_difference_is_found_and_counted() {
    const TABLES: &str = "CREATE TABLE k (id int PRIMARY KEY, v int); CREATE TABLE m (v int)";
    let (source, target) = (
        Database::with(dev(), TABLES),
        Database::with(prod(), TABLES),
    );
    let rows = || prop::collection::btree_map(0..40_i32, prop::option::of(0..3_i32), 0..30);
    let insert = |rows: &BTreeMap<i32, Option<i32>>| -> String {
        let inserts = rows.iter().map(|(id, v)| {
            let v = v.map_or("NULL".to_owned(), |v| v.to_string());
            format!("INSERT INTO k VALUES ({id}, {v}); INSERT INTO m VALUES ({v});")
        });
        let inserts: Vec<String> = inserts.collect();
        format!("TRUNCATE k, m; {}", inserts.concat())
    };
    let mut runner = TestRunner::new(Config {
        cases: 60,
        failure_persistence: None,
        ..Config::default()
    });
    let result = run(async {
        let (from, _) = open(&source).await;
        let (to, _) = open(&target).await;
        tokio::task::block_in_place(|| {
            runner.run(&(rows(), rows()), |(here, there)| {
                let found = tokio::runtime::Handle::current().block_on(async {
                    from.batch(&insert(&here)).await.unwrap();
                    to.batch(&insert(&there)).await.unwrap();
                    checks(verify::tables(&options(&from, &to, By::Content)).await)
                });
                let count = |f: &dyn Fn(&i32) -> bool, of: &BTreeMap<i32, Option<i32>>| {
                    of.keys().filter(|id| f(id)).count() as u64
                };
                let missing = count(&|id| !there.contains_key(id), &here);
                let extra = count(&|id| !here.contains_key(id), &there);
                let different = count(&|id| there.get(id).is_some_and(|v| *v != here[id]), &here);
                prop_assert_eq!(numbers(&found[0]), (missing, different, extra));
                let times = |of: &BTreeMap<i32, Option<i32>>, v: Option<i32>| {
                    of.values().filter(|w| **w == v).count() as u64
                };
                let values = [None, Some(0), Some(1), Some(2)];
                let missing = values
                    .iter()
                    .map(|v| times(&here, *v).saturating_sub(times(&there, *v)))
                    .sum::<u64>();
                let extra = values
                    .iter()
                    .map(|v| times(&there, *v).saturating_sub(times(&here, *v)))
                    .sum::<u64>();
                prop_assert_eq!(numbers(&found[1]), (missing, 0, extra));
                Ok(())
            })
        })
    });
    result.unwrap();
}
