//! A target whose policies hold for the role: what arrives is all or nothing, whatever of it the role may see.

use runner::copy::{Atomic, Mode, Verify, tables};

use super::*;

/// The role may insert rows up to 99, and sees the even ones.
const SCHEMA: &str = "CREATE TABLE p (id int PRIMARY KEY); \
    CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, p int REFERENCES p, n text, \
      twice int GENERATED ALWAYS AS (id * 2) STORED); CREATE TABLE beside (id int)";
const ROWS: &str = "INSERT INTO p VALUES (1), (2); INSERT INTO beside VALUES (1); \
    INSERT INTO t (p, n) SELECT 1 + g % 2, g FROM generate_series(1, 9) AS g";
const POLICIES: &str = "ALTER TABLE t ENABLE ROW LEVEL SECURITY; ALTER TABLE t FORCE ROW LEVEL SECURITY; \
    CREATE POLICY even ON t USING (id % 2 = 0) WITH CHECK (id < 100); \
    CREATE POLICY add ON t FOR INSERT WITH CHECK (id < 100)";

/// One that owns the tables, for which policies hold since they are forced; or one that only may write.
async fn writer(pair: &Pair, role: &str, owns: bool) -> Session {
    let to = open_as(&pair.to, role).await;
    let rights = if owns {
        format!(
            "GRANT ALL ON SCHEMA public TO {role}; ALTER TABLE p OWNER TO {role}; ALTER TABLE t OWNER TO {role}; \
             ALTER TABLE beside OWNER TO {role}"
        )
    } else {
        format!("GRANT ALL ON p, t, beside TO {role}; GRANT ALL ON SEQUENCE t_id_seq TO {role}")
    };
    pair.to.query(&format!("{POLICIES}; {rights}"));
    to
}

#[test]
fn rows_arrive_by_insert_though_the_role_may_not_see_them_all() {
    for owns in [true, false] {
        let pair = Pair::new(SCHEMA, ROWS);
        run(async {
            let (from, _, _) = pair.sessions().await;
            let role = if owns {
                "copy_policy_owner"
            } else {
                "copy_policy_writer"
            };
            let to = writer(&pair, role, owns).await;
            for mode in [Mode::Replace, Mode::Replace, Mode::Append] {
                if mode == Mode::Append {
                    pair.to.query("TRUNCATE p, t, beside");
                }
                let report = copy(&from, &to, mode, &[]).await.unwrap();
                let moved = report
                    .tables
                    .iter()
                    .find(|table| table.table == "t")
                    .unwrap();
                assert_eq!((moved.rows, moved.inserted), (9, 9));
                pair.assert_equal();
            }
            let seen = to.value("SELECT count(*) FROM t", &[]).await.unwrap();
            assert_eq!(seen.as_int(), Some(4));
            let setting = to.value("SHOW row_security", &[]).await.unwrap();
            assert_eq!(setting.as_str(), Some("on"));
        });
    }
}

#[test]
fn the_plan_says_why_and_how_the_rows_come() {
    let pair = Pair::new(SCHEMA, ROWS);
    run(async {
        let (from, _, _) = pair.sessions().await;
        writer(&pair, "copy_policy_plan", false).await;
        let (to, heard) = listen_as(&pair.to, "copy_policy_plan").await;
        let planned = options(&from, &to, Mode::Append, &["t"]);
        let report = runner::copy::plan(&planned).await.unwrap();
        assert_eq!(report.refused, []);
        let why = format!(
            "policies of `t` on `{}` hold for `copy_policy_plan`, so COPY is refused: rows go by a temporary table \
             and INSERT, which counts them; a row that they reject is an error",
            pair.to.name()
        );
        assert!(heard.notes().contains(&why), "{:?}", heard.notes());
    });
}

#[test]
fn a_row_that_the_policies_reject_ends_the_unit_as_it_was() {
    let pair = Pair::new(
        SCHEMA,
        &format!("{ROWS}; INSERT INTO t (id, p) OVERRIDING SYSTEM VALUE VALUES (100, 1)"),
    );
    run(async {
        let (from, _, _) = pair.sessions().await;
        let to = writer(&pair, "copy_policy_rejected", true).await;
        pair.to
            .query("INSERT INTO p VALUES (7); INSERT INTO t (p) VALUES (7)");
        let before = pair.to.state();
        for mode in [Mode::Replace, Mode::Append, Mode::Upsert, Mode::Insert] {
            let error = copy(&from, &to, mode, &["p", "t"]).await.unwrap_err();
            // A row that is there and hidden has its key all the same.
            let codes = [Some("42501"), Some("23505")];
            assert!(codes.contains(&error.pg().unwrap().sqlstate()), "{error}");
            assert_eq!(pair.to.state(), before, "{mode:?}");
        }
    });
}

#[test]
fn what_cannot_be_told_of_hidden_rows_is_refused_and_keeps_no_other_table_back() {
    let pair = Pair::new(SCHEMA, ROWS);
    run(async {
        let (from, _, _) = pair.sessions().await;
        let to = writer(&pair, "copy_policy_refused", false).await;
        pair.to
            .query("INSERT INTO p VALUES (1), (2); ALTER TABLE beside ADD PRIMARY KEY (id)");
        let content = CopyOptions {
            verify: Verify::Content,
            ..options(&from, &to, Mode::Append, &["t", "beside"])
        };
        let cases = [
            (
                options(&from, &to, Mode::Mirror, &["t", "beside"]),
                "so those that the source has not would stay",
            ),
            (
                content,
                "so what arrived cannot be read back for `verify = \"content\"`",
            ),
        ];
        for (options, why) in cases {
            pair.to.query("TRUNCATE beside");
            let error = tables(&options).await.unwrap_err();
            let text = error.to_string();
            assert!(
                text.contains(why) && text.contains("complete: `beside`"),
                "{text}"
            );
            assert_eq!(
                pair.to
                    .query("SELECT (SELECT count(*) FROM t), (SELECT count(*) FROM beside)"),
                "0|1"
            );
        }
        pair.to
            .query("CREATE RULE noted AS ON INSERT TO t DO ALSO NOTIFY noted");
        let error = copy(&from, &to, Mode::Append, &["t"]).await.unwrap_err();
        assert!(
            error
                .to_string()
                .contains("under policies rows come by INSERT"),
            "{error}"
        );
        pair.to
            .query("DROP RULE noted ON t; REVOKE TRUNCATE ON t FROM copy_policy_refused");
        let error = copy(&from, &to, Mode::Replace, &["t", "beside"])
            .await
            .unwrap_err();
        assert!(
            error.to_string().contains("DELETE would not empty it"),
            "{error}"
        );
    });
}

#[test]
fn an_upsert_writes_what_it_may_see_and_is_loud_about_what_it_may_not() {
    let pair = Pair::new(
        SCHEMA,
        "INSERT INTO p VALUES (1); INSERT INTO t (id, p) OVERRIDING SYSTEM VALUE VALUES (2, 1), (4, 1)",
    );
    run(async {
        let (from, _, _) = pair.sessions().await;
        let to = writer(&pair, "copy_policy_upsert", true).await;
        pair.to.query("INSERT INTO p VALUES (1); INSERT INTO t (id, n) OVERRIDING SYSTEM VALUE VALUES (2, 'old')");
        let upsert = CopyOptions {
            verify: Verify::No,
            ..options(&from, &to, Mode::Upsert, &["t"])
        };
        let report = tables(&upsert).await.unwrap();
        assert_eq!(
            (report.tables[0].inserted, report.tables[0].updated),
            (1, 1)
        );
        pair.assert_equal_in(&["t"]);
        // The role sees what differs and may not change it.
        pair.to
            .query("CREATE POLICY keep ON t AS RESTRICTIVE FOR UPDATE USING (false)");
        pair.from.query("UPDATE t SET n = 'new' WHERE id = 2");
        let before = pair.to.state();
        let error = tables(&upsert).await.unwrap_err();
        assert!(matches!(&error, Error::Count { .. }), "{error}");
        assert_eq!(pair.to.state(), before);
    });
}

#[test]
fn staging_and_a_dry_run_work_behind_policies() {
    let pair = Pair::new(SCHEMA, ROWS);
    run(async {
        let (from, _, _) = pair.sessions().await;
        let to = writer(&pair, "copy_policy_staged", true).await;
        pair.to.query(&format!(
            "GRANT CREATE ON DATABASE {} TO copy_policy_staged",
            pair.to.name()
        ));
        let mut staged = options(&from, &to, Mode::Replace, &[]);
        staged.work.atomic = Atomic::Staged;
        for mode in [Mode::Replace, Mode::Upsert] {
            let dry = CopyOptions {
                dry_run: true,
                ..options(&from, &to, mode, &["t"])
            };
            assert_eq!(tables(&dry).await.unwrap().tables[0].inserted, 9);
        }
        tables(&staged).await.unwrap();
        pair.assert_equal();
    });
}
