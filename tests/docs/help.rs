//! `runner help` and `help` in Lua.

use crate::support::Runner;

const ORDER: &str = "\
copy.order { to =, ... } -> string[]

The selected tables, parents before children.

Options
  to  Db
      whose foreign keys count
  tables  string|string[] (default all of the search path)
      names, patterns (`\"lat*\"`, `\"audit.*\"`) and groups (`\"group:law\"`)
  exclude  string|string[] (optional)
      the same for what is left out, beside `[copy] exclude` of `runner.toml`

Returns
  tables  string[]

Raises
  -  a selection that ends empty, a name or a group that is unknown

Example
  for _, name in ipairs(copy.order { to = prod, tables = { \"lat\", \"uk_lrt\" } }) do
    print(name) -- public.uk_lrt, then public.lat
  end
";

fn help(name: &str) -> Runner {
    Runner::new().args(["help", name])
}

#[test]
fn a_function_is_told_with_its_options_errors_and_example() {
    help("copy.order").stdout(ORDER).stderr("").success();
    help("copy.ORDER").stdout(ORDER).success();
}

#[test]
fn lua_prints_the_same_for_a_function_and_for_its_name() {
    let both = format!("{ORDER}{ORDER}");
    Runner::new()
        .playbook("help(copy.order) help 'copy.order'")
        .stdout(&both)
        .success();
}

#[test]
fn lua_knows_what_a_method_a_module_and_a_session_are_called() {
    let title = |name: &str| {
        let ran = help(name).success();
        ran.stdout
    };
    let expected = [
        "query.format",
        "json",
        "promote",
        "promote.run",
        "Host",
        "Host:run",
        "step",
    ]
    .map(title)
    .concat();
    Runner::new()
        .playbook(
            "help(query.format) help(json) local p = require 'promote' help(p) help(p.run) \
             help(host()) help(host().run) print(help(step))",
        )
        .stdout(&(expected + "\n"))
        .success();
}

#[test]
fn what_there_is_no_help_about_is_told_with_what_was_meant() {
    let listed = "  help: `runner help` lists commands and functions\n";
    for (name, hint) in [
        ("copy.tabels", ", did you mean `copy.tables`"),
        ("disabled", ", did you mean `trigger.disabled`"),
        ("tunel", ", did you mean `tunnel`"),
        ("sandbxo", ", did you mean `sandbox`"),
        ("xyzzy", ""),
    ] {
        let ran = help(name).code(2);
        assert!(
            ran.stderr
                .contains(&format!("there is no help about `{name}`{hint}\n")),
            "{}",
            ran.stderr
        );
        assert!(ran.stderr.contains(listed), "{}", ran.stderr);
    }
    Runner::new()
        .playbook("help(function() end)")
        .stderr_has("there is no help about function: ")
        .code(1);
    Runner::new()
        .playbook("help 'conect'")
        .stderr_has("there is no help about `conect`, did you mean `connect`")
        .code(1);
}

#[test]
fn everything_is_listed_with_what_it_does() {
    let ran = Runner::new().args(["help"]).success();
    for line in [
        "Commands",
        "  sandbox ",
        "  connect ",
        "copy: rows from server to server, and out of dumps",
        "  copy.tables ",
        "  Db:query ",
        "require \"promote\": ",
    ] {
        assert!(
            ran.stdout.contains(&format!("\n{line}")),
            "no `{line}` in\n{}",
            ran.stdout
        );
    }
    assert!(ran.stdout.lines().all(|line| line.chars().count() <= 100));
}

#[test]
fn a_command_is_told_in_the_words_of_its_own_help() {
    let ran = help("init").success();
    assert!(ran.stdout.contains("Usage: runner init"), "{}", ran.stdout);
    // A command, and what Lua programs open one with.
    let ran = help("tunnel").success();
    for text in ["Usage: runner tunnel", "tunnel in Lua", "tunnel.open "] {
        assert!(ran.stdout.contains(text), "no `{text}` in\n{}", ran.stdout);
    }
}

#[test]
fn with_json_a_page_is_a_document() {
    let ran = help("copy.order").args(["--json"]).success();
    let page: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(page["signature"], "copy.order { to =, ... } -> string[]");
    assert_eq!(page["options"][1]["name"], "tables");
    assert_eq!(page["options"][1]["default"], "all of the search path");
    assert_eq!(page["options"][0]["optional"], false);
    let ran = Runner::new().args(["--json", "help"]).success();
    let all: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert!(
        all["commands"]
            .as_array()
            .unwrap()
            .iter()
            .any(|it| it["name"] == "init")
    );
    assert!(
        all["lua"]
            .as_array()
            .unwrap()
            .iter()
            .any(|it| it["name"] == "Db:query")
    );
}
