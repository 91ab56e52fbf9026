//! One statement on both sides.

use runner::copy::verify::{self, QueryOptions};
use runner::pg::{Session, Value};
use runner::progress::Event;

use crate::direct::{open, run};
use crate::support::{Database, dev, prod};

fn options(from: &Session, to: &Session, sql: &str) -> QueryOptions {
    QueryOptions {
        from: from.clone(),
        to: to.clone(),
        sql: sql.to_owned(),
        params: Vec::new(),
        name: "laws".to_owned(),
        ordered: false,
        samples: verify::SAMPLES,
    }
}

#[test]
fn rows_are_compared_as_often_as_they_are_there() {
    let source = Database::with(
        dev(),
        "CREATE TABLE t (n int, f float8, at timestamptz); INSERT INTO t VALUES (1, 'NaN', '2026-01-01 00:00Z'), (2, 0.1, NULL), (2, 0.1, NULL)",
    );
    let target = Database::with(
        prod(),
        "CREATE TABLE t (n int, f float8, at timestamptz); INSERT INTO t VALUES (2, 0.1, NULL), (1, 'NaN', '2026-01-01 00:00Z'), (2, 0.1, NULL)",
    );
    run(async {
        let (from, _) = open(&source).await;
        let (to, heard) = open(&target).await;
        to.batch("SET TimeZone = 'Asia/Tokyo'").await.unwrap();
        let mut all = options(&from, &to, "SELECT * FROM t");
        assert_eq!(verify::query(&all).await.unwrap().rows.len(), 3);
        let text = options(&from, &to, "SELECT at::text FROM t");
        assert_eq!(verify::query(&text).await.unwrap().rows.len(), 3);
        all.ordered = true;
        let error = verify::query(&all).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            format!(
                "`laws` gives other rows on the two sides: 2 only on `{}`, 2 only on `{}`; the first is \
                 (1, NaN, 2026-01-01T00:00:00+00:00)",
                source.name(),
                target.name()
            )
        );
        let mut sorted = options(&from, &to, "SELECT n FROM t WHERE n > $1 ORDER BY n");
        (sorted.ordered, sorted.params) = (true, vec![Value::Int(0)]);
        assert_eq!(verify::query(&sorted).await.unwrap().rows.len(), 3);
        target
            .query("DELETE FROM t WHERE n = 2; INSERT INTO t VALUES (2, 0.1, NULL), (3, 1, NULL)");
        all.ordered = false;
        let error = verify::query(&all).await.unwrap_err().to_string();
        assert!(
            error.contains("1 only on") && error.ends_with("the first is (2, 0.1, NULL)"),
            "{error}"
        );
        let Some(Event::Report(table)) = heard.events().pop() else {
            panic!("nothing was printed")
        };
        let cells = |row: usize| -> Vec<_> {
            let cells = table.rows[row].iter();
            cells
                .map(|cell| cell.text.clone().unwrap_or_default())
                .collect()
        };
        assert_eq!(cells(0), [source.name(), "2", "0.1", ""]);
        assert_eq!(cells(1), [target.name(), "3", "1", ""]);
    });
}

#[test]
fn other_columns_and_writing_statements_are_refused() {
    let source = Database::with(dev(), "CREATE TABLE t (a int)");
    let target = Database::with(prod(), "CREATE TABLE t (b int)");
    run(async {
        let (from, _) = open(&source).await;
        let (to, _) = open(&target).await;
        let error = verify::query(&options(&from, &to, "TABLE t"))
            .await
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "`laws` gives other columns on the two sides: a; b"
        );
        let error = verify::query(&options(&from, &to, "INSERT INTO t VALUES (1) RETURNING 1"))
            .await
            .unwrap_err();
        assert!(
            error.to_string().contains("read-only transaction"),
            "{error}"
        );
        let error = verify::query(&options(&from, &from, "TABLE t"))
            .await
            .unwrap_err();
        assert!(
            error.to_string().contains("cannot be compared with itself"),
            "{error}"
        );
    });
}
