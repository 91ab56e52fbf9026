//! The phrase on the command line and in the database, and the claim of whoever may write.

use rustix::process::Signal;

use super::{PHRASE, TABLES, protected};
use crate::support::{Database, Runner, dev, prod, without_caret};

#[test]
fn without_a_terminal_every_way_to_write_names_the_flag() {
    let database = Database::with(prod(), TABLES);
    let before = database.state();
    for (place, write) in [
        (1, "local prod = connect('prod', { write = true })"),
        (
            2,
            "local prod = connect 'prod'\nprod:execute 'INSERT INTO law VALUES (2)'",
        ),
        (
            2,
            "local prod = connect 'prod'\nprod:query 'INSERT INTO law VALUES (2) RETURNING id'",
        ),
        (
            2,
            "local prod = connect 'prod'\nprod:transaction(function(tx) print 'never' end)",
        ),
        (2, "local prod = connect 'prod'\nprod:script 'SELECT 1'"),
        (
            2,
            "local prod = connect 'prod'\nfor _ in pcall do prod:value 'SELECT plain()' end",
        ),
    ] {
        let line = write.lines().last().unwrap();
        let ran = protected(&database)
            .playbook(write)
            .args(["--quiet"])
            .stdout("")
            .code(1);
        assert_eq!(
            without_caret(&ran.stderr),
            format!(
                "error: `prod` is protected and there is no terminal to ask its phrase on; give `--confirm \"MIGRATE PRODUCTION\"`\n  \
                 at playbook.lua:{place}\n  {place} | {line}\n"
            )
        );
    }
    database.assert_as_before(&before);
}

#[test]
fn confirm_takes_the_phrase_alone_or_with_its_target() {
    let database = Database::with(prod(), TABLES);
    let write = "connect('prod'):execute 'INSERT INTO law SELECT max(id) + 1 FROM law'";
    for confirm in [PHRASE, "prod=MIGRATE PRODUCTION"] {
        protected(&database)
            .playbook(write)
            .args(["--confirm", confirm])
            .success();
    }
    protected(&database)
        .playbook(write)
        .args(["--confirm", "no", "--confirm=prod=MIGRATE PRODUCTION"])
        .success();
    assert_eq!(database.query("SELECT count(*) FROM law"), "4");
    for confirm in [
        "migrate production",
        "MIGRATE",
        "dev=MIGRATE PRODUCTION",
        "prod=",
        "",
        " MIGRATE PRODUCTION",
    ] {
        protected(&database)
            .playbook(write)
            .args(["--confirm", confirm])
            .stderr_has("give `--confirm \"MIGRATE PRODUCTION\"`")
            .code(1);
    }
    assert_eq!(database.query("SELECT count(*) FROM law"), "4");
    // Another database on the server of a target has the target's phrase, and its name on the command line.
    protected(&database)
        .playbook("connect('prod', { database = 'postgres', write = true })")
        .args(["--confirm", "prod=MIGRATE PRODUCTION"])
        .success();
}

#[test]
fn what_is_stored_in_the_database_protects_it_under_every_name() {
    let database = Database::with(dev(), TABLES);
    protected(&database)
        .args(["protect", "prod"])
        .stderr_has(&format!(
            "`{}` asks for its phrase from now on, by whatever name or route it is reached",
            database.name()
        ))
        .success();
    let write = |confirm: &[&str]| {
        Runner::new()
            .target("innocent", &database)
            .playbook("local db = connect 'innocent'\ndb:query 'SET default_transaction_read_only = off'\ndb:execute 'INSERT INTO law VALUES (2)'")
            .args(confirm.iter().copied())
    };
    write(&[])
        .stderr_has("`innocent` is protected and there is no terminal to ask its phrase on; give `--confirm \"MIGRATE PRODUCTION\"`")
        .code(1);
    assert_eq!(database.query("SELECT count(*) FROM law"), "1");
    write(&["--confirm", "innocent=MIGRATE PRODUCTION"]).success();
    assert_eq!(database.query("SELECT count(*) FROM law"), "2");
    // The phrase of the database goes before the one of `runner.toml`.
    Runner::new()
        .target("other", &database)
        .protected("OTHER")
        .playbook("connect('other', { write = true })")
        .args(["--confirm", "OTHER"])
        .stderr_has("give `--confirm \"MIGRATE PRODUCTION\"`")
        .code(1);
}

#[test]
fn a_dry_run_stores_no_phrase() {
    let database = Database::with(dev(), TABLES);
    protected(&database)
        .args(["protect", "prod", "--dry-run"])
        .stderr_has("would ask for its phrase")
        .success();
    let stored =
        "SELECT count(*) FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase
                  WHERE d.datname = current_database()";
    assert_eq!(database.query(stored), "0");
}

#[test]
fn a_target_without_a_phrase_cannot_be_protected() {
    let database = Database::with(dev(), TABLES);
    Runner::new()
        .target("dev", &database)
        .args(["protect", "dev"])
        .stderr("error: `dev` has no phrase to store; write `protect = \"...\"` under `[targets.dev]`\n")
        .code(2);
    Runner::new()
        .target("dev", &database)
        .args(["protect", "dve"])
        .stderr("error: there is no target `dve`, did you mean `dev`; `runner.toml` has `dev`\n")
        .code(2);
}

#[test]
fn a_second_writing_run_of_a_playbook_is_refused_with_who_holds_the_database() {
    let database = Database::with(dev(), TABLES);
    let writing = "local dev = connect 'dev'\ndev:execute 'UPDATE law SET id = id'\nprint 'writing'\nsleep(600)";
    let run = || Runner::new().target("dev", &database);
    let first = run().playbook(writing).start();
    first.wait_for_stdout("writing");
    let holder = database.query(
        "SELECT format('process %s, user postgres, since %s', pid, backend_start) FROM pg_stat_activity
         WHERE application_name LIKE 'runner %' AND datname = current_database()",
    );
    for write in [
        "dev:execute 'UPDATE law SET id = id'",
        "dev:query 'UPDATE law SET id = id RETURNING id'",
        "dev:value 'WITH w AS (UPDATE law SET id = id RETURNING id) SELECT id FROM w'",
        "dev:script 'UPDATE law SET id = id'",
        "dev:transaction(function() end)",
        "connect('dev', { write = true })",
    ] {
        let ran = run()
            .playbook(&format!(
                "local dev = connect 'dev'\n{write}\nprint 'never'"
            ))
            .args(["--quiet"])
            .stdout("")
            .code(1);
        assert_eq!(
            without_caret(&ran.stderr),
            format!(
                "error: another run of `playbook` is writing to `dev`: {holder}\n  at playbook.lua:2\n  2 | {write}\n"
            )
        );
    }
    // Reading is free, and so are other playbooks and other databases.
    run()
        .playbook("print(connect('dev'):value 'SELECT count(*) FROM law')")
        .stdout("1\n")
        .success();
    run()
        .file(
            "other.lua",
            "connect('dev'):execute 'UPDATE law SET id = id'",
        )
        .args(["other.lua"])
        .success();
    first.signal(Signal::INT);
    first.finish(130);
    run()
        .playbook("local dev = connect 'dev'\ndev:execute 'UPDATE law SET id = id'\nconnect('dev', { write = true })")
        .success();
    database.assert_left();
}
