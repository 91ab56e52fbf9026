//! `runner check`: what it finds, what it lets pass, and what it asks of servers.

mod connect;

use std::path::{Path, PathBuf};

use crate::support::Runner;

fn checked(lua: &str) -> Runner {
    Runner::new()
        .file("playbook.lua", lua)
        .args(["check", "playbook.lua"])
}

#[test]
fn what_is_wrong_is_told_with_its_place_and_nothing_runs() {
    checked("print 'never'\nlocal dev = conect 'dev'\ncopy.tables {\n\ttabels = { 'a' },\n}\n")
        .stdout("")
        .stderr(
            "\
error: there is no global `conect`, did you mean `connect`
  at playbook.lua:2
  2 | local dev = conect 'dev'
    |             ^
error: `copy.tables`: unknown option `tabels`, did you mean `tables`
  at playbook.lua:4
  4 | tabels = { 'a' },
    | ^
",
        )
        .code(1);
    checked("local x = = 2\n")
        .stderr("error: unexpected symbol near '='\n  at playbook.lua:1\n  1 | local x = = 2\n")
        .code(1);
    checked("print 'never'\n")
        .stdout("")
        .stderr("nothing wrong in 1 file\n")
        .success();
    checked("print 'never'\n")
        .args(["--quiet"])
        .stderr("")
        .success();
}

#[test]
fn targets_groups_and_modules_are_those_of_the_project() {
    checked("connect 'dve'\ncopy.order { to = connect 'dev', tables = 'group:lwa' }\nrequire 'lib.smus'\nrequire 'lib.sums'\nrequire 'promote'\n")
        .file("playbooks/lib/sums.lua", "total = 1\nreturn {}\n")
        .toml("[targets.dev]\nurl = 'postgres:///x'\n[groups]\nlaw = ['lat']")
        .stderr_has("error: there is no target `dve`, did you mean `dev`\n  at playbook.lua:1\n")
        .stderr_has("error: no such group `lwa` in `runner.toml`, did you mean `law`\n  at playbook.lua:2\n")
        .stderr_has("error: there is no module `lib.smus`, did you mean `lib.sums`\n  at playbook.lua:3\n")
        .code(1);
    checked("require 'lib.sums'\nlog(total)\n")
        .file("playbooks/lib/sums.lua", "total = 1\nreturn {}\n")
        .success();
}

#[test]
fn folders_are_gone_through_and_json_is_a_line_for_each() {
    let run = Runner::new()
        .file("playbooks/a.lua", "nosuch()")
        .file("playbooks/b/c.lua", "log(connect 'x')\ncopy.nothing()")
        .file("playbooks/.hidden.lua", "nosuch()")
        .file("playbooks/meta.lua", "---@meta\nnosuch()")
        .args(["check", "playbooks", "--json"])
        .stdout("")
        .code(1);
    let lines: Vec<_> = run.stderr.lines().collect();
    assert_eq!(lines.len(), 2, "{}", run.stderr);
    let start = "{\"kind\":\"check\",\"message\":\"there is no global `nosuch`\",\"file\":\"playbooks/a.lua\",\"line\":1,\"column\":1,";
    assert!(lines[0].starts_with(start), "{}", lines[0]);
    assert!(
        lines[1].contains("\"file\":\"playbooks/b/c.lua\",\"line\":2,\"column\":6,"),
        "{}",
        lines[1]
    );
}

#[test]
fn what_cannot_be_read_is_a_usage_error_or_a_failure() {
    Runner::new()
        .args(["check", "nosuch.lua"])
        .stderr_has("error: cannot read `nosuch.lua`: No such file or directory")
        .code(1);
    Runner::new().args(["check"]).stderr_has("error: ").code(2);
    checked("log 'x'")
        .toml("[target.dev]")
        .stderr_has("unknown key `target`")
        .code(2);
}

#[test]
fn the_hook_of_the_readme_runs_the_check() {
    let readme =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let entry = readme
        .lines()
        .find_map(|line| line.trim().strip_prefix("entry: runner "))
        .unwrap();
    Runner::new()
        .file("playbooks/a.lua", "log 'fine'")
        .args(entry.split(' '))
        .args(["playbooks/a.lua"])
        .stdout("")
        .stderr("")
        .success();
}

#[test]
fn what_is_right_is_let_pass_in_all_that_is_here() {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut runner = Runner::new()
        .toml("[targets.dev]\nurl = 'postgres:///x'\n[targets.prod]\nurl = 'postgres:///x'\n[groups]\nlaw = ['lat']")
        .args(["check", "here", "--quiet"]);
    let readme = std::fs::read_to_string(repository.join("README.md")).unwrap();
    for (place, text) in readme.split("```lua\n").skip(1).enumerate() {
        let block = text.split("```").next().unwrap();
        runner = runner.file(&format!("here/readme_{place}.lua"), block);
    }
    for folder in ["playbooks", "stdlib", "tests/playbooks"] {
        for file in playbooks(&repository.join(folder)) {
            let name = file.file_name().unwrap().to_string_lossy().into_owned();
            let text = std::fs::read_to_string(&file).unwrap();
            let folder = folder.replace('/', "_");
            runner = runner.file(&format!("here/{folder}/{name}"), text);
        }
    }
    runner.stderr("").success();
}

/// The specs call things wrongly to see them refused; each such line says so to an editor, and to us.
#[test]
fn specs_are_let_pass_but_for_what_they_do_wrong_on_purpose() {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut runner = Runner::new()
        .toml("[targets.dev]\nurl = 'postgres:///x'\n[targets.prod]\nurl = 'postgres:///x'\n[groups]\nlaw = ['lat']")
        .args(["check", "lua", "--json"]);
    for file in playbooks(&repository.join("tests/lua")) {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        runner = runner.file(&format!("lua/{name}"), std::fs::read(&file).unwrap());
    }
    let run = runner.code(1);
    for line in run.stderr.lines() {
        let part = |name: &str| {
            let (_, rest) = line.split_once(&format!("\"{name}\":")).unwrap();
            rest.trim_start_matches('"')
                .split(['"', ','])
                .next()
                .unwrap()
                .to_owned()
        };
        let (file, number) = (part("file"), part("line").parse::<usize>().unwrap());
        let text = std::fs::read_to_string(repository.join("tests").join(&file)).unwrap();
        let lines: Vec<_> = text.lines().collect();
        let around = lines[number.saturating_sub(4)..number].join("\n");
        let on_purpose = ["raises(", "pcall(", "refused(", "whole(", "fails("];
        assert!(
            on_purpose.iter().any(|call| around.contains(call)),
            "a false alarm: {line}"
        );
    }
}

fn playbooks(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = entries
        .filter(|path| path.extension().is_some_and(|extension| extension == "lua"))
        .collect();
    files.sort();
    files
}
