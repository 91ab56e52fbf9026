//! Commands that are ended before their time: nothing goes on, here or there.

use std::process::Command;

use rustix::process::Signal;

use super::MACHINES;
use crate::support::{Runner, Sshd, must, processes, wait_until};

/// Starts a child and waits; both ignore to be asked to end where `stubborn`. The mark is in its environment.
const LONG: &str = "h:run { 'sh', '-c', trap .. 'sleep 1000 & echo ready; sleep 1001; true', env = { MARK = mark }, timeout = limit }";

fn long(machine: &str, trap: &str, limit: &str) -> (Runner, String) {
    let run = Runner::new().over_ssh();
    let mark = format!("MARK={}", run.path().display());
    let lua = format!(
        "local h, mark, trap, limit = {machine}, '{}', '{trap}', {limit}\n{LONG}",
        run.path().display()
    );
    (run.playbook(&lua), mark)
}

#[track_caller]
fn nothing_goes_on(mark: &str) {
    wait_until("nothing of the command goes on", || {
        processes::with_environment(mark).is_empty()
    });
}

#[test]
fn by_its_time_limit() {
    for (machine, _, place) in MACHINES {
        for trap in ["", "trap \"\" TERM; "] {
            let (run, mark) = long(machine, trap, "2");
            run.stderr_has(&format!("{place} did not end within 2.0 s; it was ended"))
                .code(1);
            nothing_goes_on(&mark);
        }
    }
}

#[test]
fn by_a_signal_for_the_run() {
    for (machine, ..) in MACHINES {
        for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
            let (run, mark) = long(machine, "", "nil");
            let running = run.start();
            running.wait_for_stderr(": ready");
            running.signal(signal);
            running.finish(code).assert_left();
            nothing_goes_on(&mark);
        }
    }
}

#[test]
fn by_the_death_of_the_run() {
    let (run, mark) = long(MACHINES[0].0, "", "nil");
    let running = run.start();
    running.wait_for_stderr(": ready");
    running.killed();
    nothing_goes_on(&mark);
}

#[test]
fn by_the_loss_of_the_link() {
    let sshd = Sshd::start("");
    let run = Runner::new().toml(&format!("[ssh]\nconfig = \"{}\"", sshd.config().display()));
    let mark = format!("MARK={}", run.path().display());
    let lua = format!(
        "local h, mark, trap = host 'jump', '{}', ''\n{LONG}",
        run.path().display()
    );
    let running = run.playbook(&lua).start();
    running.wait_for_stderr(": ready");
    for pid in sshd.sessions() {
        must(Command::new("kill").args(["-KILL", &pid.to_string()]));
    }
    let ran = running.finish(1);
    assert!(
        ran.stderr.contains("error: the link to `sh -c "),
        "{}",
        ran.stderr
    );
    assert!(
        ran.stderr.contains("on `jump` was lost while it ran"),
        "{}",
        ran.stderr
    );
    nothing_goes_on(&mark);
}

#[test]
fn input_that_was_cut_off_does_not_look_like_its_end() {
    // What reads its input says so when that ends; the run dies while it still has some to send.
    let run = Runner::new().over_ssh();
    let (mark, done) = (
        format!("MARK={}", run.path().display()),
        run.path().join("done"),
    );
    let lua = format!(
        "host('jump'):run {{ 'sh', '-c', 'head -c 1 >&2; echo ready >&2; sleep 2; cat >/dev/null; echo >\"$DONE\"', \
         stdin = ('x'):rep(50000000), env = {{ MARK = '{}', DONE = '{}' }} }}",
        run.path().display(),
        done.display()
    );
    let running = run.playbook(&lua).start();
    running.wait_for_stderr("ready");
    let ran = running.killed();
    nothing_goes_on(&mark);
    assert!(!done.exists());
    drop(ran);
}
