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
        mode: Mode::Append,
        verify: Verify::Count,
        guards: Guards::default(),
        dry_run: false,
    }
}

fn all_fire() -> Guards {
    Guards {
        triggers: SwitchedOff::Nothing,
        ..Guards::default()
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
        let options = RestoreOptions {
            guards: all_fire(),
            ..from_file(&dumped.file(), &to, &["parent", "child"])
        };
        restore(&options).await.unwrap();
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
    let no_dump = "is no dump of pg_dump in the custom, directory, tar or plain format";
    assert_eq!(
        refusal(&put("a", b"hello")),
        format!("`FOLDER/a` {no_dump}")
    );
    let script = refusal(&put("b", b"--\n-- PostgreSQL database dump\n"));
    assert_eq!(
        script,
        "`FOLDER/b` has rows of none of the tables asked for"
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

/// Dumps as plain text, with what else is in them.
const PLAIN: [&[&str]; 5] = [
    &["-Fp"],
    &["-Fp", "--data-only"],
    &["-Fp", "--inserts", "--rows-per-insert=7"],
    &["-Fp", "--column-inserts", "--create"],
    &["-Fp", "--clean", "--if-exists", "--quote-all-identifiers"],
];

/// The same schema without tables that have nothing to insert into.
fn with_columns() -> (String, String) {
    let hard = HARD.replace("CREATE TABLE nocols ();", "");
    let rows = HARD_ROWS.replace("INSERT INTO nocols DEFAULT VALUES;", "");
    // Of which pg_dump itself makes a zero without a sign in INSERT statements.
    let rows = rows.replace("1.50, '-0')", "1.50, '-1.5e300')");
    let traps = "CREATE FUNCTION trap() RETURNS void LANGUAGE sql AS $$
INSERT INTO audit.log VALUES (666, 'trap');
$$;
CREATE FUNCTION atomic_trap() RETURNS void LANGUAGE sql BEGIN ATOMIC
INSERT INTO audit.log VALUES (667, 'trap'); END;
COMMENT ON TABLE audit.log IS 'it''s
COPY audit.log (a, b) FROM stdin;
666	trap
\\.
';";
    let text = "INSERT INTO audit.log VALUES (2, E'it''s;\nINSERT INTO audit.log VALUES (3, ''x'');\n\\\\.\n'), (4, '\\')";
    (format!("{hard};{traps}"), format!("{rows};{text}"))
}

#[test]
fn rows_and_sequences_come_out_of_plain_dumps() {
    let (schema, rows) = with_columns();
    for arguments in PLAIN {
        let dumped = Dumped::new(&schema, &rows, arguments);
        dumped
            .restore(&[])
            .unwrap_or_else(|error| panic!("{arguments:?}: {error}"));
        dumped.pair.assert_equal();
    }
}

#[test]
fn a_plain_dump_may_be_packed_and_chosen_from() {
    let (schema, rows) = with_columns();
    let dumped = Dumped::new(&schema, &rows, &["-Fp"]);
    for (program, suffix) in [("gzip", "gz"), ("zstd", "zst")] {
        let packed = dumped.folder.path().join(format!("x.sql.{suffix}"));
        let bytes = std::fs::read(dumped.file()).unwrap();
        pack(program, &bytes, &packed);
        dumped
            .pair
            .to
            .query("TRUNCATE ev, audit.log, parent, child");
        let report = dumped
            .restore_file(&packed, &["ev", "audit.*", "child", "parent"])
            .unwrap();
        let names: Vec<_> = report.tables.iter().map(|t| t.table.as_str()).collect();
        assert_eq!(
            names,
            ["audit.log", "ev_1", "ev_2", "parent", "child"],
            "{program}"
        );
        assert_eq!(dumped.pair.to.query("SELECT count(*) FROM \"We ird\""), "0");
        let whole = std::fs::read(&packed).unwrap();
        std::fs::write(&packed, &whole[..whole.len() - 9]).unwrap();
        let refusal = dumped.refusal(&packed, &["ev"]);
        let text = format!("`FOLDER/x.sql.{suffix}` is cut short: its compressed data has no end");
        assert_eq!(refusal, text);
    }
    let cut = dumped.folder.path().join("cut.sql");
    let whole = std::fs::read_to_string(dumped.file()).unwrap();
    let begin = whole.find("COPY public.ev_1").unwrap();
    std::fs::write(&cut, &whole[..begin + 200]).unwrap();
    let refusal = dumped.refusal(&cut, &["ev"]);
    assert_eq!(refusal, "the dump ends within the rows of `public.ev_1`");
}

/// Packs as `runner` itself does: the machine of a test has no `zstd`.
fn pack(program: &str, bytes: &[u8], file: &Path) {
    use tokio::io::AsyncWriteExt;
    run(async {
        let mut packed = Vec::new();
        if program == "gzip" {
            let mut encoder = async_compression::tokio::write::GzipEncoder::new(&mut packed);
            encoder.write_all(bytes).await.unwrap();
            encoder.shutdown().await.unwrap();
        } else {
            let mut encoder = async_compression::tokio::write::ZstdEncoder::new(&mut packed);
            encoder.write_all(bytes).await.unwrap();
            encoder.shutdown().await.unwrap();
        }
        std::fs::write(file, packed).unwrap();
    });
}

#[test]
fn what_a_plain_dump_computes_is_refused() {
    let schema = "CREATE TABLE t (id int, at timestamptz)";
    let dumped = Dumped::new(schema, "", &["-Fp"]);
    let file = dumped.folder.path().join("trap.sql");
    std::fs::write(&file, "INSERT INTO public.t VALUES (1, pg_sleep(1));\n").unwrap();
    assert_eq!(
        dumped.refusal(&file, &[]),
        "in the dump stands what is not understood, or is more than rows: `INSERT INTO public.t VALUES (1, pg_sleep(1));`"
    );
}

#[test]
fn insert_statements_come_out_of_an_archive_too_and_may_find_columns_in_another_order() {
    let schema = "CREATE TABLE t (id int, a text)";
    let rows = "INSERT INTO t VALUES (1, 'x'), (2, NULL)";
    let dumped = Dumped::new(schema, rows, &["-Fc", "--column-inserts"]);
    dumped.pair.to.query("ALTER TABLE t DROP id, ADD id int");
    let report = dumped.restore(&[]).unwrap();
    assert_eq!((report.rows, report.tables[0].inserted), (2, 2));
    assert_eq!(
        dumped.pair.to.query("SELECT id, a FROM t ORDER BY id"),
        "1|x\n2|"
    );
}

#[test]
fn a_replace_empties_the_tables_of_the_dump_in_the_same_commit() {
    let dumped = Dumped::new(HARD, HARD_ROWS, &["-Fc"]);
    let old = "INSERT INTO parent (name) VALUES ('old'); INSERT INTO child (parent_id) VALUES (1);
      INSERT INTO ev VALUES (1, '2020-01-01'); INSERT INTO scaled VALUES (9, 'stays')";
    dumped.pair.to.query(old);
    let replace = |tables: &[&str]| {
        run(async {
            let (to, _) = open(&dumped.pair.to).await;
            let options = RestoreOptions {
                mode: Mode::Replace,
                ..from_file(&dumped.file(), &to, tables)
            };
            restore(&options).await
        })
    };
    let error = replace(&["parent"]).unwrap_err();
    let error = dumped.pair.in_words(&error);
    assert!(
        error.starts_with("`parent` on `to` cannot be emptied: `child` refers to it"),
        "{error}"
    );
    replace(&["parent", "child", "ev"]).unwrap();
    let of = |table: &str| {
        let sql = format!("SELECT md5(string_agg(t::text, ',' ORDER BY t::text)) FROM {table} t");
        (dumped.pair.from.query(&sql), dumped.pair.to.query(&sql))
    };
    for table in ["parent", "child", "ev"] {
        let (from, to) = of(table);
        assert_eq!(from, to, "{table}");
    }
    assert_eq!(dumped.pair.to.query("SELECT v FROM scaled"), "stays");
}

#[test]
fn keys_in_a_cycle_are_kept_and_triggers_fire_only_if_asked_to() {
    const CYCLE: &str = "CREATE TABLE a (id int PRIMARY KEY, b int);
      CREATE TABLE b (id int PRIMARY KEY, a int REFERENCES a ON DELETE RESTRICT);
      ALTER TABLE a ADD CONSTRAINT a_b FOREIGN KEY (b) REFERENCES b;
      CREATE TABLE audit (what text);
      CREATE FUNCTION audited() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN INSERT INTO audit VALUES (TG_TABLE_NAME); RETURN NULL; END $$;
      CREATE TRIGGER audited AFTER INSERT ON a FOR EACH ROW EXECUTE FUNCTION audited()";
    const ROWS: &str =
        "INSERT INTO a VALUES (1, NULL), (2, NULL); INSERT INTO b VALUES (1, 1), (2, 2);
      UPDATE a SET b = id; DELETE FROM audit";
    let dumped = Dumped::new(CYCLE, ROWS, &["-Fc"]);
    let owner = "restore_owner";
    run(super::keys::as_owner(&dumped.pair, owner));
    let restored = |role: Option<&str>, guards: Guards| {
        run(async {
            let (to, heard) = match role {
                Some(role) => listen_as(&dumped.pair.to, role).await,
                None => open(&dumped.pair.to).await,
            };
            let options = RestoreOptions {
                mode: Mode::Replace,
                guards,
                ..from_file(&dumped.file(), &to, &[])
            };
            restore(&options).await.unwrap();
            heard.notes().join("\n")
        })
    };
    let state = || {
        let rows = "SELECT (SELECT string_agg(a::text, ' ' ORDER BY id) FROM a), (SELECT string_agg(b::text, ' ' ORDER BY id) FROM b),
          (SELECT count(*) FROM audit), (SELECT string_agg(conname || convalidated, ' ' ORDER BY conname) FROM pg_constraint WHERE contype = 'f')";
        dumped.pair.to.query(rows)
    };
    let complete = "(1,1) (2,2)|(1,1) (2,2)|0|a_btrue b_a_fkeytrue";
    let notes = restored(None, Guards::default());
    assert!(
        notes.contains("session_replication_role = replica"),
        "{notes}"
    );
    assert_eq!(state(), complete);
    let notes = restored(Some(owner), Guards::default());
    assert!(
        notes.contains("dropped, and added again just as they were"),
        "{notes}"
    );
    assert_eq!(state(), complete);
    restored(Some(owner), all_fire());
    assert_eq!(state(), complete.replace("|0|", "|2|"));
}

#[test]
fn large_objects_are_left_out_with_a_warning() {
    for format in ["-Fc", "-Fp"] {
        let rows = "INSERT INTO t VALUES (1); SELECT lo_from_bytea(0, 'large')";
        let dumped = Dumped::new("CREATE TABLE t (id int)", rows, &[format, "--blobs"]);
        run(async {
            let (to, heard) = open(&dumped.pair.to).await;
            restore(&from_file(&dumped.file(), &to, &[])).await.unwrap();
            let notes = heard.notes();
            assert!(
                notes
                    .iter()
                    .any(|note| note.starts_with("the large objects in `")),
                "{format}: {notes:?}"
            );
        });
    }
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
        let copying = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
          AND state = 'active' AND query LIKE 'COPY%'";
        let trip = async {
            while dumped.pair.to.query(copying) == "0" {
                tokio::time::sleep(std::time::Duration::from_millis(10)).await;
            }
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
