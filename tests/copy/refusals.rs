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

/// A table that is not copied, with the reason, while the others are.
fn left_out(error: &Error) -> Vec<(String, String)> {
    let Error::Unfinished(unfinished) = error else {
        panic!("{error}")
    };
    let failed = unfinished.failed.iter();
    failed
        .map(|(tables, error)| (tables.join(", "), error.to_string()))
        .collect()
}

#[test]
fn a_table_whose_rows_break_a_check_is_refused_beforehand_and_the_others_arrive() {
    let schema = "CREATE TABLE fine (id int PRIMARY KEY);
        CREATE TABLE parent (id int PRIMARY KEY);
        CREATE TABLE broken (id int PRIMARY KEY, n int, parent int REFERENCES parent);
        CREATE TABLE child (id int PRIMARY KEY, broken int REFERENCES broken);
        CREATE TABLE childless (id int PRIMARY KEY, broken int REFERENCES broken)";
    let rows = "INSERT INTO fine VALUES (1); INSERT INTO parent VALUES (1); INSERT INTO broken VALUES (1, -1, 1), (2, 2, 1);
        INSERT INTO child VALUES (1, 2); INSERT INTO childless VALUES (1, NULL);
        ALTER TABLE broken ADD CONSTRAINT positive CHECK (n > 0) NOT VALID";
    let pair = Pair::different(
        &format!("{schema}; {rows}"),
        &format!("{schema}; ALTER TABLE broken ADD CONSTRAINT positive CHECK (n > 0) NOT VALID"),
    );
    let role = "copy_owner_of_broken";
    run(async {
        let (from, to, _) = pair.sessions().await;
        let owner = open_as(&pair.to, role).await;
        pair.to.query(&format!(
            "GRANT ALL ON SCHEMA public TO {role}; DO $$ DECLARE t text; BEGIN
               FOREACH t IN ARRAY ARRAY['fine', 'parent', 'broken', 'child', 'childless']
               LOOP EXECUTE format('ALTER TABLE %I OWNER TO {role}', t); END LOOP; END $$"
        ));
        for session in [&to, &owner, &to] {
            let error = copy(&from, session, Mode::Replace, &[]).await.unwrap_err();
            let target = pair.to.name();
            assert_eq!(
                left_out(&error),
                [
                    (
                        "broken".to_owned(),
                        format!(
                            "rows of the source break `positive` of `broken` on `{target}`, which is CHECK ((n > 0)) \
                             NOT VALID: (1,-1,1); correct them, or drop the constraint"
                        )
                    ),
                    (
                        "child".to_owned(),
                        "rows of `child` refer by `child_broken_fkey` to rows of `broken`, which cannot be copied, and \
                         that are not there: (2)"
                            .to_owned()
                    ),
                ]
            );
            let counts = "SELECT (SELECT count(*) FROM fine), (SELECT count(*) FROM parent), \
                          (SELECT count(*) FROM broken), (SELECT count(*) FROM child), (SELECT count(*) FROM childless)";
            assert_eq!(pair.to.query(counts), "1|1|0|0|1");
        }
        // What refers to rows that are there arrives.
        pair.to.query("INSERT INTO broken VALUES (2, 2, 1)");
        let error = copy(&from, &to, Mode::Replace, &[]).await.unwrap_err();
        assert_eq!(left_out(&error).len(), 1);
        assert_eq!(
            pair.to.query("SELECT id FROM broken; SELECT id FROM child"),
            "2\n1"
        );
    });
}

#[test]
fn what_only_the_target_asks_of_rows_is_asked_of_the_source_beforehand() {
    let pair = Pair::different(
        "CREATE TABLE a (n int); CREATE TABLE b (n int, m int); CREATE TABLE c (n int); CREATE TABLE d (n int); \
         INSERT INTO a VALUES (NULL); INSERT INTO b VALUES (1, 2), (1, 2), (1, NULL), (1, NULL); \
         INSERT INTO c VALUES (1), (2); INSERT INTO d VALUES (5)",
        "CREATE TABLE a (n int NOT NULL); CREATE TABLE b (n int, m int, UNIQUE (n, m)); CREATE TABLE c (n int UNIQUE); \
         CREATE TABLE d (n int CONSTRAINT small CHECK (n < 5))",
    );
    let error = pair.copy(Mode::Replace, &[]).unwrap_err();
    let left: Vec<_> = left_out(&error)
        .into_iter()
        .map(|(table, _)| table)
        .collect();
    assert_eq!(left, ["d", "b", "a"]);
    let text = error.to_string();
    for part in [
        "which is NOT NULL: ",
        "which is UNIQUE: (1,2)",
        "which is CHECK ((n < 5)): (5)",
        "complete: `c`",
    ] {
        assert!(text.contains(part), "{text}");
    }
}

#[test]
fn a_table_behind_policies_keeps_no_other_table_back() {
    let schema = "CREATE TABLE beside (id int); CREATE TABLE forced (id int)";
    let pair = Pair::new(
        schema,
        "INSERT INTO beside VALUES (1); INSERT INTO forced VALUES (1)",
    );
    run(async {
        let (from, _, _) = pair.sessions().await;
        let to = open_as(&pair.to, "copy_forced").await;
        pair.to.query(
            "ALTER TABLE beside OWNER TO copy_forced; ALTER TABLE forced OWNER TO copy_forced; \
             ALTER TABLE forced ENABLE ROW LEVEL SECURITY; ALTER TABLE forced FORCE ROW LEVEL SECURITY; \
             REVOKE TRUNCATE ON forced FROM copy_forced",
        );
        let error = copy(&from, &to, Mode::Replace, &[]).await.unwrap_err();
        let left = left_out(&error);
        assert_eq!(left[0].0, "forced");
        assert!(
            left[0]
                .1
                .ends_with("or ALTER TABLE ... NO FORCE ROW LEVEL SECURITY"),
            "{}",
            left[0].1
        );
        assert_eq!(pair.to.query("SELECT count(*) FROM beside"), "1");
    });
}

#[test]
fn a_unit_that_no_way_is_left_for_keeps_no_other_table_back() {
    let schema = "CREATE TABLE a (id int PRIMARY KEY, b int); CREATE TABLE b (id int PRIMARY KEY, a int REFERENCES a);
        ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES b; CREATE TABLE beside (id int)";
    let pair = Pair::new(schema, "INSERT INTO beside VALUES (1)");
    run(async {
        let (from, _, _) = pair.sessions().await;
        let to = open_as(&pair.to, "copy_no_way").await;
        pair.to.query("GRANT ALL ON a, b, beside TO copy_no_way");
        let error = copy(&from, &to, Mode::Replace, &[]).await.unwrap_err();
        assert_eq!(left_out(&error)[0].0, "a, b");
        assert_eq!(pair.to.query("SELECT count(*) FROM beside"), "1");
    });
}

#[test]
fn who_may_delete_but_not_truncate_empties_by_delete_and_says_so() {
    let schema = "CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c (p int REFERENCES p)";
    let pair = Pair::new(schema, "INSERT INTO p VALUES (1); INSERT INTO c VALUES (1)");
    pair.to
        .query("INSERT INTO p VALUES (7); INSERT INTO c VALUES (7)");
    run(async {
        let (from, _, _) = pair.sessions().await;
        let to = open_as(&pair.to, "copy_deleter").await;
        pair.to
            .query("GRANT SELECT, INSERT, DELETE ON p, c TO copy_deleter");
        copy(&from, &to, Mode::Replace, &[]).await.unwrap();
    });
    pair.assert_equal();
}
