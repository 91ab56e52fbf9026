//! The question for the phrase, in a real terminal.

use rustix::process::{Pid, Signal, kill_process};

use super::{PHRASE, TABLES, protected};
use crate::support::{Database, prod};

#[test]
fn the_phrase_is_asked_once_for_a_run_and_a_server() {
    let database = Database::with(prod(), TABLES);
    let terminal = protected(&database)
        .playbook(
            "local one, other = connect('prod', { warning = 'live rows' }), connect 'prod'
             one:execute 'INSERT INTO law VALUES (2)'
             other:transaction(function(tx) tx:execute 'INSERT INTO law VALUES (3)' end)
             connect('prod', { write = true }):script 'INSERT INTO law VALUES (4)'
             print 'done'",
        )
        .terminal();
    terminal.wait_for("To write to `prod`, type MIGRATE PRODUCTION:");
    terminal.type_line(PHRASE);
    let (code, screen) = terminal.finish();
    assert_eq!(code, 0, "{screen}");
    assert_eq!(screen.matches("To write to").count(), 1, "{screen}");
    assert!(
        screen.contains("`prod` is protected: PostgreSQL 15"),
        "{screen}"
    );
    assert!(screen.contains("warning: live rows"), "{screen}");
    assert!(screen.ends_with("done"), "{screen}");
    assert_eq!(database.query("SELECT count(*) FROM law"), "4");
}

#[test]
fn one_server_under_two_names_is_asked_for_once_each_database_for_itself() {
    let (database, other) = (
        Database::with(prod(), TABLES),
        Database::with(prod(), TABLES),
    );
    let terminal = protected(&database)
        .target("alias", &database)
        .protected(PHRASE)
        .target("other", &other)
        .protected("OTHER")
        .playbook(
            "connect('prod', { write = true }) connect('alias', { write = true })
             connect('other', { write = true }):execute 'DELETE FROM law'",
        )
        .terminal();
    terminal.wait_for("To write to `prod`, type MIGRATE PRODUCTION:");
    terminal.type_line(PHRASE);
    terminal.wait_for("To write to `other`, type OTHER:");
    terminal.type_line("OTHER");
    let (code, screen) = terminal.finish();
    assert_eq!(
        (code, screen.matches("To write to").count()),
        (0, 2),
        "{screen}"
    );
}

#[test]
fn a_wrong_phrase_ends_the_run_with_1() {
    let database = Database::with(prod(), TABLES);
    let before = database.state();
    for answer in ["yes", "", "migrate production"] {
        let terminal = protected(&database)
            .playbook("connect('prod'):execute 'INSERT INTO law VALUES (2)'\nprint 'never'")
            .terminal();
        terminal.wait_for("To write to `prod`, type MIGRATE PRODUCTION:");
        terminal.type_line(answer);
        let (code, screen) = terminal.finish();
        assert_eq!(code, 1, "{screen}");
        let refused =
            "error: `prod` is protected and its phrase was not typed; nothing was written there";
        assert!(screen.contains(refused), "{screen}");
        assert!(!screen.contains("never"), "{screen}");
        assert!(terminal.echoes());
    }
    database.assert_as_before(&before);
}

#[test]
fn a_refusal_cannot_be_caught() {
    let database = Database::with(prod(), TABLES);
    let terminal = protected(&database)
        .playbook(
            "local prod = connect 'prod'
             pcall(prod.execute, prod, 'INSERT INTO law VALUES (2)')
             print 'never'",
        )
        .terminal();
    terminal.wait_for("type MIGRATE PRODUCTION:");
    terminal.type_line("no");
    let (code, screen) = terminal.finish();
    assert_eq!(code, 1, "{screen}");
    assert!(!screen.contains("never"), "{screen}");
}

#[test]
fn an_interruption_at_the_question_ends_the_run() {
    let database = Database::with(prod(), TABLES);
    let before = database.state();
    // On a dumb terminal the line is edited by the system, and Ctrl-C is a signal.
    for (term, code, press) in [
        ("screen", 130, "C-c"),
        ("screen", 130, "C-d"),
        ("dumb", 130, "C-c"),
        ("screen", 143, ""),
        ("dumb", 143, ""),
    ] {
        let terminal = protected(&database)
            .playbook("local prod = connect 'prod'\npcall(prod.execute, prod, 'DELETE FROM law')\nprint 'never'")
            .env("TERM", term)
            .terminal();
        terminal.wait_for("type MIGRATE PRODUCTION:");
        match press {
            "" => kill_process(pid_of_run(&database), Signal::TERM).unwrap(),
            key => terminal.press(key),
        }
        let (ended, screen) = terminal.finish();
        assert_eq!(ended, code, "{term} {press}: {screen}");
        assert!(screen.contains("\nerror: interrupted\n"), "{screen}");
        assert!(!screen.contains("never"), "{screen}");
        assert!(terminal.echoes(), "{term} {press}");
    }
    database.assert_as_before(&before);
}

/// The process that has the only session in the database.
fn pid_of_run(database: &Database) -> Pid {
    let pid = database.query(
        "SELECT substring(application_name FROM 'runner ([0-9]+)') FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid()",
    );
    Pid::from_raw(pid.parse().unwrap()).unwrap()
}
