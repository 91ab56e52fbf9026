//! Rows that refer to rows that are not there.

use runner::copy::verify::{self, KeyCheck, KeyOptions, NotValid};
use runner::pg::Session;
use runner::pg::catalog::TableFilter;

use crate::direct::{open, run};
use crate::support::{Database, dev};

const SCHEMA: &str = "
CREATE TABLE parent (a int, b int, PRIMARY KEY (a, b));
CREATE TABLE simple (id int PRIMARY KEY, a int, b int, CONSTRAINT s FOREIGN KEY (a, b) REFERENCES parent);
CREATE TABLE full_match (id int PRIMARY KEY, a int, b int, CONSTRAINT f FOREIGN KEY (a, b) REFERENCES parent MATCH FULL);
CREATE TABLE tree (id int PRIMARY KEY, up int CONSTRAINT t REFERENCES tree);
CREATE TABLE root (id int, d int, PRIMARY KEY (id, d)) PARTITION BY LIST (d);
CREATE TABLE root_1 PARTITION OF root FOR VALUES IN (1);
CREATE TABLE root_2 PARTITION OF root FOR VALUES IN (2);
CREATE TABLE leaf (id int, root_id int, d int, CONSTRAINT l FOREIGN KEY (root_id, d) REFERENCES root) PARTITION BY HASH (id);
CREATE TABLE leaf_0 PARTITION OF leaf FOR VALUES WITH (MODULUS 1, REMAINDER 0);
CREATE TABLE late (id int PRIMARY KEY, tree_id int);
INSERT INTO late VALUES (1, 99);
ALTER TABLE late ADD CONSTRAINT n FOREIGN KEY (tree_id) REFERENCES tree NOT VALID;
INSERT INTO parent VALUES (1, 1);
INSERT INTO simple VALUES (1, 1, 1), (2, NULL, 7);
INSERT INTO full_match VALUES (1, 1, 1), (2, NULL, NULL);
INSERT INTO tree VALUES (1, NULL), (2, 1);
INSERT INTO root VALUES (1, 1), (1, 2);
INSERT INTO leaf VALUES (1, 1, 1), (2, 1, 2);";

fn options(session: &Session, tables: &[&str], not_valid: NotValid) -> KeyOptions {
    let names = tables.iter().map(|name| (*name).to_owned()).collect();
    KeyOptions {
        session: session.clone(),
        tables: TableFilter {
            tables: (!tables.is_empty()).then_some(names),
            ..TableFilter::default()
        },
        not_valid,
        samples: verify::SAMPLES,
    }
}

fn found(checks: &[KeyCheck]) -> Vec<(&str, u64, bool)> {
    let mut found: Vec<_> = checks
        .iter()
        .map(|check| (check.key.as_str(), check.orphans, check.ok))
        .collect();
    found.sort_unstable();
    found
}

#[test]
fn orphans_of_every_key_are_counted_and_named() {
    let database = Database::with(dev(), SCHEMA);
    run(async {
        let (session, _) = open(&database).await;
        let all = options(&session, &[], NotValid::Report);
        let checks = verify::foreign_keys(&all).await.unwrap();
        assert_eq!(
            found(&checks),
            [
                ("f", 0, true),
                ("l", 0, true),
                ("n", 1, true),
                ("s", 0, true),
                ("t", 0, true)
            ]
        );
        let strict = options(&session, &["late"], NotValid::Fail);
        let error = verify::foreign_keys(&strict).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "rows refer to rows that are not there:\n  `n` of `late`: 1 row has no parent in `tree`: tree_id = (99)"
        );
        database.query(
            "SET session_replication_role = replica;
             INSERT INTO simple SELECT n, n, 5 FROM generate_series(10, 16) n;
             INSERT INTO full_match VALUES (3, NULL, 4);
             DELETE FROM root_2; UPDATE tree SET up = 77 WHERE id = 1",
        );
        let Err(verify::Error::Orphans(checks)) = verify::foreign_keys(&all).await else {
            panic!("no orphans were found")
        };
        assert_eq!(
            found(&checks),
            [
                ("f", 1, false),
                ("l", 1, false),
                ("n", 1, true),
                ("s", 7, false),
                ("t", 1, false)
            ]
        );
        let of = |key: &str| checks.iter().find(|check| check.key == key).unwrap();
        assert_eq!(
            of("s").samples,
            ["10, 5", "11, 5", "12, 5", "13, 5", "14, 5"]
        );
        assert_eq!(of("f").samples, ["NULL, 4"]);
        assert_eq!(
            (of("l").table.as_str(), of("l").samples.as_slice()),
            ("leaf", ["1, 2".to_owned()].as_slice())
        );
        assert!(!of("n").validated && of("t").validated);
    });
}

#[test]
fn keys_from_and_to_the_chosen_tables_are_looked_at() {
    let database = Database::with(dev(), SCHEMA);
    run(async {
        let (session, _) = open(&database).await;
        let keys = async |tables: &[&str]| {
            let options = options(&session, tables, NotValid::Report);
            let checks = verify::foreign_keys(&options).await.unwrap();
            found(&checks)
                .iter()
                .map(|(key, ..)| (*key).to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(keys(&["parent"]).await, ["f", "s"]);
        assert_eq!(keys(&["simple"]).await, ["s"]);
        assert_eq!(keys(&["tree"]).await, ["n", "t"]);
        assert_eq!(keys(&["root"]).await, ["l"]);
        assert_eq!(keys(&["root_1"]).await, ["l"]);
    });
}
