//! Commands: what they are given, what they give, and how they end.

use std::fs;

use rustix::process::Signal;

use super::{MACHINES, on};
use crate::support::{Runner, Sshd, processes};

#[test]
fn any_word_arrives_as_it_was_given() {
    let lua = r#"
      local words = { "two words", "it's", 'a "quoted" one', "two\nlines", "$HOME", "`id`", "-n", "--", "*", "~", "", "!x",
                      [[back\slash]], "ünï", "\t", ";|&<>(){}[]#%^", 7, 1.5 }
      local ran = h:run { "printf", "%s|", table.unpack(words) }
      assert(ran.stdout == table.concat(words, "|") .. "|", ran.stdout)
    "#;
    for (machine, ..) in MACHINES {
        on(machine, lua).success();
    }
}

#[test]
fn what_no_program_can_be_given_is_refused() {
    for (command, reason) in [
        ("'a', '\\xff'", "`host:run`: word 2 is not UTF-8"),
        ("'a', {}", "`host:run`: word 2 must be a string, got table"),
        ("'a', [3] = 'b'", "`host:run`: there is a gap before word 3"),
        (
            "'a', timeot = 1",
            "`host:run`: unknown option `timeot`, did you mean `timeout`",
        ),
        ("", "this command cannot be run: it has no words"),
        (
            "'-a'",
            "this command cannot be run: its program begins with `-`",
        ),
        (
            "'a', 'b\\0'",
            "this command cannot be run: one of its words or values holds a NUL",
        ),
        (
            "'a', env = { ['A B'] = 'c' }",
            "`A B` is no name of an environment variable",
        ),
    ] {
        let lua = format!("h:run {{ {command} }}");
        on(MACHINES[1].0, &lua)
            .stderr_has(&format!("error: {reason}"))
            .code(1);
    }
    Runner::new()
        .playbook("host '-oProxyCommand=x'")
        .stderr_has("`-oProxyCommand=x` is no ssh destination")
        .code(1);
}

#[test]
fn an_ending_is_told_as_it_was() {
    let lua = r#"
      local function try(...) local _, e = pcall(h.run, h, { "sh", "-c", ... }) return e end
      local ran = h:run { "sh", "-c", "echo out; echo err >&2; exit 3", check = false }
      print(ran.code, ran.signal, ran.stdout, ran.stderr, ran.seconds > 0)
      ran = h:run { "sh", "-c", "kill -9 $$", check = false }
      print(ran.code, ran.signal)
      local e = try "echo one >&2; echo two >&2; exit 3"
      print(e.code, e.signal, e.stderr, e.message)
      e = try "kill -TERM $$"
      print(e.code, e.signal, e.message)
      print(select(2, pcall(h.run, h, { "no-such-program" })).message)
      print(select(2, pcall(h.run, h, { "true", cwd = "/no/such/folder", check = false })).message)
    "#;
    for (machine, _, place) in MACHINES {
        let expected = format!(
            "3\tnil\tout\n\terr\ttrue\nnil\tKILL\n\
             3\tnil\tone\ntwo\t`sh -c 'echo one >&2; echo two >&2; exit 3'` {place} exited with code 3: two\n\
             nil\tTERM\t`sh -c 'kill -TERM $$'` {place} was killed by signal TERM\n\
             there is no program `no-such-program` {place}; is it installed, and on the PATH that commands have there?\n\
             folder `/no/such/folder` cannot be entered {place}; does it exist?\n"
        );
        on(machine, lua).stdout(&expected).success();
    }
}

#[test]
fn a_command_has_its_input_its_folder_and_its_environment() {
    let lua = r#"
      local input = ("x"):rep(300000) .. "\0\xff\n"
      assert(h:run { "cat", stdin = input }.stdout == input)
      assert(h:run { "cat" }.stdout == "")
      -- One that reads no more of it is no failure.
      assert(h:run { "head", "-c", 3, stdin = input }.stdout == input:sub(1, 3))
      local ran = h:run { "sh", "-c", "pwd; echo \"$A$N\"", cwd = "/usr/share", env = { A = "it's\n$HOME", N = 7 } }
      assert(ran.stdout == "/usr/share\nit's\n$HOME7\n", ran.stdout)
      local home = h:run { "sh", "-c", "cd; pwd" }.stdout
      assert(h:run { "pwd", cwd = "~" }.stdout == home)
    "#;
    for (machine, ..) in MACHINES {
        on(machine, lua).success();
    }
}

#[test]
fn output_that_is_too_long_is_cut_and_it_is_said() {
    for (machine, _, place) in MACHINES {
        on(
            machine,
            "print(#h:run { 'head', '-c', 20000000, '/dev/zero' }.stdout)",
        )
        .stdout("16777216\n")
        .stderr_has(&format!(
            "`head -c 20000000 /dev/zero` {place} printed 3.2 MB more than are kept"
        ))
        .success();
    }
}

#[test]
fn lines_are_shown_as_they_come() {
    for (machine, name, _) in MACHINES {
        let lua = "h:run { 'sh', '-c', [[echo one; echo 'two\x1b[2J' >&2; until [ -e \"$GO\" ]; do sleep 0.02; done; \
                   printf three]], env = { GO = GO } }";
        let run = Runner::new().over_ssh();
        let go = run.path().join("go");
        let lua = format!("local h, GO = {machine}, '{}'\n{lua}", go.display());
        let running = run.playbook(&lua).start();
        running.wait_for_stderr(&format!("{name}: one\n"));
        running.wait_for_stderr(&format!("{name}: two\\u{{1b}}[2J\n"));
        fs::write(go, "").unwrap();
        let ran = running.finish(0);
        assert!(
            ran.stderr.contains(&format!("{name}: three\n")),
            "{}",
            ran.stderr
        );
    }
}

#[test]
fn what_is_secret_stands_in_no_list_of_processes() {
    for (machine, ..) in MACHINES {
        let run = Runner::new().over_ssh();
        let secret = format!("hunter2-{}", run.path().display());
        let lua = "h:run { 'sh', '-c', 'echo ready; exec sleep 1000', env = { PASSWORD = s }, stdin = s }";
        let running = run
            .playbook(&format!("local h, s = {machine}, '{secret}'\n{lua}"))
            .start();
        running.wait_for_stderr(": ready");
        let having = processes::with_environment(&secret);
        assert!(
            having.iter().any(|line| line.contains("sleep 1000")),
            "{having:?}"
        );
        assert_eq!(processes::with_argument(&secret), [""; 0]);
        running.signal(Signal::INT);
        let ran = running.finish(130);
        assert!(!ran.stderr.contains(&secret), "{}", ran.stderr);
    }
}

#[test]
fn a_host_that_cannot_be_reached_is_named() {
    for (alias, reason) in [
        ("closed-port", "cannot reach ssh host `closed-port`: "),
        ("unknown-host", "is not known; compare the fingerprint"),
        ("refused-key", "ssh host `refused-key` refused every key"),
    ] {
        for call in ["run { 'true' }", "exists '/'", "container('a'):inspect()"] {
            on(&format!("host '{alias}'"), &format!("h:{call}"))
                .stderr_has(reason)
                .code(1);
        }
    }
}

#[test]
fn a_command_that_the_host_replaces_by_another_is_not_taken_for_ours() {
    let sshd = Sshd::start("ForceCommand echo welcome\n");
    Runner::new()
        .toml(&format!("[ssh]\nconfig = \"{}\"", sshd.config().display()))
        .playbook("host('jump'):run { 'true' }")
        .stderr_has("error: ssh host `jump` runs another command in place of ours")
        .stderr_has("saying: welcome")
        .code(1);
    sshd.assert_left();
}

#[test]
fn a_session_that_was_closed_is_opened_again() {
    let lua = "
      h:run { 'true' } h:close() h:run { 'true' }
      do local again <close> = h end
      print(h:run { 'echo', 'here' }.stdout)
    ";
    on(MACHINES[0].0, lua).stdout("here\n\n").success();
}
