//! Scripts run as psql runs them, and leave the session as it was.

use std::io::Write;

use runner::pg::script::{self, Refusal, Report, ScriptOptions, single};
use runner::pg::{Access, Error, Session, TxOptions, transaction};
use runner::progress::Event;

use crate::direct::{Heard, connector, open, run};
use crate::support::{Database, prod};

/// Everything that could be taken for the end of a statement, and other traps.
const NASTY: &str = include_str!("script/nasty.sql");

fn options() -> ScriptOptions {
    ScriptOptions {
        origin: Some("fix.sql".into()),
        ..ScriptOptions::default()
    }
}

/// The statements the server was sent, as it logs them.
fn logged_by_psql(database: &Database, script: &str) -> Vec<String> {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(script.as_bytes()).unwrap();
    let output = database
        .client("psql")
        .env(
            "PGOPTIONS",
            "-c log_statement=all -c client_min_messages=log",
        )
        .args(["-X", "-v", "ON_ERROR_STOP=1", "-f"])
        .arg(file.path())
        .output()
        .unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{stderr}");
    let mark = format!("psql:{}:", file.path().display());
    stderr
        .split(&mark)
        .filter_map(|message| message.split_once(": LOG:  statement: "))
        .map(|(_, statement)| statement.trim_end().to_owned())
        .collect()
}

/// The same for a script of ours; COPY alone goes by the extended protocol, as do the settings around it.
fn logged_by_us(heard: &Heard) -> Vec<String> {
    let statement = |event| match event {
        Event::Notice {
            severity, message, ..
        } if severity == "LOG" => {
            let (kind, text) = message.split_once(": ")?;
            let ours = kind == "statement" || text.get(..4)?.eq_ignore_ascii_case("copy");
            ours.then(|| text.to_owned())
        }
        _ => None,
    };
    heard.events().into_iter().filter_map(statement).collect()
}

/// Without the semicolons and comments around them, which psql sends along.
fn bare(statements: &[String]) -> Vec<&str> {
    statements
        .iter()
        .filter_map(|text| match single(text) {
            Err(Refusal::Empty) => None,
            // A COPY statement by itself has no data behind it.
            Err(Refusal::Unterminated { what: "COPY data" }) => Some(text.trim_end_matches(';')),
            statement => Some(statement.unwrap()),
        })
        .collect()
}

#[test]
fn the_server_is_sent_the_statements_that_psql_sends() {
    let (theirs, ours) = (Database::empty(prod()), Database::empty(prod()));
    let expected = logged_by_psql(&theirs, NASTY);
    let (report, heard) = run(async {
        let (session, heard) = open(&ours).await;
        session
            .batch("SET client_min_messages = log; SET log_statement = 'all'")
            .await
            .unwrap();
        (
            script::run(&session, NASTY, &options()).await.unwrap(),
            heard,
        )
    });
    let logged = logged_by_us(&heard);
    let mut found = bare(&logged);
    // What puts the settings back comes last.
    found.truncate(bare(&expected).len());
    assert_eq!(found, bare(&expected));
    assert_eq!(
        report,
        Report {
            statements: 17,
            rows: 3 + 3 + 1
        }
    );
    let rows =
        r#"SELECT t.*, l FROM "a;b"."t'1" t LEFT JOIN "a;b".log l ON l.id = 1 ORDER BY 1, 4"#;
    assert_eq!(ours.query(rows), theirs.query(rows));
}

/// What the session shows of its settings.
async fn settings(session: &Session) -> String {
    let sql = "SELECT concat_ws('|', current_setting('search_path'), current_setting('lock_timeout'),
        current_setting('row_security'), current_setting('app.tenant', true), session_user, current_user,
        current_setting('client_connection_check_interval'), current_setting('work_mem'))";
    let value = session.value(sql, &[]).await.unwrap();
    value.as_str().unwrap().to_owned()
}

/// Sets what dumps and people set, in every way there is.
const SETTER: &str = "SET lock_timeout = 0; SET row_security = off;
SELECT pg_catalog.set_config('search_path', '', false);
SET work_mem TO '7MB'; RESET client_connection_check_interval;
SET app.tenant = 'script'; SELECT set_config('app.tenant', 'again', false);
SET ROLE pg_monitor; SET SESSION AUTHORIZATION pg_monitor; SET ROLE none;";

#[test]
fn no_setting_outlives_its_script() {
    let database = Database::empty(prod());
    run(async {
        let (session, _) = open(&database).await;
        session
            .batch("SET app.tenant = 'mine'; SET search_path = public, pg_catalog; SET lock_timeout = '1min'")
            .await
            .unwrap();
        let before = settings(&session).await;
        script::run(&session, SETTER, &ScriptOptions::default())
            .await
            .unwrap();
        assert_eq!(settings(&session).await, before);
        script::run(&session, "RESET ALL", &ScriptOptions::default())
            .await
            .unwrap();
        assert!(
            settings(&session)
                .await
                .contains("public, pg_catalog|1min|")
        );
        session.batch("SET app.tenant = 'mine'").await.unwrap();

        script::run(&session, &format!("{SETTER} SELECT 1/0"), &options())
            .await
            .unwrap_err();
        assert_eq!(settings(&session).await, before);

        let limits = TxOptions {
            lock_timeout: Some("5s".into()),
            ..TxOptions::default()
        };
        transaction(&session, &limits, async |tx: &Session| {
            let inside = settings(tx).await;
            assert_eq!(inside, before.replace("1min", "5s"));
            script::run(tx, SETTER, &ScriptOptions::default()).await?;
            assert_eq!(settings(tx).await, inside);
            Ok::<_, Error>(())
        })
        .await
        .unwrap();
        assert_eq!(settings(&session).await, before);
    });
}

#[test]
fn a_script_stops_at_its_first_error_and_names_the_place() {
    let database = Database::with(prod(), "CREATE TABLE t (id int PRIMARY KEY)");
    run(async {
        let (session, _) = open(&database).await;
        let text =
            "INSERT INTO t VALUES (1);\n\n  INSERT INTO t\n  VALUEZ (2);\nINSERT INTO t VALUES (3)";
        let error = script::run(&session, text, &options()).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "fix.sql:4: syntax error at or near \"VALUEZ\""
        );
        assert_eq!(error.sqlstate(), Some("42601"));
        let data = "INSERT INTO t VALUES (4);\nCOPY t FROM stdin;\n5\nx\n\\.\n";
        let error = script::run(&session, data, &ScriptOptions::default())
            .await
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "line 2 of the script: invalid input syntax for type integer: \"x\""
        );
        let all = ScriptOptions {
            single_transaction: true,
            ..options()
        };
        script::run(&session, "INSERT INTO t VALUES (6); SELECT 1/0", &all)
            .await
            .unwrap_err();
        let own = "BEGIN; INSERT INTO t VALUES (7); SELECT 1/0; COMMIT";
        script::run(&session, own, &options()).await.unwrap_err();
        let report = script::run(
            &session,
            "BEGIN; INSERT INTO t VALUES (8); COMMIT",
            &options(),
        )
        .await;
        assert_eq!(
            report.unwrap(),
            Report {
                statements: 3,
                rows: 1
            }
        );
    });
    // Each statement committed by itself, up to the error.
    assert_eq!(
        database.query("SELECT string_agg(id::text, ' ' ORDER BY id) FROM t"),
        "1 4 8"
    );
}

#[test]
fn what_must_not_run_is_refused_before_the_first_statement() {
    let database = Database::with(prod(), "CREATE TABLE t (id int)");
    let refused = [
        (
            "\\i other.sql",
            "fix.sql:2: `\\i` is a command of psql, not SQL; only `\\restrict` and `\\unrestrict` are passed over",
        ),
        (
            "COPY t TO STDOUT",
            "fix.sql:2: the rows of `COPY ... TO STDOUT` have nowhere to go in a script; read them with a query",
        ),
        (
            "DISCARD ALL",
            "fix.sql:2: `DISCARD ALL` would take away what `runner` keeps in the session; undo single settings with RESET",
        ),
        (
            "SET client_encoding = 'LATIN1'",
            "fix.sql:2: a script is sent as UTF-8; `LATIN1` would make the server read something else",
        ),
        (
            "ALTER DATABASE x SET runner.protect = ''",
            "fix.sql:2: `ALTER DATABASE` would undo the protection of this database; that is for `runner protect`",
        ),
        (
            "BEGIN",
            "fix.sql:2: the transaction that begins here is not ended by the script",
        ),
    ];
    let in_ours = [
        (
            "/* */ commit",
            "`COMMIT` would end or nest the transaction that `runner` keeps; use `transaction(function(tx) ... end)`",
        ),
        (
            "SET TRANSACTION READ ONLY",
            "`SET TRANSACTION` would end or nest the transaction that `runner` keeps; use `transaction(function(tx) ... end)`",
        ),
    ];
    run(async {
        let (session, _) = open(&database).await;
        let message = async |session: &Session, text: &str| {
            let text = format!("INSERT INTO t VALUES (1);\n{text};");
            script::run(session, &text, &options())
                .await
                .unwrap_err()
                .to_string()
        };
        for (text, expected) in refused {
            assert_eq!(message(&session, text).await, expected);
        }
        session.begin(&TxOptions::default()).await.unwrap();
        for (text, expected) in in_ours {
            assert_eq!(
                message(&session, text).await,
                format!("fix.sql:2: {expected}")
            );
        }
        session.commit().await.unwrap();
    });
    assert_eq!(database.query("SELECT count(*) FROM t"), "0");
}

#[test]
fn a_read_only_session_runs_no_script_that_writes() {
    let database = Database::with(prod(), "CREATE TABLE t (id int)");
    run(async {
        let session = connector(&database).0.open(Access::ReadOnly).await.unwrap();
        for text in ["INSERT INTO t VALUES (1)", "COPY t FROM stdin;\n1\n\\.\n"] {
            let error = script::run(&session, text, &options()).await.unwrap_err();
            assert!(error.is_read_only_violation(), "{error}");
        }
        let error = script::run(&session, "BEGIN READ WRITE; COMMIT", &options())
            .await
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "fix.sql:1: `BEGIN` would end or nest the transaction that `runner` keeps; use `transaction(function(tx) ... end)`"
        );
    });
    assert_eq!(database.query("SELECT count(*) FROM t"), "0");
}

#[test]
fn a_copy_that_the_server_refuses_leaves_the_session_usable() {
    let database = Database::with(prod(), "CREATE TABLE t (id int)");
    run(async {
        let (session, _) = open(&database).await;
        session.begin(&TxOptions::default()).await.unwrap();
        for sql in [
            "COPY nowhere FROM stdin",
            "COPY t (x) FROM stdin",
            "COPY t FROM",
        ] {
            session.begin(&TxOptions::default()).await.unwrap();
            assert!(session.copy_in(sql).await.is_err());
            session.rollback().await.unwrap();
        }
        // Given up halfway, a COPY leaves no row and no doubt either.
        session.begin(&TxOptions::default()).await.unwrap();
        let mut copy = session.copy_in("COPY t FROM stdin").await.unwrap();
        copy.send(b"1\n").await.unwrap();
        drop(copy);
        session.rollback().await.unwrap();
        session
            .execute("INSERT INTO t VALUES (2)", &[])
            .await
            .unwrap();
        session.commit().await.unwrap();
    });
    assert_eq!(database.query("SELECT id FROM t"), "2");
}

#[test]
fn a_dry_run_parses_and_notes_what_it_cannot_know() {
    let database = Database::with(prod(), "CREATE TABLE t (id int)");
    run(async {
        let (session, heard) = open(&database).await;
        let text = "CREATE TABLE u (id int);\nINSERT INTO u VALUES (1);\nDELETE FROM t";
        let report = script::check(&session, text, &options()).await.unwrap();
        assert_eq!(
            report,
            Report {
                statements: 2,
                rows: 0
            }
        );
        let note = "not checked, it may depend on the script itself: fix.sql:2: relation \"u\" does not exist";
        assert_eq!(heard.notes(), [note]);
        script::check(&session, "SELEC 1", &options())
            .await
            .unwrap_err();
    });
}

#[test]
fn a_statement_may_end_in_a_semicolon_and_a_comment() {
    let database = Database::empty(prod());
    run(async {
        let (session, _) = open(&database).await;
        let sql = "SELECT '{}'::aclitem[] AS acl, 1 AS one ; -- what; for";
        let rows = session.query(sql, &[]).await.unwrap();
        assert_eq!(rows.columns[0].name, "acl");
    });
}
