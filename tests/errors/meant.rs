//! "did you mean", from Lua's names and from the server's catalogue.

use super::quietly;
use crate::support::{Database, dev, prod};

const TABLES: &str = "CREATE TABLE law (id integer PRIMARY KEY, title text);
    CREATE SCHEMA audit; CREATE TABLE audit.events (id integer);
    CREATE TABLE \"Mixed Case\" (n integer);
    INSERT INTO law VALUES (1, 'one');";

#[track_caller]
fn means(lua: &str, help: &str) {
    quietly(lua)
        .stdout("")
        .stderr_has(&format!("\n  help: did you mean `{help}`\n"))
        .code(1);
}

#[test]
fn a_name_that_lua_finds_to_be_nil_is_suggested() {
    means("conect 'dev'", "connect");
    means("conect.x = 1", "connect");
    means("local target = 1\nlog(tagret.x)", "target");
    means("copy.tabels {}", "copy.tables");
    means("log(string.fromat('x'))", "string.format");
    means("json.decode '[]'\njson.encoed {}", "json.encode");
    let database = Database::with(dev(), TABLES);
    quietly("local dev = connect 'dev'\ndev:qurey 'SELECT 1'")
        .target("dev", &database)
        .stderr(
            "\
error: attempt to call a nil value (method 'qurey')
  at playbook.lua:2
  2 | dev:qurey 'SELECT 1'
    |     ^
  help: did you mean `query`
",
        )
        .code(1);
}

#[test]
fn a_name_like_no_other_is_not_guessed_at() {
    let run = quietly("somethingelse()").code(1);
    assert!(!run.stderr.contains("help:"), "{}", run.stderr);
}

/// The end of what is printed when this statement fails.
#[track_caller]
fn meant_by(database: &Database, sql: &str) -> String {
    let run = quietly(&format!("connect('dev'):transaction(function(tx)\n  tx:execute 'INSERT INTO law VALUES (2)'\n  tx:query [[{sql}]]\nend)"))
        .target("dev", database)
        .code(1);
    let line = run.stderr.lines().last().unwrap().to_owned();
    line.strip_prefix("  help: did you mean ")
        .unwrap_or_default()
        .to_owned()
}

#[test]
fn what_the_server_has_not_is_suggested_from_its_catalogue_and_the_transaction_is_rolled_back() {
    let database = Database::with(dev(), TABLES);
    let before = database.state();
    for (sql, meant) in [
        ("SELECT * FROM laws", "`law`"),
        ("SELECT * FROM public.lwa", "`public.law`"),
        ("SELECT * FROM event", "`audit.events`"),
        ("SELECT * FROM events", "`audit.events`"),
        ("SELECT * FROM \"Mixed case\"", "`Mixed Case`"),
        ("UPDATE law SET titel = 1", "`title`"),
        ("SELECT titl FROM law l", ""),
        ("SELECT cuont(*) FROM law", ""),
        ("SELECT nothing_like_it FROM law", ""),
        ("SELECT * FROM whatever", ""),
        ("SELECT 1/0", ""),
    ] {
        let hinted = ["titl FROM", "cuont"].iter().any(|part| sql.contains(part));
        let given = meant_by(&database, sql);
        // Where the server has a hint of its own there is no other.
        assert_eq!(given, if hinted { "" } else { meant }, "{sql}");
    }
    database.assert_as_before(&before);
    database.assert_left();
}

#[test]
fn an_error_that_a_retry_or_a_grant_helps_against_says_so() {
    let database = Database::with(
        prod(),
        "CREATE TABLE t (n integer); INSERT INTO t VALUES (1);",
    );
    quietly(
        "local dev, other = connect 'dev', connect 'dev'
other:transaction(function(tx)
  tx:execute 'LOCK TABLE t'
  dev:transaction({ lock_timeout = '10ms' }, function(mine) mine:execute 'DELETE FROM t' end)
end)",
    )
    .target("dev", &database)
    .stderr_has("\n  sqlstate: 55P03\n")
    .stderr_has("\n  help: wait until the other session is done, which `\\locks` at the prompt tells, or give a longer `lock_timeout`\n")
    .code(1);
    quietly(
        "local dev, other = connect 'dev', connect 'dev'
local options = { isolation = 'serializable' }
dev:transaction(options, function(tx)
  tx:query 'SELECT sum(n) FROM t'
  other:transaction(options, function(theirs)
    theirs:query 'SELECT sum(n) FROM t'
    theirs:execute 'INSERT INTO t VALUES (2)'
  end)
  tx:execute 'INSERT INTO t VALUES (3)'
end)",
    )
    .target("dev", &database)
    .stderr_has("\n  sqlstate: 40001\n")
    .stderr_has("put `retry(function() ... end)` around the whole `transaction`\n")
    .code(1);
    assert_eq!(database.query("SELECT count(*) FROM t"), "2");
}
