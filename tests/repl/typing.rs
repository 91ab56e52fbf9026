//! What is typed and pasted, and what comes in between.

use rustix::process::{Pid, Signal, kill_process};

use super::{CTRL_C, ENTER, Screen, TAB, UP};
use crate::support::{Database, Runner, dev};

fn opened(database: &Database) -> Screen {
    let screen = Screen::start(Runner::new().target("dev", database), &["repl", "dev"]);
    screen.wait_prompt("dev=>");
    screen
}

/// As a terminal passes on what is pasted.
fn pasted(text: &str) -> String {
    format!("\x1b[200~{text}\x1b[201~")
}

#[test]
fn what_is_typed_while_a_line_runs_are_the_lines_behind_it() {
    let database = Database::empty(dev());
    let mut screen = opened(&database);
    screen.keys("select 1 as one;\rselect 'ahead' as two;\r40 + 2\r");
    screen.wait_for("all three have run", |text| {
        let has = |line: &str| text.lines().any(|shown| shown == line);
        has("one") && has("ahead") && has("42")
    });
    screen.wait_prompt("dev=>");
}

#[test]
fn a_word_alone_leaves() {
    for word in ["exit", "quit;"] {
        let mut screen = Screen::start(Runner::new(), &[]);
        screen.wait_prompt("runner>");
        screen.type_line(word);
        assert_eq!(screen.finish().0, 0);
    }
}

#[test]
fn a_text_that_goes_on_tells_until_when_and_is_one_line_of_the_history() {
    let database = Database::empty(dev());
    let mut screen = opened(&database);
    screen.type_line("select 40");
    screen.wait_prompt("goes on until `;`");
    screen.type_line(" + (1");
    screen.wait_prompt("goes on until `)`");
    screen.type_line(") + 1 as n;");
    screen.wait_text("(1 row)");
    screen.wait_prompt("dev=>");
    screen.clear();
    screen.type_line("function f()");
    screen.wait_prompt("goes on until `end`");
    screen.keys(CTRL_C);
    screen.wait_prompt("dev=>");
    screen.clear();
    screen.keys(UP);
    screen.wait_for("the whole is back", |text| {
        text == "dev=> select 40\n + (1\n) + 1 as n;"
    });
    screen.keys(ENTER);
    screen.wait_text("42");
}

#[test]
fn what_is_not_whole_behind_pasted_data_is_not_run() {
    let database = Database::with(dev(), "create table t (a int)");
    let mut screen = opened(&database);
    screen.type_line("copy t from stdin;");
    screen.wait_prompt(">>");
    screen.keys(&pasted("7\n\\.\nselect 'whole' as it;\ndelete from t"));
    screen.wait_text("delete from t");
    screen.keys(ENTER);
    screen.wait_text("what stands last behind the data is not whole, and was not run");
    screen.wait_prompt("dev=>");
    assert!(screen.text().lines().any(|line| line == "whole"));
    assert_eq!(database.query("select a from t"), "7");
}

#[test]
fn what_is_written_without_a_line_end_stays_above_the_prompt() {
    let mut screen = Screen::start(Runner::new(), &[]);
    screen.wait_prompt("runner>");
    assert_eq!(screen.answer("do io.write('abc') end", "runner>"), "abc");
}

#[test]
fn a_pasted_script_runs_with_its_data() {
    let database = Database::with(dev(), "create table t (a int, b text)");
    let mut screen = opened(&database);
    let script = "copy t from stdin;\n1\tone\n2\twhile {\n\\.\nselect count(*) as rows from t;\nselect\n'the end' as it;";
    screen.keys(&pasted(script));
    screen.wait_text("'the end' as it;");
    screen.keys(ENTER);
    screen.wait_text("COPY 2");
    screen.wait_for("the last statement has run", |text| {
        text.lines().any(|line| line == "the end")
    });
    screen.wait_prompt("dev=>");
    // Data alone, with a line break at its end or without.
    for data in ["3\tthree\n4\tfour\n", "5\tfive\n6\tsix"] {
        screen.clear();
        screen.type_line("copy t from stdin;");
        screen.wait_prompt(">>");
        screen.keys(&pasted(data));
        screen.keys(ENTER);
        screen.wait_prompt(">>");
        screen.type_line("\\.");
        screen.wait_text("COPY 2");
        screen.wait_prompt("dev=>");
    }
    assert_eq!(
        database.query("select string_agg(a || b, ',' order by a) from t"),
        "1one,2while {,3three,4four,5five,6six"
    );
}

#[test]
fn data_has_its_tabs_and_what_is_refused_of_it_is_not_run_as_lines() {
    let database = Database::with(dev(), "create table t (a int, b text)");
    let mut screen = opened(&database);
    screen.type_line("copy t from stdin;");
    screen.wait_text("a row on each line");
    screen.wait_prompt(">>");
    screen.keys(&format!("1{TAB}one{ENTER}"));
    screen.type_line("\\.");
    screen.wait_text("COPY 1");
    screen.wait_prompt("dev=>");
    screen.clear();
    screen.type_line("copy t from stdin;");
    screen.wait_prompt(">>");
    for line in ["no number", "drop table t;", "create table wrong (a int);"] {
        screen.type_line(line);
        screen.wait_prompt(">>");
    }
    screen.type_line("\\.");
    screen.wait_text("invalid input syntax for type integer");
    screen.wait_prompt("dev=>");
    // Dropped as a whole.
    screen.clear();
    screen.type_line("copy t from stdin;");
    screen.wait_prompt(">>");
    screen.type_line(&format!("2{TAB}two"));
    screen.wait_for("the row is taken", |text| {
        text.matches(">>").count() == 2 && text.lines().last() == Some(">>")
    });
    screen.keys(CTRL_C);
    screen.wait_text("interrupted");
    screen.wait_prompt("dev=>");
    assert_eq!(database.query("select a, b from t"), "1|one");
    assert_eq!(database.query("select to_regclass('wrong') is null"), "t");
}

#[test]
fn what_a_server_tells_meanwhile_stands_above_the_line() {
    let database = Database::empty(dev());
    let mut screen = opened(&database);
    assert_eq!(screen.answer("listen news;", "dev=>"), "LISTEN");
    screen.clear();
    screen.keys("select 40");
    screen.wait_prompt("dev=> select 40");
    database.query("notify news, 'came'");
    screen.wait_text("dev: notification on `news` from backend ");
    screen.wait_for("the line is below", |text| {
        let lines: Vec<_> = text.lines().collect();
        lines.len() == 2 && lines[0].ends_with(": came") && lines[1] == "dev=> select 40"
    });
    screen.keys(" + 2 as n;\r");
    screen.wait_text("42");
    screen.wait_prompt("dev=>");
}

#[test]
fn a_second_ctrl_c_warns_and_a_third_ends_the_session_with_nothing_left_on_the_screen() {
    let database = Database::empty(dev());
    let mut screen = opened(&database);
    screen.type_line(
        "defer(function() db:query 'select pg_sleep(600)' end) print 'begun' sleep(600)",
    );
    screen.wait_for("it runs", |text| text.lines().any(|line| line == "begun"));
    screen.keys(CTRL_C);
    let is_drawn = |text: &str| text.contains("dev: SELECT PG_SLEEP");
    screen.wait_for("what goes on is drawn", is_drawn);
    screen.keys(CTRL_C);
    screen.wait_text("it is being stopped; Ctrl-C once more ends the session at once");
    screen.wait_for("what goes on is drawn again", is_drawn);
    screen.keys(CTRL_C);
    screen.wait_for("nothing is left of it", |text| !is_drawn(text));
    assert_eq!(screen.finish().0, 130);
    database.assert_left();
}

#[test]
fn sigterm_among_lines_of_data_ends_the_session_without_them() {
    let database = Database::with(dev(), "create table t (a int)");
    let mut screen = opened(&database);
    screen.type_line("copy t from stdin;");
    screen.wait_text("a row on each line");
    screen.wait_prompt(">>");
    screen.type_line("1");
    screen.wait_prompt(">>");
    let pid = Pid::from_raw(screen.pid().cast_signed()).unwrap();
    kill_process(pid, Signal::TERM).unwrap();
    assert_eq!(screen.finish().0, 143);
    database.assert_left();
    assert_eq!(database.query("select count(*) from t"), "0");
}
