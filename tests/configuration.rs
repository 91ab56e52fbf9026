//! What is wrong with a project: told with the file, the line, and what to do; exit code 2.

use std::fs;

use crate::support::{Database, Runner, dev};

/// A project with this `runner.toml`, whose playbook connects to `dev`.
fn project(toml: &str) -> Runner {
    Runner::new().toml(toml).playbook("connect 'dev'\n")
}

/// The report of an error in the call of the one-line playbook.
fn report(message: &str) -> String {
    format!("error: {message}\n  at playbook.lua:1\n  1 | connect 'dev'\n    | ^\n")
}

#[track_caller]
fn refused(run: Runner, stderr: &str) {
    run.args(["--quiet"]).stdout("").stderr(stderr).code(2);
}

#[test]
fn an_unknown_target_is_told_with_the_known_ones() {
    refused(
        project("[targets.deb]\nurl = 'postgres:///x'\n[targets.prod]\nurl = 'postgres:///x'"),
        &report("there is no target `dev`, did you mean `deb`; `runner.toml` has `deb`, `prod`"),
    );
    refused(
        project("[groups]\nlaw = ['lat']"),
        &report("there is no target `dev`; `runner.toml` has none"),
    );
    refused(
        Runner::new().playbook("connect 'dev'\n"),
        &report(
            "there is no target `dev`; there is no `runner.toml` here or above either; `runner init` writes one",
        ),
    );
}

#[test]
fn a_missing_variable_is_told_with_the_file_to_write_it_in() {
    let toml = "[targets.dev]\nurl = \"${DEV_URL}\"";
    let missing = "`runner.toml:2`, target `dev`: the variable `DEV_URL` is set nowhere";
    for (files, remedy) in [
        (&[][..], "write `.env` with a line `NAME=value`"),
        (&[".env"][..], "add it to `.env`"),
        (
            &[".env.example"][..],
            "copy `.env.example` to `.env` and fill it in",
        ),
        (
            &[".env", ".env.example"][..],
            "add it to `.env`, as in `.env.example`",
        ),
    ] {
        let run = files
            .iter()
            .fold(project(toml), |run, file| run.file(file, "OTHER=1\n"));
        refused(run, &report(&format!("{missing}; {remedy}")));
    }
    // Where the environment has it, nothing is missing.
    let database = Database::empty(dev());
    project(toml).env("DEV_URL", &database.url()).success();
    // The file goes before the environment.
    project(toml)
        .env("DEV_URL", "postgres://nobody@127.0.0.1:1/none")
        .file(".env", format!("DEV_URL={}\n", database.url()))
        .success();
}

#[test]
fn a_given_file_has_to_be_there() {
    let args = |args: [&'static str; 2]| project("").file("other.env.example", "").args(args);
    refused(
        args(["--env-file", "other.env"]),
        "error: there is no `other.env`; copy `other.env.example` to `other.env` and fill it in\n",
    );
    refused(
        args(["--config", "other.toml"]),
        "error: cannot read `other.toml`: No such file or directory (os error 2)\n",
    );
    let database = Database::empty(dev());
    Runner::new()
        .playbook("connect 'dev'")
        .file("conf/other.toml", "[targets.dev]\nurl = \"${U}\"\n")
        .file("other.env", format!("U={}\n", database.url()))
        .args(["--config", "conf/other.toml", "--env-file", "other.env"])
        .success();
}

#[test]
fn an_unknown_key_is_told_with_the_nearest_one() {
    refused(
        project("[targets.dev]\nurl = 'x'\nprotekt = 'GO'"),
        "error: `runner.toml:3`: unknown key `protekt`, did you mean `protect`; there are `url`, `ssh`, `docker`, `compose`, \
         `protect`, and the words of a url as keys\n",
    );
    refused(
        project("[target.dev]"),
        "error: `runner.toml:1`: unknown key `target`, expected one of `targets`, `groups`, `copy`, `playbooks`, `ssh`, \
         did you mean `targets`\n",
    );
    refused(
        Runner::new().playbook("connect { url = 'postgres:///x', usr = 'me' }\n"),
        "error: the table given to `connect`: unknown key `usr`, did you mean `user`; there are `url`, `ssh`, `docker`, `compose`, \
         `protect`, and the words of a url as keys\n  \
         at playbook.lua:1\n  1 | connect { url = 'postgres:///x', usr = 'me' }\n    | ^\n",
    );
}

#[test]
fn a_file_that_cannot_be_read_is_told_with_its_line() {
    refused(
        project("[targets.dev\nurl = 'x'"),
        "error: `runner.toml:1`: unclosed table, expected `]`\n",
    );
    refused(
        project("[targets.dev]\nurl = 'postgres:///x'").file(".env", "A=1\nnot a line\n"),
        "error: `.env:2` is not of the form `NAME=value`; put values with spaces, quotes or `$` in single quotes\n",
    );
    refused(
        project("[targets.dev]\nurl = 'postgres:///x'\nprotect = ''"),
        &report(
            "`runner.toml:3`, target `dev`: `protect` is empty; give the phrase to type, or leave the key out",
        ),
    );
}

#[test]
fn a_missing_or_strange_playbook_is_a_usage_error() {
    refused(
        Runner::new().args(["promot.lua"]),
        "error: cannot read `promot.lua`: No such file or directory (os error 2)\n",
    );
    refused(
        Runner::new()
            .file("playbooks/promote.lua", "")
            .args(["promote"]),
        "error: `promote` is neither a command nor a `.lua` file, did you mean `playbooks/promote.lua`\n  \
         help: `runner --help` lists commands and options\n",
    );
    refused(
        Runner::new().args(["--dryrun", "x.lua"]),
        "error: unexpected argument `--dryrun` found\n  help: a similar argument exists: `--dry-run`\n",
    );
}

#[test]
fn a_dry_run_of_init_writes_nothing() {
    let ran = Runner::new()
        .file(".gitignore", "/target\n")
        .args(["init", "--dry-run"])
        .stderr(
            "`runner.toml` would be written\n`.env.example` would be written\n\
             `playbooks/hello.lua` would be written\n`.gitignore` exists\n",
        )
        .success();
    for name in ["runner.toml", ".env.example", "playbooks"] {
        assert!(!ran.project.path().join(name).exists(), "{name}");
    }
}

#[test]
fn what_init_writes_runs() {
    let database = Database::empty(dev());
    let ran = Runner::new()
        .args(["init"])
        .stdout("")
        .stderr(
            "wrote `runner.toml`\nwrote `.env.example`\nwrote `playbooks/hello.lua`\nadded `.env` to `.gitignore`\n\
             now copy `.env.example` to `.env`, fill it in, and run `runner playbooks/hello.lua`\n",
        )
        .success();
    let written = |name: &str| fs::read_to_string(ran.project.path().join(name)).unwrap();
    assert!(written(".env.example").contains("\nDEV_DATABASE_URL="));
    let run = || {
        [
            "runner.toml",
            ".env.example",
            "playbooks/hello.lua",
            ".gitignore",
        ]
        .iter()
        .fold(Runner::new(), |run, file| run.file(file, written(file)))
    };
    run()
        .args(["playbooks/hello.lua"])
        .stderr_has("the variable `DEV_DATABASE_URL` is set nowhere; copy `.env.example` to `.env` and fill it in")
        .code(2);
    run()
        .file(".env", format!("DEV_DATABASE_URL='{}'\n", database.url()))
        .args(["playbooks/hello.lua", "--name", "you"])
        .stderr_has(&format!("hello you, this is {}\n", database.name()))
        .stdout_has("postgres")
        .success();
    run()
        .args(["init"])
        .stderr_has("kept `runner.toml`\nkept `.env.example`\nkept `playbooks/hello.lua`\nkept `.gitignore`\n\
                     now copy")
        .success();
}
