//! `runner list`.

use crate::support::Runner;

fn project() -> Runner {
    Runner::new()
        .file("runner.toml", "")
        .file(
            "playbooks/said.lua",
            "local s = 'x'\nplaybook { summary = \"What it says\\nand more\" }\n",
        )
        .file(
            "playbooks/told.lua",
            "#!/usr/bin/env runner\n-- What the comment says.\nprint 'ran'\n",
        )
        .file("playbooks/none.lua", "error 'listing runs nothing'\n")
        .file(
            "playbooks/other.lua",
            "-- No Lua.\nplaybook { summary = `x` }\n",
        )
        .file("playbooks/notes.txt", "no playbook")
}

#[test]
fn playbooks_are_listed_with_what_they_say_and_modules_with_how_they_are_required() {
    let ran = project().args(["list"]).stderr("").success();
    let lines: Vec<&str> = ran.stdout.lines().map(str::trim_end).collect();
    assert_eq!(
        lines[2..6],
        [
            "playbooks/none.lua   project",
            "playbooks/other.lua  project  No Lua.",
            "playbooks/said.lua   project  What it says",
            "playbooks/told.lua   project  What the comment says.",
        ],
        "{}",
        ran.stdout
    );
    assert!(
        lines[6].starts_with("require \"promote\"    stdlib   Promotes rows from"),
        "{}",
        ran.stdout
    );
}

#[test]
fn with_json_each_is_an_object() {
    let ran = project().args(["list", "--json"]).success();
    let said = ran.stdout.lines().nth(2).unwrap();
    assert_eq!(
        said,
        r#"{"playbook":"playbooks/said.lua","from":"project","summary":"What it says"}"#
    );
}

#[test]
fn a_project_without_playbooks_is_told_how_to_get_one() {
    let ran = Runner::new().args(["list"]).success();
    assert!(
        ran.stderr
            .contains("no playbooks in `playbooks`; `runner init` makes one"),
        "{}",
        ran.stderr
    );
    assert!(ran.stdout.contains("require \"promote\""), "{}", ran.stdout);
}
