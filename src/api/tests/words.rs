//! The procedure's own words.

use super::play;
use crate::host::Kind;

#[tokio::test]
async fn steps_are_named_nested_and_return_what_their_function_returns() {
    let played = play(
        r#"
        log("sum", step("outer", function() return step("inner", function() return 1 end) + 1 end))
        pcall(step, "bad", function() error("no") end)
        "#,
    );
    assert_eq!(
        played.run().await.success(),
        [
            "start 0 outer",
            "start 1 inner",
            "finish 1 inner failed=false",
            "finish 0 outer failed=false",
            "log sum 2",
            "start 0 bad",
            "finish 0 bad failed=true",
        ]
    );
}

#[tokio::test]
async fn parameters_are_read_from_the_words() {
    let text = r#"
        local args = playbook { positional = "tables", params = {
          tables = { type = "list" }, limit = { type = "integer", default = 5 }, since = { type = "timestamp" } } }
        print(table.concat(args.tables, "+"), args.limit, args.since)
    "#;
    let lines = play(text)
        .words(&["lat", "uk_lrt", "--since", "2026-01-31"])
        .run()
        .await
        .success();
    assert_eq!(lines, ["lat+uk_lrt\t5\t2026-01-31"]);
    let config = "[playbooks.play]\nlimit = 7\ntables = ['a']\n";
    let lines = play(text).file("runner.toml", config).run().await.success();
    assert_eq!(lines, ["a\t7\tnil"]);
}

#[tokio::test]
async fn wrong_words_are_usage_errors() {
    let text = "playbook { params = { limit = { type = 'integer' } } } print('never')";
    let played = play(text).words(&["--limti", "5"]).run().await;
    assert_eq!(played.lines, Vec::<String>::new());
    let failure = played.failure();
    assert_eq!(failure.kind, Kind::Usage);
    assert_eq!(failure.exit_code(0), 2);
    assert!(
        failure
            .message
            .starts_with("unknown parameter `--limti`, did you mean `--limit`; see `runner "),
        "{}",
        failure.message
    );
    let failure = play("log 'x'").words(&["extra"]).run().await.failure();
    assert_eq!(failure.kind, Kind::Usage);
    let failure = play("usage('give --full or --tables')")
        .run()
        .await
        .failure();
    assert_eq!(
        (failure.kind, failure.message.as_str()),
        (Kind::Usage, "give --full or --tables")
    );
}

#[tokio::test]
async fn help_is_printed_and_ends_the_run() {
    let text = "pcall(playbook, { summary = 'Does it', params = { limit = { type = 'integer' } } }) print('never')";
    let lines = play(text).words(&["--help"]).run().await.success();
    assert_eq!(lines.len(), 1);
    assert!(
        lines[0].starts_with("Does it\n\nUsage: runner "),
        "{}",
        lines[0]
    );
}

#[tokio::test]
async fn confirm_asks_and_can_be_answered_beforehand() {
    let text = "print(confirm('Go on?'))";
    assert_eq!(
        play(text).answer("Yes").run().await.success(),
        ["Go on? [y/N]", "true"]
    );
    assert_eq!(
        play(text).answer("").run().await.success(),
        ["Go on? [y/N]", "false"]
    );
    assert_eq!(play(text).confirm("Go on?").run().await.success(), ["true"]);
    assert_eq!(
        play(text).dry_run().run().await.success(),
        [
            "note dry run: nothing is changed",
            "note would ask: Go on?",
            "true"
        ]
    );
    let failure = play(text).run().await.failure();
    assert_eq!(
        failure.message,
        "no terminal to ask `Go on? [y/N]` on; give `--confirm \"Go on?\"`"
    );
}

#[tokio::test]
async fn retry_tries_again_and_gives_up() {
    let text = r#"
        print(retry({ times = 3, delay = "1ms" }, function(n)
          if n < 3 then error("not yet", 0) end
          return "at " .. n, n
        end))
        retry({ times = 2, delay = 0 }, function() error("never", 0) end)
    "#;
    let played = play(text).run().await;
    assert_eq!(
        played.lines,
        [
            "warning attempt 1 of 3 failed: not yet",
            "warning attempt 2 of 3 failed: not yet",
            "at 3\t3",
            "warning attempt 1 of 2 failed: never",
        ]
    );
    assert_eq!(played.failure().message, "never");
    let failure = play("retry({ tmies = 2 }, print)").run().await.failure();
    assert_eq!(
        failure.message,
        "`retry`: unknown option `tmies`, did you mean `times`"
    );
}

#[tokio::test]
async fn sleep_takes_seconds_or_postgresqls_spelling() {
    play("sleep(0.001) sleep('1ms')").run().await.success();
    let failure = play("sleep('soon')").run().await.failure();
    assert!(
        failure
            .message
            .starts_with("`sleep`: `soon` is no duration"),
        "{}",
        failure.message
    );
}

#[tokio::test]
async fn json_keeps_arrays_objects_nulls_and_numbers() {
    let lines = play(
        r#"
        for _, text in ipairs {
          '[]', '{}', '[1,null,{"a":[]}]', '{"b":1.5,"a":null}', '12345678901234567890', '1e400', '0.1', '1.0', '-0.50', '9007199254740993.0',
        } do
          local value = json.decode(text)
          print(text, json.encode(value), math.type(value) or type(value))
        end
        print(json.encode({ 1, 2 }), json.encode({}), json.encode(json.array {}), json.encode { x = null })
        print(tostring(null), json.decode("null") == null)
        print(pcall(json.encode, { print }))
        local loop = {} loop.x = loop
        print(pcall(json.encode, loop))
        "#,
    )
    .run()
    .await
    .success();
    assert_eq!(
        lines,
        [
            "[]\t[]\ttable",
            "{}\t{}\ttable",
            "[1,null,{\"a\":[]}]\t[1,null,{\"a\":[]}]\ttable",
            "{\"b\":1.5,\"a\":null}\t{\"a\":null,\"b\":1.5}\ttable",
            "12345678901234567890\t\"12345678901234567890\"\tstring",
            "1e400\t\"1e+400\"\tstring",
            "0.1\t0.1\tfloat",
            "1.0\t1.0\tfloat",
            "-0.50\t-0.5\tfloat",
            "9007199254740993.0\t\"9007199254740993.0\"\tstring",
            "[1,2]\t{}\t[]\t{\"x\":null}",
            "null\ttrue",
            "false\tplay.lua:10: json: a function has no form in json",
            "false\tplay.lua:12: json: nested too deeply, or a table that holds itself",
        ]
        .map(|line| line.replace("play.lua", &format!("{}/play.lua", place(&lines))))
    );
}

/// The temporary folder of the run, as its messages name it.
fn place(lines: &[String]) -> String {
    let line = lines
        .iter()
        .find(|line| line.contains("/play.lua"))
        .unwrap();
    let start = line.find('/').unwrap();
    line[start..line.find("/play.lua").unwrap()].to_owned()
}

#[tokio::test]
async fn show_prints_rows_tables_and_values() {
    let lines = play(
        r#"
        show({ { b = 1, a = "x" }, { b = 2 } })
        show({ "one", "two" })
        show({ { 1, 2 }, { 3, null } })
        show({ rows = 5, by = { 1, 2 } })
        show(7)
        show({ 1, { 2 }, a = "b" })
        show({ 1, nil, 3 })
        show({ { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 } })
        "#,
    )
    .run()
    .await
    .success();
    assert_eq!(
        lines,
        [
            "a|b>\nx|1\nNULL|2",
            "value\none\ntwo",
            "1>|2>\n1|2\n3|NULL",
            "key|value\nby|[1,2]\nrows|5",
            "value>\n7",
            "key|value\n1|1\n2|[2]\na|b",
            "key>|value>\n1|1\n3|3",
            "1>|2>|3>|4>|5>|6>|7>|8>|9>|10>\n1|2|3|4|5|6|7|8|9|10",
        ]
    );
}

#[tokio::test]
async fn a_secret_is_read_from_the_env_file() {
    let lines = play("print(#secret('API_TOKEN'))")
        .file(".env", "API_TOKEN=abcdef")
        .run()
        .await
        .success();
    assert_eq!(lines, ["6"]);
    let failure = play("secret('NO_SUCH_SECRET')").run().await.failure();
    assert!(
        failure
            .message
            .starts_with("the secret `NO_SUCH_SECRET` is set nowhere"),
        "{}",
        failure.message
    );
}

#[tokio::test]
async fn a_missing_playbook_is_a_usage_error() {
    let listener = std::sync::Arc::new(super::Listener::default());
    let failure = super::run_playbook(super::RunOptions {
        file: "no/such.lua".into(),
        words: Vec::new(),
        project: crate::config::Project::default(),
        reporter: listener,
        interrupt: crate::interrupt::Interrupt::default(),
        dry_run: false,
        confirm: Vec::new(),
        at_prompt: false,
    })
    .await
    .unwrap_err();
    assert_eq!(failure.kind, Kind::Usage);
    assert!(
        failure.message.starts_with("cannot read `no/such.lua`: "),
        "{}",
        failure.message
    );
}
