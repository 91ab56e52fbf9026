//! Marks by an ordered column, in the database and in a file.

use std::fs;

use super::*;

#[test]
fn a_column_is_read_with_an_overlap_and_called_approximate() {
    let source = Database::with(
        dev(),
        &format!(
            "{TABLE} INSERT INTO t VALUES (1, 1, '2026-01-01 10:00+0'), (2, 2, '2026-01-01 10:08+0'), (3, 3, NULL), (4, 4, '2026-01-01 09:00+0'), (5, 5, 'infinity')"
        ),
    );
    let target = Database::with(prod(), TABLE);
    let ids = async |session: &Session, changed: &Changed| -> Vec<i64> {
        let mut ids: Vec<i64> = rows(session, changed.filter.as_deref())
            .await
            .iter()
            .filter_map(|row| row[0].as_int())
            .collect();
        ids.sort_unstable();
        ids
    };
    run(async {
        let (reader, heard) = open(&source).await;
        let (to, _) = open(&target).await;
        let marks = Marks::open(&to, "promote");
        let by = |since: Option<&str>| ChangedOptions {
            column: Some("updated_at".into()),
            since: since.map(str::to_owned),
            ..ChangedOptions::default()
        };
        let first = promote(&reader, &to, &marks, &by(None)).await.unwrap();
        assert!(first.everything);
        assert_eq!(first.mark.text().unwrap(), "2026-01-01T10:08:00+00:00");
        let second = promote(&reader, &to, &marks, &by(None)).await.unwrap();
        assert_eq!(ids(&reader, &second).await, [1, 2, 3, 5]);
        let since = promote(&reader, &to, &marks, &by(Some("2026-01-01 09:05+0")))
            .await
            .unwrap();
        assert_eq!(ids(&reader, &since).await, [1, 2, 3, 4, 5]);
        let gap = promote(&reader, &to, &marks, &by(Some("2026-02-01")))
            .await
            .err()
            .unwrap();
        assert_eq!(
            gap.to_string(),
            "`t`: `since` (2026-02-01) is later than the stored mark (2026-01-01T10:08:00+00:00); what changed in between would be lost if the mark were advanced"
        );
        let note = "`t`: changes are told by `updated_at` with an overlap of 10 minutes, which is approximate: a row committed late with an older value is missed";
        assert!(
            heard.notes().iter().any(|text| text == note),
            "{:?}",
            heard.notes()
        );

        let without = ChangedOptions {
            since: Some("2026-01-01".into()),
            ..ChangedOptions::default()
        };
        let error = promote(&reader, &to, &marks, &without).await.err().unwrap();
        assert!(matches!(error, Error::SinceWithoutColumn));
        let unknown = ChangedOptions {
            column: Some("update_at".into()),
            ..ChangedOptions::default()
        };
        let error = promote(&reader, &to, &marks, &unknown).await.err().unwrap();
        assert_eq!(
            error.to_string(),
            "`t` has no column `update_at`, did you mean `updated_at`"
        );
        let number = ChangedOptions {
            column: Some("v".into()),
            ..ChangedOptions::default()
        };
        promote(&reader, &to, &marks, &number).await.unwrap();
        let last = promote(&reader, &to, &marks, &number).await.unwrap();
        assert_eq!(ids(&reader, &last).await, [5]);
    });
}

#[test]
fn a_file_keeps_its_form_and_is_written_after_the_commit() {
    let source = Database::with(
        dev(),
        &format!("{TABLE} INSERT INTO t VALUES (1, 1, '2026-01-01 10:00+0')"),
    );
    let target = Database::with(prod(), TABLE);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("last_sync.json");
    run(async {
        let (reader, _) = open(&source).await;
        let (to, _) = open(&target).await;
        let marks = Marks::open_file(file.clone(), "promote").unwrap();
        assert!(
            promote(&reader, &to, &marks, &ChangedOptions::default())
                .await
                .unwrap()
                .everything
        );
        assert_eq!(
            fs::read_to_string(&file).unwrap(),
            "{\n  \"t\": \"2026-01-01T10:00:00+00:00\"\n}\n"
        );

        let older =
            "{\"note\": [1], \"t\": {\"rows\": 7, \"updated_at\": \"2025-12-31T10:00:00Z\"}}";
        fs::write(&file, older).unwrap();
        let relation = table(&reader).await;
        let changed = marks
            .changed(&reader, &relation, &ChangedOptions::default())
            .await
            .unwrap();
        assert!(!changed.everything);
        to.begin(&TxOptions::default()).await.unwrap();
        to.begin(&TxOptions::default()).await.unwrap();
        marks.advance(&to, &changed).await.unwrap();
        to.rollback().await.unwrap();
        to.commit().await.unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), older);
        to.begin(&TxOptions::default()).await.unwrap();
        to.begin(&TxOptions::default()).await.unwrap();
        marks.advance(&to, &changed).await.unwrap();
        to.commit().await.unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), older);
        to.commit().await.unwrap();
    });
    let written: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
    let expected = serde_json::json!({"note": [1], "t": {"rows": 7, "updated_at": "2026-01-01T10:00:00+00:00"}});
    assert_eq!(written, expected);
    fs::write(&file, "[]").unwrap();
    assert!(Marks::open_file(file, "promote").is_err());
}

/// A file has room for one mark of a table and column: that of some of its rows would pass for that of all.
#[test]
fn a_file_keeps_no_mark_of_some_rows_only() {
    let source = Database::with(dev(), TABLE);
    let folder = tempfile::tempdir().unwrap();
    run(async {
        let (reader, _) = open(&source).await;
        let marks = Marks::open_file(folder.path().join("last_sync.json"), "promote").unwrap();
        let some = ChangedOptions {
            filter: Some("id < 11".into()),
            ..ChangedOptions::default()
        };
        let relation = table(&reader).await;
        let error = marks
            .changed(&reader, &relation, &some)
            .await
            .err()
            .unwrap();
        assert_eq!(
            error.to_string(),
            "a file keeps one mark for all rows of a table, so `where` does not go with it; keep the marks in `db`"
        );
    });
}

/// Types without operators of their own are compared by those of others, which a search path may offer first.
#[test]
fn an_operator_in_the_way_is_not_used() {
    let source = Database::with(
        dev(),
        "CREATE TABLE t (id int PRIMARY KEY, v int, updated_at text, code varchar);
         INSERT INTO t VALUES (1, 1, '', 'a'), (2, 2, '', 'b');
         CREATE FUNCTION planted(varchar, varchar) RETURNS bool LANGUAGE plpgsql AS
           $$ BEGIN RAISE 'planted'; END $$;
         CREATE OPERATOR >= (LEFTARG = varchar, RIGHTARG = varchar, FUNCTION = planted);
         CREATE OPERATOR > (LEFTARG = varchar, RIGHTARG = varchar, FUNCTION = planted)",
    );
    let target = Database::with(
        prod(),
        "CREATE TABLE t (id int PRIMARY KEY, v int, updated_at text)",
    );
    run(async {
        let (reader, _) = open(&source).await;
        let (to, _) = open(&target).await;
        let marks = Marks::open(&to, "promote");
        let by = |since: Option<&str>| ChangedOptions {
            column: Some("code".into()),
            since: since.map(str::to_owned),
            ..ChangedOptions::default()
        };
        promote(&reader, &to, &marks, &by(None)).await.unwrap();
        let changed = promote(&reader, &to, &marks, &by(Some("a"))).await.unwrap();
        assert_eq!(rows(&reader, changed.filter.as_deref()).await.len(), 2);
    });
}
