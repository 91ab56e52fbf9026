//! What has changed is read until it has arrived, however late it commits.

mod approximate;
mod moved;

use std::time::Instant;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use runner::pg::catalog::{Catalog, Relation};
use runner::pg::{Error as PgError, Isolation, Session, TxOptions, Value, transaction};
use runner::watermark::{Changed, ChangedOptions, Error, Marks};

use crate::direct::{open, run};
use crate::support::{Database, PATIENCE, dev, prod};

const TABLE: &str =
    "CREATE TABLE t (id int PRIMARY KEY, v int, updated_at timestamptz DEFAULT now());";

async fn table(session: &Session) -> Relation {
    Catalog::read(session)
        .await
        .unwrap()
        .find("t")
        .unwrap()
        .clone()
}

/// Everything read in `body` is of one moment.
async fn snapshot<T>(session: &Session, body: impl AsyncFnOnce(&Session) -> T) -> T {
    let options = TxOptions {
        isolation: Some(Isolation::RepeatableRead),
        read_only: true,
        ..TxOptions::default()
    };
    transaction(session, &options, async |tx: &Session| {
        Ok::<_, PgError>(body(tx).await)
    })
    .await
    .unwrap()
}

/// The rows that a condition holds for.
async fn rows(session: &Session, filter: Option<&str>) -> Vec<Vec<Value>> {
    let sql = format!(
        "SELECT id, v, updated_at::text FROM t WHERE {}",
        filter.unwrap_or("true")
    );
    session.query(&sql, &[]).await.unwrap().rows
}

async fn upsert(tx: &Session, table: &str, rows: &[Vec<Value>]) -> Result<(), PgError> {
    let sql = format!(
        "INSERT INTO {table} VALUES ($1, $2, $3) ON CONFLICT (id) DO UPDATE SET v = excluded.v, updated_at = excluded.updated_at"
    );
    for row in rows {
        tx.execute(&sql, row).await?;
    }
    Ok(())
}

/// One run: the changed rows, and the mark with them.
async fn promote(
    source: &Session,
    target: &Session,
    marks: &Marks,
    options: &ChangedOptions,
) -> Result<Changed, Error> {
    let table = table(source).await;
    promote_table(source, target, marks, &table, options).await
}

async fn promote_table(
    source: &Session,
    target: &Session,
    marks: &Marks,
    table: &Relation,
    options: &ChangedOptions,
) -> Result<Changed, Error> {
    snapshot(source, async |source: &Session| {
        let changed = marks.changed(source, table, options).await?;
        let rows = rows(source, changed.filter.as_deref()).await;
        transaction(target, &TxOptions::default(), async |tx: &Session| {
            upsert(tx, "t", &rows).await?;
            marks.advance(tx, &changed).await
        })
        .await?;
        Ok(changed)
    })
    .await
}

/// The same by the last `updated_at` seen, as it is commonly done.
async fn promote_naively(source: &Session, target: &Session) {
    let last = target
        .value("SELECT max(updated_at)::text FROM naive", &[])
        .await
        .unwrap();
    let filter = last.as_str().map(|last| format!("updated_at > '{last}'"));
    let rows = rows(source, filter.as_deref()).await;
    upsert(target, "naive", &rows).await.unwrap();
}

/// A session that writes in transactions and savepoints of random length.
struct Writer {
    session: Session,
    open: bool,
    savepoints: u32,
    /// Rows of its own, so that it never waits for another writer.
    rows: std::ops::Range<i32>,
}

impl Writer {
    async fn act(&mut self, random: &mut StdRng) {
        if !self.open {
            self.open = true;
            return self.run("BEGIN").await;
        }
        let id = random.random_range(self.rows.clone());
        let v = random.random_range(0..1_000_000);
        match random.random_range(0..10) {
            0 => {
                self.savepoints += 1;
                self.run(&format!("SAVEPOINT s{}", self.savepoints)).await;
            }
            1 if self.savepoints > 0 => {
                self.run(&format!("ROLLBACK TO s{}", self.savepoints)).await;
            }
            2 => self.end("COMMIT").await,
            3 => self.end("ROLLBACK").await,
            _ => {
                self.run(&format!(
                    "INSERT INTO t VALUES ({id}, {v}, now()) ON CONFLICT (id) DO UPDATE SET v = {v}, updated_at = now()"
                ))
                .await;
            }
        }
    }

    async fn end(&mut self, how: &str) {
        if self.open {
            self.open = false;
            self.savepoints = 0;
            self.run(how).await;
        }
    }

    async fn run(&self, sql: &str) {
        self.session.batch(sql).await.unwrap();
    }
}

#[test]
fn no_interleaving_of_late_commits_loses_a_row() {
    const INTERLEAVINGS: usize = 1000;
    let source = Database::with(dev(), TABLE);
    let target = Database::with(
        prod(),
        &format!("{TABLE} CREATE TABLE naive (LIKE t INCLUDING ALL)"),
    );
    let lost = run(async {
        let (reader, _) = open(&source).await;
        let (to, _) = open(&target).await;
        let marks = Marks::open(&to, "promote");
        let (relation, options) = (table(&reader).await, ChangedOptions::default());
        let mut random = StdRng::seed_from_u64(33);
        let mut writers = Vec::new();
        for n in 0..3 {
            let session = open(&source).await.0;
            writers.push(Writer {
                session,
                open: false,
                savepoints: 0,
                rows: n * 4..(n + 1) * 4,
            });
        }
        let mut lost = 0;
        for interleaving in 0..INTERLEAVINGS {
            for _ in 0..12 {
                let writer = random.random_range(0..writers.len());
                writers[writer].act(&mut random).await;
                if random.random_range(0..5) == 0 {
                    promote_table(&reader, &to, &marks, &relation, &options)
                        .await
                        .unwrap();
                    promote_naively(&reader, &to).await;
                }
            }
            for writer in &mut writers {
                writer.end("COMMIT").await;
            }
            promote_table(&reader, &to, &marks, &relation, &options)
                .await
                .unwrap();
            promote_naively(&reader, &to).await;
            let all = "SELECT string_agg(concat_ws(' ', id, v), ', ' ORDER BY id) FROM ";
            let there = reader.value(&format!("{all} t"), &[]).await.unwrap();
            assert_eq!(
                to.value(&format!("{all} t"), &[]).await.unwrap(),
                there,
                "interleaving {interleaving}"
            );
            if to.value(&format!("{all} naive"), &[]).await.unwrap() != there {
                lost += 1;
                to.batch("TRUNCATE naive; INSERT INTO naive SELECT * FROM t")
                    .await
                    .unwrap();
            }
        }
        lost
    });
    assert!(
        lost > INTERLEAVINGS / 20,
        "the naive way lost rows in {lost} interleavings only"
    );
}

/// Runs until one reads so many rows: transactions of other tests in the cluster hold the mark back.
async fn comes_down_to(
    count: usize,
    source: &Session,
    target: &Session,
    marks: &Marks,
    options: &ChangedOptions,
) {
    let begun = Instant::now();
    loop {
        let changed = promote(source, target, marks, options).await.unwrap();
        let read = rows(source, changed.filter.as_deref()).await.len();
        if read == count {
            return;
        }
        assert!(begun.elapsed() < PATIENCE, "{read} rows are still read");
    }
}

#[test]
fn a_run_reads_what_is_new_and_little_else() {
    let source = Database::with(
        dev(),
        &format!("{TABLE} INSERT INTO t SELECT n, 0 FROM generate_series(1, 1000) n"),
    );
    let target = Database::with(prod(), TABLE);
    run(async {
        let (reader, heard) = open(&source).await;
        let (to, _) = open(&target).await;
        let marks = Marks::open(&to, "promote");
        let options = ChangedOptions::default();
        let first = promote(&reader, &to, &marks, &options).await.unwrap();
        assert!(first.everything && first.filter.is_none());
        source.query("VACUUM FREEZE t");
        comes_down_to(0, &reader, &to, &marks, &options).await;
        source.query("UPDATE t SET v = 1 WHERE id = 7");
        let changed = promote(&reader, &to, &marks, &options).await.unwrap();
        assert_eq!(rows(&reader, changed.filter.as_deref()).await.len(), 1);
        comes_down_to(0, &reader, &to, &marks, &options).await;
        assert_eq!(
            heard.notes(),
            [
                "a watermark does not see deleted rows; `mode = \"mirror\"` does",
                "`t`: there is no mark for it yet, so every row counts as changed",
            ]
        );
        let shown = marks.show().await.unwrap();
        assert_eq!(
            (shown[0].table.as_str(), shown[0].column.as_str()),
            ("public.t", "")
        );

        // A condition of one's own has a mark of its own, and may end in a comment.
        let own = ChangedOptions {
            filter: Some("id < 11 -- few".into()),
            ..ChangedOptions::default()
        };
        let few = promote(&reader, &to, &marks, &own).await.unwrap();
        assert_eq!(rows(&reader, few.filter.as_deref()).await.len(), 10);
        comes_down_to(0, &reader, &to, &marks, &own).await;
        source.query("UPDATE t SET v = 2 WHERE id IN (10, 11)");
        let few = promote(&reader, &to, &marks, &own).await.unwrap();
        assert_eq!(rows(&reader, few.filter.as_deref()).await.len(), 1);

        // Another name, or another source, has no mark.
        assert!(
            Marks::open(&to, "other")
                .changed(&reader, &table(&reader).await, &options)
                .await
                .unwrap()
                .everything
        );
        target.query("UPDATE runner.watermark SET mark = '99999999999'");
        assert!(
            promote(&reader, &to, &marks, &options)
                .await
                .unwrap()
                .everything
        );
    });
    assert_eq!(target.query("SELECT count(*), sum(v) FROM t"), "1000|5");
}

#[test]
fn a_mark_goes_with_its_rows_or_not_at_all() {
    let source = Database::with(dev(), &format!("{TABLE} INSERT INTO t VALUES (1, 1)"));
    let target = Database::with(prod(), TABLE);
    run(async {
        let (reader, _) = open(&source).await;
        let (to, heard) = open(&target).await;
        let marks = Marks::open(&to, "promote");
        let options = ChangedOptions::default();
        let relation = table(&reader).await;
        let changed = marks.changed(&reader, &relation, &options).await.unwrap();
        assert_eq!(
            marks.advance(&to, &changed).await.unwrap_err().to_string(),
            "a mark is advanced inside the `transaction` that brings the rows"
        );
        to.begin(&TxOptions::default()).await.unwrap();
        marks.advance(&to, &changed).await.unwrap();
        to.rollback().await.unwrap();
        assert_eq!(marks.show().await.unwrap(), []);

        let dry = marks.clone().dry_run(true);
        dry.advance(&to, &changed).await.unwrap();
        assert!(
            heard.notes()[0].starts_with("`t`: the mark would be advanced to "),
            "{:?}",
            heard.notes()
        );
        assert_eq!(target.query("SELECT to_regclass('runner.watermark')"), "");

        // Two runs from the same mark: the second to commit is refused.
        promote(&reader, &to, &marks, &options).await.unwrap();
        to.begin(&TxOptions::default()).await.unwrap();
        let error = marks.advance(&to, &changed).await.unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("`t`: another run has moved the mark from none to "),
            "{error}"
        );
        to.rollback().await.unwrap();
    });
}
