//! Parameters of a playbook: declared, read from the command line, told by `--help`; wrong ones are usage errors.

use crate::support::Runner;

const PLAYBOOK: &str = r#"
local args = playbook {
  summary = "Promote changed rows",
  positional = "tables",
  params = {
    tables = { type = "list", help = "only these" },
    mode = { type = "string", default = "upsert", choices = { "upsert", "replace" }, help = "how rows arrive" },
    jobs = { type = "integer", default = 4 },
    ratio = { type = "number" },
    since = { type = "timestamp" },
    into = { type = "path", help = "where the report goes" },
    full = { type = "boolean", help = "every row" },
    ticket = { required = true },
  },
}
local names = {}
for name in pairs(args) do names[#names + 1] = name end
table.sort(names)
for _, name in ipairs(names) do print(name, math.type(args[name]) or type(args[name]), json.encode(args[name])) end
"#;

fn run(words: &[&str]) -> Runner {
    Runner::new()
        .file("playbooks/promote.lua", PLAYBOOK)
        .args(["playbooks/promote.lua"])
        .args(words.iter().copied())
}

#[track_caller]
fn refused(words: &[&str], message: &str) {
    run(words)
        .stdout("")
        .stderr(&format!(
            "error: {message}; see `runner playbooks/promote.lua --help`\n  at playbooks/promote.lua:2\n  \
             2 | local args = playbook {{\n    |              ^\n"
        ))
        .code(2);
}

#[test]
fn each_type_is_read_as_what_it_is() {
    let run = run(&[
        "lat",
        "uk_lrt,notes",
        "--mode=replace",
        "--jobs",
        "2",
        "--ratio",
        "-0.5",
        "--since",
        "2026-01-31T12:00:00+02:00",
        "--into",
        "out/report.json",
        "--full",
        "--ticket",
        "OPS-1",
    ]);
    let into = run.path().canonicalize().unwrap().join("out/report.json");
    run.stdout(&format!(
        "full\tboolean\ttrue\ninto\tstring\t\"{}\"\njobs\tinteger\t2\nmode\tstring\t\"replace\"\nratio\tfloat\t-0.5\n\
         since\tstring\t\"2026-01-31T10:00:00Z\"\ntables\ttable\t[\"lat\",\"uk_lrt\",\"notes\"]\nticket\tstring\t\"OPS-1\"\n",
        into.display()
    ))
    .success();
}

#[test]
fn what_is_not_given_is_its_default_or_nothing() {
    run(&["--ticket", "OPS-1"])
        .stdout("full\tboolean\tfalse\njobs\tinteger\t4\nmode\tstring\t\"upsert\"\nticket\tstring\t\"OPS-1\"\n")
        .success();
    run(&["--no-full", "--ticket=-x"])
        .toml("[playbooks.promote]\njobs = 8\nfull = true\ntables = ['a']\nticket = 'T'")
        .stdout("full\tboolean\tfalse\njobs\tinteger\t8\nmode\tstring\t\"upsert\"\ntables\ttable\t[\"a\"]\nticket\tstring\t\"-x\"\n")
        .success();
}

#[test]
fn wrong_words_are_usage_errors() {
    refused(&[], "parameter `--ticket` is required");
    refused(
        &["--tikcet", "x"],
        "unknown parameter `--tikcet`, did you mean `--ticket`",
    );
    refused(&["--ticket"], "parameter `--ticket` wants a value");
    refused(
        &["--ticket", "a", "--ticket", "b"],
        "parameter `--ticket` is given twice",
    );
    refused(
        &["--ticket", "a", "--jobs", "four"],
        "parameter `--jobs` wants an integer, got `four`",
    );
    refused(
        &["--ticket", "a", "--jobs", "1.5"],
        "parameter `--jobs` wants an integer, got `1.5`",
    );
    refused(
        &["--ticket", "a", "--ratio", "inf"],
        "parameter `--ratio` wants a number, got `inf`",
    );
    refused(
        &["--ticket", "a", "--since", "yesterday"],
        "parameter `--since` wants a timestamp such as `2026-01-31` or `2026-01-31T12:00:00Z`, got `yesterday`",
    );
    refused(
        &["--ticket", "a", "--mode", "upsrt"],
        "parameter `--mode` must be one of `upsert`, `replace`, got `upsrt`, did you mean `upsert`",
    );
    refused(
        &["--ticket", "a", "--full=yes"],
        "parameter `--full` is a flag and takes no value but `true` or `false`",
    );
}

#[test]
fn words_of_a_playbook_that_declares_none_are_refused() {
    Runner::new()
        .playbook("print 'done'\n")
        .args(["--quiet", "extra"])
        .stderr(
            "error: unexpected argument `extra`: the playbook declares no parameters with `playbook { params = ... }`\n",
        )
        .code(2);
    Runner::new()
        .playbook("print 'before'\nlocal dev = connect 'dev'\n")
        .args(["--full"])
        .stdout("before\n")
        .stderr(
            "error: unexpected argument `--full`: the playbook declares no parameters with `playbook { params = ... }`\n  \
             at playbook.lua:2\n  2 | local dev = connect 'dev'\n    |             ^\n",
        )
        .code(2);
}

#[test]
fn a_wrong_default_of_the_project_is_told_with_its_place() {
    run(&["--ticket", "a"])
        .toml("[playbooks.promote]\njosb = 8")
        .stderr_has("error: `[playbooks.promote]` in `runner.toml`: unknown parameter `josb`, did you mean `jobs`")
        .code(2);
    run(&["--ticket", "a"])
        .toml("[playbooks.promote]\njobs = 'many'")
        .stderr_has("error: `[playbooks.promote]` in `runner.toml`: parameter `jobs` wants an integer, got `many`")
        .code(2);
}

#[test]
fn a_wrong_declaration_is_an_error_of_the_playbook() {
    for (params, problem) in [
        (
            "x = { type = 'strnig' }",
            "parameter `x`: option `type` must be one of `string`, `integer`, `number`, `boolean`, `list`, `timestamp`, `path`, got `strnig`, did you mean `string`",
        ),
        (
            "x = { tpye = 'string' }",
            "parameter `x`: unknown option `tpye`, did you mean `type`",
        ),
        (
            "x = { type = 'integer', default = 'a' }",
            "parameter `x`: option `default` must be an integer, got string",
        ),
        (
            "x = { required = true, default = 'a' }",
            "parameter `x` is required and has a default",
        ),
        (
            "confirm = {}",
            "parameter `confirm` would hide the option `--confirm` of the program",
        ),
        (
            "X = {}",
            "parameter `X` must be named with lower-case letters, digits and `_`",
        ),
        (
            "x = 'string'",
            "parameter `x` must be a table such as `{ type = \"string\" }`",
        ),
    ] {
        let line = format!("playbook {{ params = {{ {params} }} }}");
        Runner::new()
            .playbook(&line)
            .stderr_has(&format!(
                "error: `playbook`: {problem}\n  at playbook.lua:1\n"
            ))
            .code(1);
    }
    Runner::new()
        .playbook("playbook { positional = 'x' }")
        .stderr_has("error: `playbook`: `positional` names no parameter: `x`\n")
        .code(1);
}

#[test]
fn help_tells_the_parameters_and_runs_nothing() {
    run(&["--help"])
        .stderr("")
        .stdout(
            "\
Promote changed rows

Usage: runner playbooks/promote.lua [--full] [--into PATH] [--jobs N] [--mode TEXT] [--ratio N] [--since TIMESTAMP] [TABLES...] --ticket TEXT

  --full             every row
  --into PATH        where the report goes
  --jobs N           (default 4)
  --mode TEXT        how rows arrive (one of upsert, replace) (default upsert)
  --ratio N
  --since TIMESTAMP
  --tables A,B,...   only these
  --ticket TEXT      (required)
",
        )
        .success();
    Runner::new()
        .playbook("playbook { summary = 'Nothing to set' }\nprint 'never'")
        .args(["-h"])
        .stdout(
            "Nothing to set\n\nUsage: runner playbook.lua\n\nThe playbook takes no parameters.\n",
        )
        .success();
}

#[test]
fn usage_ends_the_run_with_2() {
    Runner::new()
        .playbook("pcall(usage, 'caught')\nusage 'give --full or --tables'\n")
        .stderr("error: give --full or --tables\n  at playbook.lua:2\n  2 | usage 'give --full or --tables'\n    | ^\n")
        .code(2);
}
