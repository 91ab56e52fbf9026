//! `runner sandbox` where less goes well: killed at a bad moment, by somebody who is not root, without a PostgreSQL.

use std::fs;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use rustix::process::geteuid;

use super::Running;
use super::command::folder_in;
use crate::support::{Runner, as_root, output, processes, wait_until};

/// By tradition nobody's, and of nobody's group.
const NOBODY: u32 = 65_534;

#[test]
fn after_kill_9_in_the_middle_of_a_playbook_nothing_runs_and_the_next_start_removes_the_rest() {
    let running = Runner::new()
        .args(["sandbox"])
        .playbook(
            r#"
            local dev, prod = connect "dev", connect "prod"
            print "here"
            prod:query "SELECT pg_sleep(1000)"
            "#,
        )
        .start();
    running.wait_for_stdout("here");
    is_gone_after(&running.killed().stderr);
}

#[test]
fn after_kill_9_while_the_servers_start_nothing_runs_and_the_next_start_removes_the_rest() {
    let running = Runner::new().args(["sandbox"]).start();
    running.wait_for_stderr("starting two PostgreSQL clusters");
    let folder = folder_in(&running.stderr());
    wait_until("a cluster is being made", || {
        folder.join("dev/data").exists()
    });
    is_gone_after(&running.killed().stderr);
}

#[track_caller]
fn is_gone_after(stderr: &str) {
    let folder = folder_in(stderr);
    let name = folder.to_str().unwrap();
    wait_until("nothing runs there any more", || {
        processes::with_argument(name).is_empty()
    });
    let next = Running::start();
    wait_until("the dead sandbox is gone", || !folder.exists());
    next.stop();
}

#[test]
fn an_ordinary_user_has_a_sandbox_too() {
    let home = tempfile::tempdir().unwrap();
    let path = |name: &str| home.path().join(name);
    fs::copy(env!("CARGO_BIN_EXE_runner"), path("runner")).unwrap();
    let lua = r#"
        local prod = connect("prod", { write = true })
        prod:execute "DELETE FROM lat"
        print(connect("dev"):value "SELECT count(*) FROM uk_lrt", prod:value "SELECT count(*) FROM lat")
    "#;
    fs::write(path("playbook.lua"), lua).unwrap();
    let mut command = Command::new(path("runner"));
    command
        .args(["sandbox", "playbook.lua", "--confirm", "MIGRATE PRODUCTION"])
        .current_dir(home.path())
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap())
        .env("HOME", home.path())
        .env("TMPDIR", home.path());
    if geteuid().is_root() {
        for path in [home.path(), &path("runner"), &path("playbook.lua")] {
            chown(path, Some(NOBODY), Some(NOBODY)).unwrap();
        }
        command.uid(NOBODY).gid(NOBODY);
    }
    let ran = output(&mut command);
    let stderr = String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "{stderr}");
    assert_eq!(ran.stdout, b"1200\t0\n", "{stderr}");
    assert_eq!(left_in(home.path()), [""; 0]);
    let name = home.path().to_str().unwrap();
    assert_eq!(processes::with_argument(name), [""; 0]);
}

#[track_caller]
fn left_in(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name());
    let names = names.map(|name| name.into_string().unwrap());
    names
        .filter(|name| name.contains("sandbox") || name.starts_with(".runner"))
        .collect()
}

#[test]
fn without_a_postgresql_it_is_said_what_to_install() {
    // Where the server's programs are, there is an empty folder for this one process and its children.
    let hide = "mount -t tmpfs none /usr/lib/postgresql && exec \"$@\"";
    let folder = tempfile::tempdir().unwrap();
    let ran = output(
        as_root("unshare")
            .args(["--mount", "sh", "-c", hide, "sh"])
            .args(["env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin"])
            .arg(format!("TMPDIR={}", folder.path().display()))
            .arg(env!("CARGO_BIN_EXE_runner"))
            .arg("sandbox")
            .current_dir(folder.path()),
    );
    assert_eq!(
        String::from_utf8_lossy(&ran.stderr),
        "error: no PostgreSQL server found: looked for `initdb` in PATH, `pg_config --bindir`, \
         /usr/lib/postgresql/*/bin, /usr/pgsql-*/bin, /opt/homebrew/opt/postgresql@*/bin, \
         /usr/local/opt/postgresql@*/bin, /Applications/Postgres.app/Contents/Versions/*/bin; install one (Debian, \
         Ubuntu: `apt-get install postgresql`; Fedora: `dnf install postgresql-server`; macOS: `brew install \
         postgresql`), or set RUNNER_PG_BIN to the folder of `initdb`\n"
    );
    assert_eq!(ran.status.code(), Some(1));
    assert_eq!(left_in(folder.path()), [""; 0]);
}

#[test]
fn a_folder_given_for_postgresql_that_is_none_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let ran = Runner::new()
        .args(["sandbox"])
        .env("RUNNER_PG_BIN", folder.path().to_str().unwrap())
        .code(1);
    let expected = format!(
        "error: RUNNER_PG_BIN is `{}`, but `initdb` is not in that folder\n",
        folder.path().display()
    );
    assert_eq!(ran.stderr, expected);
}
