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
    pair.copy(Mode::Append, &[]).unwrap();
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

const EVERYTHING: &str = "CREATE TABLE t (id bigserial PRIMARY KEY, small smallserial, n int GENERATED ALWAYS AS IDENTITY);
CREATE SEQUENCE numbers START 100; CREATE SEQUENCE fresh; CREATE SEQUENCE ahead; CREATE SEQUENCE least INCREMENT -5 MINVALUE -1000;
CREATE SCHEMA other; CREATE SEQUENCE other.numbers MINVALUE 0 START 1; CREATE UNLOGGED SEQUENCE quick;
CREATE SEQUENCE round CYCLE; CREATE TABLE left_out (id serial PRIMARY KEY);
CREATE FUNCTION draw() RETURNS bigint LANGUAGE sql AS $$ SELECT nextval('numbers') $$";

/// Numbers in the columns are ahead of the sequences at the source, as after an import.
const AHEAD: &str = "INSERT INTO t OVERRIDING SYSTEM VALUE VALUES (7, 8, 9); SELECT setval('t_n_seq', 4, false);
SELECT draw(); SELECT setval('ahead', 5); SELECT setval('least', -50, false); SELECT setval('other.numbers', 0);
SELECT setval('quick', 77); SELECT setval('round', 12); INSERT INTO left_out DEFAULT VALUES";

#[test]
fn a_replace_of_everything_leaves_every_sequence_as_the_source_has_it() {
    let pair = Pair::new(EVERYTHING, AHEAD);
    pair.to.query("SELECT setval('ahead', 6)");
    run(async {
        let (from, to, heard) = pair.sessions().await;
        for _ in 0..2 {
            let mut options = options(&from, &to, Mode::Replace, &["*.*"]);
            let Tables::Matching(filter) = &mut options.tables else {
                unreachable!("made by name")
            };
            filter.exclude = vec!["left_*".to_owned()];
            tables(&options).await.unwrap();
        }
        let name = pair.to.name();
        let round = format!("sequence `public.round` on `{name}` is left where it is: it cycles");
        assert!(heard.notes().contains(&round), "{:?}", heard.notes());
    });
    let all = "SELECT (SELECT ROW(last_value, is_called) FROM t_id_seq), (SELECT ROW(last_value, is_called) FROM t_small_seq),
      (SELECT ROW(last_value, is_called) FROM t_n_seq), (SELECT ROW(last_value, is_called) FROM numbers),
      (SELECT ROW(last_value, is_called) FROM fresh), (SELECT ROW(last_value, is_called) FROM least),
      (SELECT ROW(last_value, is_called) FROM other.numbers), (SELECT ROW(last_value, is_called) FROM quick)";
    assert_eq!(pair.to.query(all), pair.from.query(all));
    assert_eq!(
        pair.to.query(all),
        "(1,f)|(1,f)|(4,f)|(100,t)|(1,f)|(-50,f)|(0,t)|(77,t)"
    );
    // Ahead already; cycling; of a table that is left out.
    let others = "SELECT (SELECT last_value FROM ahead), (SELECT last_value FROM round), (SELECT is_called FROM left_out_id_seq)";
    assert_eq!(pair.to.query(others), "6|1|f");
}

#[test]
fn sequences_that_no_table_uses_go_with_everything_only_and_not_where_switched_off() {
    let pair = Pair::new(EVERYTHING, AHEAD);
    let numbers = || pair.to.query("SELECT last_value, is_called FROM numbers");
    pair.copy(Mode::Replace, &["t"]).unwrap();
    assert_eq!(numbers(), "100|f");
    run(async {
        let (from, to, _) = pair.sessions().await;
        let mut options = options(&from, &to, Mode::Replace, &["*.*"]);
        options.sequences = false;
        tables(&options).await.unwrap();
    });
    assert_eq!(numbers(), "100|f");
    assert_eq!(pair.to.query("SELECT last_value FROM t_n_seq"), "4");
    pair.copy(Mode::Upsert, &["*.*"]).unwrap();
    assert_eq!(numbers(), "100|t");
    // An upsert leaves no number in the rows ahead of its sequence.
    assert_eq!(pair.to.query("SELECT last_value FROM t_id_seq"), "7");
}

#[test]
fn sequences_move_with_the_transaction_they_are_moved_in() {
    let pair = Pair::new(EVERYTHING, AHEAD);
    let before = pair.to.state();
    run(async {
        let (from, to, _) = pair.sessions().await;
        to.begin(&TxOptions::default()).await.unwrap();
        copy(&from, &to, Mode::Replace, &["*.*"]).await.unwrap();
        to.rollback().await.unwrap();
    });
    pair.to.assert_as_before(&before);
}

#[test]
fn a_sequence_that_is_missing_or_may_not_be_read_is_told() {
    let pair = Pair::different(
        "CREATE TABLE t (id serial PRIMARY KEY); CREATE SEQUENCE hidden; CREATE SEQUENCE only_here;
         INSERT INTO t VALUES (50); SELECT setval('hidden', 9)",
        "CREATE TABLE t (id serial PRIMARY KEY); CREATE SEQUENCE hidden",
    );
    pair.from.query("DO $$ BEGIN CREATE ROLE copy_reads_tables LOGIN PASSWORD 'pw'; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
      GRANT SELECT ON t TO copy_reads_tables; GRANT USAGE ON SEQUENCE hidden TO copy_reads_tables");
    run(async {
        let from = open_as(&pair.from, "copy_reads_tables").await;
        let (to, heard) = open(&pair.to).await;
        copy(&from, &to, Mode::Replace, &["*.*"]).await.unwrap();
        let told = heard.notes().join("\n");
        for line in [
            "sequence `public.only_here` is not on",
            "may not be read, so `public.t_id_seq` is moved past the rows only",
        ] {
            assert!(told.contains(line), "{told}");
        }
    });
    assert_eq!(pair.to.query("SELECT last_value FROM t_id_seq"), "50");
    assert_eq!(pair.to.query("SELECT last_value FROM hidden"), "1");
}
