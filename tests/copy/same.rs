//! `verify = "content"`: rows are compared before they are committed.

use std::collections::BTreeMap;
use std::sync::Arc;

use runner::config::Secret;
use runner::copy::{Mask, Mode, Named, PerTable, Rename, RowFunction, Shape, Verify, tables};
use runner::pg::Value;

use super::where_::{by_table, condition};
use super::*;

const SCHEMA: &str =
    "CREATE TABLE t (id int PRIMARY KEY, a text, b numeric); CREATE TABLE u (x text)";
const ROWS: &str = "INSERT INTO t SELECT g, 'a' || g, g / 3.0 FROM generate_series(1, 50) g;
    INSERT INTO u SELECT 'x' || g % 7 FROM generate_series(1, 50) g";

impl Pair {
    fn compared(&self, mode: Mode, shape: Shape) -> Result<Report> {
        run(async {
            let (from, to, _) = self.sessions().await;
            let mut options = options(&from, &to, mode, &["t"]);
            options.verify = Verify::Content;
            options.shape = shape;
            tables(&with_triggers(options)).await
        })
    }
}

/// Changes a row as it is written.
const MEDDLING: &str = "CREATE FUNCTION meddle() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN IF new.id = 7 THEN new.a := 'other'; END IF; RETURN new; END $$;
    CREATE TRIGGER meddle BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION meddle()";

fn mask(column: &str, mask: Mask) -> PerTable<BTreeMap<String, Mask>> {
    by_table([("t", [(column.to_owned(), mask)].into())])
}

#[test]
fn a_row_that_arrives_otherwise_is_found_before_the_commit() {
    for mode in [Mode::Replace, Mode::Append, Mode::Upsert, Mode::Mirror] {
        let pair = Pair::different(&format!("{SCHEMA};{ROWS}"), &format!("{SCHEMA};{MEDDLING}"));
        let before = pair.to.state();
        let error = pair.compared(mode, Shape::default()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the tables differ:\n  `t`: 1 different (7)",
            "{mode:?}"
        );
        pair.to.assert_as_before(&before);
    }
}

#[test]
fn rows_that_were_there_are_no_difference_where_they_may_stay() {
    let pair = Pair::new(SCHEMA, ROWS);
    pair.to
        .query("INSERT INTO t VALUES (100, 'mine'), (3, 'old')");
    pair.compared(Mode::Upsert, Shape::default()).unwrap();
    assert_eq!(pair.to.query("SELECT count(*) FROM t"), "51");
    let shape = Shape {
        conditions: by_table([("t", condition("t.id < 10 -- some", vec![]))]),
        ..Shape::default()
    };
    pair.compared(Mode::Mirror, shape.clone()).unwrap();
    pair.compared(Mode::Replace, shape).unwrap();
    assert_eq!(pair.to.query("SELECT count(*) FROM t"), "9");
}

#[test]
fn values_and_names_that_change_on_the_way_are_compared_as_they_arrive() {
    let other =
        "CREATE TABLE t (id bigint PRIMARY KEY, name varchar(80), b numeric(20, 4) DEFAULT 1)";
    let pair = Pair::different(&format!("{SCHEMA};{ROWS}"), other);
    let shape = |named| Shape {
        masks: mask("a", named),
        mask_seed: Some(Secret::unlisted("a seed")),
        columns: by_table([("t", runner::copy::Columns::Except(vec!["b".to_owned()]))]),
        rename: by_table([(
            "t",
            Rename {
                table: None,
                columns: [("a".to_owned(), "name".to_owned())].into(),
            },
        )]),
        limit: PerTable::Every(20),
        ..Shape::default()
    };
    pair.compared(Mode::Replace, shape(Mask::Named(Named::Hash)))
        .unwrap();
    pair.compared(Mode::Upsert, shape(Mask::Sql("a || '!'".to_owned())))
        .unwrap();
    assert_eq!(pair.to.query("SELECT min(name), count(*) FROM t"), "a1!|20");
    pair.to.query(&MEDDLING.replace("new.a", "new.name"));
    let error = pair
        .compared(Mode::Replace, shape(Mask::Sql("a".to_owned())))
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "the tables differ:\n  `t`: 1 different (7)"
    );
}

#[test]
fn what_cannot_be_compared_is_refused() {
    let pair = Pair::new(SCHEMA, ROWS);
    let before = pair.to.state();
    let function = Mask::Function(RowFunction(Arc::new(|_| Ok(Value::Null))));
    let shape = Shape {
        masks: mask("a", function),
        ..Shape::default()
    };
    let refused = |mode, shape| pair.compared(mode, shape).unwrap_err().to_string();
    assert_eq!(
        refused(Mode::Replace, shape),
        "`verify = \"content\"` does not go with functions in `mask`, whose values the source does not know"
    );
    assert!(refused(Mode::Insert, Shape::default()).contains("in mode `insert`"));
    pair.to.assert_as_before(&before);
}
