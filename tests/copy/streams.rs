//! stdin and stdout of the program as ends of an export and an import.

use std::io::{Read, Write};

use super::*;
use crate::support::Runner;

const SCHEMA: &str = "CREATE TABLE t (id int, name text); INSERT INTO t VALUES (1, 'a'), (2, NULL)";

#[test]
fn rows_go_to_stdout_between_what_the_playbook_prints() {
    let database = Database::with(dev(), SCHEMA);
    Runner::new()
        .target("dev", &database)
        .playbook(
            "print 'before'
             local report = copy.export { from = connect 'dev', table = 't', to = '-', format = 'csv' }
             print(report.files[1].file, report.rows)",
        )
        .stdout("before\nid,name\n1,a\n2,\nstdout\t2\n")
        .success();
    let lines = |format: &str| {
        let playbook = format!(
            "copy.export {{ from = connect 'dev', table = 't', to = '-', format = '{format}' }}"
        );
        Runner::new()
            .target("dev", &database)
            .playbook(&playbook)
            .args(["--json"])
    };
    lines("jsonl")
        .stdout("{\"id\":1,\"name\":\"a\"}\n{\"id\":2,\"name\":null}\n")
        .success();
    lines("csv")
        .stdout("")
        .stderr_has("with `--json` there are only JSON lines on stdout")
        .code(1);
}

#[test]
fn rows_come_from_stdin_and_no_question_eats_them() {
    let database = Database::with(dev(), "CREATE TABLE t (id int, name text)");
    let import = "copy.import { from = '-', to = connect('dev', { write = true }), table = 't', format = 'csv' }";
    let runner = || {
        Runner::new()
            .target("dev", &database)
            .protected("YES WRITE")
            .playbook(import)
    };
    let run = |runner: Runner, code: i32| {
        let mut running = runner.start();
        // Where the run has ended without reading, there is nobody to write to.
        let _ = running.stdin().write_all(b"id,name\n1,a\n2,\n");
        running.finish(code)
    };
    run(runner().stderr_has("--confirm"), 1);
    assert_eq!(database.query("SELECT count(*) FROM t"), "0");
    run(runner().args(["--confirm", "YES WRITE"]), 0);
    assert_eq!(database.query("SELECT * FROM t ORDER BY id"), "1|a\n2|");
}

#[test]
fn a_reader_that_leaves_ends_the_export() {
    let database = Database::empty(dev());
    let endless = "copy.export { from = connect 'dev', sql = 'SELECT generate_series(1, 2000000000) AS g', to = '-',
       format = 'tsv' }";
    let project = tempfile::tempdir().unwrap();
    let toml = format!("[targets.dev]\nurl = \"{}\"", database.url());
    std::fs::write(project.path().join("runner.toml"), toml).unwrap();
    std::fs::write(project.path().join("playbook.lua"), endless).unwrap();
    let mut runner = std::process::Command::new(env!("CARGO_BIN_EXE_runner"))
        .arg("playbook.lua")
        .current_dir(project.path())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut begin = [0; 8];
    runner
        .stdout
        .take()
        .unwrap()
        .read_exact(&mut begin)
        .unwrap();
    assert_eq!(&begin, b"g\n1\n2\n3\n");
    let ended = runner.wait_with_output().unwrap();
    let stderr = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert_eq!(ended.status.code(), Some(1), "{stderr}");
    assert!(
        stderr.contains("cannot write `stdout`: Broken pipe"),
        "{stderr}"
    );
    database.assert_left();
}
