//! What an error carries, for `pcall` and for the report.

use super::{bench, printed};
use crate::host::{Field, Kind};

#[tokio::test]
async fn pcall_gives_the_fields_of_a_primitives_error() {
    let lines = printed(
        r#"
        local ok, e = pcall(fail, "duplicate key")
        print(ok, e.message, e.sqlstate, e.kind, e.nothing, type(e))
        local ok, e = pcall(function()
          fail("in a function")
        end)
        print(e, "caught: " .. e, e.line)
        print(select(2, pcall(error, e)) == e)
        "#,
    );
    assert_eq!(
        lines.await,
        [
            "false\tduplicate key\t23505\tfailed\tnil\tuserdata",
            "play.lua:5: in a function\tcaught: play.lua:5: in a function\t5",
            "true",
        ]
    );
}

#[tokio::test]
async fn a_failure_names_file_line_and_source_line() {
    let failure = bench()
        .run("local function inner()\n  local x = nil\n  return x.y + 1\nend\nlocal ok = inner()\nprint(ok)")
        .await
        .failure();
    assert_eq!(failure.kind, Kind::Failed);
    assert_eq!(
        failure.to_string(),
        "play.lua:3: attempt to index a nil value (local 'x')"
    );
    assert_eq!(failure.source_line.as_deref(), Some("  return x.y + 1"));
    let trace: Vec<String> = failure.trace.iter().map(ToString::to_string).collect();
    assert_eq!(trace, ["play.lua:3: in `inner`", "play.lua:5"]);
}

#[tokio::test]
async fn a_primitives_failure_keeps_its_fields_after_a_rethrow() {
    let failure = bench()
        .run("local ok, e = pcall(fail, 'late')\nerror(e, 0)")
        .await
        .failure();
    assert_eq!(failure.message, "late");
    assert_eq!(failure.fields, [("sqlstate", Field::Text("23505".into()))]);
}

#[tokio::test]
async fn the_trace_of_an_error_survives_blocks_and_coroutines() {
    let failure = bench()
        .run(
            r#"
local function deep() wait(); error("boom") end
guarded("g", function()
  local gen = coroutine.wrap(function() deep() end)
  gen()
end)
"#,
        )
        .await
        .failure();
    assert_eq!(failure.message, "boom");
    let trace: Vec<String> = failure.trace.iter().map(ToString::to_string).collect();
    assert_eq!(failure.location.unwrap().line, 2);
    assert_eq!(
        trace,
        [
            "play.lua:2: in `deep`",
            "play.lua:4",
            "play.lua:5",
            "play.lua:3"
        ]
    );
}

#[tokio::test]
async fn a_syntax_error_names_its_line() {
    let failure = bench().run("local x = 1\nlocal y = = 2\n").await.failure();
    assert_eq!(
        failure.to_string(),
        "play.lua:2: unexpected symbol near '='"
    );
    assert_eq!(failure.source_line.as_deref(), Some("local y = = 2"));
}

#[tokio::test]
async fn wrong_arguments_are_said_in_words_of_lua() {
    let failure = bench().run("\nsleep('soon')").await.failure();
    assert_eq!(
        failure.to_string(),
        "play.lua:2: bad argument #1 to `sleep`: number expected, got string"
    );
}

#[tokio::test]
async fn an_error_of_stock_lua_is_told_at_the_line_that_calls_it() {
    let lines = printed(
        r#"
        local f = io.tmpfile()
        f:close()
        local function save()
          f:write("x")
        end
        local function start()
          os.execute({})
        end
        local function swap()
          local swapped = ("a"):gsub("[a", "")
        end
        print(pcall(function()
          save()
        end))
        print(pcall(function()
          start()
        end))
        print(pcall(function()
          swap()
        end))
        "#,
    );
    assert_eq!(
        lines.await,
        [
            "false\tplay.lua:5: attempt to use a closed file",
            "false\tplay.lua:8: bad argument #1 to 'execute' (string expected, got table)",
            "false\tplay.lua:11: malformed pattern (missing ']')",
        ]
    );
}

#[tokio::test]
async fn tables_raised_as_errors_are_shown_by_their_tostring() {
    let failure = bench()
        .run("error(setmetatable({}, { __tostring = function() return 'in words' end }))")
        .await
        .failure();
    assert_eq!(failure.message, "in words");
}

#[tokio::test]
async fn a_block_returns_what_its_function_returns() {
    let lines = printed(
        r#"
        print(guarded("g", function(x) wait(); return x, nil, "more" end))
        print(pcall(guarded, "f", function() error("no", 0) end))
        "#,
    );
    assert_eq!(
        lines.await,
        [
            "open g",
            "Returned g",
            "7\tnil\tmore",
            "open f",
            "Raised f",
            "false\tno"
        ]
    );
}

#[tokio::test]
async fn what_is_deferred_runs_when_its_block_ends() {
    let lines = printed(
        r#"
        defer(function() print("last") end)
        guarded("g", function()
          defer(function() wait(); print("second") end)
          defer(function() print("first") end)
          do local _ <close> = defer(function() print("at once") end) end
          print("body")
        end)
        print("after")
        "#,
    );
    assert_eq!(
        lines.await,
        [
            "open g",
            "at once",
            "body",
            "first",
            "second",
            "Returned g",
            "after",
            "last"
        ]
    );
}

#[tokio::test]
async fn a_failing_closer_does_not_hide_the_error() {
    let failure = bench()
        .run(
            r#"
            defer(function() error("closer", 0) end)
            error("body", 0)
            "#,
        )
        .await
        .failure();
    assert_eq!(failure.message, "body");
    assert_eq!(failure.notes, ["closer"]);
}

#[tokio::test]
async fn a_closer_that_fails_alone_fails_the_run() {
    let failure = bench()
        .run("defer(function() fail('closer') end)")
        .await
        .failure();
    assert_eq!(failure.message, "closer");
}

#[tokio::test]
async fn a_block_nobody_left_is_closed_at_the_end() {
    let bench = bench();
    let machine = bench.machine;
    let text = "local co = coroutine.wrap(function() guarded('g', coroutine.yield) end) co()";
    machine.run("play.lua", text).await.unwrap();
    assert_eq!(bench.ear.heard(), ["open g", "Raised g"]);
    assert_eq!(
        machine.take_notes(),
        ["the playbook ended inside a guard `g`, begun at play.lua:1; it was undone"]
    );
}

#[tokio::test]
async fn os_exit_unwinds() {
    let done = bench()
        .run("guarded('g', function() pcall(os.exit, 3); print('never') end)")
        .await;
    assert_eq!(done.printed, ["open g", "Raised g"]);
    let failure = done.failure();
    assert_eq!(failure.kind, Kind::Exit(3));
    assert_eq!(
        bench().run("os.exit(true)").await.success(),
        Vec::<String>::new()
    );
}

#[tokio::test]
async fn the_harmless_part_of_debug_is_there() {
    let lines = printed(
        "local function f() local text = debug.traceback('msg') return text end\nlocal text = f()\nprint(text)\nprint(debug.getinfo(1).currentline, debug.getmetatable)",
    );
    assert_eq!(
        lines.await,
        [
            "msg\nstack traceback:\n\tplay.lua:1: in `f`\n\tplay.lua:2",
            "4\tnil"
        ]
    );
}
