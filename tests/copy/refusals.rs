//! What is refused before anything is changed.

use runner::copy::{Mode, tables};

use super::*;

const TABLE: &str = "CREATE TABLE lat (id int PRIMARY KEY, text text)";

#[test]
fn a_database_is_not_copied_into_itself_however_it_is_reached() {
    let database = Database::with(prod(), TABLE);
    run(async {
        let (from, _) = open(&database).await;
        let to = open_as(&database, "copy_itself").await;
        let error = copy(&from, &to, Mode::Append, &["lat"]).await.unwrap_err();
        let name = database.name();
        assert_eq!(
            error.to_string(),
            format!(
                "`{name}` and `{name}` are the same database: a lock taken on one side is seen on the other"
            )
        );
        // Two databases of one server are two.
        let other = Database::with(prod(), TABLE);
        let (to, _) = open(&other).await;
        copy(&from, &to, Mode::Append, &["lat"]).await.unwrap();
        assert_eq!(
            database.query(
                "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'
                  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            ),
            "0"
        );
    });
}

#[test]
fn columns_without_a_counterpart_are_named_all_at_once() {
    let pair = Pair::different(
        "CREATE TABLE lat (id int, lost int, g int GENERATED ALWAYS AS (1) STORED); CREATE TABLE t (x int)",
        "CREATE TABLE lat (id int, wanted int NOT NULL, free int, given int NOT NULL DEFAULT 1,
           own int GENERATED ALWAYS AS IDENTITY); CREATE TABLE t ()",
    );
    assert_eq!(
        pair.refusal(Mode::Replace, &[]),
        "the columns differ:\n  `lat`.`wanted` is missing on `from`, and is NOT NULL without a default\n  \
         `lat`.`lost` is missing on `to`\n  `t`.`x` is missing on `to`"
    );
}

#[test]
fn a_table_that_is_not_there_is_named_with_what_may_have_been_meant() {
    let pair = Pair::different(
        TABLE,
        "CREATE SCHEMA app; CREATE TABLE app.lat (id int); CREATE VIEW v AS SELECT 1",
    );
    assert_eq!(
        pair.refusal(Mode::Append, &["latt"]),
        "no table `latt` on `from`, did you mean `lat`"
    );
    assert_eq!(
        pair.refusal(Mode::Append, &["lat"]),
        "no table `lat` on `to`, did you mean `app.lat`"
    );
    pair.from.query("CREATE TABLE v (n int)");
    assert_eq!(
        pair.refusal(Mode::Append, &["v"]),
        "`v` on `to` is a view, not a table"
    );
    assert_eq!(
        pair.refusal(Mode::Append, &["x*"]),
        "no table of `from` matches `x*`"
    );
}

#[test]
fn a_name_without_schema_goes_by_the_search_path_of_each_side() {
    let pair = Pair::different(
        "CREATE TABLE lat (id int); INSERT INTO lat VALUES (1)",
        "CREATE SCHEMA app; CREATE TABLE app.lat (id int)",
    );
    pair.to.query(&format!(
        "ALTER DATABASE {} SET search_path = app",
        pair.to.name()
    ));
    pair.copy(Mode::Append, &["lat"]).unwrap();
    assert_eq!(pair.to.query("SELECT id FROM app.lat"), "1");
}

#[test]
fn excludes_win_and_say_so() {
    let pair = Pair::new(
        "CREATE TABLE lat (id int); CREATE TABLE log (id int)",
        "INSERT INTO lat VALUES (1)",
    );
    run(async {
        let (from, to, heard) = pair.sessions().await;
        let mut filter = named(&["lat", "log"]);
        filter.exclude = vec!["l?g".to_owned()];
        let without = CopyOptions {
            tables: Tables::Matching(filter),
            ..options(&from, &to, Mode::Append, &[])
        };
        assert_eq!(tables(&without).await.unwrap().tables.len(), 1);
        assert_eq!(heard.notes(), ["excluded: `log`"]);
    });
}

#[test]
fn rows_that_a_policy_hides_are_not_left_behind_in_silence() {
    let pair = Pair::new(TABLE, "INSERT INTO lat VALUES (1, 'a')");
    let role = "copy_reader";
    run(async {
        let from = open_as(&pair.from, role).await;
        let (to, _) = open(&pair.to).await;
        let refused = |error: Error| pair.in_words(&error);
        let error = copy(&from, &to, Mode::Append, &["lat"]).await.unwrap_err();
        assert_eq!(
            refused(error),
            "`copy_reader` may not SELECT from `lat` on `from`"
        );
        pair.from.query(&format!(
            "GRANT SELECT ON lat TO {role}; ALTER TABLE lat ENABLE ROW LEVEL SECURITY"
        ));
        let error = copy(&from, &to, Mode::Append, &["lat"]).await.unwrap_err();
        assert_eq!(
            refused(error),
            "policies of `lat` on `from` hide rows from `copy_reader`, so not all would be copied; connect as its \
             owner or a role with BYPASSRLS"
        );
    });
}

#[test]
fn what_the_role_may_not_do_is_said_beforehand() {
    let pair = Pair::new(TABLE, "INSERT INTO lat VALUES (1, 'a')");
    let role = "copy_writer";
    run(async {
        let (from, _) = open(&pair.from).await;
        let to = open_as(&pair.to, role).await;
        let refusal = async |mode| {
            let error = copy(&from, &to, mode, &["lat"]).await.unwrap_err();
            pair.in_words(&error)
        };
        assert_eq!(
            refusal(Mode::Append).await,
            "`copy_writer` may not INSERT into `lat` on `to`"
        );
        pair.to
            .query(&format!("GRANT SELECT, INSERT ON lat TO {role}"));
        assert_eq!(
            refusal(Mode::Replace).await,
            "`copy_writer` may not TRUNCATE `lat` on `to`"
        );
        assert_eq!(
            refusal(Mode::Upsert).await,
            "`copy_writer` may not UPDATE `lat` on `to`"
        );
        pair.to.query(&format!(
            "REVOKE TEMPORARY ON DATABASE {} FROM PUBLIC",
            pair.to.name()
        ));
        let expected =
            "`copy_writer` may not create temporary tables in `to`, which mode `upsert` needs";
        assert!(refusal(Mode::Upsert).await.starts_with(expected));
        copy(&from, &to, Mode::Append, &["lat"]).await.unwrap();
    });
}
