//! `copy.restore`: rows out of dumps.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use runner::copy::{RestoreOptions, Verify, restore};
use runner::interrupt::Interrupt;
use runner::pg::TxOptions;
use tempfile::TempDir;

use super::replace::{HARD, HARD_ROWS};
use super::*;
use crate::support::{Container, Runner, must, wait_until};

/// A target, and a folder with a dump of a source.
struct Dumped {
    pair: Pair,
    folder: TempDir,
}

impl Dumped {
    fn new(schema: &str, rows: &str, arguments: &[&str]) -> Self {
        let dumped = Self {
            pair: Pair::new(schema, rows),
            folder: tempfile::tempdir().unwrap(),
        };
        let mut pg_dump = dumped.pair.from.client("pg_dump");
        must(pg_dump.args(arguments).arg("-f").arg(dumped.file()));
        dumped
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("x.dump")
    }

    fn restore(&self, tables: &[&str]) -> Result<Report> {
        self.restore_file(&self.file(), tables)
    }

    fn restore_file(&self, file: &Path, tables: &[&str]) -> Result<Report> {
        run(async {
            let (to, _) = open(&self.pair.to).await;
            restore(&from_file(file, &to, tables)).await
        })
    }

    /// What a restore is refused with, the target being as before.
    #[track_caller]
    fn refusal(&self, file: &Path, tables: &[&str]) -> String {
        let before = self.pair.to.state();
        let error = self.restore_file(file, tables).unwrap_err();
        self.pair.to.assert_as_before(&before);
        let folder = self.folder.path().display().to_string();
        self.pair.in_words(&error).replace(&folder, "FOLDER")
    }
}

fn from_file(file: &Path, to: &Session, tables: &[&str]) -> RestoreOptions {
    RestoreOptions {
        file: file.to_owned(),
        to: to.clone(),
        tables: named(tables),
        verify: Verify::Count,
        dry_run: false,
    }
}

#[test]
fn rows_and_sequences_come_out_of_every_format() {
    for format in ["-Fc", "-Ft", "-Fd"] {
        let dumped = Dumped::new(HARD, HARD_ROWS, &[format]);
        let report = dumped.restore(&[]).unwrap();
        assert_eq!(report.rows, 2818, "{format}");
        dumped.pair.assert_equal();
    }
}

#[test]
fn rows_come_in_the_encoding_of_the_dump() {
    let rows = "INSERT INTO t VALUES ('größer'), (E'a\\\\b\\tc')";
    let dumped = Dumped::new("CREATE TABLE t (s text)", rows, &["-Fc", "-E", "LATIN1"]);
    dumped.restore(&[]).unwrap();
    dumped.pair.assert_equal();
}

#[test]
fn only_the_tables_asked_for_are_restored_a_partitioned_one_with_its_parts() {
    let dumped = Dumped::new(HARD, HARD_ROWS, &["-Fc"]);
    let report = dumped.restore(&["ev", "audit.*"]).unwrap();
    let names: Vec<_> = report.tables.iter().map(|t| t.table.as_str()).collect();
    assert_eq!(names, ["audit.log", "ev_1", "ev_2"]);
    let sequences = "SELECT last_value FROM child_id_seq";
    assert_eq!(dumped.pair.to.query(sequences), "1");
    dumped.restore(&["child", "parent"]).unwrap();
    assert_eq!(dumped.pair.to.query(sequences), "2000");
}

#[test]
fn nothing_of_a_dump_but_its_rows_has_an_effect() {
    let dumped = Dumped::new(HARD, HARD_ROWS, &["-Fc"]);
    // The trap of the first workflow: with the dump's empty search path this would fail.
    dumped.pair.to.query(
        "CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS
          $$ BEGIN UPDATE parent SET w = 0 WHERE id = new.parent_id; RETURN new; END $$;
        CREATE TRIGGER touch BEFORE INSERT ON child FOR EACH ROW EXECUTE FUNCTION touch()",
    );
    run(async {
        let (to, _) = open(&dumped.pair.to).await;
        to.begin(&TxOptions::default()).await.unwrap();
        let before = to.value(SETTINGS, &[]).await.unwrap();
        let tables = ["parent", "child"];
        restore(&from_file(&dumped.file(), &to, &tables))
            .await
            .unwrap();
        assert_eq!(to.value(SETTINGS, &[]).await.unwrap(), before);
        to.commit().await.unwrap();
    });
    assert_eq!(
        dumped
            .pair
            .to
            .query("SELECT count(*) FROM parent WHERE w = 0"),
        "300"
    );
}

#[test]
fn a_dry_run_counts_the_rows() {
    let dumped = Dumped::new(HARD, HARD_ROWS, &["-Fc"]);
    let before = dumped.pair.to.state();
    run(async {
        let (to, _) = open(&dumped.pair.to).await;
        to.set_access(Access::ReadOnly);
        let dry = RestoreOptions {
            dry_run: true,
            ..from_file(&dumped.file(), &to, &["child"])
        };
        assert_eq!(restore(&dry).await.unwrap().rows, 2000);
    });
    dumped.pair.to.assert_as_before(&before);
}

#[test]
fn a_file_that_cannot_be_restored_is_refused_with_the_reason() {
    let dumped = Dumped::new(
        "CREATE TABLE t (id int)",
        "INSERT INTO t VALUES (1)",
        &["-Fc"],
    );
    let put = |name: &str, bytes: &[u8]| {
        let file = dumped.folder.path().join(name);
        std::fs::write(&file, bytes).unwrap();
        file
    };
    let whole = std::fs::read(dumped.file()).unwrap();
    let missing = dumped.folder.path().join("none.dump");
    let refusal = |file: &Path| dumped.refusal(file, &[]);
    assert!(refusal(&missing).starts_with("cannot read the dump `FOLDER/none.dump`: No such file"));
    let no_dump = "is no dump of pg_dump in the custom, directory or tar format";
    assert_eq!(
        refusal(&put("a", b"hello")),
        format!("`FOLDER/a` {no_dump}")
    );
    let script = refusal(&put("b", b"--\n-- PostgreSQL database dump\n"));
    assert_eq!(
        script,
        format!("`FOLDER/b` {no_dump}: it is an SQL script, run it with `script`")
    );
    let cut = refusal(&put("c", &whole[..whole.len() / 2]));
    assert!(
        cut.starts_with("`pg_restore` cannot read `FOLDER/c`: "),
        "{cut}"
    );
    let mut newer = whole;
    newer[6] = 99;
    let newer = refusal(&put("d", &newer));
    assert!(
        newer.contains("(archive format 1.99), which is newer than `"),
        "{newer}"
    );
    assert!(
        newer.contains("; install the client programs of PostgreSQL 18 or newer"),
        "{newer}"
    );
}

#[test]
fn a_dump_of_insert_statements_is_refused() {
    let rows = "INSERT INTO t VALUES (1)";
    let dumped = Dumped::new("CREATE TABLE t (id int)", rows, &["-Fc", "--inserts"]);
    let refusal = dumped.refusal(&dumped.file(), &[]);
    assert!(
        refusal.starts_with("the rows in `FOLDER/x.dump` are INSERT statements"),
        "{refusal}"
    );
}

#[test]
fn tables_and_columns_without_a_counterpart_are_refused() {
    let schema = "CREATE TABLE lat (id int, lost int); CREATE TABLE uk_lrt (id int)";
    let dumped = Dumped::new(schema, "INSERT INTO lat VALUES (1)", &["-Fc"]);
    let refusal = |tables: &[&str]| dumped.refusal(&dumped.file(), tables);
    dumped.pair.to.query(
        "ALTER TABLE lat DROP lost, ADD wanted int NOT NULL; DROP TABLE uk_lrt; CREATE TABLE latt (id int)",
    );
    assert_eq!(
        refusal(&["la"]),
        "no table `la` on `to`, did you mean `lat`"
    );
    assert_eq!(
        refusal(&["latt"]),
        "no rows of `latt` in `FOLDER/x.dump`, did you mean `lat`"
    );
    assert_eq!(
        refusal(&["latt*"]),
        "`FOLDER/x.dump` has rows of none of the tables asked for"
    );
    assert_eq!(refusal(&[]), "no table `public.uk_lrt` on `to`");
    assert_eq!(
        refusal(&["lat"]),
        "the columns differ:\n  `lat`.`lost` is missing on `to`\n  `lat`.`wanted` is missing on `FOLDER/x.dump`, \
         and is NOT NULL without a default"
    );
}

#[test]
fn an_interruption_ends_pg_restore_too() {
    let schema = "CREATE TABLE big (id int, text text)";
    let rows = "INSERT INTO big SELECT g, repeat('x', 2000) FROM generate_series(1, 60000) g";
    let dumped = Dumped::new(schema, rows, &["-Fc", "-Z0"]);
    dumped.pair.to.query(
        "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.001); RETURN new; END $$;
         CREATE TRIGGER slow BEFORE INSERT ON big FOR EACH ROW EXECUTE FUNCTION slow()",
    );
    let before = dumped.pair.to.state();
    run(async {
        let (to, _) = open(&dumped.pair.to).await;
        let interrupt = Interrupt::default();
        let trip = async {
            tokio::time::sleep(std::time::Duration::from_millis(300)).await;
            interrupt.trip(15);
        };
        let options = from_file(&dumped.file(), &to, &[]);
        let (restored, ()) = tokio::join!(interrupt.scope(restore(&options)), trip);
        let error = restored.unwrap_err();
        assert!(error.is_interrupted(), "{error}");
        wait_until("pg_restore has ended", || !someone_reads(&dumped.file()));
    });
    dumped.pair.to.assert_as_before(&before);
}

/// Whether a process has the file among its arguments.
fn someone_reads(file: &Path) -> bool {
    let file = file.to_str().unwrap().to_owned();
    std::fs::read_dir("/proc")
        .unwrap()
        .flatten()
        .any(|process| {
            let arguments = std::fs::read(process.path().join("cmdline")).unwrap_or_default();
            String::from_utf8_lossy(&arguments).contains(&file)
        })
}

/// With a disk that nobody else needs room on.
static CONTAINER: LazyLock<Container> = LazyLock::new(|| Container::start(&[]));

#[test]
fn a_full_disk_leaves_the_target_as_it_was() {
    let schema = "CREATE TABLE big (id int, text text)";
    let rows = "INSERT INTO big SELECT g, repeat('x', 2000) FROM generate_series(1, 60000) g";
    let dumped = Dumped::new(schema, rows, &["-Fc"]);
    let full = Database::on_small_disk(&CONTAINER, schema);
    let ballast = "/srv/small/ballast";
    must(&mut CONTAINER.exec(&[
        "sh",
        "-c",
        &format!("head -c 4000000 /dev/zero > {ballast}"),
    ]));
    Runner::new()
        .local_container_target("prod", &full)
        .file("big.dump", std::fs::read(dumped.file()).unwrap())
        .playbook("copy.restore { from = 'big.dump', to = connect('prod', { write = true }) }")
        .stderr_has("`big`: could not extend file")
        .stderr_has("sqlstate: 53100")
        .code(1);
    // The server itself needs room to answer.
    must(&mut CONTAINER.exec(&["rm", ballast]));
    full.assert_left();
    assert_eq!(full.query("SELECT count(*) FROM big"), "0");
}
