//! `runner sandbox` as a person runs it, and how it may end.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use rustix::process::Signal;

use super::Running;
use crate::support::{Runner, wait_until};

#[test]
fn a_shell_has_both_targets_and_the_program() {
    let ran = shell("printf '%s' \"$PLAYBOOK\" >q.lua; exec runner q.lua")
        .env(
            "PLAYBOOK",
            r#"for _, name in ipairs { "dev", "prod" } do
                 print(connect(name):value("SELECT count(*) FROM uk_lrt"))
               end"#,
        )
        .stdout("1200\n1003\n")
        .stderr_has("docker exec shared_postgres")
        .success();
    assert!(!folder_in(&ran.stderr).exists());
}

#[test]
fn ctrl_c_in_the_shell_is_the_shells() {
    let running = shell("echo here; cat").start();
    running.wait_for_stdout("here");
    running.signal(Signal::INT);
    running.signal(Signal::INT);
    let ran = running.finish(0);
    assert!(!folder_in(&ran.stderr).exists());
}

#[test]
fn sigterm_ends_the_shell_and_removes_everything() {
    let running = shell("echo here; cat").start();
    running.wait_for_stdout("here");
    running.signal(Signal::TERM);
    let ran = running.finish(143);
    assert!(!folder_in(&ran.stderr).exists());
}

#[test]
fn ctrl_c_ends_the_playbook_and_removes_everything() {
    let running = Runner::new()
        .args(["sandbox"])
        .playbook(r#"local dev = connect "dev"; print "here"; dev:query "SELECT pg_sleep(1000)""#)
        .start();
    running.wait_for_stdout("here");
    running.signal(Signal::INT);
    let ran = running.finish(130);
    assert!(!folder_in(&ran.stderr).exists());
}

#[test]
fn ctrl_c_while_the_servers_start_leaves_nothing() {
    let running = Runner::new().args(["sandbox"]).start();
    running.wait_for_stderr("starting two PostgreSQL clusters");
    running.signal(Signal::INT);
    let ran = running.finish(130);
    assert!(!folder_in(&ran.stderr).exists());
}

#[test]
fn after_kill_9_the_servers_end_and_the_next_start_removes_the_rest() {
    let running = shell("echo here; cat").start();
    running.wait_for_stdout("here");
    let ran = running.killed();
    let folder = folder_in(&ran.stderr);
    if cfg!(target_os = "linux") {
        for name in ["dev", "prod"] {
            let pid_file = folder.join(name).join("data/postmaster.pid");
            wait_until("the server has ended", || !pid_file.exists());
        }
    }
    let next = Running::start();
    wait_until("the dead sandbox is gone", || !folder.exists());
    next.stop();
}

/// `runner sandbox` with a shell that runs `script`.
fn shell(script: &str) -> Runner {
    let runner = Runner::new()
        .args(["sandbox"])
        .file("sh", format!("#!/bin/sh\n{script}\n"));
    let shell = runner.path().join("sh");
    fs::set_permissions(&shell, fs::Permissions::from_mode(0o755)).unwrap();
    runner.env("SHELL", shell.to_str().unwrap())
}

/// The folder that a sandbox said it is in.
pub fn folder_in(stderr: &str) -> PathBuf {
    let after = stderr.split_once("jump host in ").unwrap().1;
    PathBuf::from(after.lines().next().unwrap())
}
