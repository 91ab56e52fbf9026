//! Which rows are copied: `where`, and in which order they are read.

use std::collections::BTreeMap;

use runner::copy::{Condition, Mode, PerTable, Shape, tables};
use runner::pg::Value;

use super::*;

pub fn condition(sql: &str, params: Vec<Value>) -> Condition {
    Condition {
        sql: sql.to_owned(),
        params,
    }
}

pub fn by_table<T>(entries: impl IntoIterator<Item = (&'static str, T)>) -> PerTable<T> {
    let entries = entries.into_iter();
    let entries: BTreeMap<_, _> = entries
        .map(|(name, said)| (name.to_owned(), said))
        .collect();
    PerTable::Named(entries)
}

impl Pair {
    /// Copies all tables in this shape.
    pub fn shaped(&self, mode: Mode, shape: Shape) -> Result<Report> {
        run(async {
            let (from, to, _) = self.sessions().await;
            tables(&CopyOptions {
                shape,
                ..options(&from, &to, mode, &["*.*"])
            })
            .await
        })
    }

    /// The refusal of such a copy, after which the target is as it was.
    #[track_caller]
    pub fn shape_refused(&self, mode: Mode, shape: Shape) -> String {
        let before = self.to.state();
        let error = self.shaped(mode, shape).unwrap_err();
        self.to.assert_as_before(&before);
        self.in_words(&error)
    }
}

fn only(sql: &str, params: Vec<Value>) -> Shape {
    Shape {
        conditions: PerTable::Only(condition(sql, params)),
        ..Shape::default()
    }
}

#[test]
fn conditions_go_by_table_and_replace_says_that_the_others_are_gone() {
    let pair = Pair::new(
        "CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int); CREATE TABLE b2 (id int)",
        "INSERT INTO a SELECT generate_series(1, 9); INSERT INTO b TABLE a; INSERT INTO b2 TABLE a",
    );
    pair.to.query("INSERT INTO a VALUES (77)");
    let shape = Shape {
        conditions: by_table([
            ("a", condition("id > 7 -- the last", vec![])),
            ("b*", condition("id < $1", vec![Value::Int(4)])),
            ("b2", condition("false", vec![])),
        ]),
        ..Shape::default()
    };
    run(async {
        let (from, to, heard) = pair.sessions().await;
        let options = CopyOptions {
            shape,
            ..options(&from, &to, Mode::Replace, &["*"])
        };
        assert_eq!(tables(&options).await.unwrap().rows, 5);
        assert!(
            heard
                .notes()
                .iter()
                .any(|note| note
                    == "`a` is replaced by the rows that were chosen: it keeps no others")
        );
    });
    let rows = pair.to.query(
        "SELECT string_agg(id::text, ' ' ORDER BY id) FROM a UNION ALL \
         SELECT string_agg(id::text, ' ' ORDER BY id) FROM b UNION ALL SELECT count(*)::text FROM b2",
    );
    assert_eq!(rows, "8 9\n1 2 3\n0");
}

#[test]
fn parameters_mean_the_same_as_beside_a_statement() {
    let schema = "CREATE TYPE mood AS ENUM ('ok', 'so''so'); CREATE TABLE t (id int, s text, n numeric, f float8, \
                  d timestamptz, m mood, b bytea, j jsonb, a text[], u uuid, v bool)";
    let rows = r#"INSERT INTO t VALUES
        (1, E'it''s \\ $1', 1.50, 0.1, '2026-01-02 03:04:05.678901+00', 'so''so', '\x00ff', '{"k": [1]}', '{a,NULL,"b,\"c"}',
         'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', true),
        (2, NULL, 'NaN', 'Infinity', 'infinity', 'ok', '', 'null', '{}', NULL, false)"#;
    let pair = Pair::new(schema, rows);
    let array = Value::Array(vec!["a".into(), Value::Null, "b,\"c".into()]);
    let json = Value::Json(serde_json::json!({"k": [1]}));
    let cases: Vec<(&str, Vec<Value>)> = vec![
        ("s = $1", vec![r"it's \ $1".into()]),
        ("s = $1 AND '$2' <> $1 /* $2 */", vec![r"it's \ $1".into()]),
        ("n = $1", vec!["1.5".into()]),
        ("f = $1", vec![Value::Float(0.1)]),
        ("d = $1", vec!["2026-01-02T03:04:05.678901+00:00".into()]),
        ("m = $1", vec!["so'so".into()]),
        ("b = $1", vec![Value::Bytes(vec![0, 255])]),
        ("j = $1", vec![json]),
        ("a = $1", vec![array]),
        (
            "id = ANY($1)",
            vec![Value::Array(vec![Value::Int(1), Value::Int(7)])],
        ),
        (
            "u = $1",
            vec!["A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11".into()],
        ),
        ("v = $1", vec![Value::Bool(true)]),
        ("id = $1::int-$2", vec![Value::Int(-4), Value::Int(-5)]),
        (
            "s IS NOT DISTINCT FROM coalesce($1, s) AND v",
            vec![Value::Null],
        ),
    ];
    for (sql, params) in cases {
        let report = pair.shaped(Mode::Replace, only(sql, params)).unwrap();
        assert_eq!(
            (report.rows, pair.to.query("SELECT id FROM t").as_str()),
            (1, "1"),
            "{sql}"
        );
    }
    // Special floats, spelled as the server spells them.
    let report = pair.shaped(
        Mode::Replace,
        only("f = $1", vec![Value::Float(f64::INFINITY)]),
    );
    assert_eq!(
        (
            report.unwrap().rows,
            pair.to.query("SELECT id FROM t").as_str()
        ),
        (1, "2")
    );
}

#[test]
fn a_condition_is_refused_beforehand_when_it_is_no_single_expression() {
    let pair = Pair::new("CREATE TABLE t (id int)", "INSERT INTO t VALUES (1)");
    pair.to.query("INSERT INTO t VALUES (5)");
    for bad in [
        "id < 3) OR (true",
        "true LIMIT 1",
        "true; DROP TABLE t",
        "",
        "id",
        "nix = 1",
        "count(*) > 1",
    ] {
        let refusal = pair.shape_refused(Mode::Replace, only(bad, vec![]));
        assert!(refusal.starts_with("`t`: "), "{bad}: {refusal}");
    }
    let refusal = pair.shape_refused(Mode::Replace, only("id = $1", vec![]));
    assert!(refusal.contains("parameter"), "{refusal}");
    let refusal = pair.shape_refused(Mode::Replace, only("id = $1", vec!["x".into()]));
    assert!(refusal.contains("invalid input syntax"), "{refusal}");
    let ordered = |sql: &str| Shape {
        order_by: PerTable::Every(sql.to_owned()),
        ..Shape::default()
    };
    for bad in ["id LIMIT 1", "id) OVER (ORDER BY id", "nix", ""] {
        pair.shape_refused(Mode::Replace, ordered(bad));
    }
}

#[test]
fn a_table_that_is_not_copied_is_named_and_one_that_is_not_there_refused() {
    let schema = "CREATE TABLE thing (id int); CREATE TABLE u (id int)";
    let pair = Pair::new(schema, "INSERT INTO thing VALUES (1)");
    let named = |name| Shape {
        conditions: by_table([(name, condition("true", vec![]))]),
        ..Shape::default()
    };
    assert_eq!(
        pair.shape_refused(Mode::Replace, named("thin")),
        "option `where` names `thin`, and `from` has no such table, did you mean `thing`"
    );
    assert_eq!(
        pair.shape_refused(Mode::Replace, only("true", vec![])),
        "option `where` is one text and 2 tables are copied; say for which it is, as in `where = { thing = ... }`"
    );
    let twice = Shape {
        conditions: by_table([
            ("th*", condition("true", vec![])),
            ("*g", condition("true", vec![])),
        ]),
        ..Shape::default()
    };
    assert_eq!(
        pair.shape_refused(Mode::Replace, twice),
        "option `where`: both `*g` and `th*` mean `thing`; name the table itself"
    );
    run(async {
        let (from, to, heard) = pair.sessions().await;
        let options = CopyOptions {
            shape: named("u"),
            ..options(&from, &to, Mode::Replace, &["thing"])
        };
        tables(&options).await.unwrap();
        assert!(
            heard
                .notes()
                .iter()
                .any(|note| note == "option `where` names `u`, which is not in this copy")
        );
    });
}

#[test]
fn rows_are_read_in_the_order_asked_for() {
    let pair = Pair::new(
        "CREATE TABLE t (id int, g int)",
        "INSERT INTO t SELECT n, n % 3 FROM generate_series(1, 9) n",
    );
    let shape = Shape {
        order_by: by_table([("t", "g DESC, id -- both".to_owned())]),
        ..Shape::default()
    };
    pair.shaped(Mode::Append, shape).unwrap();
    let rows = pair
        .to
        .query("SELECT string_agg(id::text, ' ' ORDER BY ctid) FROM t");
    assert_eq!(rows, "2 5 8 1 4 7 3 6 9");
}
