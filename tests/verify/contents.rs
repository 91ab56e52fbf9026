//! What counts as the same row, on tables that are not made alike.

use runner::copy::verify::{self, By, Class, Contents};
use runner::pg::TxOptions;
use runner::pg::catalog::Catalog;

use super::{checks, numbers, options};
use crate::direct::{open, run};
use crate::support::{Database, dev, must, prod};

#[test]
fn the_same_values_are_equal_in_other_types_and_orders() {
    let source = Database::with(
        dev(),
        "CREATE TABLE t (id int PRIMARY KEY, n int, j json, c char(5), d date, b bytea, r regclass, gone int);
         INSERT INTO t VALUES (1, 5, '{\"b\" : 1, \"a\":2}', 'ab', '2026-01-02', '\\x00ff', 't', 3), (2, NULL, '[]', '', NULL, '', NULL, 4)",
    );
    let target = Database::with(
        prod(),
        "CREATE SCHEMA s; CREATE TABLE s.t (there int, b bytea, d timestamptz, c text, j jsonb, n numeric(10,2), r regclass, id bigint PRIMARY KEY);
         SET TimeZone = 'UTC';
         INSERT INTO s.t (id, n, j, c, d, b, r) VALUES (1, 5, '{\"a\": 2, \"b\": 1}', 'ab', '2026-01-02', '\\x00ff', NULL), (2, NULL, '[]', '', NULL, '', NULL)",
    );
    run(async {
        let (from, _) = open(&source).await;
        let (to, heard) = open(&target).await;
        to.batch("SET search_path = s").await.unwrap();
        let mut options = options(&from, &to, By::Content);
        options.except.everywhere = vec!["r".to_owned()];
        let found = verify::tables(&options).await.unwrap();
        assert_eq!(numbers(&found[0]), (0, 0, 0));
        assert_eq!(
            heard.notes(),
            ["`t`: `gone`, `there` is on one side only and was not compared"]
        );
        target.query("UPDATE s.t SET n = 5.01 WHERE id = 1");
        assert_eq!(
            numbers(&checks(verify::tables(&options).await)[0]),
            (0, 1, 0)
        );
    });
}

#[test]
fn the_search_path_does_not_show_in_values() {
    let schema = "CREATE SCHEMA s; CREATE TABLE s.t (id int PRIMARY KEY, r regclass); INSERT INTO s.t VALUES (1, 's.t')";
    let (source, target) = (
        Database::with(dev(), schema),
        Database::with(prod(), schema),
    );
    run(async {
        let (from, _) = open(&source).await;
        let (to, _) = open(&target).await;
        to.batch("SET search_path = s").await.unwrap();
        let mut options = options(&from, &to, By::Content);
        options.tables.tables = Some(vec!["s.t".to_owned()]);
        verify::tables(&options).await.unwrap();
        let path = to.value("SHOW search_path", &[]).await.unwrap();
        assert_eq!(path.as_str(), Some("s"));
    });
}

#[test]
fn a_field_that_is_no_row_in_hexadecimal_is_compared() {
    let schema = "CREATE TABLE t (id int PRIMARY KEY, b bytea)";
    let (source, target) = (
        Database::with(dev(), schema),
        Database::with(prod(), schema),
    );
    let fill = "INSERT INTO t SELECT 1, decode(repeat('0123456789abcdef', 30000), 'escape')
                UNION ALL SELECT 2, decode(repeat('ab', 1000000), 'hex')";
    source.query(fill);
    target.query(fill);
    run(async {
        let (from, _) = open(&source).await;
        let (to, _) = open(&target).await;
        verify::tables(&options(&from, &to, By::Content))
            .await
            .unwrap();
        target.query("UPDATE t SET b = set_byte(b, 999999, 7) WHERE id = 2");
        let found = checks(verify::tables(&options(&from, &to, By::Content)).await);
        assert_eq!(numbers(&found[0]), (0, 1, 0));
        assert_eq!(
            found[0].named(Class::Different).collect::<Vec<_>>(),
            ["(2)"]
        );
    });
}

#[test]
fn the_first_rows_of_each_class_are_named_by_their_keys() {
    let schema = "CREATE TABLE t (id int PRIMARY KEY, v int)";
    let (source, target) = (
        Database::with(dev(), schema),
        Database::with(prod(), schema),
    );
    source.query("INSERT INTO t SELECT n, n FROM generate_series(1, 3000) n");
    target.query("INSERT INTO t SELECT n, CASE WHEN n < 2990 THEN n ELSE 0 END FROM generate_series(9, 3100) n");
    run(async {
        let (from, _) = open(&source).await;
        let (to, _) = open(&target).await;
        let mut options = options(&from, &to, By::Content);
        options.samples = 3;
        let found = checks(verify::tables(&options).await);
        assert_eq!(numbers(&found[0]), (8, 11, 100));
        let named = |class| found[0].named(class).collect::<Vec<_>>();
        assert_eq!(named(Class::Missing), ["(1)", "(2)", "(3)"]);
        assert_eq!(named(Class::Different), ["(2990)", "(2991)", "(2992)"]);
        assert_eq!(named(Class::Extra), ["(3001)", "(3002)", "(3003)"]);
        options.samples = 0;
        let found = checks(verify::tables(&options).await);
        assert_eq!(
            (numbers(&found[0]), found[0].samples.len()),
            ((8, 11, 100), 0)
        );
    });
}

#[test]
fn more_tables_than_one_statement_takes_are_each_told_right() {
    let tables = |rows: fn(usize) -> usize| -> String {
        let table = |n| {
            format!(
                "CREATE TABLE t_{n:03} AS SELECT g AS id FROM generate_series(1, {}) g;",
                rows(n)
            )
        };
        (0..95).map(table).collect()
    };
    let source = Database::with(dev(), &tables(|n| n));
    let target = Database::with(prod(), &tables(|n| if n == 77 { 80 } else { n }));
    run(async {
        let (from, _) = open(&source).await;
        let (to, _) = open(&target).await;
        for by in [By::Count, By::Content] {
            let found = checks(verify::tables(&options(&from, &to, by)).await);
            assert_eq!(found.len(), 95);
            for (n, check) in found.iter().enumerate() {
                let extra = if n == 77 { 3 } else { 0 };
                assert_eq!(
                    (check.from, numbers(check)),
                    (n as u64, (0, 0, extra)),
                    "{}",
                    check.table
                );
            }
        }
    });
}

#[test]
fn a_copy_compares_what_it_has_written_before_it_commits() {
    let schema = "CREATE TABLE t (id int PRIMARY KEY, v int, w int)";
    let (source, target) = (
        Database::with(dev(), schema),
        Database::with(prod(), schema),
    );
    source.query("INSERT INTO t SELECT n, n, n FROM generate_series(1, 10) n");
    run(async {
        let (from, _) = open(&source).await;
        let (to, _) = open(&target).await;
        to.begin(&TxOptions::default()).await.unwrap();
        to.batch("INSERT INTO t SELECT n, n, 0 FROM generate_series(4, 11) n; UPDATE t SET v = 0 WHERE id = 7")
            .await
            .unwrap();
        let table = Contents {
            source: Catalog::read(&from)
                .await
                .unwrap()
                .find("t")
                .unwrap()
                .clone(),
            target: Catalog::read(&to).await.unwrap().find("t").unwrap().clone(),
            columns: vec!["id".to_owned(), "v".to_owned()],
            filter: None,
            read: None,
        };
        let whole = verify::contents(&from, &to, std::slice::from_ref(&table))
            .await
            .unwrap();
        assert_eq!((numbers(&whole[0]), whole[0].ok), ((3, 1, 1), false));
        let some = Contents {
            filter: Some("id > 3 -- the others stay".to_owned()),
            ..table
        };
        let some = verify::contents(&from, &to, &[some]).await.unwrap();
        assert_eq!(numbers(&some[0]), (0, 1, 1));
        to.rollback().await.unwrap();
    });
}

#[test]
fn encodings_are_bridged_or_refused() {
    let encoded = |encoding: &str| {
        let name = format!("encoded_{}", encoding.to_lowercase());
        must(
            prod()
                .client("psql", "postgres")
                .args(["-qc", &format!("DROP DATABASE IF EXISTS {name}")]),
        );
        must(prod().client("createdb", "postgres").args([
            "--template",
            "template0",
            "--locale",
            "C",
            "--encoding",
            encoding,
            &name,
        ]));
        name
    };
    let source = Database::with(
        dev(),
        "CREATE TABLE t (id text PRIMARY KEY, v text); INSERT INTO t VALUES ('é', 'ß'), ('b', 'ü')",
    );
    for encoding in ["LATIN1", "SQL_ASCII"] {
        let name = encoded(encoding);
        let sql = "CREATE TABLE t (id text PRIMARY KEY, v text); INSERT INTO t VALUES ('é', 'ß'), ('b', 'u')";
        must(
            prod()
                .client("psql", &name)
                .env("PGCLIENTENCODING", "UTF8")
                .args(["-qc", sql]),
        );
        run(async {
            let (from, _) = open(&source).await;
            let (connector, heard) =
                crate::direct::connector_as(&source, prod().url(&name).expose());
            let to = connector.open(runner::pg::Access::ReadWrite).await.unwrap();
            let compared = verify::tables(&options(&from, &to, By::Content)).await;
            if encoding == "LATIN1" {
                let found = checks(compared);
                assert_eq!(numbers(&found[0]), (0, 1, 0));
                assert_eq!(
                    found[0].named(Class::Different).collect::<Vec<_>>(),
                    ["(b)"]
                );
                assert!(heard.notes()[0].ends_with("in LATIN1: text is compared as UTF-8"));
            } else {
                let error = compared.unwrap_err().to_string();
                assert!(
                    error.contains("holds bytes of no known encoding (SQL_ASCII)"),
                    "{error}"
                );
                verify::tables(&options(&from, &to, By::Count))
                    .await
                    .unwrap();
            }
            to.close();
        });
        must(prod().client("dropdb", "postgres").args(["--force", &name]));
    }
}
