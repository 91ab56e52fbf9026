//! Modes `replace` and `append`.

use runner::copy::{Mode, Verify, tables};
use runner::pg::{Isolation, TxOptions, transaction};

use super::*;

pub const HARD: &str = include_str!("hard.sql");
pub const HARD_ROWS: &str = include_str!("hard_rows.sql");

#[test]
fn replace_makes_the_target_equal_whatever_it_held() {
    // The types of the two sides have different numbers.
    let (from, to) = (
        format!("{HARD} {HARD_ROWS}"),
        format!("CREATE TYPE shift AS (n int); {HARD}"),
    );
    let pair = Pair::different(&from, &to);
    pair.to.query(
        "INSERT INTO audit.log VALUES (7, 'gone'); INSERT INTO parent (name) VALUES ('gone')",
    );
    for _ in 0..2 {
        let report = pair.copy(Mode::Replace, &["*.*"]).unwrap();
        assert_eq!(report.rows, 2818);
        pair.assert_equal();
    }
}

#[test]
fn inside_a_transaction_nothing_is_committed_and_no_setting_stays() {
    let pair = Pair::new(HARD, HARD_ROWS);
    let before = pair.to.state();
    run(async {
        let (from, to, _) = pair.sessions().await;
        to.batch("SET TimeZone = 'Asia/Tokyo'; SET DateStyle = 'German'")
            .await
            .unwrap();
        to.begin(&TxOptions::default()).await.unwrap();
        let set = to.value(SETTINGS, &[]).await.unwrap();
        for mode in [Mode::Replace, Mode::Upsert] {
            copy(&from, &to, mode, &["parent", "child", "types"])
                .await
                .unwrap();
            assert_eq!(to.value(SETTINGS, &[]).await.unwrap(), set);
        }
        let stages = "SELECT count(*) FROM pg_class WHERE relpersistence = 't'";
        assert_eq!(to.value(stages, &[]).await.unwrap().as_int(), Some(0));
        to.rollback().await.unwrap();
    });
    pair.to.assert_as_before(&before);
}

#[test]
fn a_copy_that_failed_leaves_the_transaction_around_it_usable() {
    let pair = Pair::new(
        "CREATE TABLE t (id int PRIMARY KEY)",
        "INSERT INTO t VALUES (1), (2)",
    );
    pair.to.query("INSERT INTO t VALUES (2)");
    run(async {
        let (from, to, _) = pair.sessions().await;
        to.begin(&TxOptions::default()).await.unwrap();
        let error = copy(&from, &to, Mode::Append, &["t"]).await.unwrap_err();
        assert_eq!(error.pg().unwrap().sqlstate(), Some("23505"));
        assert!(
            error.to_string().starts_with("`t`: duplicate key"),
            "{error}"
        );
        assert!(
            error
                .to_string()
                .ends_with("(after 2 rows, none of which stay)"),
            "{error}"
        );
        to.execute("INSERT INTO t VALUES (9)", &[]).await.unwrap();
        to.commit().await.unwrap();
        // The source's session is as usable.
        assert_eq!(
            from.value("SELECT count(*) FROM t", &[])
                .await
                .unwrap()
                .as_int(),
            Some(2)
        );
    });
    assert_eq!(pair.to.query("SELECT id FROM t ORDER BY id"), "2\n9");
}

#[test]
fn all_tables_are_of_the_moment_of_the_snapshot() {
    let pair = Pair::new(
        "CREATE TABLE a (id int); CREATE TABLE b (id int)",
        "INSERT INTO a VALUES (1)",
    );
    let snapshot = TxOptions {
        isolation: Some(Isolation::RepeatableRead),
        read_only: true,
        ..TxOptions::default()
    };
    run(async {
        let (from, to, _) = pair.sessions().await;
        transaction(&from, &snapshot, async |from: &Session| {
            from.query("SELECT FROM a", &[]).await?;
            pair.from
                .query("INSERT INTO a VALUES (2); INSERT INTO b VALUES (1)");
            copy(from, &to, Mode::Replace, &["a"]).await?;
            copy(from, &to, Mode::Replace, &["b"]).await
        })
        .await
        .unwrap();
    });
    assert_eq!(
        pair.to
            .query("SELECT count(*) FROM a; SELECT count(*) FROM b"),
        "1\n0"
    );
}

#[test]
fn a_condition_chooses_rows_and_is_one_expression() {
    let rows = "INSERT INTO t SELECT g FROM generate_series(1, 9) g";
    let pair = Pair::new("CREATE TABLE t (id int)", rows);
    run(async {
        let (from, to, _) = pair.sessions().await;
        let filtered = |filter: &str| CopyOptions {
            tables: rows_of("t", filter),
            ..options(&from, &to, Mode::Replace, &[])
        };
        let report = tables(&filtered("id > 7 -- the last")).await.unwrap();
        assert_eq!((report.rows, report.tables[0].inserted), (2, 2));
        for bad in ["id < 3) OR (true", "true LIMIT 1", "true; DROP TABLE t", ""] {
            let error = tables(&filtered(bad)).await.unwrap_err();
            let is_refused = error.pg().and_then(|error| error.sqlstate()) == Some("42601")
                || error.to_string().contains("2 statements were given");
            assert!(is_refused, "{bad}: {error}");
        }
    });
    assert_eq!(pair.to.query("SELECT id FROM t"), "8\n9");
}

#[test]
fn columns_go_by_name_and_other_types_as_text() {
    let pair = Pair::different(
        "CREATE TABLE t (gone int, id int, at timestamp, s varchar(5)); ALTER TABLE t DROP gone;
         INSERT INTO t VALUES (1, '2020-02-03 04:05', 'abc')",
        "CREATE TABLE t (s text, extra int DEFAULT 7, at timestamptz, id bigint)",
    );
    pair.to.query(&format!(
        "ALTER DATABASE {} SET TimeZone = 'Asia/Tokyo'",
        pair.to.name()
    ));
    run(async {
        let (from, to, heard) = pair.sessions().await;
        copy(&from, &to, Mode::Append, &[]).await.unwrap();
        let notes = heard.notes().join("\n");
        assert!(notes.contains("`t`.`extra` is missing on"), "{notes}");
        assert!(notes.contains("`t`.`id` is integer on"), "{notes}");
    });
    let row = "SELECT s, extra, at AT TIME ZONE 'UTC', id FROM t";
    assert_eq!(pair.to.query(row), "abc|7|2020-02-03 04:05:00|1");
}

#[test]
fn a_trigger_that_writes_into_another_copied_table_is_found_out_by_the_counts() {
    let schema = "CREATE TABLE audit (what text); CREATE TABLE t (id int)";
    let pair = Pair::new(
        schema,
        "INSERT INTO t VALUES (1), (2); INSERT INTO audit VALUES ('once')",
    );
    pair.to.query(
        "CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS
          $$ BEGIN INSERT INTO public.audit VALUES (new.id); RETURN new; END $$;
        CREATE TRIGGER note BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION note()",
    );
    let before = pair.to.state();
    run(async {
        let (from, to, _) = pair.sessions().await;
        to.begin(&TxOptions::default()).await.unwrap();
        let error = copy_with_triggers(&from, &to, Mode::Replace, &[])
            .await
            .unwrap_err();
        let expected = "`audit`: 1 row sent, 3 arrived, so nothing of it was kept";
        assert!(error.to_string().starts_with(expected), "{error}");
        let unchecked = CopyOptions {
            verify: Verify::No,
            ..with_triggers(options(&from, &to, Mode::Replace, &[]))
        };
        tables(&unchecked).await.unwrap();
        to.rollback().await.unwrap();
    });
    pair.to.assert_as_before(&before);
}

#[test]
fn a_dry_run_counts_and_changes_nothing() {
    let pair = Pair::new(HARD, HARD_ROWS);
    pair.copy(Mode::Replace, &["parent", "child"]).unwrap();
    pair.to
        .query("DELETE FROM child WHERE id <= 10; UPDATE child SET note = '' WHERE id <= 13");
    let before = pair.to.state();
    run(async {
        let (from, to, _) = pair.sessions().await;
        to.set_access(Access::ReadOnly);
        let dry = |mode| CopyOptions {
            dry_run: true,
            ..options(&from, &to, mode, &["parent", "child"])
        };
        let replaced = tables(&dry(Mode::Replace)).await.unwrap();
        assert_eq!((replaced.rows, replaced.tables[1].deleted), (2300, 1990));
        let upserted = tables(&dry(Mode::Upsert)).await.unwrap();
        let child = &upserted.tables[1];
        assert_eq!((child.inserted, child.updated, child.equal), (10, 3, 1987));
    });
    pair.to.assert_as_before(&before);
}
