//! Errors that playbooks raise themselves, and those whose place is not where Lua says.

use super::quietly;
use crate::support::{Database, Runner, dev};

#[test]
fn a_value_that_is_no_text_is_shown_as_what_it_is() {
    for (lua, message) in [
        (
            "error { why = 'be\"cause', code = 3, inner = {}, 'first' }",
            r#"a table was raised: { [1] = "first", code = 3, inner = table, why = "be\"cause" }"#,
        ),
        ("error {}", "a table was raised: {}"),
        (
            "error { message = 'its own words', code = 3 }",
            "its own words",
        ),
        (
            "error(setmetatable({}, { __tostring = function() return 'as it says' end }))",
            "as it says",
        ),
        (
            "error(nil)",
            "nil was raised, which says nothing; give `error` a text",
        ),
        ("error(7)", "7"),
    ] {
        quietly(lua)
            .stderr_has(&format!(
                "error: {message}\n  at playbook.lua:1\n  1 | {lua}\n"
            ))
            .code(1);
    }
}

#[test]
fn of_a_large_table_the_beginning_is_shown() {
    let run = quietly("local t = {}\nfor i = 1, 99 do t[i] = i end\nerror(t)").code(1);
    let first = run.stderr.lines().next().unwrap();
    assert!(first.ends_with("[9] = 9, [10] = 10, ... }"), "{first}");
}

#[test]
fn a_function_that_calls_itself_is_told_once() {
    let run = quietly("local function f(n) return 1 + f(n) end\nf(1)").code(1);
    let told: Vec<_> = run.stderr.lines().collect();
    assert_eq!(told[0], "error: stack overflow");
    let last = told.last().unwrap();
    assert!(
        last.starts_with("  from: playbook.lua:1: in `f` (") && last.ends_with(" times)"),
        "{}",
        run.stderr
    );
    assert_eq!(told.len(), 4, "{}", run.stderr);
}

/// `return db:execute [[...]]` leaves no frame of its function.
#[test]
fn a_statement_of_a_module_is_shown_where_it_stands() {
    let database = Database::with(dev(), "CREATE TABLE law (id integer)");
    let module = "local M = {}\nfunction M.count(db)\n  return db:execute [[\n    UPDATE law\n       SET idd = 1\n  ]]\nend\nreturn M\n";
    quietly("local sums = require 'sums'\nsums.count(connect 'dev')")
        .file("sums.lua", module)
        .target("dev", &database)
        .stderr_has(
            "\
error: column \"idd\" of relation \"law\" does not exist
  at playbook.lua:2
  2 | sums.count(connect 'dev')
  at sums.lua:5
  5 |        SET idd = 1
    |            ^
  target: dev
",
        )
        .code(1);
}

#[test]
fn a_session_that_somebody_ends_says_what_now() {
    let database = Database::with(dev(), "");
    quietly("connect('dev'):query 'SELECT pg_terminate_backend(pg_backend_pid())'")
        .target("dev", &database)
        .stderr_has("\n  sqlstate: 57P01\n")
        .stderr_has(
            "\n  help: the server is stopping, or somebody has ended the session; a transaction that was open is rolled \
             back, so run again once it is back\n",
        )
        .code(1);
}

#[test]
fn a_file_that_is_not_there_is_suggested() {
    Runner::new()
        .file("playbooks/promote.lua", "")
        .args(["playbooks/promot.lua"])
        .stderr_has(
            "No such file or directory (os error 2), did you mean `playbooks/promote.lua`\n",
        )
        .code(2);
    quietly("require 'lib.smus'")
        .file("lib/sums.lua", "return {}")
        .stderr_has("did you mean `lib.sums`?\n")
        .code(1);
}

#[test]
fn the_mark_that_editors_put_before_a_text_is_no_part_of_it() {
    quietly("\u{feff}print 'read'").stdout("read\n").success();
    quietly("\u{feff}print(x.y)")
        .stderr_has("  1 | print(x.y)\n    |       ^\n")
        .code(1);
    Runner::new()
        .file("marked.lua", "\u{feff}pritn 'x'")
        .args(["check", "marked.lua"])
        .stderr_has("  1 | pritn 'x'\n    | ^\n")
        .code(1);
}
