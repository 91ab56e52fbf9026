//! Some rows of each table, with what they refer to.

use runner::copy::{Error as CopyError, Mode, PerTable, Shape, plan, tables};

use super::subset::{SHOP, SHOP_ROWS};
use super::where_::{by_table, condition};
use super::*;

fn limit(limit: PerTable<u64>) -> Shape {
    Shape {
        limit,
        ..Shape::default()
    }
}

#[test]
fn each_table_gets_its_first_rows_by_key_and_what_they_refer_to() {
    let pair = Pair::new(SHOP, SHOP_ROWS);
    pair.shaped(Mode::Replace, limit(PerTable::Every(3)))
        .unwrap();
    let list = |table: &str, column: &str| {
        pair.to.query(&format!(
            "SELECT string_agg({column}::text, ',' ORDER BY {column}) FROM {table}"
        ))
    };
    assert_eq!(list("users", "id"), "1,2,3");
    // Users 1, 2 and 3 live in 1, 2 and 3; 0, 1 and 2 come first.
    assert_eq!(list("regions", "id"), "0,1,2,3");
    assert_eq!(list("orders", "id"), "1,2,3");
    assert_eq!(list("others", "id"), "1,2,3");
    assert_eq!(pair.to.query("SELECT count(*) FROM notes"), "3");
}

#[test]
fn what_has_no_limit_comes_whole_and_brings_its_parents() {
    let pair = Pair::new(SHOP, SHOP_ROWS);
    let shape = Shape {
        conditions: by_table([("orders", condition("orders.id > 280 -- the last", vec![]))]),
        ..limit(by_table([("users", 2), ("items", 1), ("notes", 0)]))
    };
    let before = pair.to.state();
    // The first item belongs to order 1, which the condition keeps out.
    let error = pair.shaped(Mode::Append, shape.clone()).unwrap_err();
    assert!(error.to_string().contains("items_orders_fkey"), "{error}");
    pair.to.assert_as_before(&before);
    let shape = Shape {
        limit: by_table([("users", 2), ("items", 0), ("notes", 0)]),
        ..shape
    };
    pair.shaped(Mode::Append, shape).unwrap();
    assert_eq!(
        pair.to.query("SELECT count(*), min(id) FROM orders"),
        "20|281"
    );
    // Those of the orders, 81 to 100, their bosses, and the first two.
    assert_eq!(
        pair.to
            .query("SELECT string_agg(id::text, ',' ORDER BY id) FROM users WHERE id < 81"),
        "1,2,3,5,6,10,11,12,20,21,22,23,24,25,40,41,42,43,44,45,46,47,48,49,50"
    );
    assert_eq!(pair.to.query("SELECT count(*) FROM regions"), "10");
}

#[test]
fn an_order_says_which_rows_are_the_first() {
    let pair = Pair::new(
        "CREATE TABLE t (id int PRIMARY KEY, x text); CREATE TABLE u (x int)",
        "INSERT INTO t SELECT g, 'x' || 10 - g FROM generate_series(1, 9) g; INSERT INTO u SELECT generate_series(5, 1, -1)",
    );
    let shape = Shape {
        order_by: by_table([("t", "x, id DESC -- by text".to_owned())]),
        ..limit(PerTable::Every(2))
    };
    pair.shaped(Mode::Append, shape).unwrap();
    assert_eq!(
        pair.to.query("SELECT string_agg(id::text, ',') FROM t"),
        "9,8"
    );
    // Without a key as they lie.
    assert_eq!(
        pair.to.query("SELECT string_agg(x::text, ',') FROM u"),
        "5,4"
    );
    pair.shaped(Mode::Replace, limit(PerTable::Every(1000)))
        .unwrap();
    pair.assert_equal();
}

#[test]
fn a_plan_counts_the_rows_that_are_chosen() {
    let pair = Pair::new(SHOP, &format!("{SHOP_ROWS}; ANALYZE"));
    run(async {
        let (from, to, _) = pair.sessions().await;
        let mut options = options(&from, &to, Mode::Replace, &["*.*"]);
        options.shape = limit(PerTable::Every(3));
        let planned = Box::pin(plan(&options)).await.unwrap();
        let table = |name: &str| planned.tables.iter().find(|t| t.table == name).unwrap();
        assert_eq!(table("users").rows, Some(3));
        assert_eq!(table("regions").rows, Some(4));
        assert!(table("users").bytes < 8192, "{}", table("users").bytes);
        options.dry_run = true;
        let dry = tables(&options).await.unwrap();
        assert_eq!(dry.rows, planned.rows);
    });
}

#[test]
fn a_limit_that_cannot_hold_is_refused() {
    let pair = Pair::new(
        "CREATE TABLE t (id int PRIMARY KEY)",
        "INSERT INTO t VALUES (1)",
    );
    assert_eq!(
        pair.shape_refused(Mode::Mirror, limit(PerTable::Every(1))),
        "`limit` does not go in mode `mirror`, which would delete all rows that are not chosen"
    );
    run(async {
        let (from, to, _) = pair.sessions().await;
        let mut options = options(&from, &to, Mode::Append, &["t"]);
        options.shape = limit(PerTable::Every(1));
        options.work.resume = true;
        let error = tables(&options).await.unwrap_err();
        assert!(
            matches!(
                error,
                CopyError::Work {
                    option: "limit",
                    ..
                }
            ),
            "{error}"
        );
        options.work.resume = false;
        from.begin(&runner::pg::TxOptions::default()).await.unwrap();
        let error = tables(&options).await.unwrap_err();
        assert!(error.to_string().contains("READ COMMITTED"), "{error}");
        from.rollback().await.unwrap();
    });
}
