//! The prompt itself: what opens it, what it shows, what leaves it.

use super::{CTRL_C, CTRL_D, Screen};
use crate::support::{Database, Runner, dev};

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
    let runner = Runner::new().target("dev", &database);
    let mut screen = Screen::start(runner, &["repl", "dev"]);
    screen.wait_prompt("dev=>");
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
