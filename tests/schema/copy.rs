//! Definitions, and rows with them, from one database to another.

use runner::copy::schema::{self, Check, Error, SchemaOptions, Section, diff, table};
use runner::copy::verify::{self, By, Except, Extra, VerifyOptions};
use runner::copy::{CopyOptions, Mode, Tables, tables};
use runner::pg::catalog::TableFilter;
use runner::pg::{Session, TxOptions};
use runner::progress::Event;

use super::{EVERYTHING, signs};
use crate::copy::open_as;
use crate::direct::{Heard, open, run};
use crate::support::{Database, Runner, container, dev, prod};

/// Beside [`EVERYTHING`]: a cycle, keys that refuse to be deferred, rows in all of it.
const ROWS: &str = "
CREATE TABLE app.boss (id int PRIMARY KEY, favourite int NOT NULL);
CREATE TABLE app.clerk (id int PRIMARY KEY, boss int NOT NULL REFERENCES app.boss ON DELETE RESTRICT);
INSERT INTO app.boss VALUES (1, 1), (2, 2);
INSERT INTO app.clerk VALUES (1, 2), (2, 1);
ALTER TABLE app.boss ADD FOREIGN KEY (favourite) REFERENCES app.clerk;
INSERT INTO app.a (m, p, pair, t) SELECT 'sad', n, ROW(n, 'x')::app.pair, 'é ' || n FROM generate_series(1, 50) n;
INSERT INTO app.b (a_id, c) SELECT id, 'c' || id FROM app.a;
INSERT INTO app.b (id, a_id, c) VALUES (-1, NULL, 'older than the check');
INSERT INTO app.part SELECT n, '2020-06-01'::date + 20 * n FROM generate_series(1, 40) n;
INSERT INTO app.child (id, p, extra, n) VALUES (900, 1, 5, 7.25);
INSERT INTO app.\"We ird\" VALUES (1), (1), (NULL);
SELECT setval('app.numbers', 501, false), nextval('app.b_id_seq');
REFRESH MATERIALIZED VIEW app.mv";

/// What a target had before the source went on.
const OLDER: &str = "
CREATE SCHEMA app;
CREATE TYPE app.mood AS ENUM ('sad');
CREATE TABLE app.a (id int PRIMARY KEY, m app.mood, obsolete text);
CREATE INDEX goes_with_its_table ON app.a (obsolete);
CREATE TABLE app.b (id serial PRIMARY KEY, a_id int REFERENCES app.a);
CREATE VIEW app.v AS SELECT id FROM app.a;
CREATE FUNCTION app.f(i int) RETURNS text LANGUAGE sql AS 'SELECT ''x''';
CREATE SEQUENCE app.mv;
CREATE TABLE only_here (id int PRIMARY KEY, note text);
INSERT INTO app.a VALUES (7, 'sad', 'old'); INSERT INTO app.b (a_id) VALUES (7); INSERT INTO only_here VALUES (1, 'mine')";

fn everything() -> String {
    let early = EVERYTHING.replace(
        "ALTER TABLE app.b ADD CONSTRAINT late CHECK (id > 0) NOT VALID;",
        "",
    );
    format!("{early}\n{ROWS};\nALTER TABLE app.b ADD CONSTRAINT late CHECK (id > 0) NOT VALID")
}

/// A target that a plain role owns, in which that role has made `sql`.
fn owned_by(role: &str, sql: &str) -> Database {
    let database = Database::empty(prod());
    database.query(&format!(
        "SET client_min_messages = error; DO $$ BEGIN CREATE ROLE {role} LOGIN PASSWORD 'pw'; \
         EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$; \
         ALTER DATABASE {} OWNER TO {role}",
        database.name()
    ));
    database.query(&format!("SET ROLE {role}; {sql}"));
    database
}

fn options(from: &Session, to: &Session) -> SchemaOptions {
    SchemaOptions {
        from: from.clone(),
        to: to.clone(),
        tables: TableFilter::default(),
        section: Section::All,
        clean: false,
        rows: false,
        verify: Check::Content,
        lock_timeout: "10s".to_owned(),
        snapshot: None,
        dry_run: false,
    }
}

/// The same definitions and rows on both sides, but what only the target has.
async fn assert_same(from: &Session, to: &Session) {
    let mut differences = diff(from, to, &TableFilter::default()).await.unwrap();
    differences.retain(|it| it.difference != schema::Class::Extra);
    let shown = table(String::new(), &differences);
    assert!(differences.is_empty(), "{shown:#?}");
    let all = VerifyOptions {
        from: from.clone(),
        to: to.clone(),
        tables: TableFilter {
            tables: Some(vec!["*.*".to_owned()]),
            ..TableFilter::default()
        },
        by: By::Content,
        extra: Extra::Fail,
        except: Except::default(),
        samples: 5,
    };
    verify::tables(&all).await.unwrap();
}

fn sequences(database: &Database) -> String {
    let state = database.state();
    let lines = state.lines().filter(|line| line.starts_with("sequence"));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_whole_database_crosses_in_one_transaction_as_plain_owner_twice() {
    let source = Database::with(dev(), &everything());
    let target = owned_by("schema_whole", OLDER);
    run(async {
        let (from, _) = open(&source).await;
        let to = open_as(&target, "schema_whole").await;
        let mut all = options(&from, &to);
        (all.clean, all.rows) = (true, true);
        for round in 1..=2 {
            let done = schema::copy(&all).await.unwrap();
            assert!(
                done.dropped.contains(&"table `app.a`".to_owned()),
                "{:?}",
                done.dropped
            );
            assert_eq!(done.report.rows, 50 + 51 + 40 + 1 + 3 + 4, "round {round}");
            assert_same(&from, &to).await;
            assert_eq!(sequences(&source), sequences(&target));
            assert_eq!(target.query("SELECT n FROM app.mv"), "51");
            assert_eq!(target.query("TABLE only_here"), "1|mine");
            source.query("UPDATE app.a SET t = t || '!'; SELECT nextval('app.numbers')");
        }
        let timeout = to.value("SHOW lock_timeout", &[]).await.unwrap();
        assert_eq!(timeout.as_str(), Some("0"));
    });
    target.assert_left();
}

#[test]
fn a_failure_in_between_leaves_the_old_data_as_it_was() {
    let late = "CREATE TABLE app.n (n int); INSERT INTO app.n VALUES (1);
                CREATE MATERIALIZED VIEW app.bad AS SELECT 1 / n AS x FROM app.n; INSERT INTO app.n VALUES (0)";
    let source = Database::with(dev(), &format!("{};{late}", everything()));
    let target = Database::with(prod(), OLDER);
    let before = target.state();
    run(async {
        let (from, _) = open(&source).await;
        let (to, _) = open(&target).await;
        let mut all = options(&from, &to);
        (all.clean, all.rows) = (true, true);
        let error = schema::copy(&all).await.unwrap_err();
        assert!(error.to_string().contains("division by zero"), "{error}");
        assert!(!to.in_transaction() && !from.in_transaction());
        to.close();
        from.close();
    });
    target.assert_as_before(&before);
    source.assert_left();
}

#[test]
fn what_only_the_target_has_and_would_go_is_listed_and_refused() {
    let more = "CREATE VIEW app.report AS SELECT id FROM app.a;
                CREATE TABLE app.notes (id int DEFAULT nextval('app.b_id_seq'), a_id int REFERENCES app.a, m app.mood);
                CREATE FUNCTION app.uses(app.a) RETURNS int LANGUAGE sql AS 'SELECT 1'";
    let source = Database::with(dev(), EVERYTHING);
    let target = Database::with(prod(), &format!("{OLDER};{more}"));
    let before = target.state();
    run(async {
        let (from, _) = open(&source).await;
        let (to, _) = open(&target).await;
        let mut all = options(&from, &to);
        let error = schema::copy(&all).await.unwrap_err();
        let Error::Exists { objects, .. } = &error else {
            panic!("{error}")
        };
        assert_eq!(
            *objects,
            [
                "type `app.mood`",
                "sequence `app.mv`",
                "table `app.a`",
                "table `app.b`",
                "view `app.v`",
                "function `app.f(i integer)`"
            ]
        );
        assert!(
            error
                .to_string()
                .ends_with("with `clean = true` they are dropped first")
        );
        all.clean = true;
        let error = schema::copy(&all).await.unwrap_err();
        let Error::Dependents { objects, .. } = &error else {
            panic!("{error}")
        };
        assert_eq!(
            *objects,
            [
                "column `app.notes.id`",
                "column `app.notes.m`",
                "constraint `app.notes.notes_a_id_fkey`",
                "view `app.report`",
                "function `app.uses(app.a)`"
            ]
        );
        to.close();
    });
    target.assert_as_before(&before);
}

#[test]
fn sections_stand_around_a_copy_of_the_rows() {
    let source = Database::with(dev(), &everything());
    let target = owned_by("schema_sections", "");
    run(async {
        let (from, _) = open(&source).await;
        let to = open_as(&target, "schema_sections").await;
        to.begin(&TxOptions::default()).await.unwrap();
        let mut part = options(&from, &to);
        part.section = Section::PreData;
        schema::copy(&part).await.unwrap();
        assert_eq!(
            to.value("SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND connamespace = 'app'::regnamespace", &[])
                .await
                .unwrap()
                .as_int(),
            Some(0)
        );
        let filter = TableFilter {
            tables: Some(vec!["*.*".to_owned()]),
            ..TableFilter::default()
        };
        let rows = CopyOptions::new(
            from.clone(),
            to.clone(),
            Tables::Matching(filter),
            Mode::Append,
        );
        tables(&rows).await.unwrap();
        part.section = Section::PostData;
        schema::copy(&part).await.unwrap();
        to.batch("REFRESH MATERIALIZED VIEW app.mv").await.unwrap();
        to.commit().await.unwrap();
        assert_same(&from, &to).await;
        // Again, over what is there.
        let error = schema::copy(&part).await.unwrap_err();
        assert!(
            error
                .to_string()
                .contains("already has constraint `app.a.a_pkey`"),
            "{error}"
        );
        part.clean = true;
        schema::copy(&part).await.unwrap();
        assert_same(&from, &to).await;
    });
}

#[test]
fn chosen_tables_come_with_their_parts_alone() {
    let source = Database::with(dev(), "
        CREATE TABLE a (id serial PRIMARY KEY, v text); CREATE INDEX ON a (v); CREATE TABLE b (id int REFERENCES a);
        CREATE TABLE \"We \"\"ird\" (id int); CREATE TABLE skipped (id int); CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';
        INSERT INTO a (v) VALUES ('x'); INSERT INTO skipped VALUES (1)");
    let target = Database::with(prod(), "CREATE TABLE skipped (other int)");
    run(async {
        let (from, _) = open(&source).await;
        let (to, _) = open(&target).await;
        let own = |names: &[&str]| {
            names
                .iter()
                .map(|name| (*name).to_owned())
                .collect::<Vec<_>>()
        };
        let mut some = options(&from, &to);
        some.rows = true;
        some.tables.tables = Some(own(&["a", "\"We \"\"ird\""]));
        schema::copy(&some).await.unwrap();
        let left = signs(&diff(&from, &to, &TableFilter::default()).await.unwrap());
        assert_eq!(
            left,
            [
                "- table public.b",
                "- column public.skipped.id",
                "+ column public.skipped.other",
                "- function public.f()"
            ]
        );
        assert_eq!(
            target.query("SELECT id, v, nextval('a_id_seq') FROM a"),
            "1|x|2"
        );
        some.tables = TableFilter {
            exclude: own(&["skip*", "b"]),
            ..TableFilter::default()
        };
        some.clean = true;
        schema::copy(&some).await.unwrap();
        let left = signs(&diff(&from, &to, &TableFilter::default()).await.unwrap());
        assert_eq!(
            left,
            [
                "- table public.b",
                "- column public.skipped.id",
                "+ column public.skipped.other"
            ]
        );
    });
}

#[test]
fn owners_and_grants_of_the_target_stay() {
    let both = "CREATE TABLE t (id serial PRIMARY KEY, v text); CREATE FUNCTION f(i int) RETURNS int LANGUAGE sql AS 'SELECT 1';
                CREATE TYPE mood AS ENUM ('a'); CREATE VIEW v AS SELECT 1 AS one";
    let source = Database::with(dev(), both);
    let target = Database::with(prod(), both);
    let state = "SELECT string_agg(x, E'\\n' ORDER BY x) FROM (
        SELECT relname || ' ' || relowner::regrole || ' ' || COALESCE(relacl::text, '') FROM pg_class
         WHERE relnamespace = 'public'::regnamespace
        UNION ALL SELECT attname || COALESCE(attacl::text, '') FROM pg_attribute WHERE attrelid = 't'::regclass AND attacl IS NOT NULL
        UNION ALL SELECT proname || ' ' || proowner::regrole || ' ' || COALESCE(proacl::text, '') FROM pg_proc WHERE pronamespace = 'public'::regnamespace
        UNION ALL SELECT typname || ' ' || typowner::regrole || ' ' || COALESCE(typacl::text, '') FROM pg_type WHERE typname = 'mood') AS s (x)";
    target.query(
        "SET client_min_messages = error;
         DO $$ BEGIN CREATE ROLE schema_owner; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
         DO $$ BEGIN CREATE ROLE \"schema Reader\"; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
         GRANT CREATE ON SCHEMA public TO schema_owner;
         ALTER TABLE t OWNER TO schema_owner; ALTER FUNCTION f OWNER TO schema_owner; ALTER TYPE mood OWNER TO schema_owner;
         GRANT SELECT, INSERT ON t TO \"schema Reader\" WITH GRANT OPTION; GRANT UPDATE (v) ON t TO \"schema Reader\";
         GRANT USAGE ON SEQUENCE t_id_seq TO PUBLIC; REVOKE EXECUTE ON FUNCTION f FROM PUBLIC; GRANT SELECT ON v TO PUBLIC",
    );
    let before = target.query(state);
    run(async {
        let (from, _) = open(&source).await;
        let (to, _) = open(&target).await;
        let mut all = options(&from, &to);
        (all.clean, all.rows) = (true, true);
        schema::copy(&all).await.unwrap();
    });
    assert_eq!(target.query(state), before);
    assert!(
        before.contains("schema_owner") && before.contains("=a*r*/schema_owner"),
        "{before}"
    );
}

#[test]
fn a_dry_run_tells_what_would_be_dropped() {
    let source = Database::with(dev(), EVERYTHING);
    let target = Database::with(prod(), OLDER);
    let before = target.state();
    run(async {
        let (from, _) = open(&source).await;
        let (to, heard) = open(&target).await;
        let mut all = options(&from, &to);
        (all.clean, all.rows, all.dry_run) = (true, true, true);
        let done = schema::copy(&all).await.unwrap();
        assert_eq!((done.dropped.len(), done.statements), (6, 0));
        assert!(
            heard.notes()[0].contains("table `app.a`, table `app.b`, view `app.v`"),
            "{:?}",
            heard.notes()
        );
        to.close();
    });
    target.assert_as_before(&before);
}

#[test]
fn somebody_who_uses_a_table_is_not_waited_for_long() {
    let source = Database::with(dev(), "CREATE TABLE t (id int)");
    let target = Database::with(prod(), "CREATE TABLE t (id int); INSERT INTO t VALUES (1)");
    let mut other = target.session();
    other.query("BEGIN; SELECT FROM t");
    run(async {
        let (from, _) = open(&source).await;
        let (to, _) = open(&target).await;
        let mut all = options(&from, &to);
        (all.clean, all.lock_timeout) = (true, "20ms".to_owned());
        let error = schema::copy(&all).await.unwrap_err();
        assert!(error.to_string().contains("lock timeout"), "{error}");
    });
    other.query("ROLLBACK");
    assert_eq!(target.query("TABLE t"), "1");
}

#[test]
fn a_broken_dump_is_an_error_with_its_first_complaint() {
    let source = Database::with(dev(), "CREATE TABLE t (id int)");
    let target = Database::empty(prod());
    run(async {
        let (from, _) = open(&source).await;
        let (to, heard): (_, std::sync::Arc<Heard>) = open(&target).await;
        let mut all = options(&from, &to);
        from.begin(&TxOptions::default()).await.unwrap();
        all.snapshot = Some("00000003-FFFFFFFF-1".to_owned());
        let error = schema::copy(&all).await.unwrap_err().to_string();
        assert!(
            error.contains("pg_dump of") && error.contains("snapshot"),
            "{error}"
        );
        from.rollback().await.unwrap();
        assert!(
            !heard
                .events()
                .iter()
                .any(|event| matches!(event, Event::Report(_)))
        );
    });
    source.assert_left();
}

#[test]
fn a_playbook_brings_a_schema_out_of_a_container_behind_ssh() {
    let source = Database::law_prod(container());
    let target = Database::empty(dev());
    Runner::new()
        .container_target("prod", &source)
        .target("dev", &target)
        .playbook(
            r#"
            local prod, dev = connect "prod", connect("dev", { write = true })
            local done = prod:snapshot(function(src)
              return copy.schema { from = src, to = dev, clean = true, rows = true, verify = "content" }
            end)
            print(#done.dropped, done.rows > 1000, done.statements > 20)
            print(#verify.schema { from = prod, to = dev })
            verify.tables { from = prod, to = dev, by = "content" }
            local ok, e = pcall(copy.schema, { from = prod, to = dev, rows = true, section = "pre-data" })
            print(e)
            "#,
        )
        .stdout_has("0\ttrue\ttrue\n0\n")
        .stdout_has("`copy.schema`: `rows` come between the two sections")
        .success()
        .assert_left();
    target.assert_left();
}
