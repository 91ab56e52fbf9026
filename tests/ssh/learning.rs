//! `StrictHostKeyChecking accept-new`: what is recorded, and that it is what ssh records.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use super::lab::{keygen, lab};
use crate::support::{Database, Runner, dev, must};

/// Two hosts nobody knows, which are the same server, recorded in `file`.
fn config(runner: &Runner, file: &Path, more: &str) {
    let lab = lab();
    let hosts = format!(
        "Host one\n  HostKeyAlias one\nHost two\n  HostKeyAlias two\nHost *\n  HostName 127.0.0.1\n  Port $PORT\n  User $USER\n  IdentityFile \
         $DIR/user\n  IdentityAgent none\n  GlobalKnownHostsFile /dev/null\n  StrictHostKeyChecking accept-new\n  \
         UserKnownHostsFile {}\n{more}",
        file.display()
    );
    fs::write(runner.path().join("ssh_config"), lab.fill(&hosts)).unwrap();
}

/// A project with targets `one`, `two` and `three`, the last under the server's own name.
fn project(database: &Database) -> Runner {
    let url = database.url();
    let targets = ["one", "two", "three"]
        .map(|name| format!("[targets.{name}]\nurl = \"{url}\"\nssh = \"{name}\"\n"));
    Runner::new().toml(&format!(
        "[ssh]\nconfig = \"ssh_config\"\n{}",
        targets.concat()
    ))
}

#[test]
fn a_new_host_is_recorded_as_ssh_records_it() {
    let database = Database::empty(dev());
    let runner = project(&database);
    let (ours, theirs) = (runner.path().join("ours"), runner.path().join("theirs"));
    let ssh_config = runner.path().join("ssh_config");
    config(&runner, &theirs, "");
    must(Command::new("ssh").arg("-F").arg(&ssh_config).args([
        "-o",
        "BatchMode=yes",
        "three",
        "true",
    ]));
    config(&runner, &ours, "");
    let _ran = runner
        .playbook("connect 'three'\nconnect 'three'")
        .success();
    assert_eq!(
        fs::read_to_string(&ours).unwrap(),
        fs::read_to_string(&theirs).unwrap()
    );
    let mode = |file: &Path| fs::metadata(file).unwrap().permissions().mode();
    assert_eq!(mode(&ours), mode(&theirs));
}

#[test]
fn hosts_recorded_at_once_each_have_a_line_that_ssh_finds() {
    let database = Database::empty(dev());
    let runner = project(&database);
    let file = runner.path().join("new/folder/known");
    config(&runner, &file, "  HashKnownHosts yes\n");
    let other = project(&database);
    let shared = runner.path().join("ssh_config");
    std::os::unix::fs::symlink(shared, other.path().join("ssh_config")).unwrap();
    let one = runner.playbook("connect 'one'").start();
    let two = other.playbook("connect 'two'").start();
    let _ran = (one.finish(0), two.finish(0));
    let text = fs::read_to_string(&file).unwrap();
    assert_eq!(text.lines().count(), 2, "{text}");
    assert!(
        !text.contains("one") && text.lines().all(|line| line.starts_with("|1|")),
        "{text}"
    );
    for host in ["one", "two"] {
        must(
            Command::new("ssh-keygen")
                .args(["-F", host, "-f"])
                .arg(&file),
        );
    }
    let folder = fs::metadata(file.parent().unwrap()).unwrap();
    assert_eq!(folder.permissions().mode() & 0o777, 0o700);
}

#[test]
fn a_changed_key_is_never_recorded() {
    let database = Database::empty(dev());
    let runner = project(&database);
    keygen(runner.path(), "another", &["-t", "ed25519"]);
    let another = fs::read_to_string(runner.path().join("another.pub")).unwrap();
    let file = runner.path().join("known");
    let line = format!("one {another}");
    fs::write(&file, &line).unwrap();
    config(&runner, &file, "");
    let ran = runner.playbook("connect 'one'").code(1);
    assert!(
        ran.stderr.contains("the host key of `one`"),
        "{}",
        ran.stderr
    );
    assert!(ran.stderr.contains("has changed"), "{}", ran.stderr);
    assert_eq!(fs::read_to_string(&file).unwrap(), line);
}
