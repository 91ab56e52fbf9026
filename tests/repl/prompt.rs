//! The prompt itself: what opens it, what it shows, what stops a line, what leaves it.

use std::os::unix::fs::PermissionsExt;

use rustix::process::{Pid, Signal, kill_process};

use super::{CTRL_C, CTRL_D, CTRL_R, ENTER, Screen, TAB, UP};
use crate::support::{Database, Runner, dev, wait_until};

/// A prompt on a database of its own, called `dev`.
fn opened(database: &Database) -> Screen {
    let screen = Screen::start(Runner::new().target("dev", database), &["repl", "dev"]);
    screen.wait_prompt("dev=>");
    screen
}

#[test]
fn without_words_the_prompt_opens_and_ctrl_d_leaves() {
    let mut screen = Screen::start(Runner::new(), &[]);
    screen.wait_prompt("runner>");
    assert_eq!(screen.answer("1 + 1", "runner>"), "2");
    screen.keys(CTRL_D);
    assert_eq!(screen.finish().0, 0);
}

#[test]
fn sql_goes_to_the_target_and_ends_with_a_semicolon() {
    let database = Database::empty(dev());
    let mut screen = opened(&database);
    screen.clear();
    screen.type_line("select 40 +");
    screen.type_line("2 as n;");
    screen.wait_text("42");
    screen.wait_prompt("dev=>");
    screen.type_line("\\q");
    assert_eq!(screen.finish().0, 0);
}

#[test]
fn ctrl_c_at_the_prompt_drops_the_line() {
    let mut screen = Screen::start(Runner::new(), &[]);
    screen.wait_prompt("runner>");
    screen.keys("this is no line");
    screen.wait_prompt("runner> this is no line");
    screen.keys(CTRL_C);
    screen.wait_prompt("runner>");
    assert_eq!(
        screen.answer("'still ' .. 'there'", "runner>"),
        "still there"
    );
}

#[test]
fn the_prompt_shows_how_the_transaction_is_and_leaving_it_open_is_asked() {
    let database = Database::empty(dev());
    let mut screen = opened(&database);
    assert_eq!(screen.answer("begin;", "dev=*>"), "BEGIN");
    assert!(screen.answer("select nope;", "dev=!>").contains("\"nope\""));
    assert_eq!(screen.answer("rollback;", "dev=>"), "ROLLBACK");
    assert_eq!(
        screen.answer("create table t (a int); begin;", "dev=*>"),
        "CREATE TABLE\nBEGIN"
    );
    // Lua is in the same transaction.
    assert_eq!(
        screen.answer("db:execute 'insert into t values (1)'", "dev=*>"),
        "1"
    );
    screen.keys(CTRL_D);
    screen.wait_text("A transaction is open on dev. Leave, and roll it back? [y/N]");
    screen.type_line("n");
    screen.wait_prompt("dev=*>");
    screen.type_line("\\q");
    screen.wait_for("it is asked again", |text| {
        text.matches("[y/N]").count() == 2
    });
    screen.type_line("y");
    assert_eq!(screen.finish().0, 0);
    database.assert_left();
    assert_eq!(database.query("select count(*) from t"), "0");
}

#[test]
fn ctrl_c_cancels_the_statement_at_the_server_and_keeps_the_session() {
    let database = Database::empty(dev());
    let mut screen = opened(&database);
    let running = "select count(*) from pg_stat_activity where query like '%pg_sleep(1000)%' \
                   and state = 'active' and datname = current_database() and pid <> pg_backend_pid()";
    screen.type_line("create temp table kept (a int);");
    screen.wait_text("CREATE TABLE");
    screen.type_line("select pg_sleep(1000);");
    wait_until("the statement runs", || database.query(running) == "1");
    screen.keys(CTRL_C);
    screen.wait_text("interrupted");
    screen.wait_prompt("dev=>");
    assert_eq!(database.query(running), "0");
    assert!(
        screen
            .answer("select count(*) from kept;", "dev=>")
            .contains("(1 row)")
    );
    // Lua that waits, and Lua that does not.
    for line in ["sleep(1000)", "while true do end"] {
        screen.clear();
        screen.type_line(&format!("print 'begun' {line}"));
        screen.wait_for("it runs", |text| text.lines().any(|line| line == "begun"));
        screen.keys(CTRL_C);
        screen.wait_text("interrupted");
        screen.wait_prompt("dev=>");
    }
    assert_eq!(screen.answer("1 + 1", "dev=>"), "2");
}

#[test]
fn a_protected_target_is_read_only_until_its_phrase_is_typed_and_red_from_then_on() {
    let database = Database::with(dev(), "create table t (a int)");
    let runner = Runner::new().target("dev", &database).protected("GO ON");
    let mut screen = Screen::start(runner, &["repl", "dev"]);
    screen.wait_prompt("dev=>");
    let refused = screen.answer("insert into t values (1);", "dev=>");
    assert!(refused.contains("read-only transaction"), "{refused}");
    assert!(
        refused.contains("`\\write` lets `dev` be written to"),
        "{refused}"
    );
    screen.type_line("begin; set transaction read write;");
    screen.wait_prompt("dev=!>");
    screen.type_line("rollback;");
    screen.wait_prompt("dev=>");
    assert!(!screen.bytes().contains("\u{1b}[1;31mdev=>"));
    screen.type_line("\\write");
    screen.wait_text("type GO ON:");
    screen.type_line("GO ON");
    screen.wait_text("can be written to until the end");
    screen.wait_prompt("dev=>");
    assert!(screen.bytes().contains("\u{1b}[1;31mdev=>"), "it is red");
    assert_eq!(
        screen.answer("insert into t values (1);", "dev=>"),
        "INSERT 0 1"
    );
    screen.answer("\\write off", "dev=>");
    let refused = screen.answer("insert into t values (2);", "dev=>");
    assert!(refused.contains("read-only transaction"), "{refused}");
    // A leave for no time at all is over with the next line.
    screen.clear();
    screen.type_line("\\write 0.0001");
    screen.wait_text("type GO ON:");
    screen.type_line("GO ON");
    screen.wait_text("can be written to for");
    screen.wait_prompt("dev=>");
    std::thread::sleep(std::time::Duration::from_millis(10));
    let refused = screen.answer("insert into t values (2);", "dev=>");
    assert!(refused.contains("read-only transaction"), "{refused}");
    assert_eq!(database.query("select * from t"), "1");
}

#[test]
fn a_lost_connection_is_opened_again_and_a_lost_transaction_is_told() {
    let database = Database::empty(dev());
    let mut screen = opened(&database);
    let end = "select pg_terminate_backend(pid) from pg_stat_activity \
               where application_name like 'runner%' and datname = current_database()";
    screen.answer("begin;", "dev=*>");
    database.query(end);
    screen.type_line("select 1;");
    screen.wait_text("the transaction that was open is lost");
    screen.wait_prompt("dev=>");
    assert!(screen.answer("select 'again';", "dev=>").contains("again"));
    assert_eq!(screen.answer("db:value 'select 2'", "dev=>"), "2");
}

#[test]
fn lines_are_remembered_per_project_and_never_one_with_a_password() {
    let database = Database::empty(dev());
    let mut screen = opened(&database);
    let home = screen.project.path().join("home");
    screen.answer("select 'first' as remembered;", "dev=>");
    screen.answer("create role hidden_role password 'geheim';", "dev=>");
    // What is secret in a line may be known only when it is run, and the call may be wrong besides.
    screen.answer(
        "notify { url = 'http://127.0.0.1:9/geheim', on = 'nver' }",
        "dev=>",
    );
    screen.answer("drop role hidden_role;", "dev=>");
    screen.keys(UP);
    screen.wait_prompt("dev=> drop role hidden_role;");
    screen.keys(UP);
    screen.wait_prompt("dev=> select 'first' as remembered;");
    screen.keys(CTRL_C);
    screen.wait_for("another prompt", |text| {
        text.lines()
            .last()
            .is_some_and(|line| line.trim_end() == "dev=>")
    });
    screen.keys(CTRL_R);
    screen.keys("first");
    screen.wait_for("it is found", |text| {
        text.lines()
            .last()
            .is_some_and(|line| line.ends_with("select 'first' as remembered;"))
    });
    screen.keys(ENTER);
    screen.wait_prompt("dev=>");
    screen.keys(CTRL_D);
    let (code, _project) = screen.finish();
    assert_eq!(code, 0);
    let folder = home.join(".local/state/runner/history");
    let files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    assert_eq!(files.len(), 1);
    assert_eq!(
        files[0].metadata().unwrap().permissions().mode() & 0o777,
        0o600
    );
    let text = std::fs::read_to_string(&files[0]).unwrap();
    assert!(
        text.contains("remembered") && !text.contains("geheim"),
        "{text}"
    );
}

#[test]
fn names_are_completed_and_what_is_typed_has_colours() {
    let database = Database::with(dev(), "create table some_long_name (a int)");
    let mut screen = opened(&database);
    screen.keys("select * from some_l");
    screen.wait_prompt("dev=> select * from some_l");
    // The names come in the background, and Tab asks for what is there.
    wait_until("the name of the table is completed", || {
        screen.keys(TAB);
        std::thread::sleep(std::time::Duration::from_millis(50));
        screen.last_line().contains("some_long_name")
    });
    screen.keys(";\r");
    screen.wait_text("(0 rows)");
    screen.wait_prompt("dev=>");
    assert!(
        screen.bytes().contains("\u{1b}[1;34m"),
        "keywords are painted"
    );
}

#[test]
fn sigterm_ends_the_session_and_leaves_the_terminal_as_it_was() {
    let database = Database::empty(dev());
    let mut screen = opened(&database);
    screen.type_line("begin;");
    screen.wait_prompt("dev=*>");
    kill_process(
        Pid::from_raw(screen.pid().cast_signed()).unwrap(),
        Signal::TERM,
    )
    .unwrap();
    assert_eq!(screen.finish().0, 143);
    database.assert_left();
}
