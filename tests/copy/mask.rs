//! What becomes of values on their way: `mask`, and the configuration that asks for it.

use std::collections::BTreeMap;
use std::sync::Arc;

use runner::config::Secret;
use runner::copy::{Mask, Mode, Named, PerTable, Row, RowFunction, Shape, tables};
use runner::pg::Value;

use super::where_::by_table;
use super::*;

fn masks<const N: usize>(columns: [(&str, Mask); N]) -> BTreeMap<String, Mask> {
    let own = |(column, mask): (&str, Mask)| (column.to_owned(), mask);
    columns.into_iter().map(own).collect()
}

fn masked<const N: usize>(table: &'static str, columns: [(&str, Mask); N]) -> Shape {
    seeded(by_table([(table, masks(columns))]))
}

fn seeded(masks: PerTable<BTreeMap<String, Mask>>) -> Shape {
    Shape {
        masks,
        mask_seed: Some(Secret::unlisted("a seed")),
        ..Shape::default()
    }
}

fn sql(text: &str) -> Mask {
    Mask::Sql(text.to_owned())
}

fn function(
    function: impl Fn(&Row<'_>) -> std::result::Result<Value, String> + Send + Sync + 'static,
) -> Mask {
    Mask::Function(RowFunction(Arc::new(function)))
}

const USERS: &str = "CREATE EXTENSION IF NOT EXISTS citext; CREATE DOMAIN short AS varchar(40);
    CREATE TABLE users (id int PRIMARY KEY, email citext UNIQUE, mail short, name text, phone varchar(15), note text,
      ssn text UNIQUE, n2 smallint UNIQUE, n4 int UNIQUE, n8 bigint UNIQUE, u uuid, b bytea)";
const ROWS: &str = "INSERT INTO users SELECT g, 'user' || g || '@real.org', 'user' || g || '@real.org', 'Real ' || g,
      '0171' || g, CASE WHEN g % 2 = 0 THEN 'note ' || g END, lpad(g::text, 3, '0') || '-AB-' || chr(233) || 'x',
      g - 300, g - 300, g - 300, md5(g::text)::uuid, convert_to(g::text, 'UTF8')
    FROM generate_series(1, 600) g; INSERT INTO users (id) VALUES (0)";

fn every_mask() -> Shape {
    masked(
        "users",
        [
            ("email", Mask::Named(Named::Email)),
            ("mail", Mask::Named(Named::Email)),
            ("name", Mask::Named(Named::Name)),
            ("phone", Mask::Named(Named::Phone)),
            ("note", Mask::Named(Named::Null)),
            ("ssn", Mask::Named(Named::KeepFormat)),
            ("n2", Mask::Named(Named::Hash)),
            ("n4", Mask::Named(Named::Hash)),
            ("n8", Mask::Named(Named::Hash)),
            ("u", Mask::Named(Named::Hash)),
            ("b", Mask::Named(Named::Hash)),
        ],
    )
}

#[test]
fn named_masks_hide_keep_formats_and_are_unique_where_values_are() {
    let pair = Pair::new(USERS, ROWS);
    assert_eq!(pair.shaped(Mode::Replace, every_mask()).unwrap().rows, 601);
    let holds = |rule: &str| {
        let sql =
            format!("SELECT count(*) FROM users WHERE id > 0 AND NOT coalesce({rule}, false)");
        assert_eq!(
            pair.to.query(&sql),
            "0",
            "{rule}: {}",
            pair.to.query("SELECT * FROM users LIMIT 3")
        );
    };
    holds("email ~ '^u[0-9a-f]{20}@example.test$'");
    // Both columns held the same.
    holds("mail = email::text");
    holds("name ~ '^[A-Z][a-z]+ [A-Z][a-z]+$'");
    holds("phone ~ '^[+]999[0-9]{11}$'");
    holds("note IS NULL");
    holds("ssn ~ '^[0-9]{3}-[A-Z]{2}-[^a-z0-9A-Z -][a-z]$'");
    // Unique values of any width have unique masks, and few of them are what they were.
    let kept = |from: &str| {
        let there = pair.from.query(&format!(
            "SELECT {from} FROM users WHERE id > 0 ORDER BY id"
        ));
        let here = pair.to.query(&format!(
            "SELECT {from} FROM users WHERE id > 0 ORDER BY id"
        ));
        there
            .lines()
            .zip(here.lines())
            .filter(|(a, b)| a == b)
            .count()
    };
    for column in ["email", "ssn", "n2", "n4", "n8", "u", "b", "name", "phone"] {
        assert!(kept(column) < 6, "{column}");
        assert_eq!(
            pair.to
                .query(&format!("SELECT count({column}) FROM users WHERE id > 0")),
            "600"
        );
        if !["name", "phone"].contains(&column) {
            assert_eq!(
                pair.to
                    .query(&format!("SELECT count(DISTINCT {column}) FROM users")),
                "600"
            );
        }
    }
    // NULL stays NULL.
    let sql = "SELECT num_nulls(email, mail, name, phone, note, ssn, n2, n4, n8, u, b) FROM users WHERE id = 0";
    assert_eq!(pair.to.query(sql), "11");
}

#[test]
fn the_same_seed_gives_the_same_masks_and_an_upsert_compares_them() {
    let pair = Pair::new(USERS, ROWS);
    pair.shaped(Mode::Replace, every_mask()).unwrap();
    pair.from
        .query("UPDATE users SET name = 'Somebody Else' WHERE id = 5");
    let report = pair.shaped(Mode::Upsert, every_mask()).unwrap();
    let table = &report.tables[0];
    assert_eq!((table.inserted, table.updated, table.equal), (0, 1, 600));
    let other = Shape {
        mask_seed: Some(Secret::unlisted("another")),
        ..every_mask()
    };
    let report = pair.shaped(Mode::Upsert, other).unwrap();
    assert_eq!((report.tables[0].updated, report.tables[0].equal), (600, 1));
}

#[test]
fn what_refers_to_a_masked_key_is_masked_alike() {
    let schema = "CREATE TABLE users (email varchar(40) PRIMARY KEY);
        CREATE TABLE orders (id int PRIMARY KEY, who text REFERENCES users, UNIQUE (id, who));
        CREATE TABLE lines (id int, who text, FOREIGN KEY (id, who) REFERENCES orders (id, who))";
    let rows = "INSERT INTO users SELECT 'a' || g FROM generate_series(1, 50) g;
        INSERT INTO orders SELECT g, 'a' || g FROM generate_series(1, 50) g; INSERT INTO lines TABLE orders";
    let pair = Pair::new(schema, rows);
    for (mask, mode) in [
        (Named::Email, Mode::Replace),
        (Named::Name, Mode::Replace),
        (Named::Hash, Mode::Replace),
    ] {
        run(async {
            let (from, to, heard) = pair.sessions().await;
            let options = CopyOptions {
                shape: masked("users", [("email", Mask::Named(mask))]),
                ..options(&from, &to, mode, &["*"])
            };
            tables(&options).await.unwrap();
            for note in [
                "`orders`.`who` is masked as `users`.`email` is, which it refers to",
                "`lines`.`who` is masked as `orders`.`who` is, which it refers to",
            ] {
                assert!(
                    heard.notes().iter().any(|heard| heard == note),
                    "{:?}",
                    heard.notes()
                );
            }
        });
        let joined = "SELECT count(*) FROM users u JOIN orders o ON o.who = u.email JOIN lines l USING (id, who)";
        assert_eq!(pair.to.query(joined), "50", "{mask:?}");
        assert_eq!(
            pair.to
                .query("SELECT count(*) FROM lines WHERE who LIKE 'a__'"),
            "0"
        );
    }
}

#[test]
fn an_expression_is_evaluated_at_the_source() {
    let pair = Pair::different(
        "CREATE FUNCTION hide(text) RETURNS text LANGUAGE sql IMMUTABLE AS $$SELECT upper($1)$$;
         CREATE TABLE t (id int PRIMARY KEY, a text, v varchar(5), n numeric(10,2));
         INSERT INTO t VALUES (1, 'secret', 'abc', 1.5), (2, NULL, NULL, NULL)",
        "CREATE TABLE t (id int PRIMARY KEY, a text, v varchar(5), n numeric(10,2))",
    );
    let shape = || {
        masked(
            "t",
            [
                ("a", sql("'user' || id || '@example.test' -- each")),
                ("v", sql("hide(v)")),
                (
                    "n",
                    sql("(SELECT count(*) FROM pg_catalog.pg_class WHERE false)"),
                ),
            ],
        )
    };
    for mode in [Mode::Replace, Mode::Upsert] {
        pair.shaped(mode, shape()).unwrap();
        let rows = pair.to.query("SELECT * FROM t ORDER BY id");
        assert_eq!(
            rows,
            "1|user1@example.test|ABC|0.00\n2|user2@example.test||0.00"
        );
    }
    let report = pair.shaped(Mode::Upsert, shape()).unwrap();
    assert_eq!(report.tables[0].equal, 2);
    for bad in [
        "a, v",
        "a AS b",
        "a) , (v",
        "count(*)",
        "generate_series(1, 2)::text",
        "*",
        "nix",
        "",
        "a FROM t --",
    ] {
        let refusal = pair.shape_refused(Mode::Replace, masked("t", [("a", sql(bad))]));
        assert!(refusal.starts_with("`t`.`a`: "), "{bad}: {refusal}");
    }
}

#[test]
#[expect(clippy::many_single_char_names, reason = "the columns are called so")]
fn a_function_masks_each_row_as_it_passes() {
    let schema =
        "CREATE TABLE t (id int PRIMARY KEY, a text, b bool, f float8, j jsonb, y bytea, l text)";
    let rows = r#"INSERT INTO t SELECT g, CASE WHEN g % 3 > 0 THEN E'a\tb\\N\n' || g END, g % 2 = 0, g / 8.0, '{"k": [1]}',
                  '\x00ff', repeat('x', g % 7 * 1000) FROM generate_series(1, 2000) g"#;
    let pair = Pair::new(schema, rows);
    let shape = || {
        let text = |row: &Row<'_>| {
            let [id, a, b, f, j, y, _] = row.values else {
                return Err(format!("{:?}", row.columns));
            };
            match (id, b, f, y) {
                (Value::Int(id), Value::Bool(_), Value::Float(_), Value::Bytes(_))
                    if *j == Value::Json(serde_json::json!({"k": [1]})) =>
                {
                    Ok(match a {
                        Value::Text(a) => Value::Text(format!("{a}\\.\t{id}\n")),
                        _ => Value::Null,
                    })
                }
                other => Err(format!("{other:?}")),
            }
        };
        let id = |row: &Row<'_>| match &row.values[0] {
            Value::Int(id) => Ok(Value::Int(-id)),
            other => Err(format!("{other:?}")),
        };
        masked("t", [("a", function(text)), ("id", function(id))])
    };
    for mode in [Mode::Replace, Mode::Upsert] {
        assert_eq!(pair.shaped(mode, shape()).unwrap().rows, 2000);
    }
    let sql = "SELECT count(*), count(a), min(id), sum(length(l)) FROM t WHERE a IS NULL OR a = E'a\\tb\\\\N\\n' || -id || E'\\\\.\\t' || -id || E'\\n'";
    let there = pair.from.query("SELECT sum(length(l)) FROM t");
    assert_eq!(pair.to.query(sql), format!("2000|1334|-2000|{there}"));

    let failing = function(|row: &Row<'_>| match &row.values[0] {
        Value::Int(1234) => Err("no such thing".to_owned()),
        _ => Ok(Value::Null),
    });
    assert_eq!(
        pair.shape_refused(Mode::Replace, masked("t", [("a", failing)])),
        "the mask of `t`.`a` failed at row 1234: no such thing"
    );
}

#[test]
fn a_sensitive_column_crosses_masked_or_by_leave_only() {
    let schema = "CREATE SCHEMA s; CREATE TABLE users (id int, email text, \"PassWord_hash\" text); CREATE TABLE s.log (ip inet)";
    let pair = Pair::new(schema, "INSERT INTO users VALUES (1, 'a', 'b')");
    let sensitive = |list: &[&str], shape: Shape| Shape {
        sensitive: list.iter().map(|name| (*name).to_owned()).collect(),
        ..shape
    };
    let rule = [
        "users.email",
        "*.*password*",
        "s.log.ip",
        "other.users.id",
        "*.nix",
    ];
    assert_eq!(
        pair.shape_refused(Mode::Replace, sensitive(&rule, Shape::default())),
        "`users`.`email`, `users`.`PassWord_hash`, `s.log`.`ip`: `[copy] sensitive` keeps what is in there from \
         crossing as it is; mask it, as in `mask = { [\"users\"] = { email = { mask = \"hash\" } } }`, leave it out by \
         `columns`, or allow it by `email = false` in `mask`"
    );
    let mut shape = masked(
        "users",
        [
            ("email", Mask::AsIs),
            ("PassWord_hash", Mask::Named(Named::Null)),
        ],
    );
    shape.columns = by_table([("s.log", runner::copy::Columns::These(vec!["ip".to_owned()]))]);
    let refusal = pair.shape_refused(Mode::Replace, sensitive(&rule, shape.clone()));
    assert!(refusal.starts_with("`s.log`.`ip`: "), "{refusal}");
    let PerTable::Named(masks_by_table) = &mut shape.masks else {
        unreachable!("they are by table")
    };
    masks_by_table.insert("s.*".to_owned(), masks([("ip", sql("'10.0.0.0'::inet"))]));
    pair.shaped(Mode::Replace, sensitive(&rule, shape)).unwrap();
    assert_eq!(pair.to.query("TABLE users"), "1|a|");
    let refusal = pair.shape_refused(Mode::Replace, sensitive(&["users"], Shape::default()));
    assert!(
        refusal.contains("a column is named by its table"),
        "{refusal}"
    );
}

#[test]
fn a_mask_that_cannot_be_is_refused() {
    let schema = "CREATE TABLE t (id int PRIMARY KEY, a varchar(10) NOT NULL, j jsonb); CREATE TABLE t2 (id int)";
    let pair = Pair::new(schema, "INSERT INTO t VALUES (1, 'x', '{}')");
    let refused = |columns| pair.shape_refused(Mode::Replace, seeded(columns));
    let named = |column, mask| by_table([("t", masks([(column, Mask::Named(mask))]))]);
    assert_eq!(
        refused(named("a", Named::Null)),
        "`t`.`a` cannot be masked so: it is NOT NULL on the target"
    );
    assert_eq!(
        refused(named("a", Named::Email)),
        "`t`.`a` cannot be masked so: it takes 10 characters, and the mask needs 22"
    );
    assert!(refused(named("j", Named::Hash)).contains("the column is jsonb; write an expression"));
    assert_eq!(
        refused(named("ab", Named::Null)),
        "option `mask` names the column `ab`, which `t` has not"
    );
    assert_eq!(
        refused(by_table([("*", masks([("emial", sql("''"))]))])),
        "option `mask` names the column `emial`, which `*` has not"
    );
    let both = by_table([
        ("t*", masks([("id", sql("1"))])),
        ("*2", masks([("id", sql("1"))])),
    ]);
    assert_eq!(
        refused(both),
        "option `mask`: both `*2` and `t*` mean `t2`; name the table itself"
    );
    // What names the table counts more, column by column.
    let merged = by_table([
        ("*", masks([("id", sql("7")), ("a", sql("'pattern'"))])),
        ("t", masks([("a", sql("'name'"))])),
    ]);
    pair.shaped(Mode::Replace, seeded(merged)).unwrap();
    assert_eq!(pair.to.query("TABLE t"), "7|name|{}");
}

#[test]
fn checks_at_the_source_leave_out_what_a_function_gives() {
    let pair = Pair::different(
        "CREATE TABLE t (id int PRIMARY KEY, a int); INSERT INTO t SELECT g, 1 FROM generate_series(1, 5) g",
        "CREATE TABLE t (id int PRIMARY KEY, a int UNIQUE CHECK (a > 100))",
    );
    let of_id = |row: &Row<'_>| match row.values[0] {
        Value::Int(id) => Ok(Value::Int(id + 100)),
        _ => Err("no number".to_owned()),
    };
    let shape = masked("t", [("a", function(of_id))]);
    pair.shaped(Mode::Replace, shape).unwrap();
    assert_eq!(
        pair.to
            .query("SELECT string_agg(a::text, ',' ORDER BY id) FROM t"),
        "101,102,103,104,105"
    );
    let error = pair.shape_refused(Mode::Mirror, masked("t", [("id", function(of_id))]));
    assert!(
        error.starts_with("`t`.`id` cannot be masked so: mode `mirror` tells rows by it"),
        "{error}"
    );
}
