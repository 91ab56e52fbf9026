use std::path::Path;

use mlua::Lua;

use super::*;
use crate::host::Error;

const DECLARATION: &str = r#"{
  summary = "Promote changed rows",
  positional = "tables",
  params = {
    tables = { type = "list", help = "only these tables or groups" },
    since = { type = "timestamp" },
    limit = { type = "integer", default = 10 },
    ratio = { type = "number" },
    full = { type = "boolean", help = "everything" },
    mode = { choices = { "delta", "bulk" } },
    dump_dir = { type = "path", default = "snapshots" },
  },
}"#;

fn declare(text: &str) -> Result<Declaration, Error> {
    let lua = Lua::new();
    let table = lua.load(text).eval().unwrap();
    Declaration::read(table, Path::new("/project"))
}

fn given(words: &[&str], config: &str) -> Result<Given, ParamError> {
    let words: Vec<String> = words.iter().map(ToString::to_string).collect();
    let table = config.parse::<toml::Table>().unwrap();
    let defaults = Defaults {
        playbook: "promote",
        table: Some(&table),
        root: Path::new("/project"),
    };
    parse(
        &declare(DECLARATION).unwrap(),
        &words,
        Path::new("/here"),
        &defaults,
    )
}

#[track_caller]
fn args(words: &[&str], config: &str) -> String {
    match given(words, config) {
        Ok(Given::Args(args)) => args
            .iter()
            .map(|(name, arg)| format!("{name}={arg}"))
            .collect::<Vec<_>>()
            .join(" "),
        other => panic!("{other:?}"),
    }
}

#[test]
fn words_fill_the_parameters() {
    assert_eq!(
        args(
            &[
                "lat",
                "--since=2026-01-31",
                "--limit",
                "-5",
                "uk_lrt,group:law",
                "--full",
                "--dump-dir",
                "x"
            ],
            ""
        ),
        "dump_dir=/here/x full=true limit=-5 since=2026-01-31 tables=lat,uk_lrt,group:law"
    );
    assert_eq!(
        args(
            &["--no-full", "--tables", "a", "--tables", "b", "--", "--c"],
            ""
        ),
        "dump_dir=/project/snapshots full=false limit=10 tables=a,b,--c"
    );
}

#[test]
fn the_command_line_goes_before_runner_toml_and_that_before_the_playbook() {
    let config = "limit = 20\ndump-dir = 'dumps'\nsince = 2026-01-31T12:00:00Z\ntables = ['a']";
    assert_eq!(
        args(&["--limit=30"], config),
        "dump_dir=/project/dumps full=false limit=30 since=2026-01-31T12:00:00Z tables=a"
    );
}

#[test]
fn wrong_words_are_usage_errors_that_name_the_parameter() {
    let message = |words: &[&str]| given(words, "").unwrap_err().to_string();
    assert_eq!(
        message(&["--tabels", "a"]),
        "unknown parameter `--tabels`, did you mean `--tables`"
    );
    assert_eq!(
        message(&["--limit", "many"]),
        "parameter `--limit` wants an integer, got `many`"
    );
    assert_eq!(
        message(&["--since", "yesterday"]),
        "parameter `--since` wants a timestamp such as `2026-01-31` or `2026-01-31T12:00:00Z`, got `yesterday`"
    );
    assert_eq!(
        message(&["--mode", "bluk"]),
        "parameter `--mode` must be one of `delta`, `bulk`, got `bluk`, did you mean `bulk`"
    );
    assert_eq!(message(&["--limit"]), "parameter `--limit` wants a value");
    assert_eq!(
        message(&["--mode", "--full"]),
        "parameter `--mode` wants a value"
    );
    assert_eq!(
        message(&["--limit=1", "--limit=2"]),
        "parameter `--limit` is given twice"
    );
    assert_eq!(
        message(&["--full=perhaps"]),
        "parameter `--full` is a flag and takes no value but `true` or `false`"
    );
    let in_config = given(&[], "limt = 1").unwrap_err().to_string();
    assert_eq!(
        in_config,
        "`[playbooks.promote]` in `runner.toml`: unknown parameter `limt`, did you mean `limit`"
    );
}

#[test]
fn a_required_parameter_must_be_given() {
    let declaration =
        declare("{ params = { since = { type = 'timestamp', required = true } } }").unwrap();
    let defaults = Defaults {
        playbook: "p",
        table: None,
        root: Path::new("/"),
    };
    let problem =
        |words: &[String]| parse(&declaration, words, Path::new("/"), &defaults).unwrap_err();
    assert_eq!(problem(&[]).to_string(), "parameter `--since` is required");
    assert_eq!(
        problem(&["x".into()]).to_string(),
        "unexpected argument `x`"
    );
}

#[test]
fn help_is_made_from_the_declaration() {
    assert_eq!(given(&["a", "--help"], "").unwrap(), Given::Help);
    let text = usage(&declare(DECLARATION).unwrap(), "promote.lua");
    assert!(
        text.starts_with("Promote changed rows\n\nUsage: runner promote.lua [--dump-dir PATH]"),
        "{text}"
    );
    assert!(text.contains("[TABLES...]"), "{text}");
    assert!(
        text.contains("\n  --mode TEXT        (one of delta, bulk)\n"),
        "{text}"
    );
    assert!(
        text.contains("\n  --limit N          (default 10)\n"),
        "{text}"
    );
}

#[test]
fn a_wrong_declaration_is_refused() {
    let message = |text: &str| declare(text).unwrap_err().message().to_owned();
    assert_eq!(
        message("{ params = { dry_run = {} } }"),
        "`playbook`: parameter `dry_run` would hide the option `--dry-run` of the program"
    );
    assert_eq!(
        message("{ params = { a = { type = 'strnig' } } }"),
        "`playbook`: parameter `a`: option `type` must be one of `string`, `integer`, `number`, `boolean`, `list`, `timestamp`, `path`, got `strnig`, did you mean `string`"
    );
    assert_eq!(
        message("{ params = { a = { defualt = 1 } } }"),
        "`playbook`: parameter `a`: unknown option `defualt`, did you mean `default`"
    );
    assert_eq!(
        message("{ params = { a = { type = 'integer', default = 'x' } } }"),
        "`playbook`: parameter `a`: option `default` must be an integer, got string"
    );
    assert_eq!(
        message("{ positional = 'x' }"),
        "`playbook`: `positional` names no parameter: `x`"
    );
}
