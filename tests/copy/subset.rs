//! No row of a subset is without those it refers to.

use std::fmt::Write as _;

use runner::copy::{Atomic, Condition, Mode, PerTable, Shape, plan, subset_tables, tables};

use super::where_::{by_table, condition};
use super::*;

pub const SHOP: &str = "CREATE TABLE regions (id int PRIMARY KEY);
    CREATE TABLE users (id int PRIMARY KEY, region int NOT NULL REFERENCES regions, boss int REFERENCES users);
    CREATE TABLE orders (id int PRIMARY KEY, users int REFERENCES users);
    CREATE TABLE items (orders int REFERENCES orders, id int, PRIMARY KEY (orders, id));
    CREATE TABLE notes (orders int, item int, FOREIGN KEY (orders, item) REFERENCES items);
    CREATE TABLE others (id int PRIMARY KEY)";
/// The boss of user n is user n / 2, all orders of user n are n, n + 100, n + 200.
pub const SHOP_ROWS: &str = "INSERT INTO regions SELECT generate_series(0, 9);
    INSERT INTO users SELECT g, g % 10, nullif(g / 2, 0) FROM generate_series(1, 100) g;
    INSERT INTO orders SELECT g, 1 + (g - 1) % 100 FROM generate_series(1, 300) g;
    INSERT INTO items SELECT g, i FROM generate_series(1, 300) g, generate_series(1, 2) i;
    INSERT INTO notes SELECT g, 2 FROM generate_series(1, 300) g; INSERT INTO notes VALUES (NULL, 5), (7, NULL);
    INSERT INTO others SELECT generate_series(1, 9)";

fn begin(roots: PerTable<Condition>, children: PerTable<bool>) -> Shape {
    Shape {
        roots,
        children,
        ..Shape::default()
    }
}

fn root(table: &'static str, sql: &str) -> PerTable<Condition> {
    by_table([(table, condition(sql, Vec::new()))])
}

impl Pair {
    /// Copies a subset, and looks for orphans.
    #[track_caller]
    fn subset(&self, mode: Mode, shape: Shape) -> Report {
        self.subset_without(mode, shape, &[]).unwrap()
    }

    fn subset_without(&self, mode: Mode, shape: Shape, exclude: &[&str]) -> Result<Report> {
        run(async {
            let (from, to, _) = self.sessions().await;
            let mut filter = named(&[]);
            filter.exclude = exclude.iter().map(|name| (*name).to_owned()).collect();
            let said = (&shape.roots, &shape.children);
            filter.tables = Some(subset_tables(&from, &to, said, &filter).await?);
            let options = CopyOptions {
                tables: Tables::Matching(filter),
                shape,
                ..options(&from, &to, mode, &[])
            };
            tables(&options).await
        })
    }

    #[track_caller]
    fn assert_rows(&self, sql: &str, expected: &str) {
        assert_eq!(self.to.query(sql), expected, "{sql}");
    }
}

/// All that is in `table`, by its first column.
fn list(table: &str, column: &str) -> String {
    format!("SELECT string_agg({column}::text, ',' ORDER BY {column}) FROM {table}")
}

#[test]
fn parents_come_along_however_far_they_are() {
    let pair = Pair::new(SHOP, SHOP_ROWS);
    let report = pair.subset(
        Mode::Append,
        begin(root("notes", "orders = 25"), PerTable::default()),
    );
    pair.assert_rows(&list("notes", "orders"), "25");
    pair.assert_rows("SELECT orders, id FROM items", "25|2");
    pair.assert_rows(&list("orders", "id"), "25");
    // 25, and the bosses 12, 6, 3 and 1.
    pair.assert_rows(&list("users", "id"), "1,3,6,12,25");
    pair.assert_rows(&list("regions", "id"), "1,2,3,5,6");
    assert_eq!(report.rows, 1 + 1 + 1 + 5 + 5);
    assert_eq!(report.tables.len(), 5);
}

#[test]
fn children_come_along_where_they_are_asked_for_and_only_those_of_the_roots() {
    let pair = Pair::new(SHOP, SHOP_ROWS);
    let shape = begin(root("users", "id = 60"), PerTable::Every(true));
    pair.subset(Mode::Replace, shape);
    // Nobody's boss is 60: of the bosses above, 30, 15, 7, 3 and 1, no orders come.
    pair.assert_rows(&list("users", "id"), "1,3,7,15,30,60");
    pair.assert_rows(&list("orders", "id"), "60,160,260");
    pair.assert_rows("SELECT count(*) FROM items", "6");
    pair.assert_rows(&list("notes", "orders"), "60,160,260");

    let shape = begin(root("users", "id = 60"), by_table([("orders", true)]));
    let report = pair.subset(Mode::Upsert, shape);
    let names: Vec<&str> = report.tables.iter().map(|t| t.table.as_str()).collect();
    assert_eq!(names, ["regions", "users", "orders"]);
    assert_eq!(
        report.tables.iter().map(|t| t.equal).sum::<u64>(),
        report.rows
    );
}

#[test]
fn an_excluded_table_is_not_followed_and_the_targets_keys_stand_guard() {
    let pair = Pair::new(SHOP, SHOP_ROWS);
    let before = pair.to.state();
    let shape = || begin(root("orders", "id = 5"), PerTable::default());
    let error = pair
        .subset_without(Mode::Append, shape(), &["users"])
        .unwrap_err();
    assert!(error.to_string().contains("orders_users_fkey"), "{error}");
    pair.to.assert_as_before(&before);
    pair.to
        .query("INSERT INTO regions VALUES (1); INSERT INTO users VALUES (5, 1)");
    pair.subset_without(Mode::Append, shape(), &["users"])
        .unwrap();
    pair.assert_rows(&list("orders", "id"), "5");
}

#[test]
fn cycles_and_keys_of_either_side_are_followed() {
    // The source has the key from a to b, the target the one from b to a, by a column of another name.
    let source = "CREATE TABLE a (id int PRIMARY KEY, b int); CREATE TABLE b (id int PRIMARY KEY, up int);
        ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES b NOT VALID;
        INSERT INTO b SELECT g, 20 - g FROM generate_series(1, 5) g; INSERT INTO a SELECT g, g % 5 + 1 FROM generate_series(1, 20) g";
    let target = "CREATE TABLE a (id int PRIMARY KEY, b int); CREATE TABLE b (id int PRIMARY KEY, upper int REFERENCES a)";
    let pair = Pair::different(source, target);
    let shape = Shape {
        rename: by_table([(
            "b",
            runner::copy::Rename {
                table: None,
                columns: [("up".to_owned(), "upper".to_owned())].into(),
            },
        )]),
        ..begin(root("a", "id = 1"), PerTable::default())
    };
    pair.subset(Mode::Append, shape);
    // 1 -> b 2 -> a 18 -> b 4 -> a 16 -> b 2.
    pair.assert_rows(&list("a", "id"), "1,16,18");
    pair.assert_rows(&list("b", "id"), "2,4");
}

#[test]
fn partitioned_tables_are_parents_and_children() {
    let schema = "CREATE TABLE months (y int, m int, PRIMARY KEY (y, m)) PARTITION BY RANGE (y);
        CREATE TABLE months_1 PARTITION OF months FOR VALUES FROM (0) TO (10);
        CREATE TABLE months_2 (m int NOT NULL, y int NOT NULL); ALTER TABLE months ATTACH PARTITION months_2 FOR VALUES FROM (10) TO (20);
        CREATE TABLE days (d int, y int, m int, next int, PRIMARY KEY (d, y), FOREIGN KEY (y, m) REFERENCES months,
          FOREIGN KEY (next, y) REFERENCES days) PARTITION BY HASH (y);
        CREATE TABLE days_1 PARTITION OF days FOR VALUES WITH (MODULUS 2, REMAINDER 0);
        CREATE TABLE days_2 PARTITION OF days FOR VALUES WITH (MODULUS 2, REMAINDER 1)";
    let rows = "INSERT INTO months SELECT y, m FROM generate_series(0, 19) y, generate_series(1, 12) m;
        INSERT INTO days SELECT d, y, 1 + d % 12, nullif(d - 1, 0) FROM generate_series(1, 28) d, generate_series(0, 19) y";
    let pair = Pair::new(schema, rows);
    let shape = begin(
        root("days", "d = 3 AND y IN (5, 6, 15)"),
        PerTable::default(),
    );
    pair.subset(Mode::Append, shape);
    pair.assert_rows(
        "SELECT string_agg(y || '.' || m, ' ' ORDER BY y, m) FROM months",
        "5.2 5.3 5.4 6.2 6.3 6.4 15.2 15.3 15.4",
    );
    pair.assert_rows("SELECT count(*), max(d) FROM days", "9|3");
    let shape = begin(root("months", "y = 7 AND m = 2"), PerTable::Every(true));
    pair.subset(Mode::Replace, shape);
    // Months 2 begin with the days 1, 13 and 25, which the days behind them refer to.
    pair.assert_rows("SELECT min(y), max(y), count(*) FROM days", "7|7|28");
}

#[test]
fn a_name_that_is_not_there_is_refused() {
    let pair = Pair::new(SHOP, "");
    let refused = |shape| {
        let error = pair.subset_without(Mode::Append, shape, &[]).unwrap_err();
        pair.in_words(&error)
    };
    assert_eq!(
        refused(begin(root("user", "true"), PerTable::default())),
        "option `roots` names `user`, and `from` has no such table, did you mean `users`"
    );
    assert_eq!(
        refused(begin(root("users", "true"), by_table([("ordres", true)]))),
        "option `children` names `ordres`, and `from` has no such table, did you mean `orders`"
    );
    assert!(refused(begin(root("users", "idd = 1"), PerTable::default())).contains("idd"));
}

#[test]
fn workers_read_the_rows_that_were_chosen() {
    let pair = Pair::new(SHOP, SHOP_ROWS);
    let shape = begin(root("users", "id = 60"), PerTable::Every(true));
    run(async {
        let (from, to, _) = pair.sessions().await;
        let mut options = options(&from, &to, Mode::Replace, &["*.*"]);
        options.shape = shape;
        options.work.jobs = Some(3);
        options.work.atomic = Atomic::Staged;
        let planned = Box::pin(plan(&options)).await.unwrap();
        let rows = |name: &str| {
            let table = planned.tables.iter().find(|table| table.table == name);
            table.unwrap().rows
        };
        assert_eq!(rows("orders"), Some(3));
        // It is asked for, and no root leads to it.
        assert_eq!(rows("others"), Some(0));
        let report = tables(&options).await.unwrap();
        assert_eq!(report.rows, planned.rows);
    });
    pair.assert_rows(&list("orders", "id"), "60,160,260");
}

/// Tables, some of them partitioned, with keys of one or two columns to any of them, to themselves too.
fn random_schema(random: &mut impl rand::RngExt) -> (String, String, usize) {
    let count = random.random_range(2..6_usize);
    let (mut schema, mut rows, mut keys) = (String::new(), String::new(), String::new());
    let divided: Vec<bool> = (0..count).map(|_| random.random_bool(0.3)).collect();
    for (table, is_divided) in divided.iter().enumerate() {
        let columns =
            "a int, b int, k int, l int, la int, lb int, m int, ma int, mb int, PRIMARY KEY (a, b)";
        let made = if *is_divided {
            format!(
                "CREATE TABLE t{table} ({columns}) PARTITION BY HASH (a); \
                 CREATE TABLE t{table}_1 PARTITION OF t{table} FOR VALUES WITH (MODULUS 2, REMAINDER 0); \
                 CREATE TABLE t{table}_2 PARTITION OF t{table} FOR VALUES WITH (MODULUS 2, REMAINDER 1);\n"
            )
        } else {
            format!("CREATE TABLE t{table} ({columns}, UNIQUE (k));\n")
        };
        schema.push_str(&made);
        let size = random.random_range(1..40);
        let _ = writeln!(
            rows,
            "INSERT INTO t{table} (a, b, k) SELECT g / 5, g % 5, g FROM generate_series(1, {size}) g;"
        );
    }
    for table in 0..count {
        for column in ["l", "m"] {
            let parent = random.random_range(0..count);
            let (to, of) = if divided[parent] || random.random_bool(0.5) {
                (format!("{column}a, {column}b"), "a, b")
            } else {
                (column.to_owned(), "k")
            };
            let _ = writeln!(
                keys,
                "UPDATE t{table} AS t SET ({to}) = (SELECT {of} FROM t{parent} AS p WHERE (p.k * 7 + t.k) % 3 > 0 \
                 ORDER BY md5(p.k::text || '{column}' || t.k) LIMIT 1);"
            );
            if random.random_bool(0.8) {
                let _ = writeln!(
                    schema,
                    "ALTER TABLE t{table} ADD CONSTRAINT {column}_{table} FOREIGN KEY ({to}) REFERENCES t{parent} ({of});"
                );
            }
        }
    }
    (schema, format!("{rows}{keys}"), count)
}

#[test]
fn no_subset_of_a_random_schema_has_orphans() {
    use rand::{RngExt as _, SeedableRng as _};
    let seed = number("RUNNER_TEST_SEED").unwrap_or_else(rand::random::<u64>);
    let mut random = rand::rngs::StdRng::seed_from_u64(seed);
    for round in 0..number("RUNNER_TEST_ROUNDS").unwrap_or(4) {
        let (schema, rows, count) = random_schema(&mut random);
        let pair = Pair::new(&schema, &rows);
        let shape = if random.random_bool(0.5) {
            let children = if random.random_bool(0.5) {
                PerTable::Every(true)
            } else {
                PerTable::default()
            };
            begin(
                root("t0", &format!("k % {} = 0", random.random_range(2..9))),
                children,
            )
        } else {
            Shape {
                limit: PerTable::Every(random.random_range(0..9)),
                ..Shape::default()
            }
        };
        let said = format!("seed {seed}, round {round}: {schema}\n{rows}\n{shape:?}");
        let report = if shape.roots.is_empty() {
            pair.shaped(Mode::Replace, shape)
        } else {
            pair.subset_without(Mode::Append, shape, &[])
        };
        report.unwrap_or_else(|error| panic!("{said}\n{error}"));
        let checked = run(async {
            let (_, to, _) = pair.sessions().await;
            runner::copy::verify::foreign_keys(&runner::copy::verify::KeyOptions {
                session: to,
                tables: named(&["*.*"]),
                not_valid: runner::copy::verify::NotValid::Fail,
                samples: 3,
            })
            .await
        });
        checked.unwrap_or_else(|error| panic!("{said}\n{error}"));
        for table in 0..count {
            // Whatever came is as it was.
            let sql = format!(
                "SELECT coalesce(string_agg(t::text, ' ' ORDER BY k), '') FROM t{table} AS t"
            );
            let all = pair.from.query(&sql);
            let there = pair.to.query(&sql);
            assert!(there.split(' ').all(|row| all.contains(row)), "{said}");
        }
    }
}
