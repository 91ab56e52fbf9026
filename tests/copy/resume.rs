//! A copy that was interrupted is taken up where it was; and rows in several commits, where that is asked for.

use runner::copy::{Atomic, OnError, Work};
use runner::pg::TxOptions;
use rustix::process::Signal;

use super::*;
use crate::support::{Runner, wait_until};

const TABLES: &str = "CREATE TABLE a (id int PRIMARY KEY);
CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE q (id int PRIMARY KEY, p int REFERENCES p);
CREATE TABLE z (id int PRIMARY KEY)";
const ROWS: &str = "INSERT INTO a VALUES (1); INSERT INTO p VALUES (1), (2); INSERT INTO q VALUES (1, 2); INSERT INTO z VALUES (5)";
const CONTENTS: &str =
    "SELECT array_agg(id ORDER BY id) FROM a; SELECT array_agg(id ORDER BY id) FROM p;
SELECT array_agg(id ORDER BY id) FROM q; SELECT array_agg(id ORDER BY id) FROM z";
const RECORDS: &str = "SELECT count(*) FROM runner.copied";

fn resuming(from: &Session, to: &Session, mode: Mode, names: &[&str]) -> CopyOptions {
    let mut work = Work::default();
    work.resume = true;
    CopyOptions {
        work,
        ..options(from, to, mode, names)
    }
}

#[test]
fn what_was_committed_is_not_copied_again_and_the_rest_is_of_a_new_moment() {
    let pair = Pair::new(TABLES, ROWS);
    pair.to.query(&refusing("q", "p <> 2"));
    run(async {
        let (from, to, _) = pair.sessions().await;
        let error = tables(&resuming(&from, &to, Mode::Append, &[]))
            .await
            .unwrap_err();
        assert!(matches!(error, Error::Unfinished(_)), "{error}");
    });
    assert_eq!(pair.to.query(RECORDS), "1");
    pair.to.query("ALTER TABLE q DROP CONSTRAINT q_p_check");
    pair.from
        .query("INSERT INTO a VALUES (2); INSERT INTO z VALUES (6)");
    run(async {
        let (from, to, heard) = pair.sessions().await;
        // Other tables, and another mode, are another copy.
        tables(&resuming(&from, &to, Mode::Append, &["z"]))
            .await
            .unwrap();
        pair.to.query("TRUNCATE z");
        let report = tables(&resuming(&from, &to, Mode::Append, &[]))
            .await
            .unwrap();
        let copied: Vec<_> = report
            .tables
            .iter()
            .map(|table| table.table.as_str())
            .collect();
        assert_eq!(copied, ["p", "q", "z"]);
        let told = heard.notes();
        let told: Vec<_> = told
            .iter()
            .filter(|note| note.contains("interrupted"))
            .collect();
        assert_eq!(told.len(), 1);
        assert!(
            told[0]
                .starts_with("a copy that was interrupted is taken up: `a` were committed since 2")
                && told[0].ends_with(" and stay as they are; the others are of this moment"),
            "{told:?}"
        );
    });
    assert_eq!(pair.to.query(CONTENTS), "{1}\n{1,2}\n{1}\n{5,6}");
    assert_eq!(pair.to.query(RECORDS), "0");
    // It is at its end: the next one copies all.
    pair.to.query("TRUNCATE a, p, q, z");
    run(async {
        let (from, to, _) = pair.sessions().await;
        tables(&resuming(&from, &to, Mode::Append, &[]))
            .await
            .unwrap();
    });
    assert_eq!(pair.to.query(CONTENTS), "{1,2}\n{1,2}\n{1}\n{5,6}");
}

#[test]
fn a_key_that_is_broken_between_the_two_moments_is_found() {
    let pair = Pair::new(TABLES, ROWS);
    pair.to.query(&refusing("z", "id <> 5"));
    run(async {
        let (from, to, _) = pair.sessions().await;
        tables(&resuming(&from, &to, Mode::Replace, &[]))
            .await
            .unwrap_err();
    });
    pair.to.query(
        "ALTER TABLE z DROP CONSTRAINT z_id_check; SET session_replication_role = replica; DELETE FROM p WHERE id = 2",
    );
    run(async {
        let (from, to, _) = pair.sessions().await;
        let error = tables(&resuming(&from, &to, Mode::Replace, &[]))
            .await
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "the tables are of two moments, as an interrupted copy was taken up, and foreign key `q_p_fkey` is broken: \
             rows of `q` have no parent in `p`: 2; copy both again without `resume`"
        );
    });
}

#[test]
fn a_run_that_was_killed_between_two_units_is_taken_up() {
    let pair = Pair::new(TABLES, ROWS);
    pair.to.query(
        "CREATE FUNCTION wait() RETURNS boolean LANGUAGE plpgsql AS
           $$ BEGIN PERFORM pg_advisory_xact_lock_shared(9); RETURN true; END $$;
         ALTER TABLE z ADD CHECK (wait())",
    );
    let mut holder = pair.to.session();
    holder.query("SELECT pg_advisory_lock(9)");
    let playbook = "copy.tables { from = connect 'dev', to = connect('prod', { write = true }), mode = 'append',
                      jobs = 2, resume = true }";
    let start = || {
        Runner::new()
            .target("dev", &pair.from)
            .target("prod", &pair.to)
            .playbook(playbook)
    };
    let running = start().start();
    wait_until("`z` is held up and the others are there", || {
        pair.to.query(CONTENTS) == "{1}\n{1,2}\n{1}\n"
            && pair.to.query("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'advisory'") == "1"
    });
    running.signal(Signal::KILL);
    running.killed();
    drop(holder);
    pair.to.assert_left();
    pair.from.assert_left();
    assert_eq!(pair.to.query(RECORDS), "3");
    start()
        .stderr_has("a copy that was interrupted is taken up: `a`, `p`, `q` were committed since ")
        .success();
    assert_eq!(pair.to.query(CONTENTS), "{1}\n{1,2}\n{1}\n{5}");
    assert_eq!(pair.to.query(RECORDS), "0");
}

/// Stands on about a hundred pages.
const LONG: &str = "CREATE TABLE long (id int PRIMARY KEY, text text)";
const LONG_ROWS: &str =
    "INSERT INTO long SELECT g, repeat('x', 60) FROM generate_series(1, 8000) g; ANALYZE long";

#[test]
fn a_table_is_copied_in_several_commits_where_that_is_asked_for() {
    let pair = Pair::new(LONG, LONG_ROWS);
    pair.to.query(&refusing("long", "id <> 7900"));
    run(async {
        let (from, to, heard) = pair.sessions().await;
        let mut copied = options(&from, &to, Mode::Append, &[]);
        copied.work.batch = Some(1000);
        let error = tables(&copied).await.unwrap_err();
        assert_eq!(error.pg().unwrap().sqlstate(), Some("23514"), "{error}");
        let stay = pair.to.query("SELECT count(*) FROM long");
        let count: u64 = stay.parse().unwrap();
        assert!((5000..8000).contains(&count), "{count}");
        let said = heard.notes().into_iter().any(|note| {
            note.replace(',', "") == format!("`long`: {stay} rows were committed before and stay")
        });
        assert!(said, "{:?}", heard.notes());
        // The rows that are there are equal, and the rest comes.
        pair.to
            .query("ALTER TABLE long DROP CONSTRAINT long_id_check");
        copied.mode = Mode::Upsert;
        let report = tables(&copied).await.unwrap();
        assert_eq!(report.tables.len(), 1);
        let long = &report.tables[0];
        assert_eq!(
            (long.rows, long.equal, long.inserted),
            (8000, count, 8000 - count)
        );
    });
    pair.assert_equal();
    let transactions = "SELECT count(DISTINCT xmin::text) > 1 FROM long";
    assert_eq!(pair.to.query(transactions), "t");
}

#[test]
fn what_keys_tie_is_in_one_commit_whatever_the_batch() {
    let pair = Pair::new(TABLES, ROWS);
    run(async {
        let (from, to, heard) = pair.sessions().await;
        let mut copied = options(&from, &to, Mode::Append, &[]);
        copied.work.batch = Some(1);
        tables(&copied).await.unwrap();
        let note = "`p`, `q` in one commit, whatever `batch` says: keys tie them, or their rows cannot be told apart by \
                    where they stand";
        assert!(
            heard.notes().iter().any(|heard| heard == note),
            "{:?}",
            heard.notes()
        );
    });
    pair.assert_equal();
}

#[test]
fn rows_are_frozen_where_that_is_legal() {
    let schema = format!(
        "{LONG}; CREATE TABLE r (id int) PARTITION BY RANGE (id); CREATE TABLE r1 PARTITION OF r DEFAULT"
    );
    let pair = Pair::new(&schema, &format!("{LONG_ROWS}; INSERT INTO r VALUES (1)"));
    pair.to.query("CREATE EXTENSION pg_visibility");
    run(async {
        let (from, to, _) = pair.sessions().await;
        let mut copied = options(&from, &to, Mode::Replace, &[]);
        copied.work.freeze = true;
        tables(&copied).await.unwrap();
    });
    pair.assert_equal();
    assert_eq!(
        pair.to
            .query("SELECT all_frozen > 0 FROM pg_visibility_map_summary('long')"),
        "t"
    );
}

#[test]
fn what_does_not_go_together_is_refused() {
    type Set = fn(&mut Work);
    let pair = Pair::new(TABLES, ROWS);
    let before = pair.to.state();
    let cases: [(bool, Mode, Set, &str); 7] = [
        (
            false,
            Mode::Replace,
            |w| w.batch = Some(5),
            "`batch` does not go in mode `replace`: a table is emptied and filled in one commit",
        ),
        (
            false,
            Mode::Append,
            |w| (w.batch, w.resume) = (Some(5), true),
            "`batch` does not go with `resume` in mode `append`: the rows of the committed batches would come twice",
        ),
        (
            false,
            Mode::Append,
            |w| w.freeze = true,
            "`freeze = true` does not go in a mode other than `replace`: only rows of a table that was just emptied can be frozen",
        ),
        (
            false,
            Mode::Replace,
            |w| (w.atomic, w.resume) = (Atomic::Set, true),
            "`resume = true` does not go with `atomic`: nothing is committed before all is",
        ),
        (
            true,
            Mode::Replace,
            |w| w.resume = true,
            "`resume = true` does not go with the transaction of another as `to`: all tables commit with it",
        ),
        (
            true,
            Mode::Replace,
            |w| w.on_error = OnError::Continue,
            "`on_error = \"continue\"` does not go with the transaction of another as `to`: all tables commit with it",
        ),
        (
            true,
            Mode::Replace,
            |w| w.atomic = Atomic::Staged,
            "`atomic = \"staged\"` does not go with the transaction of another as `to`: all tables commit with it",
        ),
    ];
    run(async {
        let (from, to, _) = pair.sessions().await;
        for (inside, mode, set, words) in cases {
            let mut copied = options(&from, &to, mode, &[]);
            set(&mut copied.work);
            if inside {
                to.begin(&TxOptions::default()).await.unwrap();
            }
            assert_eq!(tables(&copied).await.unwrap_err().to_string(), words);
            if inside {
                to.rollback().await.unwrap();
            }
        }
    });
    pair.to.assert_as_before(&before);
}
