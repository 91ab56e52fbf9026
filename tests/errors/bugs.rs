//! A panic of the program: told as what it is, and everything that is open is put back.

use crate::support::{Database, Runner, dev};

const TABLES: &str = "CREATE TABLE law (id integer PRIMARY KEY);
    CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
    CREATE TRIGGER watch AFTER INSERT ON law FOR EACH ROW EXECUTE FUNCTION nothing();";

const PLAYBOOK: &str = "
defer(function() print 'deferred' end)
local dev = connect 'dev'
trigger.disabled(dev, 'law', function(tx)
  tx:execute 'INSERT INTO law VALUES (1)'
  print(pcall(sleep, 0))
  print 'never'
end)";

#[test]
fn a_panic_in_a_call_is_reported_as_a_bug_and_what_is_open_is_put_back() {
    for variable in ["RUNNER_TEST_PANIC", "RUNNER_TEST_PANIC_LATER"] {
        let database = Database::with(dev(), TABLES);
        let before = database.state();
        let run = Runner::new()
            .playbook(PLAYBOOK)
            .target("dev", &database)
            .args(["--quiet", "--confirm", "hunter2"])
            .env(variable, "sleep")
            .stdout("deferred\n")
            .shows_nowhere("hunter2")
            .shows_nowhere("panicked at")
            .code(1);
        let version = env!("CARGO_PKG_VERSION");
        for line in [
            "error: `runner` itself has failed: provoked in `sleep`\n  at playbook.lua:6\n",
            "\n  place: src/bug.rs:",
            &format!("\n  version: {version} on "),
            "\n  command: runner playbook.lua --quiet --confirm …\n",
            "\n  help: this is a bug of `runner`, not of the playbook, and what was open has been put back: please report",
        ] {
            assert!(run.stderr.contains(line), "{line}\n{}", run.stderr);
        }
        run.assert_left();
        database.assert_as_before(&before);
        database.assert_left();
    }
}

#[test]
fn a_bug_is_one_line_of_json_where_that_is_asked_for() {
    let run = Runner::new()
        .playbook("print 'never'")
        .args(["--json"])
        .env("RUNNER_TEST_PANIC", "log")
        .file("playbook.lua", "log 'x'")
        .code(1);
    assert_eq!(run.stderr.lines().count(), 1, "{}", run.stderr);
    let start = "{\"kind\":\"bug\",\"message\":\"`runner` itself has failed: provoked in `log`\",\"file\":\"playbook.lua\",\"line\":1,";
    assert!(run.stderr.starts_with(start), "{}", run.stderr);
}
