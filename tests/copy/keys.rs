//! Foreign keys of the target.

use std::time::Duration;

use runner::copy::{ForeignKeys, Mode, order, tables};
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

/// The `Pair` with everything in it owned by a role that is no superuser, whose sessions are given.
pub(super) async fn as_owner(pair: &Pair, role: &str) -> (Session, Session) {
    let (from, _, _) = pair.sessions().await;
    let to = open_as(&pair.to, role).await;
    pair.to.query(&format!(
        "DO $$ DECLARE t regclass; BEGIN
           FOR t IN SELECT oid FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace::regnamespace::text !~ '^(pg_|inf)'
           LOOP EXECUTE format('ALTER TABLE %s OWNER TO {role}', t); END LOOP; END $$;
         GRANT ALL ON SCHEMA public TO {role}"
    ));
    (from, to)
}

fn by(mut options: CopyOptions, way: ForeignKeys) -> CopyOptions {
    options.guards.foreign_keys = way;
    options
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
        let deferred = by(options(&from, &to, Mode::Replace, &[]), ForeignKeys::Defer);
        let error = tables(&deferred).await.unwrap_err();
        assert_eq!(error.pg().unwrap().sqlstate(), Some("23503"), "{error}");
        to.rollback().await.unwrap();
    });
    pair.to.assert_as_before(&before);
}

#[test]
fn a_replica_fills_a_cycle_that_holds_and_compares_both_sides_before_the_commit() {
    let pair = Pair::new(CYCLE, CYCLE_ROWS);
    let before = pair.to.state();
    run(async {
        let (from, to, heard) = pair.sessions().await;
        copy(&from, &to, Mode::Replace, &[]).await.unwrap();
        assert_eq!(
            heard.notes(),
            [
                "foreign keys of `a`, `b`, `z`: bypassed by `session_replication_role = replica`, and compared on both \
              sides before the commit"
            ]
        );
        let role = to
            .value("SHOW session_replication_role", &[])
            .await
            .unwrap();
        assert_eq!(role.as_str(), Some("origin"));
    });
    pair.assert_equal();
    assert_eq!(constraints(&before), constraints(&pair.to.state()));
    pair.from
        .query("ALTER TABLE a DROP CONSTRAINT to_b; UPDATE a SET b = 7");
    assert_eq!(
        pair.refusal(Mode::Replace, &[]),
        "foreign key `to_b`: rows of `a` have no parent in `b`: b = (7); its transaction was rolled back"
    );
}

#[test]
fn a_table_outside_that_loses_a_parent_is_found_out_too() {
    let schema = "CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c (p int REFERENCES p ON DELETE CASCADE)";
    let pair = Pair::new(schema, "INSERT INTO p VALUES (1)");
    pair.to
        .query("INSERT INTO p VALUES (2); INSERT INTO c VALUES (2)");
    // No implicit CASCADE, and no way of forcing one.
    for way in [ForeignKeys::Auto, ForeignKeys::Replica, ForeignKeys::Drop] {
        run(async {
            let (from, to, _) = pair.sessions().await;
            let error = tables(&by(options(&from, &to, Mode::Replace, &["p"]), way))
                .await
                .unwrap_err();
            assert!(
                error.to_string().contains("`c` refers to it by `c_p_fkey`"),
                "{error}"
            );
        });
    }
    assert_eq!(pair.to.query("SELECT p FROM c"), "2");
}

/// Constraints and triggers.
fn constraints(state: &str) -> String {
    let lines = state.lines().filter(|line| {
        ["constraint", "trigger"]
            .iter()
            .any(|word| line.starts_with(word))
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn an_owner_drops_the_keys_of_a_cycle_and_adds_them_just_as_they_were() {
    let schema = "CREATE SCHEMA s; CREATE TABLE s.\"A b\" (id int PRIMARY KEY, b int, self int);
        CREATE TABLE b (id int PRIMARY KEY, a int REFERENCES s.\"A b\" ON DELETE RESTRICT ON UPDATE CASCADE, x int);
        ALTER TABLE s.\"A b\" ADD CONSTRAINT \"to b\" FOREIGN KEY (b) REFERENCES b MATCH FULL ON DELETE SET NULL;
        COMMENT ON CONSTRAINT \"to b\" ON s.\"A b\" IS 'it''s odd';
        ALTER TABLE b ADD CONSTRAINT old FOREIGN KEY (x) REFERENCES s.\"A b\" NOT VALID";
    let pair = Pair::new(
        "CREATE SCHEMA s; CREATE TABLE s.\"A b\" (id int PRIMARY KEY, b int, self int); \
         CREATE TABLE b (id int PRIMARY KEY, a int, x int)",
        "INSERT INTO s.\"A b\" SELECT g, g, g FROM generate_series(1, 9) g; \
         INSERT INTO b SELECT g, g, g + 5 FROM generate_series(1, 9) g",
    );
    let pair = Pair {
        from: pair.from,
        to: Database::with(prod(), schema),
    };
    run(async {
        let (from, to) = as_owner(&pair, "copy_owner").await;
        pair.to.query("GRANT ALL ON SCHEMA s TO copy_owner");
        let before = pair.to.state();
        let comment = "SELECT obj_description(oid) FROM pg_constraint WHERE conname = 'to b'";
        for _ in 0..2 {
            copy(&from, &to, Mode::Replace, &["*.*"]).await.unwrap();
            pair.assert_equal();
            assert_eq!(constraints(&pair.to.state()), constraints(&before));
            assert_eq!(pair.to.query(comment), "it's odd");
        }
        // What a valid key finds when it is added again is an error, and all is as it was.
        pair.from.query("UPDATE b SET a = 77 WHERE id = 1");
        let before = pair.to.state();
        let error = copy(&from, &to, Mode::Replace, &["*.*"]).await.unwrap_err();
        assert_eq!(error.pg().unwrap().sqlstate(), Some("23503"), "{error}");
        to.close();
        drop(from);
        pair.to.assert_as_before(&before);
    });
}

#[test]
fn the_parts_that_partitions_have_of_a_key_keep_their_names_and_comments() {
    let schema = "CREATE TABLE p (id int, k int, PRIMARY KEY (id, k)) PARTITION BY LIST (k);
        CREATE TABLE p2 PARTITION OF p FOR VALUES IN (2);
        CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);
        CREATE TABLE c (id int, k int, PRIMARY KEY (id, k)) PARTITION BY LIST (k);
        CREATE TABLE c1 (id int NOT NULL, k int NOT NULL, PRIMARY KEY (id, k));
        ALTER TABLE c1 ADD CONSTRAINT mine FOREIGN KEY (id, k) REFERENCES p;
        CREATE TABLE c2 PARTITION OF c FOR VALUES IN (2);
        ALTER TABLE c ADD CONSTRAINT whole FOREIGN KEY (id, k) REFERENCES p;
        ALTER TABLE c ATTACH PARTITION c1 FOR VALUES IN (1);
        CREATE TABLE p3 PARTITION OF p FOR VALUES IN (3);
        COMMENT ON CONSTRAINT mine ON c1 IS 'mine';
        ALTER TABLE p ADD FOREIGN KEY (id, k) REFERENCES c";
    let keyless = "CREATE TABLE p (id int, k int); CREATE TABLE c (id int, k int)";
    let rows = "INSERT INTO p SELECT g, g % 2 + 1 FROM generate_series(1, 20) g; INSERT INTO c SELECT * FROM p";
    let pair = Pair::different(&format!("{keyless}; {rows}"), schema);
    run(async {
        let (from, to) = as_owner(&pair, "copy_owner_of_parts").await;
        let before = pair.to.state();
        for _ in 0..2 {
            copy(&from, &to, Mode::Replace, &["p", "c"]).await.unwrap();
            assert_eq!(constraints(&pair.to.state()), constraints(&before));
        }
    });
    assert_eq!(
        pair.to.query("SELECT count(*), sum(id * k) FROM c"),
        pair.from.query("SELECT count(*), sum(id * k) FROM c")
    );
}

#[test]
fn a_cycle_nothing_can_be_done_about_is_refused_before_anything_is_written() {
    let pair = Pair::new(CYCLE, CYCLE_ROWS);
    run(async {
        let (from, _, _) = pair.sessions().await;
        let to = open_as(&pair.to, "copy_granted").await;
        pair.to
            .query("GRANT ALL ON ALL TABLES IN SCHEMA public TO copy_granted");
        let error = copy(&from, &to, Mode::Replace, &[]).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "the foreign keys of `a`, `b` form a cycle that is not deferrable, so no order fills them: `to_b`, \
             `b_a_fkey`; connect as the owner of all of them, or as a role that may set session_replication_role"
        );
    });
}

#[test]
fn a_way_that_was_asked_for_is_taken_or_refused_with_the_reason() {
    let schema = "CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c (p int REFERENCES p DEFERRABLE, q int REFERENCES p)";
    let pair = Pair::new(
        schema,
        "INSERT INTO p VALUES (1); INSERT INTO c VALUES (1, 1)",
    );
    let before = pair.to.state();
    run(async {
        let (from, to, heard) = pair.sessions().await;
        for (way, told) in [
            (
                ForeignKeys::Replica,
                "foreign keys of `c`, `p`: bypassed by `session_replication_role = replica`",
            ),
            (
                ForeignKeys::Order,
                "foreign keys of `c`, `p`: parents before children",
            ),
            (
                ForeignKeys::Defer,
                "foreign keys of `c`, `p`: `c_p_fkey` deferred",
            ),
            (
                ForeignKeys::Drop,
                "foreign keys of `c`, `p`: `c_p_fkey`, `c_q_fkey` dropped, and added again just as they were",
            ),
        ] {
            tables(&by(options(&from, &to, Mode::Replace, &[]), way))
                .await
                .unwrap();
            pair.assert_equal();
            let notes = heard.notes();
            assert!(notes.iter().any(|note| note.starts_with(told)), "{notes:?}");
            assert_eq!(constraints(&pair.to.state()), constraints(&before));
        }
        let granted = open_as(&pair.to, "copy_granted_too").await;
        pair.to
            .query("GRANT ALL ON ALL TABLES IN SCHEMA public TO copy_granted_too");
        for (way, reason) in [
            (
                ForeignKeys::Replica,
                "`foreign_keys = \"replica\"` is not possible for `c`, `p`: `copy_granted_too` may not",
            ),
            (
                ForeignKeys::Drop,
                "`foreign_keys = \"drop\"` is not possible for `c`, `p`: the role does not own both `c`",
            ),
        ] {
            let options = by(options(&from, &granted, Mode::Replace, &[]), way);
            let error = tables(&options).await.unwrap_err().to_string();
            assert!(error.starts_with(reason), "{error}");
        }
    });
}

#[test]
fn who_blocks_the_dropping_of_keys_is_named_after_a_while() {
    let pair = Pair::new(CYCLE, CYCLE_ROWS);
    let mut other = pair.to.session();
    other.query("BEGIN; SELECT FROM a");
    let before = pair.to.state();
    run(async {
        let (from, to, _) = pair.sessions().await;
        let mut options = by(options(&from, &to, Mode::Replace, &[]), ForeignKeys::Drop);
        options.guards.lock_timeout = Duration::from_millis(300);
        let error = tables(&options).await.unwrap_err().to_string();
        assert!(error.contains("could not be locked within"), "{error}");
        assert!(error.contains("`a` is held by process"), "{error}");
    });
    other.query("ROLLBACK");
    drop(other);
    pair.to.assert_as_before(&before);
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
        // A function that the source does not have, so that only the target can tell.
        .query("INSERT INTO b VALUES (7); CREATE FUNCTION small(int) RETURNS bool LANGUAGE sql AS 'SELECT $1 < 2';
                ALTER TABLE c ADD CHECK (small(b))");
    let error = pair.copy(Mode::Replace, &[]).unwrap_err();
    assert_eq!(error.pg().unwrap().sqlstate(), Some("23514"));
    assert_eq!(
        pair.to
            .query("SELECT id FROM a; SELECT id FROM b; SELECT count(*) FROM c"),
        "1\n7\n0"
    );
}
