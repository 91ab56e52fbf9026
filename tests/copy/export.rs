//! `copy.export`: rows of tables and queries in files.

use std::fs;
use std::path::{Path, PathBuf};

use runner::copy::{
    ExportOptions, Exported, Format, Goal, Layout, Packing, Place, Query, Rows, export,
};
use runner::interrupt::Interrupt;
use runner::pg::{TxOptions, Value};
use tempfile::TempDir;

use super::replace::{HARD, HARD_ROWS};
use super::*;

/// A database and a folder for its files.
pub struct Scene {
    pub database: Database,
    pub folder: TempDir,
}

impl Scene {
    pub fn new(sql: &str) -> Self {
        Self {
            database: Database::with(dev(), sql),
            folder: tempfile::tempdir().unwrap(),
        }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// What is in the folder, hidden files too.
    pub fn files(&self) -> Vec<String> {
        names(self.folder.path())
    }

    pub fn export(&self, options: impl FnOnce(&mut ExportOptions)) -> Result<Vec<Exported>> {
        run(async {
            let (from, _) = open(&self.database).await;
            let mut export_options = self.options(from);
            options(&mut export_options);
            export(&export_options).await
        })
    }

    /// `t` into `t.csv`.
    pub fn options(&self, from: Session) -> ExportOptions {
        ExportOptions {
            from,
            rows: table("t"),
            to: self.file("t.csv"),
            format: None,
            packing: None,
            layout: Layout::default(),
            overwrite: false,
            dry_run: false,
        }
    }

    pub fn file(&self, name: &str) -> Goal {
        Goal::One(Place::File(self.path(name)))
    }

    #[track_caller]
    fn refusal(&self, options: impl FnOnce(&mut ExportOptions)) -> String {
        let before = self.files();
        let error = self.export(options).unwrap_err().to_string();
        assert_eq!(self.files(), before);
        self.database.assert_left();
        error.replace(&self.folder.path().display().to_string(), "FOLDER")
    }
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

pub fn table(name: &str) -> Rows {
    tables(&[name])
}

fn tables(names: &[&str]) -> Rows {
    Rows::Tables {
        filter: named(names),
        columns: None,
        condition: None,
        order_by: None,
        limit: None,
    }
}

fn query(sql: &str, params: Vec<Value>) -> Rows {
    Rows::Query(Query {
        sql: sql.to_owned(),
        params,
    })
}

const THREE: &str =
    "CREATE TABLE t (id int, name text, twice int GENERATED ALWAYS AS (id * 2) STORED);
  INSERT INTO t VALUES (1, 'a,\"b\"'), (2, NULL), (3, '')";

#[test]
fn csv_and_tsv_have_a_line_of_names_and_tell_null_from_nothing() {
    let scene = Scene::new(THREE);
    let exported = scene.export(|_| ()).unwrap();
    assert_eq!(
        scene.read("t.csv"),
        "id,name\n1,\"a,\"\"b\"\"\"\n2,\n3,\"\"\n"
    );
    let [file] = exported.as_slice() else {
        panic!()
    };
    assert_eq!((file.rows, file.bytes), (3, 28));
    scene.export(|o| o.to = scene.file("t.tsv")).unwrap();
    assert_eq!(scene.read("t.tsv"), "id\tname\n1\ta,\"b\"\n2\t\\N\n3\t\n");
    scene
        .export(|o| {
            o.to = scene.file("other.csv");
            o.layout = Layout {
                header: Some(false),
                delimiter: Some(";".into()),
                null: Some("NULL".into()),
                quote: Some("'".into()),
                escape: None,
            };
        })
        .unwrap();
    assert_eq!(scene.read("other.csv"), "1;a,\"b\"\n2;NULL\n3;\n");
}

#[test]
fn columns_conditions_order_and_limit_choose_what_is_exported() {
    let scene = Scene::new(THREE);
    let chosen = |limit| Rows::Tables {
        filter: named(&["t"]),
        columns: Some(vec!["twice".into(), "id".into()]),
        condition: Some(Query {
            sql: "id >= $1 OR name = $2 -- '$3'".into(),
            params: vec![2.into(), "it's".into()],
        }),
        order_by: Some("id DESC -- last first".into()),
        limit,
    };
    scene.export(|o| o.rows = chosen(None)).unwrap();
    assert_eq!(scene.read("t.csv"), "twice,id\n6,3\n4,2\n");
    scene
        .export(|o| {
            o.rows = chosen(Some(1));
            o.to = scene.file("one.jsonl");
        })
        .unwrap();
    assert_eq!(scene.read("one.jsonl"), "{\"twice\":6,\"id\":3}\n");
}

#[test]
fn a_query_takes_parameters_of_any_type_and_none_becomes_sql() {
    let scene = Scene::new("CREATE TYPE mood AS ENUM ('it''s', '\\')");
    let sql = "WITH x AS (SELECT $1::int AS n) -- $9
      SELECT n, $2 AS text, $3::mood AS mood, $4::bytea AS b, $5::int[] AS a, $6::jsonb AS j, $7::text AS nothing,
        '$1' AS quoted FROM x;";
    let json = serde_json::json!({"a": "'"});
    let params = vec![
        Value::Int(-7),
        "'; DROP TABLE t; --\\".into(),
        "\\".into(),
        Value::Bytes(vec![0, 255]),
        Value::Array(vec![1.into(), Value::Null]),
        Value::Json(json),
        Value::Null,
    ];
    scene
        .export(|o| {
            o.rows = query(sql, params);
            o.to = scene.file("q.jsonl");
        })
        .unwrap();
    assert_eq!(
        scene.read("q.jsonl"),
        "{\"n\":-7,\"text\":\"'; DROP TABLE t; --\\\\\",\"mood\":\"\\\\\",\"b\":\"\\\\x00ff\",\"a\":[1,null],\
         \"j\":{\"a\": \"'\"},\"nothing\":null,\"quoted\":\"$1\"}\n"
    );
}

#[test]
fn several_tables_go_into_a_folder_of_one_moment() {
    let scene = Scene::new(&format!("{HARD};{HARD_ROWS}; CREATE TABLE \"a/b\" (x int)"));
    let exported = scene
        .export(|o| {
            o.rows = tables(&["*.*"]);
            o.to = Goal::Folder(scene.path("all"));
            o.packing = Some(Packing::Gzip);
        })
        .unwrap();
    assert_eq!(scene.files(), ["all"]);
    let files = names(&scene.path("all"));
    assert!(
        files.contains(&"public.%22a%2Fb%22.csv.gz".to_owned()),
        "{files:?}"
    );
    assert!(files.contains(&"audit.log.csv.gz".to_owned()), "{files:?}");
    assert_eq!(files.len(), exported.len());
    let error = scene.refusal(|o| {
        o.rows = tables(&["parent", "child"]);
        o.to = Goal::Folder(scene.path("all"));
        o.packing = Some(Packing::Gzip);
    });
    assert!(
        error.contains("`FOLDER/all/parent.csv.gz` exists already"),
        "{error}"
    );
    let before = names(&scene.path("all"));
    scene
        .export(|o| {
            o.rows = tables(&["parent", "child"]);
            o.to = Goal::Folder(scene.path("all"));
        })
        .unwrap();
    assert_eq!(names(&scene.path("all")).len(), before.len() + 2);
    assert_eq!(scene.read("all/child.csv").lines().count(), 4001);
    assert_eq!(scene.files(), ["all"]);
}

#[test]
fn what_is_there_stays_unless_it_is_to_be_replaced() {
    use std::os::unix::fs::PermissionsExt;
    let scene = Scene::new(THREE);
    fs::write(scene.path("t.csv"), "old").unwrap();
    let refusal = scene.refusal(|_| ());
    assert_eq!(
        refusal,
        "`FOLDER/t.csv` exists already; `overwrite = true` replaces it"
    );
    assert_eq!(scene.read("t.csv"), "old");
    // Through a link, which stays, with the mode that the file has.
    fs::set_permissions(scene.path("t.csv"), fs::Permissions::from_mode(0o640)).unwrap();
    std::os::unix::fs::symlink("t.csv", scene.path("link.csv")).unwrap();
    scene
        .export(|o| {
            o.to = scene.file("link.csv");
            o.overwrite = true;
        })
        .unwrap();
    assert!(
        scene
            .path("link.csv")
            .symlink_metadata()
            .unwrap()
            .is_symlink()
    );
    assert_eq!(scene.read("t.csv").lines().count(), 4);
    let mode = scene.path("t.csv").metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o640);
    assert_eq!(scene.files(), ["link.csv", "t.csv"]);
}

#[test]
fn what_cannot_be_exported_is_refused_and_leaves_nothing() {
    let scene = Scene::new(THREE);
    let refusal = |options: fn(&mut ExportOptions)| scene.refusal(options);
    assert_eq!(
        refusal(|o| o.to = Goal::One(Place::File("/nowhere/t.csv".into()))),
        "cannot write `/nowhere/t.csv`: No such file or directory (os error 2)"
    );
    assert!(
        refusal(|o| o.to = Goal::One(Place::File("t.xls".into())))
            .starts_with("cannot tell from the name `t.xls`")
    );
    assert!(
        refusal(|o| o.rows = query("SELECT 1; SELECT 2", Vec::new())).starts_with("2 statements")
    );
    assert!(refusal(|o| o.rows = query("SELECT 1 / 0", Vec::new())).contains("division by zero"));
    assert!(
        refusal(|o| o.rows = query("INSERT INTO t (id) VALUES (4) RETURNING id", Vec::new()))
            .contains("read-only transaction")
    );
    assert!(
        refusal(|o| {
            o.rows = query("SELECT 1 AS a, 2 AS a", Vec::new());
            o.format = Some(Format::JsonLines);
        })
        .ends_with("two columns are called `a`")
    );
    assert!(
        refusal(|o| o.rows = query("SELECT $1::int", Vec::new())).contains("1 parameter"),
        "parameters are counted"
    );
}

#[test]
fn a_disk_that_is_full_is_told_and_leaves_nothing() {
    let rows = "CREATE TABLE t AS SELECT repeat(md5(g::text), 100) AS text FROM generate_series(1, 20000) g";
    let scene = Scene::new(rows);
    for packing in [Packing::Plain, Packing::Gzip, Packing::Zstd] {
        let refusal = scene.refusal(|o| {
            o.to = Goal::One(Place::File("/dev/full".into()));
            o.format = Some(Format::Csv);
            o.packing = Some(packing);
        });
        assert!(
            refusal.starts_with("`t`: cannot write `/dev/full`: No space left on device"),
            "{refusal}"
        );
    }
    assert!(scene.files().is_empty());
}

#[test]
fn an_interrupted_export_leaves_nothing() {
    let scene = Scene::new("CREATE TABLE t (id int)");
    // Endless, as long as anybody reads.
    let endless = "SELECT repeat('x', 1000) FROM generate_series(1, 2000000000)";
    run(async {
        let (from, _) = open(&scene.database).await;
        let options = ExportOptions {
            rows: query(endless, Vec::new()),
            ..scene.options(from)
        };
        let interrupt = Interrupt::default();
        let trip = async {
            let is_part =
                |name: &String| Path::new(name).extension().is_some_and(|end| end == "part");
            while !scene.files().iter().any(is_part) {
                tokio::time::sleep(std::time::Duration::from_millis(10)).await;
            }
            interrupt.trip(2);
        };
        let (exported, ()) = tokio::join!(interrupt.scope(export(&options)), trip);
        assert!(exported.unwrap_err().is_interrupted());
    });
    assert!(scene.files().is_empty(), "{:?}", scene.files());
    scene.database.assert_left();
}

#[test]
fn a_transaction_is_seen_from_within_and_keeps_its_settings() {
    let scene = Scene::new(THREE);
    run(async {
        let (tx, _) = open(&scene.database).await;
        tx.begin(&TxOptions::default()).await.unwrap();
        let before = tx.value(SETTINGS, &[]).await.unwrap();
        tx.batch("INSERT INTO t VALUES (4, 'new')").await.unwrap();
        let exported = export(&scene.options(tx.clone())).await.unwrap();
        assert_eq!(exported[0].rows, 4);
        assert_eq!(tx.value(SETTINGS, &[]).await.unwrap(), before);
        tx.rollback().await.unwrap();
    });
}

#[test]
fn a_dry_run_counts_and_writes_nothing() {
    let scene = Scene::new(THREE);
    let exported = scene.export(|o| o.dry_run = true).unwrap();
    assert_eq!(exported[0].rows, 3);
    assert!(scene.files().is_empty());
}
