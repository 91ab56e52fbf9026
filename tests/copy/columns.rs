//! Which columns are copied, and under which names: `columns`, `rename`, `on_missing`.

use runner::copy::{Columns, Mode, OnMissing, Rename, Shape, tables};

use super::where_::by_table;
use super::*;

fn these(names: &[&str]) -> Columns {
    Columns::These(names.iter().map(|name| (*name).to_owned()).collect())
}

fn except(names: &[&str]) -> Columns {
    Columns::Except(names.iter().map(|name| (*name).to_owned()).collect())
}

fn columns(table: &'static str, columns: Columns) -> Shape {
    Shape {
        columns: by_table([(table, columns)]),
        ..Shape::default()
    }
}

#[test]
fn an_upsert_compares_and_sets_only_the_columns_it_was_given() {
    let schema = "CREATE TABLE law (id int PRIMARY KEY, title text, lat_count int DEFAULT 0)";
    for shape in [these(&["id", "title"]), except(&["lat_count"])] {
        let pair = Pair::new(
            schema,
            "INSERT INTO law VALUES (1, 'a', 5), (2, 'B', 5), (3, 'c', 5)",
        );
        pair.to
            .query("INSERT INTO law VALUES (1, 'a', 70), (2, 'b', 70)");
        let report = pair.shaped(Mode::Upsert, columns("law", shape)).unwrap();
        let table = &report.tables[0];
        assert_eq!((table.inserted, table.updated, table.equal), (1, 1, 1));
        let rows = pair
            .to
            .query("SELECT id, title, lat_count FROM law ORDER BY id");
        assert_eq!(rows, "1|a|70\n2|B|70\n3|c|0");
    }
}

#[test]
fn what_the_target_wants_or_an_upsert_needs_cannot_be_left_out() {
    let schema = "CREATE TABLE t (id int PRIMARY KEY, a text NOT NULL, b text)";
    let pair = Pair::new(schema, "INSERT INTO t VALUES (1, 'a', 'b')");
    assert_eq!(
        pair.shape_refused(Mode::Replace, columns("t", these(&["id", "b"]))),
        "the columns differ:\n  `t`.`a` is left out by `columns`, and is NOT NULL without a default on `to`"
    );
    let pair = Pair::new(
        "CREATE TABLE t (id int UNIQUE NOT NULL DEFAULT 7, title text)",
        "",
    );
    assert_eq!(
        pair.shape_refused(Mode::Upsert, columns("t", these(&["title"]))),
        "mode `upsert` tells rows by a key, and `columns` leaves out the one of `t`: add `id`"
    );
    assert_eq!(
        pair.shape_refused(Mode::Replace, columns("t", these(&["id", "titel"]))),
        "option `columns` names the column `titel`, which `t` has not, did you mean `title`"
    );
}

#[test]
fn a_column_only_one_side_has_can_be_left_out() {
    let pair = Pair::different(
        "CREATE TABLE t (id int, secret text); INSERT INTO t VALUES (1, 'x')",
        "CREATE TABLE t (id int, n int DEFAULT 3)",
    );
    let report = pair.shaped(Mode::Append, columns("*", except(&["secret"])));
    assert_eq!(report.unwrap().rows, 1);
    assert_eq!(pair.to.query("TABLE t"), "1|3");
}

#[test]
fn tables_and_columns_can_have_other_names_on_the_target() {
    let pair = Pair::different(
        "CREATE SCHEMA old; CREATE TABLE old.people (nr serial PRIMARY KEY, mail text, boss int REFERENCES old.people); \
         INSERT INTO old.people (mail, boss) VALUES ('a', NULL), ('b', 1); CREATE TABLE same (id int); \
         INSERT INTO same VALUES (1)",
        "CREATE SCHEMA new; CREATE TABLE new.\"User\" (id serial PRIMARY KEY, email text, boss int REFERENCES new.\"User\"); \
         CREATE TABLE same (id int)",
    );
    let names = [("nr", "id"), ("mail", "email")];
    let own = |(old, new): (&str, &str)| (old.to_owned(), new.to_owned());
    let shape = || Shape {
        rename: by_table([(
            "old.people",
            Rename {
                table: Some("new.\"User\"".to_owned()),
                columns: names.into_iter().map(own).collect(),
            },
        )]),
        ..Shape::default()
    };
    for mode in [Mode::Replace, Mode::Upsert] {
        // `same` has no key to upsert by.
        pair.to
            .query("DROP TABLE IF EXISTS same; CREATE TABLE same (id int PRIMARY KEY)");
        assert_eq!(pair.shaped(mode, shape()).unwrap().rows, 3);
        let rows = pair.to.query("SELECT * FROM new.\"User\" ORDER BY id");
        assert_eq!(rows, "1|a|\n2|b|1");
    }
    // The sequence has moved on with the column's new name.
    let next = pair.to.query("SELECT nextval('new.\"User_id_seq\"')");
    assert_eq!(next, "3");
    pair.from
        .query("UPDATE old.people SET mail = 'c' WHERE nr = 2");
    let report = pair.shaped(Mode::Upsert, shape()).unwrap();
    let changed: u64 = report.tables.iter().map(|table| table.updated).sum();
    assert_eq!(changed, 1);
}

#[test]
fn two_tables_do_not_go_into_one() {
    let pair = Pair::new("CREATE TABLE a (id int); CREATE TABLE b (id int)", "");
    let rename = Rename {
        table: Some("b".to_owned()),
        ..Rename::default()
    };
    let shape = Shape {
        rename: by_table([("a", rename)]),
        ..Shape::default()
    };
    assert_eq!(
        pair.shape_refused(Mode::Append, shape),
        "`a` and `b` would both be copied into `b` on `to`"
    );
}

#[test]
fn what_the_target_has_not_is_skipped_and_said_where_that_is_asked_for() {
    let pair = Pair::different(
        "CREATE TABLE t (id int, more int); CREATE TABLE u (id int); INSERT INTO t VALUES (1, 2)",
        "CREATE TABLE t (id int)",
    );
    let refusal = pair.shape_refused(Mode::Append, Shape::default());
    assert!(refusal.contains("`u`"), "{refusal}");
    run(async {
        let (from, to, heard) = pair.sessions().await;
        let options = CopyOptions {
            shape: Shape {
                on_missing: OnMissing::Skip,
                ..Shape::default()
            },
            ..options(&from, &to, Mode::Append, &["*"])
        };
        assert_eq!(tables(&options).await.unwrap().rows, 1);
        let name = pair.to.name();
        for note in [
            format!("`u` is not on `{name}` and left out"),
            format!("`t`.`more` is missing on `{name}` and left out"),
        ] {
            assert!(heard.notes().contains(&note), "{note}");
        }
    });
    let nothing = Pair::different("CREATE TABLE u (id int)", "");
    let skip = Shape {
        on_missing: OnMissing::Skip,
        ..Shape::default()
    };
    assert_eq!(
        nothing.shape_refused(Mode::Append, skip),
        "none of the tables is on `to`: `u`"
    );
}
