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

/// What is left of each table, with the reason.
fn left_behind(source: &str, target: &str, rows: &str) -> Vec<(String, String)> {
    let pair = Pair::different(&format!("{source}; {rows}"), target);
    let mut left = Vec::new();
    run(async {
        let (from, to, _) = pair.sessions().await;
        let role = "copy_owner_of_promises";
        let owner = open_as(&pair.to, role).await;
        pair.to.query(&format!(
            "GRANT ALL ON SCHEMA public TO {role}; DO $$ DECLARE t regclass; BEGIN FOR t IN \
               SELECT oid FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace \
             LOOP EXECUTE format('ALTER TABLE %s OWNER TO {role}', t); END LOOP; END $$"
        ));
        let before = pair.to.state();
        for session in [&to, &owner] {
            let error = copy(&from, session, Mode::Replace, &[]).await.unwrap_err();
            left = match &error {
                Error::Unfinished(_) => left_out(&error),
                error => vec![(
                    error.table().unwrap_or_default().to_owned(),
                    error.to_string(),
                )],
            };
            left.sort();
            let untouched = |state: &str| -> Vec<String> {
                let lines = state
                    .lines()
                    .filter(|line| line.starts_with("rows of public.bad"));
                lines.map(str::to_owned).collect()
            };
            assert_eq!(untouched(&pair.to.state()), untouched(&before));
        }
    });
    left
}

#[test]
fn rows_that_an_exclusion_of_the_target_alone_keeps_apart_are_shown_in_pairs() {
    let columns = "id int, room int, during int4range, gone bool";
    let left = left_behind(
        &format!(
            "CREATE TABLE bad ({columns}); CREATE TABLE fine ({columns}); CREATE TABLE sparse ({columns})"
        ),
        &format!(
            "CREATE TABLE bad ({columns}, CONSTRAINT apart EXCLUDE USING gist (int4range(room, room, '[]') WITH =, during WITH &&)); \
             CREATE TABLE fine ({columns}, EXCLUDE USING gist (int4range(room, room, '[]') WITH =, during WITH &&)); \
             CREATE TABLE sparse ({columns}, EXCLUDE USING gist (during WITH &&) WHERE (NOT gone))"
        ),
        "INSERT INTO bad VALUES (1, 1, '[1,5)'), (2, 2, '[1,5)'), (3, 1, '[4,9)'), (4, NULL, '[1,9)'); \
         INSERT INTO fine VALUES (1, 1, '[1,5)'), (2, 2, '[1,5)'), (3, 1, '[5,9)'), (4, NULL, '[1,9)'); \
         INSERT INTO sparse VALUES (1, 1, '[1,5)', false), (2, 2, '[1,5)', true)",
    );
    assert_eq!(left.len(), 1, "{left:?}");
    assert_eq!(left[0].0, "bad");
    let text = &left[0].1;
    assert!(text.contains("break `apart` of `bad`"), "{text}");
    assert!(
        text.contains(": (1,1,\"[1,5)\",) beside (3,1,\"[4,9)\",);"),
        "{text}"
    );
}

#[test]
fn values_that_a_domain_of_the_target_does_not_take_are_shown() {
    let left = left_behind(
        "CREATE DOMAIN same AS int CHECK (VALUE < 5); CREATE TABLE bad (id int, n int); CREATE TABLE bad_null (id int, n int); \
         CREATE TABLE fine (n int, value text); CREATE TABLE kept (n same)",
        "CREATE DOMAIN same AS int CHECK (VALUE < 5); CREATE DOMAIN inner_one AS int CONSTRAINT small CHECK (VALUE < 5); \
         CREATE DOMAIN outer_one AS inner_one CONSTRAINT odd CHECK (VALUE % 2 = 1); CREATE DOMAIN whole AS int NOT NULL; \
         CREATE TABLE bad (id int, n outer_one); CREATE TABLE bad_null (id int, n whole); \
         CREATE TABLE fine (n outer_one, value text); CREATE TABLE kept (n same)",
        "INSERT INTO bad VALUES (1, 3), (2, 7), (3, NULL); INSERT INTO bad_null VALUES (1, 1), (2, NULL); \
         INSERT INTO fine VALUES (3, 'a'), (NULL, 'b'); INSERT INTO kept VALUES (1)",
    );
    let names: Vec<_> = left.iter().map(|(table, _)| table.as_str()).collect();
    assert_eq!(names, ["bad", "bad_null"], "{left:?}");
    for part in [
        "break `small` of `bad`",
        "CHECK ((VALUE < 5)) of domain public.inner_one: (2,7);",
    ] {
        assert!(left[0].1.contains(part), "{}", left[0].1);
    }
    let part = "which is NOT NULL of domain public.whole: (2,);";
    assert!(left[1].1.contains(part), "{}", left[1].1);
}

#[test]
fn what_stands_on_a_single_partition_is_asked_of_the_rows_that_go_there() {
    let parts = |table: &str, check: &str, not_null: &str| {
        format!(
            "CREATE TABLE {table} (id int, n int) PARTITION BY RANGE (id); \
             CREATE TABLE {table}_low PARTITION OF {table} FOR VALUES FROM (0) TO (10) PARTITION BY LIST (id); \
             CREATE TABLE {table}_one PARTITION OF {table}_low {check} FOR VALUES IN (1, 2); \
             CREATE TABLE {table}_rest PARTITION OF {table}_low DEFAULT; \
             CREATE TABLE {table}_high PARTITION OF {table} FOR VALUES FROM (10) TO (20); {not_null}"
        )
    };
    let positive = "(CONSTRAINT positive CHECK (n > 0))";
    let target = [
        parts("bad", positive, ""),
        parts("bad_null", "", "ALTER TABLE bad_null_high ALTER n SET NOT NULL"),
        parts("fine", positive, "ALTER TABLE fine_high ALTER n SET NOT NULL"),
        "CREATE TABLE hashed (id int, n int) PARTITION BY HASH (id); \
         CREATE TABLE hashed_0 PARTITION OF hashed (CHECK (n > 0)) FOR VALUES WITH (MODULUS 1, REMAINDER 0)".to_owned(),
    ];
    let source =
        ["bad", "bad_null", "fine", "hashed"].map(|t| format!("CREATE TABLE {t} (id int, n int)"));
    let left = left_behind(
        &source.join(";"),
        &target.join(";"),
        "INSERT INTO bad VALUES (1, 1), (2, -2), (3, -3), (11, NULL); INSERT INTO bad_null VALUES (1, NULL), (12, NULL); \
         INSERT INTO fine VALUES (1, 1), (2, NULL), (3, -3), (11, 0); INSERT INTO hashed VALUES (1, 1)",
    );
    let names: Vec<_> = left.iter().map(|(table, _)| table.as_str()).collect();
    assert_eq!(names, ["bad", "bad_null"], "{left:?}");
    let part = "which is CHECK ((n > 0)) of partition public.bad_one: (2,-2);";
    assert!(left[0].1.contains(part), "{}", left[0].1);
    let part = "which is NOT NULL of partition public.bad_null_high: (12,);";
    assert!(left[1].1.contains(part), "{}", left[1].1);
}

#[test]
fn an_exclusion_that_would_compare_too_many_rows_is_left_to_the_target_and_said_so() {
    let pair = Pair::different(
        "CREATE TABLE t (during int4range); INSERT INTO t SELECT int4range(g, g + 1) FROM generate_series(1, 20000) g; ANALYZE t",
        "CREATE TABLE t (during int4range, CONSTRAINT apart EXCLUDE USING gist (during WITH &&))",
    );
    run(async {
        let (from, to, heard) = pair.sessions().await;
        copy(&from, &to, Mode::Replace, &[]).await.unwrap();
        let notes = heard.notes().join("\n");
        assert!(notes.contains("break `apart` of `t`"), "{notes}");
    });
    pair.assert_equal();
}

#[test]
fn rules_that_keep_a_mode_from_working_are_named_beforehand() {
    let schema =
        "CREATE TABLE t (id int PRIMARY KEY, n int); CREATE TABLE beside (id int PRIMARY KEY)";
    let pair = Pair::new(
        schema,
        "INSERT INTO t VALUES (1, 1); INSERT INTO beside VALUES (1)",
    );
    pair.to.query("CREATE RULE noted AS ON INSERT TO t DO ALSO NOTIFY noted; CREATE RULE kept AS ON DELETE TO t DO ALSO NOTIFY kept");
    for mode in [Mode::Upsert, Mode::Insert, Mode::Mirror] {
        let error = pair.copy(mode, &[]).unwrap_err();
        let left = left_out(&error);
        assert_eq!((left.len(), left[0].0.as_str()), (1, "t"), "{error}");
        let said = format!(
            "rule `noted` of `t` on `{}` stands in the way: this mode needs INSERT ... ON CONFLICT",
            pair.to.name()
        );
        assert!(left[0].1.starts_with(&said), "{error}");
        assert_eq!(
            pair.to
                .query("SELECT (SELECT count(*) FROM t), (SELECT count(*) FROM beside)"),
            "0|1"
        );
    }
    pair.to.query("DROP RULE noted ON t");
    run(async {
        let (from, to, heard) = pair.sessions().await;
        copy(&from, &to, Mode::Mirror, &[]).await.unwrap();
        let note = format!(
            "rule `kept` of `t` on `{}` acts on the rows that are deleted",
            pair.to.name()
        );
        assert!(heard.notes().contains(&note), "{:?}", heard.notes());
    });
    pair.copy(Mode::Replace, &[]).unwrap();
    pair.assert_equal();
}

#[test]
fn event_triggers_that_fire_for_what_a_copy_does_are_named() {
    let schema = "CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, n int)";
    let pair = Pair::new(schema, "INSERT INTO t (n) VALUES (1)");
    pair.to.query(
        "CREATE FUNCTION quiet() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'; \
         CREATE EVENT TRIGGER all_of ON ddl_command_end EXECUTE FUNCTION quiet(); \
         CREATE EVENT TRIGGER drops ON sql_drop EXECUTE FUNCTION quiet(); \
         CREATE EVENT TRIGGER never ON ddl_command_start WHEN TAG IN ('CREATE INDEX') EXECUTE FUNCTION quiet(); \
         CREATE EVENT TRIGGER disabled ON ddl_command_start EXECUTE FUNCTION quiet(); ALTER EVENT TRIGGER disabled DISABLE",
    );
    run(async {
        let (from, to, heard) = pair.sessions().await;
        let report = runner::copy::plan(&options(&from, &to, Mode::Upsert, &[]))
            .await
            .unwrap();
        assert_eq!(report.refused, []);
        let notes = heard
            .notes()
            .into_iter()
            .filter(|note| note.starts_with("event trigger"));
        let to = pair.to.name();
        assert_eq!(
            notes.collect::<Vec<_>>(),
            [
                format!(
                    "event trigger `all_of` on `{to}` fires for what the copy does there: ALTER SEQUENCE, CREATE TABLE AS, DROP TABLE"
                ),
                format!(
                    "event trigger `drops` on `{to}` fires for what the copy does there: DROP TABLE"
                ),
            ]
        );
    });
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
