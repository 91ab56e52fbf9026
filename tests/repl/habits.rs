//! What people do by habit: commands of psql, passwords in statements.

use std::io::Write;

use super::lines::run;
use crate::support::{Database, Runner, dev};

#[test]
fn what_may_hold_a_password_is_in_no_report_and_no_log() {
    let database = Database::empty(dev());
    let editor = "f() { echo \"alter role nobody_here password 'geheim4';\" >\"$1\"; }; f";
    for lines in [
        "alter role nobody_here password 'geheim1';",
        "db:execute \"alter role nobody_here password 'geheim2'\"",
        "local password = 'geheim3' .. nil",
        "\\e",
        "do $$ begin execute 'alter role nobody_here password ''geheim5'''; end $$;",
        "alter role nobody_here password geheim6;",
    ] {
        let runner = Runner::new().target("dev", &database).env("EDITOR", editor);
        let ran = run(runner, &["dev", "--log", "done.log", "-v"], lines, 1);
        assert!(ran.stderr.contains("error: "), "{}", ran.stderr);
        let log = std::fs::read_to_string(ran.project.path().join("done.log")).unwrap();
        assert!(log.contains("error: "), "{log}");
        assert!(!log.contains("geheim"), "{log}");
        assert!(!ran.stderr.contains("geheim"), "{}", ran.stderr);
    }
}

#[test]
fn hands_that_know_psql_are_told_what_is_here_instead() {
    let database = Database::empty(dev());
    let target = || Runner::new().target("dev", &database);
    for (line, message) in [
        (
            "\\copy t from 't.csv'",
            "`\\copy` is psql's: `copy.export` writes",
        ),
        ("\\set x 1", "`\\set` is psql's: variables are Lua's here"),
        ("\\pset null -", "`\\x` shows rows as records"),
        ("\\echo hi", "`print(...)` does that here"),
        ("\\! exit 3", "the command ended with exit status: 3"),
        (
            "copy pg_class to '/no/such/folder/x'",
            "help: the file is one of the server's; here `copy.export` writes files and `copy.import` reads them",
        ),
    ] {
        let code = i32::from(!line.starts_with("\\!"));
        let mut running = target().args(["repl", "dev"]).start();
        running.stdin().write_all(line.as_bytes()).unwrap();
        let ran = running.finish(code);
        assert!(ran.stderr.contains(message), "{line}: {}", ran.stderr);
    }
    let lines =
        "\\connect dev\n\\!echo shell\nlisten news; notify news, 'came';\nquit\nprint 'not run'\n";
    let mut running = target().args(["repl", "dev"]).start();
    running.stdin().write_all(lines.as_bytes()).unwrap();
    let ran = running.finish(0);
    assert_eq!(ran.stdout, "shell\nLISTEN\nNOTIFY\n");
    let told = ran.stderr.lines().any(|line| {
        line.starts_with("dev: notification on `news` from backend ") && line.ends_with(": came")
    });
    assert!(told, "{}", ran.stderr);
}

#[test]
fn the_list_of_commands_ends_with_what_is_none() {
    let mut running = Runner::new().args(["repl"]).start();
    running.stdin().write_all(b"\\?\n").unwrap();
    let ran = running.finish(0);
    assert!(ran.stdout.contains("\\!"), "{}", ran.stdout);
    assert!(
        ran.stderr
            .contains("`_` the last result, where that is not more than 16 MB"),
        "{}",
        ran.stderr
    );
}

#[test]
fn an_editor_that_is_left_as_it_was_runs_nothing() {
    let database = Database::with(dev(), "create sequence s");
    let runner = Runner::new().target("dev", &database).env("EDITOR", "true");
    let mut running = runner.args(["repl", "dev"]).start();
    running
        .stdin()
        .write_all(b"select nextval('s');\n\\e\n")
        .unwrap();
    let ran = running.finish(0);
    assert!(
        ran.stderr.contains(
            "nothing was changed, and nothing is run; `\\g` runs the last statement again"
        ),
        "{}",
        ran.stderr
    );
    assert_eq!(database.query("select last_value from s"), "1");
}
