//! `copy.dump`: dumps that `copy.restore` reads, made through any route.

use std::fs;
use std::path::{Path, PathBuf};

use runner::copy::{
    DumpFormat, DumpOptions, DumpPart, Dumped, Packing, Place, RestoreOptions, Verify, dump,
    restore,
};
use runner::interrupt::Interrupt;
use runner::pg::{Isolation, TxOptions};
use tempfile::TempDir;

use super::replace::{HARD, HARD_ROWS};
use super::*;
use crate::support::{Runner, container, must, wait_until};

struct Scene {
    pair: Pair,
    folder: TempDir,
}

impl Scene {
    fn new(schema: &str, rows: &str) -> Self {
        Self {
            pair: Pair::new(schema, rows),
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn files(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path()).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    fn options(&self, from: &Session, name: &str, format: DumpFormat) -> DumpOptions {
        DumpOptions {
            from: from.clone(),
            to: Place::File(self.path(name)),
            format,
            packing: Packing::Plain,
            tables: named(&[]),
            sections: Vec::new(),
            part: DumpPart::All,
            jobs: None,
            no_owner: false,
            no_privileges: false,
            lock_timeout: None,
            snapshot: None,
            overwrite: false,
            dry_run: false,
            inside: None,
        }
    }

    fn dump(
        &self,
        name: &str,
        format: DumpFormat,
        options: impl FnOnce(&mut DumpOptions),
    ) -> Result<Dumped> {
        run(async {
            let (from, _) = open(&self.pair.from).await;
            let mut dump_options = self.options(&from, name, format);
            options(&mut dump_options);
            dump(&dump_options).await
        })
    }

    fn restore(&self, file: &Path) -> Result<Report> {
        run(async {
            let (to, _) = open(&self.pair.to).await;
            restore(&RestoreOptions {
                file: file.to_owned(),
                to,
                tables: named(&[]),
                mode: Mode::Append,
                verify: Verify::Count,
                guards: Guards::default(),
                dry_run: false,
            })
            .await
        })
    }

    /// What `pg_restore` lists.
    fn list(&self, name: &str) -> String {
        let mut pg_restore = self.pair.from.client("pg_restore");
        pg_restore.env_remove("PGDATABASE");
        must(
            std::process::Command::new(pg_restore.get_program())
                .arg("-l")
                .arg(self.path(name)),
        )
    }
}

#[test]
fn every_format_is_written_whole_and_read_again() {
    let formats = [
        ("x.dump", DumpFormat::Custom, Packing::Plain),
        ("x.d", DumpFormat::Directory, Packing::Plain),
        ("x.tar", DumpFormat::Tar, Packing::Plain),
        ("x.sql", DumpFormat::Plain, Packing::Plain),
        ("x.sql.gz", DumpFormat::Plain, Packing::Gzip),
        ("x.sql.zst", DumpFormat::Plain, Packing::Zstd),
    ];
    for (name, format, packing) in formats {
        let scene = Scene::new(HARD, HARD_ROWS);
        let dumped = scene.dump(name, format, |o| {
            o.packing = packing;
            o.jobs = (format == DumpFormat::Directory).then_some(2);
        });
        assert!(dumped.unwrap().bytes > 1000, "{name}");
        assert_eq!(scene.files(), [name]);
        scene.restore(&scene.path(name)).unwrap();
        scene.pair.assert_equal();
        let again = scene.dump(name, format, |_| ()).unwrap_err().to_string();
        assert!(
            again.ends_with("exists already; `overwrite = true` replaces it"),
            "{again}"
        );
        scene
            .dump(name, format, |o| {
                o.packing = packing;
                o.overwrite = true;
            })
            .unwrap();
        assert_eq!(scene.files(), [name]);
    }
}

#[test]
fn tables_are_chosen_by_exactly_their_names_with_partitions_and_sequences() {
    let schema = format!(
        "{HARD}; CREATE TABLE \"od*d \"\"name$\" (x int); CREATE TABLE \"odd \"\"name$\" (x int);
         CREATE SEQUENCE free; CREATE TABLE uses (id int DEFAULT nextval('free'));"
    );
    let scene = Scene::new(&schema, "");
    let tables =
        |names: &'static [&'static str]| move |o: &mut DumpOptions| o.tables = named(names);
    scene
        .dump(
            "x.dump",
            DumpFormat::Custom,
            tables(&["ev", "public.\"od*d \"\"name$\"", "uses"]),
        )
        .unwrap();
    let list = scene.list("x.dump");
    let mut rows: Vec<&str> = list
        .lines()
        .filter_map(|line| line.split_once(" TABLE DATA "))
        .map(|(_, words)| words.rsplit_once(' ').unwrap().0)
        .collect();
    rows.sort_unstable();
    assert_eq!(
        rows,
        [
            "public ev_1",
            "public ev_2",
            "public od*d \"name$",
            "public uses"
        ]
    );
    assert!(list.contains("SEQUENCE public free"), "{list}");
    scene
        .dump("y.dump", DumpFormat::Custom, |o| {
            o.tables.exclude = vec!["audit.*".into(), "ev*".into()];
        })
        .unwrap();
    let list = scene.list("y.dump");
    assert!(
        !list.contains("TABLE audit log") && !list.contains("public ev_1"),
        "{list}"
    );
    assert!(list.contains("TABLE DATA public parent"), "{list}");
    let error = scene
        .dump("z.dump", DumpFormat::Custom, tables(&["parnt"]))
        .unwrap_err();
    assert!(error.to_string().starts_with("no table `parnt`"), "{error}");
}

#[test]
fn a_dump_in_a_snapshot_is_of_its_moment() {
    let scene = Scene::new("CREATE TABLE t (id int)", "INSERT INTO t VALUES (1)");
    run(async {
        let (from, _) = open(&scene.pair.from).await;
        let snapshot = TxOptions {
            isolation: Some(Isolation::RepeatableRead),
            read_only: true,
            ..TxOptions::default()
        };
        from.begin(&snapshot).await.unwrap();
        scene.pair.from.query("INSERT INTO t VALUES (2)");
        let options = scene.options(&from, "x.dump", DumpFormat::Custom);
        dump(&options).await.unwrap();
        from.rollback().await.unwrap();
        // What only a transaction sees, nobody else does.
        from.begin(&TxOptions::default()).await.unwrap();
        from.batch("INSERT INTO t VALUES (3)").await.unwrap();
        let options = scene.options(&from, "y.dump", DumpFormat::Custom);
        let error = dump(&options).await.unwrap_err().to_string();
        assert!(
            error.contains("has changed something that `pg_dump` would not see"),
            "{error}"
        );
        from.rollback().await.unwrap();
    });
    assert_eq!(scene.restore(&scene.path("x.dump")).unwrap().rows, 1);
}

#[test]
fn what_pg_dump_complains_about_is_the_error_and_leaves_nothing() {
    let scene = Scene::new(
        "CREATE TABLE t (id int); CREATE FUNCTION bad() RETURNS int LANGUAGE plpgsql IMMUTABLE AS
           $$ BEGIN RAISE 'not readable'; END $$;",
        "",
    );
    scene
        .pair
        .from
        .query("ALTER TABLE t ADD c int GENERATED ALWAYS AS (id) STORED");
    let mut holder = scene.pair.from.session();
    holder.query("BEGIN; LOCK TABLE t IN ACCESS EXCLUSIVE MODE");
    for (name, format) in [
        ("x.dump", DumpFormat::Custom),
        ("x.d", DumpFormat::Directory),
        ("x.sql", DumpFormat::Plain),
    ] {
        let error = scene
            .dump(name, format, |o| o.lock_timeout = Some("200".into()))
            .unwrap_err()
            .to_string();
        assert!(error.starts_with("`pg_dump` failed: "), "{error}");
        assert!(error.contains("timeout"), "{error}");
        assert!(scene.files().is_empty(), "{:?}", scene.files());
    }
}

#[test]
fn an_interrupted_dump_ends_its_program_and_its_backend() {
    let scene = Scene::new("CREATE TABLE t (id int)", "INSERT INTO t VALUES (1)");
    let mut holder = scene.pair.from.session();
    holder.query("BEGIN; LOCK TABLE t IN ACCESS EXCLUSIVE MODE");
    for (name, format) in [
        ("x.dump", DumpFormat::Custom),
        ("x.d", DumpFormat::Directory),
    ] {
        run(async {
            let (from, _) = open(&scene.pair.from).await;
            let options = scene.options(&from, name, format);
            let interrupt = Interrupt::default();
            let waits = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
               AND wait_event_type = 'Lock'";
            let trip = async {
                while scene.pair.from.query(waits) == "0" {
                    tokio::time::sleep(std::time::Duration::from_millis(10)).await;
                }
                interrupt.trip(2);
            };
            let (dumped, ()) = tokio::join!(interrupt.scope(dump(&options)), trip);
            assert!(dumped.unwrap_err().is_interrupted());
            from.close();
            let waits = || scene.pair.from.query(waits) == "0";
            wait_until("nobody waits for the lock any more", waits);
        });
        assert!(scene.files().is_empty(), "{:?}", scene.files());
    }
    drop(holder);
    scene.pair.from.assert_left();
}

#[test]
fn a_dump_passes_a_jump_host_and_a_container_with_the_program_that_is_here_or_there() {
    let database = Database::with(
        container(),
        "CREATE TABLE lat (id int); INSERT INTO lat SELECT generate_series(1, 700)",
    );
    let empty = tempfile::tempdir().unwrap();
    let empty = empty.path().to_str().unwrap();
    let playbook = "local prod = connect 'prod'
      local report = copy.dump { from = prod, to = 'lat.dump', tables = 'lat' }
      print(report.bytes > 500, report.file:match '[^/]+$')
      copy.dump { from = prod, to = 'all.sql.gz' }";
    let here = Runner::new()
        .container_target("prod", &database)
        .playbook(playbook)
        .stdout("true\tlat.dump\n")
        .success();
    let there = Runner::new()
        .container_target("prod", &database)
        .env("RUNNER_PG_BIN", empty)
        .playbook(playbook)
        .stdout("true\tlat.dump\n")
        .stderr_has("pg_dump in container `")
        .success();
    database.assert_left();
    for ran in [here, there] {
        for name in ["lat.dump", "all.sql.gz"] {
            let to = Database::with(prod(), "CREATE TABLE lat (id int)");
            let rows = run(async {
                let (session, _) = open(&to).await;
                let options = RestoreOptions {
                    file: ran.project.path().join(name),
                    to: session,
                    tables: named(&["lat"]),
                    mode: Mode::Append,
                    verify: Verify::Count,
                    guards: Guards::default(),
                    dry_run: false,
                };
                restore(&options).await.unwrap().rows
            });
            assert_eq!(rows, 700);
        }
        ran.assert_left();
    }
    Runner::new()
        .target("dev", &Database::empty(dev()))
        .env("RUNNER_PG_BIN", empty)
        .playbook("copy.dump { from = connect 'dev', to = 'x.dump' }")
        .stderr_has("no `pg_dump` of PostgreSQL 15 or newer found in `")
        .stderr_has("install it (`apt-get install postgresql-client-15`), or name its folder in RUNNER_PG_BIN")
        .code(1);
}

#[test]
fn a_dry_run_writes_nothing() {
    let scene = Scene::new("CREATE TABLE t (id int)", "");
    scene
        .dump("x.dump", DumpFormat::Custom, |o| o.dry_run = true)
        .unwrap();
    assert!(scene.files().is_empty());
}
