//! Sequences of the target move forward only.

use runner::copy::Mode;
use runner::pg::TxOptions;

use super::*;

const TABLES: &str = "CREATE TABLE t (id serial PRIMARY KEY);
CREATE SEQUENCE shared; CREATE TABLE u (id int DEFAULT nextval('shared'));
CREATE TABLE i (id int GENERATED ALWAYS AS IDENTITY);
CREATE SEQUENCE down INCREMENT -1 MAXVALUE 100; CREATE TABLE d (id int DEFAULT nextval('down'));
CREATE SEQUENCE round CYCLE MAXVALUE 9; CREATE TABLE r (id int DEFAULT nextval('round'))";

fn positions(database: &Database) -> String {
    database.query(
        "SELECT (SELECT ROW(last_value, is_called) FROM t_id_seq), (SELECT ROW(last_value, is_called) FROM shared),
          (SELECT ROW(last_value, is_called) FROM i_id_seq), (SELECT ROW(last_value, is_called) FROM down)",
    )
}

#[test]
fn a_sequence_goes_where_the_source_is_or_the_rows_are_whichever_is_further() {
    let pair = Pair::new(
        TABLES,
        "INSERT INTO t DEFAULT VALUES; INSERT INTO t VALUES (70); SELECT setval('shared', 30, false);
         INSERT INTO i DEFAULT VALUES; SELECT setval('i_id_seq', 8); INSERT INTO d DEFAULT VALUES",
    );
    pair.to.query("SELECT setval('down', 90)");
    pair.copy(Mode::Replace, &[]).unwrap();
    assert_eq!(positions(&pair.to), "(70,t)|(30,f)|(8,t)|(90,t)");
    pair.to
        .query("SELECT setval('t_id_seq', 500), setval('shared', 29)");
    pair.copy(Mode::Append, &["u"]).unwrap();
    pair.copy(Mode::Upsert, &["t"]).unwrap();
    assert_eq!(positions(&pair.to), "(500,t)|(29,t)|(8,t)|(90,t)");
}

#[test]
fn a_sequence_of_its_owner_goes_back_with_the_transaction() {
    let pair = Pair::new(
        TABLES,
        "INSERT INTO t VALUES (70); INSERT INTO r VALUES (1)",
    );
    let before = pair.to.state();
    run(async {
        let (from, to, heard) = pair.sessions().await;
        to.begin(&TxOptions::default()).await.unwrap();
        copy(&from, &to, Mode::Append, &["t", "r"]).await.unwrap();
        assert_eq!(
            to.value("SELECT last_value FROM t_id_seq", &[])
                .await
                .unwrap()
                .as_int(),
            Some(70)
        );
        to.rollback().await.unwrap();
        let name = pair.to.name();
        let cycles = format!("sequence `public.round` on `{name}` is left where it is: it cycles");
        assert_eq!(heard.notes(), [cycles]);
    });
    pair.to.assert_as_before(&before);
}

#[test]
fn who_does_not_own_a_sequence_is_told_what_that_means() {
    let pair = Pair::new(TABLES, "INSERT INTO t VALUES (70)");
    let role = "copy_sequences";
    run(async {
        let (from, _) = open(&pair.from).await;
        let to = open_as(&pair.to, role).await;
        pair.to
            .query(&format!("GRANT SELECT, INSERT, UPDATE ON t TO {role}"));
        copy(&from, &to, Mode::Append, &["t"]).await.unwrap();
        assert_eq!(pair.to.query("SELECT last_value FROM t_id_seq"), "1");
        pair.to.query(&format!("GRANT ALL ON t_id_seq TO {role}"));
        copy(&from, &to, Mode::Upsert, &["t"]).await.unwrap();
        assert_eq!(pair.to.query("SELECT last_value FROM t_id_seq"), "70");
    });
}
