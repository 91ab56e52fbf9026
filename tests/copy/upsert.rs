//! Mode `upsert`.

use runner::copy::{Mode, TableReport};

use super::replace::{HARD, HARD_ROWS};
use super::*;

fn outcome(report: &TableReport) -> (u64, u64, u64) {
    (report.inserted, report.updated, report.equal)
}

#[test]
fn only_rows_that_differ_are_written() {
    let pair = Pair::new(HARD, HARD_ROWS);
    pair.copy(Mode::Replace, &["*.*"]).unwrap();
    pair.from.query(
        "UPDATE parent SET j = '{\"a\":  1}' WHERE id = 5; UPDATE parent SET w = 6.1 WHERE id = 6;
         UPDATE scaled SET k = 1.00 WHERE k = 1; UPDATE types SET f = 0 WHERE e = 'a';
         INSERT INTO parent (name) VALUES ('new')",
    );
    let place =
        "SELECT string_agg(ctid::text, ' ' ORDER BY id) FROM parent WHERE id NOT IN (5, 6, 301)";
    let places = pair.to.query(place);
    let names = ["parent", "child", "scaled", "types", "ev", "\"We ird\""];
    let report = pair.copy(Mode::Upsert, &names).unwrap();
    let outcomes: Vec<_> = report
        .tables
        .iter()
        .map(|t| (t.table.as_str(), outcome(t)))
        .collect();
    assert_eq!(
        outcomes,
        [
            ("parent", (1, 2, 298)),
            ("child", (0, 0, 2000)),
            ("scaled", (0, 1, 1)),
            ("types", (0, 1, 1)),
            ("ev", (0, 0, 500)),
            ("public.\"We ird\"", (0, 0, 2))
        ]
    );
    pair.assert_equal();
    assert_eq!(pair.to.query(place), places);
    let again = pair.copy(Mode::Upsert, &names).unwrap();
    assert!(again.tables.iter().all(|t| t.inserted + t.updated == 0));
}

#[test]
fn a_changed_row_may_refer_to_a_new_one_and_give_it_its_unique_value() {
    let schema = "CREATE TABLE t (id int PRIMARY KEY, up int REFERENCES t, slug text UNIQUE)";
    let pair = Pair::new(schema, "INSERT INTO t VALUES (2, NULL, 'a'), (1, 2, 'b')");
    pair.to
        .query("INSERT INTO t VALUES (1, NULL, 'a'), (9, NULL, 'theirs')");
    let report = pair.copy(Mode::Upsert, &["t"]).unwrap();
    assert_eq!(outcome(&report.tables[0]), (1, 1, 0));
    let rows = "SELECT * FROM t ORDER BY id";
    assert_eq!(pair.to.query(rows), "1|2|b\n2||a\n9||theirs");
    pair.from.query("UPDATE t SET slug = 'theirs' WHERE id = 1");
    let refusal = pair.refusal(Mode::Upsert, &["t"]);
    assert_eq!(
        refusal,
        "`t`: values that are unique by `t_slug_key` on `to` belong to rows there that this copy leaves as they are:
  (id) = (1) is to have (slug) = (theirs) of (id) = (9)
  copy those rows too, change them first, or use mode `mirror` where the source has them no longer"
    );
}

#[test]
fn a_table_without_a_key_is_refused() {
    let schema =
        "CREATE TABLE t (id int UNIQUE, n int NOT NULL); CREATE UNIQUE INDEX ON t (n) WHERE n > 0";
    let pair = Pair::new(schema, "");
    let refusal = pair.refusal(Mode::Upsert, &["t"]);
    assert!(
        refusal.starts_with("`t` on `to` has no key to tell its rows by"),
        "{refusal}"
    );
}

#[test]
fn the_key_is_one_that_the_source_has_too_and_is_unique_there() {
    let pair = Pair::different(
        "CREATE TABLE t (code text NOT NULL, v int); INSERT INTO t VALUES ('a', 1), ('b', 2)",
        "CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, code text NOT NULL UNIQUE, v int);
         INSERT INTO t (code, v) VALUES ('b', 0)",
    );
    let report = pair.copy(Mode::Upsert, &["t"]).unwrap();
    assert_eq!(outcome(&report.tables[0]), (1, 1, 0));
    assert_eq!(
        pair.to.query("SELECT code, v FROM t ORDER BY 1"),
        "a|1\nb|2"
    );
    pair.from.query("INSERT INTO t VALUES ('a', 3)");
    assert_eq!(
        pair.refusal(Mode::Upsert, &["t"]),
        "`t`: 2 rows of the source have the same (\"code\"), which is unique on `to`"
    );
}

#[test]
fn rows_that_a_trigger_keeps_out_are_an_error() {
    let pair = Pair::new(
        "CREATE TABLE t (id int PRIMARY KEY)",
        "INSERT INTO t VALUES (1), (2), (3)",
    );
    pair.to.query(
        "CREATE FUNCTION odd() RETURNS trigger LANGUAGE plpgsql AS
          $$ BEGIN RETURN CASE WHEN new.id % 2 = 1 THEN new END; END $$;
        CREATE TRIGGER odd BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION odd()",
    );
    let refusal = pair.refusal_with_triggers(Mode::Upsert, &["t"]);
    assert!(
        refusal.starts_with("`t`: 3 rows sent, 2 arrived"),
        "{refusal}"
    );
    let refusal = pair.refusal_with_triggers(Mode::Append, &["t"]);
    assert!(
        refusal.starts_with("`t`: 3 rows sent, 2 arrived"),
        "{refusal}"
    );
}

/// A row that a trigger leaves as it was is not equal to the source's.
#[test]
fn changes_that_a_trigger_keeps_out_are_an_error() {
    let pair = Pair::new(
        "CREATE TABLE t (id int PRIMARY KEY, v int)",
        "INSERT INTO t VALUES (1, 1), (2, 2), (3, 3)",
    );
    pair.to.query(
        "INSERT INTO t VALUES (1, 0), (2, 0), (3, 3);
        CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS
          $$ BEGIN RETURN CASE WHEN new.id = 2 THEN new END; END $$;
        CREATE TRIGGER keep BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION keep()",
    );
    let refusal = pair.refusal_with_triggers(Mode::Upsert, &["t"]);
    assert!(
        refusal.starts_with("`t`: 3 rows sent, 2 arrived"),
        "{refusal}"
    );
}

#[test]
fn an_operator_or_table_of_the_same_name_in_the_way_is_not_used() {
    let pair = Pair::new(
        "CREATE TABLE t (id int PRIMARY KEY, v int)",
        "INSERT INTO t VALUES (1, 2), (2, 2)",
    );
    pair.to.query(&format!(
        "INSERT INTO t VALUES (1, 1);
         CREATE SCHEMA trap;
         CREATE FUNCTION trap.boom(int, int) RETURNS bool LANGUAGE plpgsql AS $$ BEGIN RAISE 'trapped'; END $$;
         CREATE OPERATOR trap.= (LEFTARG = int, RIGHTARG = int, FUNCTION = trap.boom);
         CREATE FUNCTION trap.count(text) RETURNS bigint LANGUAGE sql AS 'SELECT 0::bigint';
         ALTER DATABASE {} SET search_path = trap, public, pg_catalog",
        pair.to.name()
    ));
    let report = pair.copy(Mode::Upsert, &["t"]).unwrap();
    assert_eq!(outcome(&report.tables[0]), (1, 1, 0));
}
