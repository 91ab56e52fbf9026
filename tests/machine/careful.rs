//! What keeps a machine from being changed by accident: dry runs, and the phrase of a target that is on it.

use std::fs;

use super::{MACHINES, on};
use crate::support::{Database, Runner, container, prod, sshd};

#[test]
fn a_dry_run_tells_and_does_nothing() {
    let name = container().name();
    for (machine, _, place) in MACHINES {
        let there = tempfile::tempdir().unwrap();
        let folder = there.path().display();
        let lua = format!(
            r#"
              local folder = "{folder}"
              local ran = h:run {{ "touch", folder .. "/a", stdin = "x" }}
              print(ran.code, ran.stdout == "", ran.stderr == "")
              print(h:run {{ "echo", "read", reads = true }}.stdout, h:exists(folder))
              print(h:upload("x", folder .. "/b").code)
              h:write(folder .. "/c", "text")
              print(h:download("/etc/passwd", "d").code)
              local c = h:container "{name}"
              print(c:run {{ "touch", "/tmp/x" }}.code, c:run {{ "echo", "inside", reads = true }}.stdout, c:inspect().State.Running)
              c:copy_in("x", "/tmp/x")
              c:copy_out("/etc/passwd", "d")
              c:wait_healthy()
              local p = h:compose(folder)
              print(p:up {{ "web" }}.code, p:pull().code, p:stop().code, p:restart().code, p:exec {{ service = "web", "true" }}.code)
            "#
        );
        let expected = format!(
            "dry run: nothing is changed\n\
             would run {place}: touch {folder}/a\n\
             would upload `x` to `{folder}/b` {place}\n\
             would write 4 B to `{folder}/c` {place}\n\
             would download `/etc/passwd` {place} to `d`\n\
             would run in container `{name}` {place}: touch /tmp/x\n\
             would copy `x` to `/tmp/x` in container `{name}` {place}\n\
             would copy `/etc/passwd` in container `{name}` {place} to `d`\n\
             would wait until container `{name}` {place} is healthy\n\
             would run compose in `{folder}` {place}: up web\n\
             would run compose in `{folder}` {place}: pull\n\
             would run compose in `{folder}` {place}: stop\n\
             would run compose in `{folder}` {place}: restart\n\
             would run compose in `{folder}` {place}: exec web true\n"
        );
        let ran = on(machine, &lua)
            .file("x", "text")
            .args(["--dry-run"])
            .stdout("0\ttrue\ttrue\nread\n\ttrue\n0\n0\n0\tinside\n\ttrue\n0\t0\t0\t0\t0\n")
            .success();
        let told = |line: &&str| line.starts_with("would") || line.starts_with("dry");
        let told: Vec<_> = ran.stderr.lines().filter(told).collect();
        assert_eq!(told.join("\n") + "\n", expected);
        assert_eq!(fs::read_dir(there.path()).unwrap().count(), 0);
        assert!(!ran.project.path().join("d").exists());
    }
}

/// A project whose protected target is behind `jump`.
fn guarded(lua: &str) -> Runner {
    Runner::new()
        .toml("[targets.prod]\nurl = \"postgres://u:${NO_SUCH_VARIABLE}@/x\"\nssh = \"jump\"\nprotect = \"GO ON\"")
        .over_ssh()
        .playbook(lua)
}

#[test]
fn the_host_of_a_protected_target_asks_before_the_first_command() {
    let refusal = "is the host of `prod`, which is protected, and there is no terminal to ask its phrase on; give \
                   `--confirm \"GO ON\"`";
    for call in [
        "h:run { 'touch', f }",
        "h:write(f, 'x')",
        "h:upload('playbook.lua', f)",
        "h:container('a'):run { 'touch', f }",
        "h:container('a'):copy_in('playbook.lua', f)",
        "h:compose('/tmp'):up()",
    ] {
        let file = tempfile::tempdir().unwrap().path().join("f");
        let lua = format!("local h, f = host 'jump', '{}'\n{call}", file.display());
        guarded(&lua)
            .stderr_has(&format!("error: `jump` {refusal}"))
            .code(1);
        assert!(!file.exists());
    }
    // By another name it is the same machine.
    let (user, port) = (crate::support::user(), sshd().port());
    let address = format!("{user}@127.0.0.1:{port}");
    guarded(&format!("host('{address}'):run {{ 'true' }}"))
        .stderr_has(&format!("error: `{address}` {refusal}"))
        .code(1);
    guarded(
        "local h = host 'jump'
         h:run { 'true', reads = true }
         print(h:exists '/', #h:read '/etc/passwd' > 0)
         host():run { 'true' }",
    )
    .stdout("true\ttrue\n")
    .success();
    for answer in ["GO ON", "prod=GO ON"] {
        guarded("host('jump'):run { 'echo', 'done' }")
            .args(["--confirm", answer])
            .stderr_has("jump: done\n")
            .success();
    }
}

#[test]
fn this_machine_is_the_host_of_a_protected_target_without_ssh() {
    let database = Database::empty(prod());
    let run = |lua: &str| {
        Runner::new()
            .target("prod", &database)
            .protected("GO ON")
            .playbook(lua)
    };
    run("host():run { 'true' }")
        .stderr_has("error: this machine is the host of `prod`, which is protected, and there is no terminal")
        .code(1);
    run("host():run { 'true', reads = true }").success();
}

#[test]
fn one_answer_is_for_the_target_and_its_host() {
    let database = Database::with(prod(), "CREATE TABLE law (id integer)");
    for lua in [
        "host():run { 'true' } connect('prod', { write = true }):execute 'INSERT INTO law VALUES (1)'",
        "connect('prod', { write = true }):execute 'INSERT INTO law VALUES (1)' host():run { 'true' }",
    ] {
        let terminal = Runner::new()
            .target("prod", &database)
            .protected("GO ON")
            .playbook(lua)
            .terminal();
        terminal.wait_for("type GO ON:");
        terminal.type_line("GO ON");
        let (code, screen) = terminal.finish();
        assert_eq!(
            (code, screen.matches("type GO ON").count()),
            (0, 1),
            "{screen}"
        );
    }
    assert_eq!(database.query("SELECT count(*) FROM law"), "2");
}

#[test]
fn a_wrong_phrase_ends_the_run() {
    let file = tempfile::tempdir().unwrap().path().join("f");
    let lua = format!(
        "pcall(function() host('jump'):run {{ 'touch', '{}' }} end)\nprint 'never'",
        file.display()
    );
    let terminal = guarded(&lua).terminal();
    terminal.wait_for("type GO ON:");
    terminal.type_line("no");
    let (code, screen) = terminal.finish();
    assert_eq!(code, 1, "{screen}");
    assert!(
        screen.contains("its phrase was not typed; nothing was done there"),
        "{screen}"
    );
    assert!(!screen.contains("never"), "{screen}");
    assert!(!file.exists());
}
