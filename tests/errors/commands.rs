//! Errors of commands, as JSON and in colours.

use super::quietly;
use crate::support::{Database, Runner, dev};

#[test]
fn with_json_an_error_is_one_line_with_fields_that_are_always_there() {
    let database = Database::with(dev(), "CREATE TABLE law (id integer PRIMARY KEY)");
    let url = database.url();
    let address = url.split(['@', '/']).nth(3).unwrap().to_owned();
    let run = Runner::new()
        .playbook("local dev = connect 'dev'\n  dev:query [[SELECT\n  idd FROM law]]")
        .target("dev", &database)
        .args(["--json", "--quiet"])
        .stdout("")
        .code(1);
    assert_eq!(
        run.stderr,
        format!(
            "{{\"kind\":\"failed\",\"message\":\"column \\\"idd\\\" does not exist\",\"file\":\"playbook.lua\",\"line\":2,\
             \"column\":7,\"sql\":{{\"text\":\"SELECT\\n  idd FROM law\",\"line\":2,\"column\":3}},\"sqlstate\":\"42703\",\
             \"detail\":null,\"hint\":\"Perhaps you meant to reference the column \\\"law.id\\\".\",\"constraint\":null,\
             \"table\":null,\"target\":\"dev\",\"route\":\"{address}\",\"trace\":[],\"help\":null}}\n"
        )
    );
    Runner::new()
        .args(["--json", "nosuch"])
        .stderr_has(
            "{\"kind\":\"usage\",\"message\":\"`nosuch` is neither a command nor a `.lua` file\",",
        )
        .code(2);
}

#[test]
fn colours_are_where_they_are_asked_for() {
    quietly("error('x', 0)")
        .env("CLICOLOR_FORCE", "1")
        .stderr_has("\u{1b}[1;31merror:\u{1b}[0m x\n")
        .code(1);
    quietly("error('x', 0)")
        .env("CLICOLOR_FORCE", "1")
        .env("NO_COLOR", "1")
        .stderr_has("error: x\n")
        .shows_nowhere("\u{1b}")
        .code(1);
}

#[test]
fn a_command_that_finds_nothing_to_do_its_work_with_says_so() {
    Runner::new()
        .args(["list"])
        .stderr_has("error: no playbooks in `playbooks`; `runner init` makes one")
        .code(1);
    Runner::new()
        .file(".luarc.json", "[1]")
        .args(["types"])
        .stderr_has("error: `.luarc.json` is no JSON object (")
        .stderr_has("), so nothing was written to it; give it these settings by hand: ")
        .code(1);
    Runner::new()
        .args(["sandbox", "nosuch.lua"])
        .stderr_has("cannot read the playbook: ")
        .code(2);
    Runner::new()
        .toml("[targets.dev]\nurl = \"postgres://127.0.0.1:1/x\"\nprotect = \"YES\"")
        .args(["protect", "dev"])
        .stderr_has("error: no phrase was stored in `dev`: ")
        .code(1);
}

#[test]
fn a_transaction_that_a_coroutine_leaves_open_is_rolled_back_and_told() {
    let database = Database::with(dev(), "CREATE TABLE law (id integer)");
    let before = database.state();
    quietly(
        "local dev = connect 'dev'
dev:transaction(function(tx)
  local co = coroutine.wrap(function() tx:transaction(function(inner)
    inner:execute 'INSERT INTO law VALUES (1)'
    coroutine.yield()
  end) end)
  co()
end)",
    )
    .target("dev", &database)
    .stderr_has(
        "error: a transaction of `dev` was left open inside this block, in a coroutine that never ended; all was rolled back\n",
    )
    .code(1);
    database.assert_as_before(&before);
}
