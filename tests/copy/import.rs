//! `copy.import`: rows out of files, all of them or none.

use std::fs;
use std::path::PathBuf;

use runner::copy::{
    ExportOptions, Format, Goal, ImportOptions, Layout, Packing, Place, export, import,
};
use runner::interrupt::Interrupt;
use tempfile::TempDir;

use super::export::table;
use super::replace::{HARD, HARD_ROWS};
use super::*;

/// Values that are easily lost on the way.
const TYPES: &str = include_str!("types.sql");

/// A target and a folder with files.
struct Arriving {
    pair: Pair,
    folder: TempDir,
}

impl Arriving {
    fn new(schema: &str) -> Self {
        Self::with(schema, "")
    }

    fn with(schema: &str, rows: &str) -> Self {
        Self {
            pair: Pair::new(schema, rows),
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn file(&self, name: &str, contents: impl AsRef<[u8]>) -> Place {
        fs::write(self.path(name), contents).unwrap();
        Place::File(self.path(name))
    }

    fn import(&self, from: Place, options: impl FnOnce(&mut ImportOptions)) -> Result<Report> {
        run(async {
            let (to, _) = open(&self.pair.to).await;
            let mut import_options = into(&to, "t", from);
            options(&mut import_options);
            import(&import_options).await
        })
    }

    /// What an import is refused with, the target being as before.
    #[track_caller]
    fn refusal(&self, from: Place, options: impl FnOnce(&mut ImportOptions)) -> String {
        let before = self.pair.to.state();
        let error = self.import(from, options).unwrap_err();
        self.pair.to.assert_as_before(&before);
        let folder = self.folder.path().display().to_string();
        self.pair.in_words(&error).replace(&folder, "FOLDER")
    }

    fn rows(&self) -> String {
        self.pair.to.query("SELECT t::text FROM t ORDER BY t::text")
    }

    /// Out of the source and into the target by a file.
    async fn carry(&self, tables: &[&str], name: &str) -> Result<()> {
        let (from, to, _) = self.pair.sessions().await;
        for (number, table_name) in tables.iter().enumerate() {
            let file = Place::File(self.path(&format!("{number}.{name}")));
            export(&ExportOptions {
                from: from.clone(),
                rows: table(table_name),
                to: Goal::One(file.clone()),
                format: None,
                packing: None,
                layout: Layout::default(),
                overwrite: true,
                dry_run: false,
            })
            .await?;
            import(&into(&to, table_name, file)).await?;
        }
        Ok(())
    }
}

fn into(to: &Session, table: &str, from: Place) -> ImportOptions {
    ImportOptions {
        from,
        to: to.clone(),
        table: table.to_owned(),
        format: None,
        packing: None,
        layout: Layout::default(),
        columns: None,
        mode: Mode::Append,
        sequences: true,
        dry_run: false,
    }
}

#[test]
fn every_value_comes_back_out_of_every_format() {
    for name in ["csv", "tsv.gz", "jsonl.zst", "bin"] {
        let (schema, rows) = TYPES.split_once("-- rows").unwrap();
        let scene = Arriving::with(schema, rows);
        run(scene.carry(&["t", "\"odd \"\"name/%\"", "one", "nothing"], name)).unwrap();
        scene.pair.assert_equal();
    }
}

#[test]
fn the_tables_of_a_hard_schema_come_back_with_their_sequences() {
    for name in ["csv", "tsv", "jsonl"] {
        let scene = Arriving::with(HARD, HARD_ROWS);
        // What the target has a text for in the words of its own tables has to be there first.
        let tables = [
            "parent",
            "child",
            "public.\"We ird\"",
            "audit.log",
            "types",
            "ev",
            "inh_parent",
            "inh_child",
            "counts_down",
            "scaled",
            "unlogged",
        ];
        run(scene.carry(&tables, name)).unwrap();
        let of = |database: &Database| {
            let state = database.state();
            let lines = state.lines().filter(|line| !line.contains("nocols"));
            lines
                .filter(|line| !line.contains("computed"))
                .filter(|line| line.starts_with("rows") || line.starts_with("sequence"))
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        assert_eq!(of(&scene.pair.to), of(&scene.pair.from), "{name}");
    }
}

#[test]
fn the_line_of_names_puts_columns_in_their_places() {
    let scene = Arriving::new("CREATE TABLE t (id serial PRIMARY KEY, a text, b text DEFAULT 'b')");
    let file = scene.file("x.csv", "\u{feff}a,id\r\n\"x,\ny\",7\r\nz,8");
    let report = scene.import(file, |_| ()).unwrap();
    assert_eq!((report.rows, report.tables[0].inserted), (2, 2));
    assert_eq!(scene.rows(), "(7,\"x,\ny\",b)\n(8,z,b)");
    assert_eq!(scene.pair.to.query("SELECT nextval('t_id_seq')"), "9");
    let file = scene.file("y.tsv", "10\tN\n11\t-\n");
    scene
        .import(file, |o| {
            o.layout.header = Some(false);
            o.layout.null = Some("-".into());
            o.columns = Some(vec!["id".into(), "b".into()]);
            o.mode = Mode::Replace;
        })
        .unwrap();
    assert_eq!(scene.rows(), "(10,,N)\n(11,,)");
}

#[test]
fn json_lines_of_others_are_understood() {
    let scene = Arriving::new(
        "CREATE TABLE t (id int PRIMARY KEY, name text, j jsonb, tags text[], n numeric, at timestamptz DEFAULT 'epoch')",
    );
    let file = scene.file(
        "x.jsonl",
        "\u{feff}{\"id\": 1, \"name\": \"\\u00fc\\n\\\\.\", \"j\": null, \"tags\": [\"a\", null, \"b,c\"]}\r\n\n\
         {\"n\": 12345678901234567890.10, \"id\": 2, \"j\": {\"b\":1,\t\"a\":[]}}\n  \n\
         {\"id\": 3, \"$json_null\": [\"j\"], \"name\": \"\"}",
    );
    let report = scene.import(file, |_| ()).unwrap();
    assert_eq!(report.rows, 3);
    let rows = "SELECT id, name, j, j IS NULL, tags, n, at = 'epoch' FROM t ORDER BY id";
    assert_eq!(
        scene.pair.to.query(rows),
        "1|ü\n\\.||t|{a,NULL,\"b,c\"}||t\n2||{\"a\": [], \"b\": 1}|f||12345678901234567890.10|t\n3||null|f|||t"
    );
    // Only what is named is taken, and it is NULL where a line has it not.
    let file = scene.file(
        "y.jsonl",
        "{\"id\": 4, \"at\": \"2020-01-01\", \"strange\": true}\n{\"id\": 5}",
    );
    let only = |o: &mut ImportOptions| {
        o.columns = Some(vec!["id".into(), "at".into()]);
        o.mode = Mode::Replace;
    };
    scene.import(file, only).unwrap();
    assert_eq!(
        scene
            .pair
            .to
            .query("SELECT id, at IS NULL FROM t ORDER BY id"),
        "4|f\n5|t"
    );
}

#[test]
fn what_is_wrong_is_told_with_file_line_and_column() {
    let scene = Arriving::new("CREATE TABLE t (id int PRIMARY KEY, name varchar(3))");
    let csv = |text: &str| scene.refusal(scene.file("x.csv", text), |_| ());
    assert_eq!(
        csv("id,name\n1,a\nx,b\n"),
        "`FOLDER/x.csv` line 3, column `id`: invalid input syntax for type integer: \"x\""
    );
    assert_eq!(
        csv("id,name\n1,\"a\nb\"\n2,long\n"),
        "`FOLDER/x.csv` line 4, column `name`: value too long for type character varying(3)"
    );
    assert!(csv("id,name\n1,a\n1,b\n").starts_with(
        "`FOLDER/x.csv` line 3: duplicate key value violates unique constraint \"t_pkey\""
    ));
    assert!(
        csv("id,name\n1\n").starts_with("`FOLDER/x.csv` line 2: missing data for column \"name\"")
    );
    assert_eq!(
        csv("id,name\n1,a\n\\.\n2,b\n"),
        "`FOLDER/x.csv` line 3: a line of `\\.` alone ends the rows for the server, and the lines behind it would be lost"
    );
    assert_eq!(
        csv("id,nmae\n1,a\n"),
        "the columns differ:\n  `t`.`nmae` is missing on `to`"
    );
    assert_eq!(
        csv("name\na\n"),
        "the columns differ:\n  `t`.`id` is missing on `FOLDER/x.csv`, and is NOT NULL without a default"
    );
    let jsonl = |text: &str| scene.refusal(scene.file("x.jsonl", text), |_| ());
    assert!(
        jsonl("{\"id\": 1}\n\n{\"id\": 2,}\n").starts_with(
            "`FOLDER/x.jsonl` line 3, column `doc`: invalid input syntax for type json"
        )
    );
    assert_eq!(
        jsonl("{\"id\": 1}\n[2]\n"),
        "`FOLDER/x.jsonl` line 2 is no JSON object"
    );
    let many: Vec<String> = (1..200)
        .map(|id| format!("{{\"id\": {}}}\n", id % 150))
        .collect();
    assert!(jsonl(&many.concat()).starts_with(
        "`FOLDER/x.jsonl` line 151: duplicate key value violates unique constraint \"t_pkey\""
    ));
    assert_eq!(
        jsonl("{\"id\": 1}\n{\"id\": 2, \"name\": \"long\"}\n"),
        "`FOLDER/x.jsonl` line 2: value too long for type character varying(3)"
    );
    assert!(jsonl("{\"id\": 1, \"nmae\": 1}").ends_with("`t`.`nmae` is missing on `to`"));
}

#[test]
fn a_file_that_is_cut_short_or_not_there_is_refused_whole() {
    let schema = "CREATE TABLE t (id int, text text)";
    let rows = "INSERT INTO t SELECT g, md5(g::text) FROM generate_series(1, 50000) g";
    for name in ["csv.gz", "tsv.zst", "jsonl.gz", "bin.zst"] {
        let scene = Arriving::with(schema, rows);
        run(scene.carry(&["t"], name)).unwrap();
        scene.pair.to.query("TRUNCATE t");
        let file = scene.path(&format!("0.{name}"));
        let whole = fs::read(&file).unwrap();
        fs::write(&file, &whole[..whole.len() - 7]).unwrap();
        let refusal = scene.refusal(Place::File(file), |_| ());
        assert_eq!(
            refusal,
            format!("`FOLDER/0.{name}` is cut short: its compressed data has no end")
        );
    }
    let scene = Arriving::new(schema);
    let refusal = scene.refusal(Place::File(scene.path("none.csv")), |_| ());
    assert!(
        refusal.starts_with("cannot read `FOLDER/none.csv`: No such file"),
        "{refusal}"
    );
    let refusal = scene.refusal(scene.file("x.csv.gz", "id,text\n1,a\n"), |_| ());
    assert!(
        refusal.starts_with("cannot read `FOLDER/x.csv.gz`: "),
        "{refusal}"
    );
    let refusal = scene.refusal(scene.file("x.bin", "PGCOPY?"), |_| ());
    assert!(
        refusal.starts_with("`FOLDER/x.bin`: COPY file signature not recognized"),
        "{refusal}"
    );
}

#[test]
fn a_replace_empties_in_the_same_commit_and_not_what_others_refer_to() {
    let scene = Arriving::with(
        "CREATE TABLE t (id int PRIMARY KEY); CREATE TABLE child (t int REFERENCES t)",
        "",
    );
    let replace = |o: &mut ImportOptions| o.mode = Mode::Replace;
    let refusal = scene.refusal(scene.file("x.csv", "id\n1\n"), replace);
    assert!(
        refusal.starts_with("`t` on `to` cannot be emptied: `child` refers to it"),
        "{refusal}"
    );
    scene
        .pair
        .to
        .query("DROP TABLE child; INSERT INTO t VALUES (7)");
    scene.refusal(scene.file("x.csv", "id\n1\nx\n"), replace);
    scene
        .import(scene.file("x.csv", "id\n1\n"), replace)
        .unwrap();
    assert_eq!(scene.rows(), "(1)");
}

#[test]
fn a_dry_run_counts_the_rows_that_would_come() {
    let scene = Arriving::new(
        "CREATE TABLE t (id int PRIMARY KEY, twice int GENERATED ALWAYS AS (id * 2) STORED)",
    );
    let before = scene.pair.to.state();
    for (name, text) in [
        ("x.csv", "id\n1\n2\n"),
        ("x.jsonl", "{\"id\":1}\n{\"id\":2}"),
    ] {
        let report = scene
            .import(scene.file(name, text), |o| {
                o.dry_run = true;
                o.mode = Mode::Replace;
            })
            .unwrap();
        assert_eq!(report.rows, 2);
    }
    scene.pair.to.assert_as_before(&before);
    let refusal = scene.refusal(scene.file("x.csv", "id,twice\n1,2\n"), |_| ());
    assert!(
        refusal.starts_with("`t`.`twice` is computed by the server"),
        "{refusal}"
    );
}

#[test]
fn a_large_value_passes_in_little_memory() {
    // Its text is twice as long, and the server's own buffers are not ours.
    let schema = "CREATE TABLE t (id int, b bytea)";
    let rows = "INSERT INTO t SELECT 1, string_agg(decode(md5(g::text), 'hex'), '') FROM generate_series(1, 3276800) g";
    let scene = Arriving::with(schema, rows);
    let path = scene.path("0.jsonl.gz");
    let project = crate::support::Runner::new()
        .target("dev", &scene.pair.from)
        .target("prod", &scene.pair.to)
        .playbook(&format!(
            "local dev, prod = connect 'dev', connect('prod', {{ write = true }})
             for _, suffix in ipairs {{ 'csv', 'jsonl.gz', 'bin.zst' }} do
               copy.export {{ from = dev, table = 't', to = 'x.' .. suffix }}
               copy.import {{ from = 'x.' .. suffix, to = prod, table = 't', mode = 'replace' }}
             end
             for line in io.lines '/proc/self/status' do
               local peak = line:match 'VmHWM:%s+(%d+) kB'
               if peak then print(tonumber(peak) < {limit} * 1024 and 'small' or peak) end
             end",
            limit = 64 + 3 * 50,
        ));
    project.stdout("small\n").success();
    drop(path);
    scene.pair.assert_equal();
}

#[test]
fn an_interrupted_import_leaves_the_table_as_it_was() {
    let scene = Arriving::new("CREATE TABLE t (id int)");
    // A pipe that nobody ends.
    let pipe = scene.path("pipe.csv");
    crate::support::must(std::process::Command::new("mkfifo").arg(&pipe));
    let mut writer = fs::OpenOptions::new()
        .read(true)
        .write(true)
        .open(&pipe)
        .unwrap();
    std::io::Write::write_all(&mut writer, b"id\n1\n2\n").unwrap();
    let before = scene.pair.to.state();
    run(async {
        let (to, _) = open(&scene.pair.to).await;
        let options = into(&to, "t", Place::File(pipe));
        let interrupt = Interrupt::default();
        let waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
           AND query LIKE 'COPY%' AND state = 'active'";
        let trip = async {
            while scene.pair.to.query(waiting) == "0" {
                tokio::time::sleep(std::time::Duration::from_millis(10)).await;
            }
            interrupt.trip(2);
        };
        let (imported, ()) = tokio::join!(interrupt.scope(import(&options)), trip);
        assert!(imported.unwrap_err().is_interrupted());
        to.close();
        // Lets the thread go that reads it.
        drop(writer);
    });
    scene.pair.to.assert_as_before(&before);
}

#[test]
fn a_role_that_may_not_is_told_before_anything_is_read() {
    let scene = Arriving::new(
        "CREATE TABLE t (id int); CREATE TABLE safe (id int); ALTER TABLE safe ENABLE ROW LEVEL SECURITY;
         CREATE POLICY p ON safe USING (id > 0)",
    );
    run(async {
        let to = open_as(&scene.pair.to, "runner_reader").await;
        let file = scene.file("x.csv", "id\n1\n");
        let error = import(&into(&to, "t", file.clone())).await.unwrap_err();
        assert_eq!(
            scene.pair.in_words(&error),
            "`runner_reader` may not INSERT into `t` on `to`"
        );
        scene.pair.to.query("GRANT ALL ON t, safe TO runner_reader");
        let error = import(&into(&to, "safe", file)).await.unwrap_err();
        assert!(
            error.to_string().starts_with("policies of `safe`"),
            "{error}"
        );
    });
}

#[test]
fn formats_and_packings_may_be_given_where_the_name_says_nothing() {
    let scene = Arriving::new("CREATE TABLE t (id int)");
    let file = scene.file("lines", "{\"id\": 1}\n");
    scene
        .import(file, |o| {
            o.format = Some(Format::JsonLines);
            o.packing = Some(Packing::Plain);
        })
        .unwrap();
    assert_eq!(scene.rows(), "(1)");
}
