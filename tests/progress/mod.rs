//! What a run tells while it goes on: on a terminal, elsewhere, and in a log.

use std::fs::{File, metadata, read_to_string};
use std::os::unix::fs::PermissionsExt;

use crate::repl::{CTRL_C, Screen};
use crate::support::{Database, Runner, dev};

const FRAMES: [char; 10] = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

fn turns(screen: &str) -> bool {
    screen.contains(FRAMES)
}

#[test]
fn on_a_terminal_steps_and_long_statements_are_drawn_and_gone_in_the_end() {
    let database = Database::with(dev(), "");
    let lua = "
        local dev = connect 'dev'
        step('outer', function()
          print('said before')
          step('inner', function() dev:query 'SELECT pg_sleep(1000)' end)
        end)
    ";
    let runner = Runner::new().target("dev", &database).playbook(lua);
    let mut screen = Screen::start(runner, &[]);
    screen.wait_for("both steps and the statement are drawn", |screen| {
        let lines: Vec<_> = screen.lines().collect();
        let drawn = lines.iter().rev().take(3).collect::<Vec<_>>();
        matches!(drawn[..], [statement, inner, outer]
            if statement.contains(" dev: SELECT PG_SLEEP ") && inner.contains(" inner ") && outer.contains(" outer ")
                && turns(statement) && turns(inner) && turns(outer))
    });
    screen.resize(60);
    screen.wait_for("it is drawn in the narrower terminal", |screen| {
        turns(screen) && screen.contains("said before")
    });
    screen.keys(CTRL_C);
    screen.wait_for("nothing is drawn any longer", |screen| {
        screen.contains("interrupted") && !turns(screen)
    });
    let text = screen.text();
    let at = |text_: &str| {
        text.find(text_)
            .unwrap_or_else(|| panic!("no {text_:?}:\n{text}"))
    };
    assert!(at("▸ outer") < at("said before"), "{text}");
    assert!(at("said before") < at("✗ inner"), "{text}");
    assert!(at("✗ inner") < at("✗ outer"), "{text}");
    assert_eq!(screen.finish().0, 130);
}

/// C has a buffer of its own for stdout.
#[test]
fn what_a_playbook_writes_keeps_its_order_and_is_exact_but_for_secrets() {
    let run = Runner::new()
        .file(".env", "WORD=open-sesame\n")
        .playbook(
            "print(1)\nio.write('2', 3, '\\n')\nos.execute 'echo 4'\nio.stdout:write(5.0, '\\n'):write('\\27[0m', secret 'WORD', '\\n')\n\
             io.stderr:write('told\\n')\nprint(6)",
        )
        .stdout("1\n23\n4\n5\n\u{1b}[0m[secret]\n6\n")
        .success();
    assert_eq!(run.stderr, "told\n");
    Runner::new()
        .playbook("io.write('for people\\n') show { { n = 1 } }")
        .args(["--json"])
        .stdout("{\"n\":1}\n")
        .stderr("for people\n")
        .success();
}

#[test]
fn on_a_terminal_nothing_is_drawn_over_what_a_playbook_or_its_commands_write() {
    let lua = "
        step('outer', function()
          io.write 'half a'
          sleep(0.5)
          io.write ' line\\n'
          os.execute 'echo begun; sleep 0.5; echo of a command; echo told >&2'
          io.write 'open \\27[2J'
        end)
        step('next', function() sleep(1000) end)
    ";
    let mut screen = Screen::start(Runner::new().playbook(lua), &[]);
    screen.wait_for("the second step is drawn", |screen| {
        let is_next = |line: &str| turns(line) && line.contains(" next ");
        screen.contains("✓ outer") && screen.lines().last().is_some_and(is_next)
    });
    let text = screen.text();
    let shown: Vec<_> = text.lines().filter(|line| !turns(line)).collect();
    assert_eq!(
        shown[..5],
        ["▸ outer", "half a line", "begun", "of a command", "told"],
        "{text}"
    );
    assert_eq!(shown[5], "open \\u{1b}[2J", "{text}");
    assert!(shown[6].starts_with("✓ outer "), "{text}");
    screen.keys(CTRL_C);
    assert_eq!(screen.finish().0, 130);
}

#[test]
fn a_second_interruption_leaves_nothing_drawn_either() {
    let lua = "
        step('outer', function()
          defer(function() print 'leaving' sleep(1000) end)
          print 'ready'
          sleep(1000)
        end)
    ";
    let mut screen = Screen::start(Runner::new().playbook(lua), &[]);
    screen.wait_for("the step is drawn", |screen| {
        screen.contains("ready") && turns(screen)
    });
    screen.keys(CTRL_C);
    screen.wait_for("it is undone, which takes long", |screen| {
        screen.contains("leaving") && turns(screen)
    });
    screen.keys(CTRL_C);
    screen.wait_for("nothing is drawn any longer", |screen| !turns(screen));
    assert_eq!(screen.finish().0, 130);
}

#[test]
fn a_terminal_that_cannot_go_back_gets_lines() {
    let lua = "step('one', function() end)";
    let (code, screen) = Runner::new().playbook(lua).terminal().finish();
    assert_eq!(code, 0);
    assert!(screen.contains("▸ one\n✓ one"), "{screen}");
}

#[test]
fn a_log_has_everything_and_no_secret_and_can_be_read_by_its_owner_alone() {
    let database = Database::with(dev(), "");
    let lua = "
        local dev = connect 'dev'
        step('count', function() show(dev:query 'SELECT 7 AS n') end)
        log('the word is ' .. secret 'WORD')
        error('in vain')
    ";
    let run = Runner::new()
        .target("dev", &database)
        .file(".env", "WORD=open-sesame\n")
        .playbook(lua)
        .args(["--quiet", "--log", "run.log"])
        .code(1);
    let path = run.project.path().join("run.log");
    assert_eq!(metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let log = read_to_string(&path).unwrap();
    for text in [
        "Z ▸ count\n",
        "DEBUG",
        "Z the word is [secret]\n",
        "Z error: in vain\n",
        "Z ended with exit code 1\n",
    ] {
        assert!(log.contains(text), "no {text:?} in\n{log}");
    }
    assert!(!log.contains("open-sesame"), "{log}");
    let kept = "2026-01-01T00:00:00.000Z kept\n";
    let again = Runner::new()
        .file("run.log", kept)
        .playbook("log 'again'")
        .args(["--log", "run.log"])
        .success();
    let log = read_to_string(again.project.path().join("run.log")).unwrap();
    assert!(log.starts_with(kept) && log.contains("Z again\n"), "{log}");
}

#[test]
fn a_log_on_a_full_disk_is_told_once_and_fails_nothing() {
    let run = Runner::new()
        .playbook("log 'one' log 'two'")
        .args(["--log", "/dev/full"])
        .success();
    let warning = "warning: nothing more is written to the log `/dev/full`: ";
    assert_eq!(run.stderr.matches(warning).count(), 1, "{}", run.stderr);
}

#[test]
fn output_that_finds_a_full_disk_fails_the_run_at_its_end() {
    for lua in ["print 'one'", "io.write 'one'", "show { { a = 1 } }"] {
        let playbook = format!("{lua}\nlog 'behind it'\n");
        let (mut command, _project) = Runner::new()
            .file("playbook.lua", playbook)
            .args(["playbook.lua"])
            .for_terminal();
        let full = File::create("/dev/full").unwrap();
        let ran = command.stdout(full).output().unwrap();
        assert_eq!(ran.status.code(), Some(1), "{lua}");
        assert_eq!(
            String::from_utf8(ran.stderr).unwrap(),
            "behind it\nerror: cannot write to stdout: No space left on device (os error 28)\n  \
             help: what was done is done; what stands on stdout is not whole\n",
        );
    }
}

#[test]
fn a_log_that_cannot_be_opened_ends_the_run_before_it_begins() {
    Runner::new()
        .playbook("print 'ran'")
        .args(["--log", "no/such/folder/run.log"])
        .stdout("")
        .stderr_has("error: cannot write the log `no/such/folder/run.log`: ")
        .code(2);
}
