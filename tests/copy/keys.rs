//! Foreign keys of the target.

use std::time::Duration;

use runner::copy::{Mode, order};
use runner::pg::TxOptions;
use runner::pg::catalog::{Catalog, foreign_keys};
use runner::trigger::{Options, Triggers, disabled};

use super::*;

const CYCLE: &str = "CREATE TABLE a (id int PRIMARY KEY, b int);
CREATE TABLE b (id int PRIMARY KEY, a int REFERENCES a);
CREATE TABLE z (id int PRIMARY KEY, a int REFERENCES a, b int REFERENCES b);
ALTER TABLE a ADD CONSTRAINT to_b FOREIGN KEY (b) REFERENCES b";
const CYCLE_ROWS: &str = "INSERT INTO a VALUES (1); INSERT INTO b VALUES (1, 1);
UPDATE a SET b = 1; INSERT INTO z VALUES (1, 1, 1)";

#[test]
fn parents_come_before_children() {
    let schema = "CREATE TABLE z (id int PRIMARY KEY); CREATE TABLE m (id int PRIMARY KEY, z int REFERENCES z);
        CREATE TABLE a (m int REFERENCES m, z int REFERENCES z); CREATE TABLE k (id int)";
    let pair = Pair::new(
        schema,
        "INSERT INTO z VALUES (1); INSERT INTO m VALUES (1, 1); INSERT INTO a VALUES (1, 1)",
    );
    run(async {
        let (from, to, _) = pair.sessions().await;
        let catalog = Catalog::read(&to).await.unwrap();
        let selected = catalog.select(&named(&[])).unwrap().tables;
        let ordered = order(&selected, &foreign_keys(&to).await.unwrap());
        let names: Vec<_> = ordered.iter().map(|table| table.shown.as_str()).collect();
        assert_eq!(names, ["k", "z", "m", "a"]);
        for mode in [Mode::Append, Mode::Replace] {
            copy(&from, &to, mode, &[]).await.unwrap();
        }
    });
    pair.assert_equal();
}

#[test]
fn a_cycle_that_is_deferrable_is_filled_and_checked() {
    let schema = format!("{CYCLE} DEFERRABLE");
    let pair = Pair::new(&schema, CYCLE_ROWS);
    for mode in [Mode::Replace, Mode::Replace, Mode::Upsert] {
        pair.copy(mode, &[]).unwrap();
        pair.assert_equal();
    }
    // What would have been found out by the commit is found out by the copy.
    pair.from
        .query("ALTER TABLE a DROP CONSTRAINT to_b; UPDATE a SET b = 7");
    let before = pair.to.state();
    run(async {
        let (from, to, _) = pair.sessions().await;
        to.begin(&TxOptions::default()).await.unwrap();
        let error = copy(&from, &to, Mode::Replace, &[]).await.unwrap_err();
        assert_eq!(error.pg().unwrap().sqlstate(), Some("23503"), "{error}");
        to.rollback().await.unwrap();
    });
    pair.to.assert_as_before(&before);
}

#[test]
fn a_cycle_that_holds_is_refused_before_anything_is_written() {
    let pair = Pair::new(CYCLE, CYCLE_ROWS);
    assert_eq!(
        pair.refusal(Mode::Replace, &[]),
        "the foreign keys of `a`, `b` form a cycle that is not deferrable, so no order fills them: \
         `to_b`, `b_a_fkey`; ALTER one of them to be DEFERRABLE, or put triggers = \"all\" around the copy"
    );
}

#[test]
fn a_cycle_that_nobody_checks_is_filled() {
    let pair = Pair::new(CYCLE, CYCLE_ROWS);
    run(async {
        let (from, to, _) = pair.sessions().await;
        let catalog = Catalog::read(&to).await.unwrap();
        let tables = catalog.select(&named(&[])).unwrap().tables;
        let all = Options {
            triggers: Triggers::All,
            lock_timeout: Duration::from_secs(5),
        };
        disabled(&to, &tables, &all, async |tx: &Session| {
            copy(&from, tx, Mode::Append, &[]).await.unwrap();
            Ok::<_, runner::trigger::Error>(())
        })
        .await
        .unwrap();
    });
    pair.assert_equal();
}

#[test]
fn a_table_that_others_refer_to_is_not_emptied_alone() {
    let schema = "CREATE TABLE t (id int PRIMARY KEY); CREATE SCHEMA s; CREATE TABLE s.c (t int REFERENCES t)";
    let pair = Pair::new(
        schema,
        "INSERT INTO t VALUES (1); INSERT INTO s.c VALUES (1)",
    );
    pair.to
        .query("INSERT INTO t VALUES (1); INSERT INTO s.c VALUES (1)");
    assert_eq!(
        pair.refusal(Mode::Replace, &["t"]),
        "`t` on `to` cannot be emptied: `s.c` refers to it by `c_t_fkey` and is not in this copy; copy `s.c` too, \
         or use mode `upsert`"
    );
    pair.copy(Mode::Replace, &["t", "s.c"]).unwrap();
    pair.assert_equal();
}

#[test]
fn units_are_committed_one_by_one_and_the_one_that_fails_is_as_it_was() {
    let schema = "CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY); CREATE TABLE c (b int REFERENCES b)";
    let pair = Pair::new(
        schema,
        "INSERT INTO a VALUES (1); INSERT INTO b VALUES (1), (2); INSERT INTO c VALUES (2)",
    );
    pair.to
        .query("INSERT INTO b VALUES (7); ALTER TABLE c ADD CHECK (b < 2)");
    let error = pair.copy(Mode::Replace, &[]).unwrap_err();
    assert_eq!(error.pg().unwrap().sqlstate(), Some("23514"));
    assert_eq!(
        pair.to
            .query("SELECT id FROM a; SELECT id FROM b; SELECT count(*) FROM c"),
        "1\n7\n0"
    );
}
