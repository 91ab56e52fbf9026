//! Triggers are off inside the block only, and afterwards exactly as they were.

use std::time::Duration;

use runner::pg::catalog::{Catalog, Relation};
use runner::pg::{Access, Session, TxOptions};
use runner::trigger::{Enabled, Error, Options, Triggers, disable, disabled, preview, state};

use crate::direct::{connector_as, open, run};
use crate::support::{Database, prod};

/// One trigger in each state, on a table and on a partitioned one whose clones differ from it.
const SCHEMA: &str = "
CREATE TABLE parent (id int PRIMARY KEY);
CREATE TABLE lat (id int PRIMARY KEY, parent int REFERENCES parent DEFERRABLE INITIALLY DEFERRED, n int);
CREATE TABLE log (what text);
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN INSERT INTO public.log VALUES (TG_NAME); RETURN NEW; END $$;
CREATE TRIGGER origin BEFORE INSERT ON lat FOR EACH ROW EXECUTE FUNCTION note();
CREATE TRIGGER always BEFORE INSERT ON lat FOR EACH ROW EXECUTE FUNCTION note();
CREATE TRIGGER replica BEFORE INSERT ON lat FOR EACH ROW EXECUTE FUNCTION note();
CREATE TRIGGER disabled BEFORE INSERT ON lat FOR EACH ROW EXECUTE FUNCTION note();
CREATE CONSTRAINT TRIGGER late AFTER INSERT ON lat DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION note();
ALTER TABLE lat ENABLE ALWAYS TRIGGER always;
ALTER TABLE lat ENABLE REPLICA TRIGGER replica;
ALTER TABLE lat DISABLE TRIGGER disabled;
INSERT INTO parent VALUES (1);

CREATE TABLE part (id int, day int) PARTITION BY LIST (day);
CREATE TABLE part_1 PARTITION OF part FOR VALUES IN (1);
CREATE TABLE part_2 PARTITION OF part FOR VALUES IN (2);
CREATE TRIGGER tell AFTER INSERT ON part FOR EACH ROW EXECUTE FUNCTION note();
ALTER TABLE ONLY part_1 ENABLE ALWAYS TRIGGER tell;
ALTER TABLE ONLY part_2 DISABLE TRIGGER tell;";

async fn tables(session: &Session, names: &[&str]) -> Vec<Relation> {
    let catalog = Catalog::read(session).await.unwrap();
    names
        .iter()
        .map(|name| catalog.find(name).unwrap().clone())
        .collect()
}

fn with(triggers: Triggers) -> Options {
    Options {
        triggers,
        lock_timeout: Duration::from_millis(300),
    }
}

const STATES: &str =
    "SELECT string_agg(tgrelid::regclass || '.' || tgname || '=' || tgenabled::text, ' '
  ORDER BY tgrelid::regclass::text, tgname) FROM pg_trigger";

#[test]
fn every_trigger_gets_back_the_state_it_had() {
    let database = Database::with(prod(), SCHEMA);
    let before = database.query(STATES);
    run(async {
        let (session, _) = open(&database).await;
        let tables = tables(&session, &["lat", "part"]).await;
        for triggers in [Triggers::User, Triggers::All] {
            disabled(&session, &tables, &with(triggers), async |tx: &Session| {
                let off = state(tx, &tables).await?;
                assert!(
                    off.iter()
                        .all(|t| t.internal || t.enabled == Enabled::Disabled)
                );
                tx.batch(
                    "INSERT INTO lat VALUES (1, 1), (2, 1); INSERT INTO part VALUES (1, 1), (2, 2)",
                )
                .await?;
                tx.batch("DELETE FROM lat").await?;
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
            assert_eq!(database.query(STATES), before);
        }
        disabled(
            &session,
            &tables,
            &with(Triggers::User),
            async |tx: &Session| {
                tx.batch("INSERT INTO lat VALUES (1, 1); SELECT 1/0")
                    .await?;
                Ok::<_, Error>(())
            },
        )
        .await
        .unwrap_err();
    });
    assert_eq!(database.query(STATES), before);
    assert_eq!(database.query("SELECT count(*) FROM log"), "0");
    assert_eq!(database.query("SELECT count(*) FROM part"), "4");
}

#[test]
fn only_triggers_that_are_named_are_off() {
    let database = Database::with(prod(), SCHEMA);
    run(async {
        let (session, _) = open(&database).await;
        let tables = tables(&session, &["lat"]).await;
        let names = with(Triggers::Names(vec!["origin".into(), "late".into()]));
        let off = preview(&session, &tables, &names).await.unwrap();
        let off: Vec<&str> = off.iter().map(|trigger| trigger.name.as_str()).collect();
        assert_eq!(off, ["late", "origin"]);
        disabled(&session, &tables, &names, async |tx: &Session| {
            tx.batch("INSERT INTO lat VALUES (1)")
                .await
                .map_err(Error::from)
        })
        .await
        .unwrap();
        let unknown = with(Triggers::Names(vec!["alway".into()]));
        let error = preview(&session, &tables, &unknown).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "none of `lat` has a trigger `alway` made by a user, did you mean `always`"
        );
    });
    assert_eq!(
        database.query("SELECT string_agg(what, ' ') FROM log"),
        "always"
    );
}

#[test]
fn deferred_events_fire_before_the_triggers_are_back() {
    let database = Database::with(prod(), SCHEMA);
    run(async {
        let (session, _) = open(&database).await;
        let tables = tables(&session, &["lat"]).await;
        session.begin(&TxOptions::default()).await.unwrap();
        // Pending before the block, with a cursor on the table: both keep ALTER TABLE out.
        session
            .batch("INSERT INTO lat VALUES (1, 1); DECLARE c CURSOR FOR SELECT * FROM lat")
            .await
            .unwrap();
        disabled(
            &session,
            &tables,
            &with(Triggers::User),
            async |tx: &Session| {
                // The key is checked at the end as it was declared, not at once.
                tx.batch("INSERT INTO lat VALUES (2, 7); INSERT INTO parent VALUES (7)")
                    .await?;
                tx.batch("DECLARE c CURSOR FOR SELECT * FROM lat; FETCH c")
                    .await
                    .map_err(Error::from)
            },
        )
        .await
        .unwrap();
        session.commit().await.unwrap();

        let error = disabled(
            &session,
            &tables,
            &with(Triggers::User),
            async |tx: &Session| {
                tx.batch("INSERT INTO lat VALUES (3, 99)")
                    .await
                    .map_err(Error::from)
            },
        )
        .await
        .unwrap_err();
        assert!(matches!(error, Error::Pg(error) if error.sqlstate() == Some("23503")));
    });
    assert_eq!(
        database.query("SELECT string_agg(id::text, ' ') FROM lat"),
        "1 2"
    );
}

#[test]
fn keys_that_were_bypassed_are_checked_on_both_sides() {
    let database = Database::with(prod(), SCHEMA);
    database.query("INSERT INTO lat VALUES (1, 1)");
    run(async {
        let (session, _) = open(&database).await;
        let both = tables(&session, &["lat", "parent"]).await;
        for (table, sql, values) in [
            (
                0,
                "INSERT INTO lat SELECT n, n FROM generate_series(2, 8) n",
                "(2), (3), (4), (5), (6) and others",
            ),
            (1, "DELETE FROM parent", "(1)"),
        ] {
            let error = disabled(
                &session,
                &both[table..=table],
                &with(Triggers::All),
                async |tx: &Session| tx.batch(sql).await.map_err(Error::from),
            )
            .await
            .unwrap_err();
            assert_eq!(
                error.to_string(),
                format!(
                    "foreign key `lat_parent_fkey`: rows of `lat` have no parent in `parent`: parent = {values}; its transaction was rolled back"
                )
            );
        }
    });
    assert_eq!(database.query("SELECT count(*) FROM lat"), "1");
}

#[test]
fn who_is_in_the_way_is_named() {
    let database = Database::with(prod(), SCHEMA);
    let mut other = database.session();
    other.query("SET application_name = 'importer'; BEGIN; INSERT INTO parent VALUES (5); INSERT INTO lat VALUES (9, 1)");
    run(async {
        let (session, heard) = open(&database).await;
        let tables = tables(&session, &["lat"]).await;
        session.begin(&TxOptions::default()).await.unwrap();
        let error = disable(&session, &tables, &with(Triggers::User))
            .await
            .unwrap_err();
        let text = error.to_string();
        assert!(
            text.starts_with("`lat` could not be locked within 0.3 s: `lat` is held by process "),
            "{text}"
        );
        assert!(
            text.contains(" (importer) of `postgres`, idle in transaction since "),
            "{text}"
        );
        let notes = heard.notes().join("\n");
        assert!(notes.contains("whoever writes `lat` waits from now on until this transaction ends; writing now: process "), "{notes}");
        assert!(
            notes.contains("waiting: `lat` is held by process "),
            "{notes}"
        );
        // The transaction goes on.
        session.value("SELECT 1", &[]).await.unwrap();
        other.query("COMMIT");
        let guard = disable(&session, &tables, &with(Triggers::User))
            .await
            .unwrap();
        assert_eq!(guard.off().len(), 4);
        guard.restore(&session).await.unwrap();
        session.commit().await.unwrap();
    });
}

#[test]
fn a_body_that_leaves_a_trigger_otherwise_is_rolled_back() {
    let database = Database::with(prod(), SCHEMA);
    let before = database.query(STATES);
    run(async {
        let (session, _) = open(&database).await;
        let tables = tables(&session, &["lat"]).await;
        let error = disabled(
            &session,
            &tables,
            &with(Triggers::User),
            async |tx: &Session| {
                tx.batch("ALTER TABLE lat ENABLE TRIGGER disabled")
                    .await
                    .map_err(Error::from)
            },
        )
        .await
        .unwrap_err();
        assert_eq!(
            error.to_string(),
            "trigger `disabled` of `lat` was disabled and would be left origin; its transaction was rolled back"
        );
        let error = disabled(
            &session,
            &tables,
            &with(Triggers::User),
            async |tx: &Session| {
                tx.batch("DROP TRIGGER disabled ON lat")
                    .await
                    .map_err(Error::from)
            },
        )
        .await
        .unwrap_err();
        assert!(
            error.to_string().contains("would be left dropped"),
            "{error}"
        );
    });
    assert_eq!(database.query(STATES), before);
}

#[test]
fn an_owner_without_superuser_is_told_what_to_do_instead() {
    let database = Database::with(prod(), SCHEMA);
    let role = format!("owner_of_{}", database.name());
    database.query(&format!(
        "CREATE ROLE {role} LOGIN PASSWORD 'owner secret'; ALTER TABLE lat OWNER TO {role}; ALTER TABLE parent OWNER TO {role}"
    ));
    let url = database.url();
    let place = url.split_once('@').unwrap().1;
    let url = format!("postgres://{role}:owner secret@{place}");
    run(async {
        let (connector, _) = connector_as(&database, &url);
        let session = connector.open(Access::ReadWrite).await.unwrap();
        let tables = tables(&session, &["lat"]).await;
        session.begin(&TxOptions::default()).await.unwrap();
        let error = disable(&session, &tables, &with(Triggers::All))
            .await
            .unwrap_err();
        let expected = format!("`{role}` may not switch off `RI_ConstraintTrigger_");
        assert!(error.to_string().starts_with(&expected), "{error}");
        let guard = disable(&session, &tables, &with(Triggers::User))
            .await
            .unwrap();
        guard.restore(&session).await.unwrap();
        session.rollback().await.unwrap();
        session.close();
    });
    database.query(&format!(
        "REASSIGN OWNED BY {role} TO postgres; DROP ROLE {role}"
    ));
}
