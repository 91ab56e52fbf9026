//! A statement that runs again is not parsed again, and gives what it would have given.

use runner::pg::{Access, TxOptions, Value};

use crate::direct::{open, run};
use crate::support::{Database, dev};

const TABLE: &str = "CREATE TABLE t (a integer); INSERT INTO t VALUES (1)";
const ROWS: &str = "SELECT * FROM t";

#[test]
fn a_statement_is_parsed_once() {
    let database = Database::with(dev(), TABLE);
    run(async {
        let (session, _) = open(&database).await;
        let parsed = "SELECT count(*) FROM pg_prepared_statements WHERE statement = $1";
        for _ in 0..3 {
            session.query(ROWS, &[]).await.unwrap();
            let count = session.value(parsed, &[Value::from(ROWS)]).await.unwrap();
            assert_eq!(count.as_int(), Some(1));
        }
        // What may change the columns has it parsed anew.
        session
            .execute("ALTER TABLE t ADD b integer", &[])
            .await
            .unwrap();
        assert_eq!(session.query(ROWS, &[]).await.unwrap().columns.len(), 2);
    });
}

#[test]
fn columns_that_somebody_else_has_changed_are_seen() {
    let database = Database::with(dev(), TABLE);
    for access in [Access::ReadWrite, Access::ReadOnly] {
        run(async {
            let (session, _) = open(&database).await;
            session.set_access(access);
            let columns = async || session.query(ROWS, &[]).await.unwrap().columns.len();
            let before = columns().await;
            database.query("ALTER TABLE t ADD c integer");
            assert_eq!(columns().await, before + 1);
            // Inside a transaction, where an error would end it.
            database.query("ALTER TABLE t DROP c");
            session.begin(&TxOptions::default()).await.unwrap();
            assert_eq!(columns().await, before);
            assert_eq!(columns().await, before);
            session.rollback().await.unwrap();
            database.query("ALTER TABLE t ALTER a TYPE text");
            let value = session.value(ROWS, &[]).await.unwrap();
            assert_eq!(value, Value::from("1"));
            database.query("ALTER TABLE t ALTER a TYPE integer USING a::integer");
        });
    }
}

#[test]
fn what_was_thrown_away_is_parsed_again() {
    let database = Database::with(
        dev(),
        "CREATE FUNCTION forget() RETURNS void LANGUAGE plpgsql AS $$ BEGIN DEALLOCATE ALL; END $$",
    );
    run(async {
        let (session, _) = open(&database).await;
        for _ in 0..3 {
            assert_eq!(
                session.value("SELECT 1", &[]).await.unwrap().as_int(),
                Some(1)
            );
            session.batch("SELECT forget()").await.unwrap();
        }
        session.execute("DISCARD ALL", &[]).await.unwrap();
        assert_eq!(
            session.value("SELECT 1", &[]).await.unwrap().as_int(),
            Some(1)
        );
    });
}
