//! Protected targets: read-only at the server until the phrase is given, in a way that no statement undoes.

use rustix::process::{Pid, Signal, kill_process};

use crate::support::{Database, Runner, dev, prod};

const TABLES: &str = "CREATE TABLE law (id integer PRIMARY KEY);
    INSERT INTO law VALUES (1);
    CREATE FUNCTION sneak() RETURNS integer LANGUAGE plpgsql AS
      $$ BEGIN SET LOCAL transaction_read_only = off; INSERT INTO law VALUES (9); RETURN 9; END $$;
    CREATE FUNCTION plain() RETURNS integer LANGUAGE sql AS 'INSERT INTO law VALUES (9) RETURNING id';
    CREATE SEQUENCE numbers;";

const PHRASE: &str = "MIGRATE PRODUCTION";

fn protected(database: &Database) -> Runner {
    Runner::new().target("prod", database).protected(PHRASE)
}

/// Tries everything in `attempts` (Lua, with `prod`) under `pcall`; nothing may come of it.
#[track_caller]
fn changes_nothing(attempts: &str) {
    let database = Database::with(prod(), TABLES);
    let before = database.state();
    protected(&database)
        .playbook(&format!("local prod = connect 'prod'\n{attempts}"))
        .success();
    database.assert_as_before(&before);
}

#[test]
fn no_statement_undoes_that_a_protected_target_is_read_only() {
    changes_nothing(
        r#"
        local writes = {
          "INSERT INTO law VALUES (2) RETURNING id", "SELECT plain()", "SELECT sneak()", "DO $$ BEGIN INSERT INTO law VALUES (3); END $$",
          "WITH w AS (DELETE FROM law RETURNING id) SELECT * FROM w", "CREATE TABLE more ()", "TRUNCATE law", "SELECT nextval('numbers')",
          "SELECT setval('numbers', 7)", "SELECT * INTO more FROM law", "EXPLAIN ANALYZE DELETE FROM law", "LOCK TABLE law IN SHARE MODE",
          "ALTER TABLE law ADD n integer", "COMMENT ON TABLE law IS 'x'", "ALTER DATABASE postgres SET runner.protect = ''", "NOTIFY x",
          "PREPARE w AS INSERT INTO law VALUES (4)", "EXECUTE w", "REFRESH MATERIALIZED VIEW law", "GRANT ALL ON law TO public",
        }
        local tricks = {
          "SET default_transaction_read_only = off", "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE", "SET transaction_read_only = off",
          "SET LOCAL transaction_read_only = off", "SET TRANSACTION READ WRITE", "SELECT set_config('transaction_read_only', 'off', false)",
          "SELECT set_config('default_transaction_read_only', 'off', false)", "RESET ALL", "DISCARD ALL", "SET SESSION AUTHORIZATION DEFAULT",
          "COMMIT", "ROLLBACK", "BEGIN READ WRITE", "SAVEPOINT s", "COMMIT AND CHAIN", "/* ; */ ;ROLLBACK",
        }
        local function all(query)
          for _, trick in ipairs(tricks) do
            pcall(query, trick)
            for _, write in ipairs(writes) do pcall(query, write) end
          end
        end
        all(function(sql) prod:query(sql) end)
        all(function(sql) prod:value(sql) end)
        all(function(sql) for _ in prod:rows(sql) do end end)
        "#,
    );
}

#[test]
fn no_statement_inside_a_block_undoes_it_either() {
    changes_nothing(
        r#"
        for _, trick in ipairs {
          "SET transaction_read_only = off", "SET TRANSACTION READ WRITE", "SELECT set_config('transaction_read_only', 'off', true)",
          "SET default_transaction_read_only = off", "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE", "SAVEPOINT s", "COMMIT", "END", "ABORT",
        } do
          for _, word in ipairs { "query", "execute", "script" } do
            prod:snapshot(function(src) pcall(src[word], src, trick) pcall(src[word], src, "INSERT INTO law VALUES (2)") end)
            pcall(prod.transaction, prod, { read_only = true }, function(tx)
              pcall(tx.transaction, tx, function(inner) inner[word](inner, trick) end)
              pcall(tx.transaction, tx, function(inner) inner[word](inner, "INSERT INTO law VALUES (2)") end)
            end)
          end
        end
        "#,
    );
}

#[test]
fn reading_asks_nothing() {
    let database = Database::with(prod(), TABLES);
    protected(&database)
        .playbook(
            "local prod = connect 'prod'
             print(prod:value 'SELECT count(*) FROM law', prod:execute 'SELECT 1', prod:info().protected, prod:info().read_only)
             prod:snapshot(function(src) for row in src:rows 'SELECT id FROM law' do print(row.id) end end)
             prod:transaction({ read_only = true }, function(tx) print(tx:value 'SELECT id FROM law') end)",
        )
        .stdout("1\t1\ttrue\ttrue\n1\n1\n")
        .success();
}

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
        protected(&database)
            .playbook(write)
            .args(["--quiet"])
            .stdout("")
            .stderr(&format!(
                "error: `prod` is protected and there is no terminal to ask its phrase on; give `--confirm \"MIGRATE PRODUCTION\"`\n  \
                 at playbook.lua:{place}\n  {place} | {line}\n"
            ))
            .code(1);
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
    run()
        .playbook(writing)
        .stdout("")
        .stderr_has(&format!(
            "error: another run of `playbook` is writing to `dev`: {holder}"
        ))
        .code(1);
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
