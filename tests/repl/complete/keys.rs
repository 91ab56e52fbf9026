//! Tab, hints and colours at a real prompt.

use super::super::{CTRL_C, Screen, TAB};
use crate::support::{Database, Runner, dev, wait_until};

/// Types keys that end with `!` again and again until the line has `shown`: names come when they come.
#[track_caller]
fn wait_completed(screen: &mut Screen, keys: &str, shown: &str) {
    wait_until("the names are known", || {
        screen.keys(keys);
        screen.wait_for("the keys have been seen", |text| text.ends_with('!'));
        let known = screen.last_line().contains(shown);
        screen.keys(CTRL_C);
        screen.wait_prompt("dev=>");
        known
    });
}

#[test]
fn tab_completes_at_the_prompt_and_twice_lists() {
    let sql = "CREATE TABLE zebra_one (zoo_stripes int); CREATE TABLE zebra_two (zoo_stripes int)";
    let database = Database::with(dev(), sql);
    let runner = Runner::new().target("dev", &database);
    let mut screen = Screen::start(runner, &["repl", "dev"]);
    screen.wait_prompt("dev=>");
    wait_completed(&mut screen, &format!("select * from zeb{TAB}!"), "zebra_");
    screen.keys(&format!("select * from zeb{TAB}{TAB}"));
    screen.wait_for("both are listed", |text| {
        text.contains("zebra_one") && text.contains("zebra_two")
    });
    screen.keys(&format!("o{TAB} where zoo_{TAB} is null;"));
    screen.wait_text("select * from zebra_one where zoo_stripes is null;");
    screen.keys(CTRL_C);
    screen.wait_prompt("dev=>");
    screen.type_line("\\q");
    assert_eq!(screen.finish().0, 0);
}

#[test]
fn temporary_tables_are_known_to_the_session_that_made_them() {
    let database = Database::with(dev(), "CREATE TABLE lat (id int)");
    let mut screen = Screen::start(Runner::new().target("dev", &database), &["repl", "dev"]);
    screen.wait_prompt("dev=>");
    let made = screen.answer(
        "create temp table passing as select 1 as gone_soon;",
        "dev=>",
    );
    assert_eq!(made, "SELECT 1");
    let keys = format!("select * from passi{TAB} where gone_{TAB}!");
    wait_completed(&mut screen, &keys, "passing where gone_soon!");
    screen.type_line("\\q");
    assert_eq!(screen.finish().0, 0);
}

#[test]
fn a_transaction_is_asked_nothing_and_its_temporary_tables_are_known_behind_it() {
    let database = Database::empty(dev());
    let mut screen = Screen::start(Runner::new().target("dev", &database), &["repl", "dev"]);
    screen.wait_prompt("dev=>");
    // The word for a temporary table, in what is no query.
    let line =
        "begin; set local application_name = temp; set transaction isolation level serializable;";
    assert_eq!(screen.answer(line, "dev=*>"), "BEGIN\nSET\nSET");
    let line = "create temp table passing (gone_soon int); commit;";
    assert_eq!(screen.answer(line, "dev=>"), "CREATE TABLE\nCOMMIT");
    let keys = format!("select * from passi{TAB} where gone_{TAB}!");
    wait_completed(&mut screen, &keys, "passing where gone_soon!");
    screen.type_line("\\q");
    assert_eq!(screen.finish().0, 0);
}

/// Lines that are neither Lua nor SQL, as somebody comes by them on the way to one that is.
#[test]
fn what_makes_no_sense_is_no_end_of_the_prompt() {
    let mut screen = Screen::start(Runner::new(), &[]);
    screen.wait_prompt("runner>");
    for typed in [
        "x = `",
        "select `",
        "[==[ \u{1F642}",
        "\"\\",
        "copy.tables { [`",
    ] {
        screen.keys(typed);
        // A Ctrl-C that comes before would take the keys with it.
        screen.wait_for("the keys have been seen", |text| text.ends_with(typed));
        screen.keys(TAB);
        screen.keys(CTRL_C);
        screen.wait_prompt("runner>");
    }
    assert_eq!(screen.answer("1 + 1", "runner>"), "2");
    screen.type_line("\\q");
    assert_eq!(screen.finish().0, 0);
}

#[test]
fn what_was_typed_before_is_hinted_and_the_arguments_of_a_function() {
    let mut screen = Screen::start(Runner::new(), &[]);
    screen.wait_prompt("runner>");
    assert_eq!(screen.answer("'rare ' .. 'words'", "runner>"), "rare words");
    screen.keys("'rar");
    let hinted = "runner> 'rare ' .. 'words'";
    screen.wait_for("the line before is hinted", |text| {
        text.lines().last() == Some(hinted)
    });
    screen.keys(CTRL_C);
    screen.wait_prompt("runner>");
    screen.keys("connect(");
    screen.wait_text("connect(target");
    screen.keys(CTRL_C);
    screen.wait_prompt("runner>");
    screen.type_line("\\q");
    assert_eq!(screen.finish().0, 0);
}

#[test]
fn what_is_typed_is_coloured_unless_no_colour_is_wanted() {
    for coloured in [true, false] {
        let mut runner = Runner::new();
        if !coloured {
            runner = runner.env("NO_COLOR", "1");
        }
        let mut screen = Screen::start(runner, &[]);
        screen.wait_prompt("runner>");
        screen.keys("local seen = 'x'");
        screen.wait_text("local seen = 'x'");
        screen.keys(CTRL_C);
        screen.wait_prompt("runner>");
        assert_eq!(screen.bytes().contains("\x1b[1;34mlocal"), coloured);
        screen.type_line("\\q");
        assert_eq!(screen.finish().0, 0);
    }
}
