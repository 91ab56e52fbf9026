//! Containers that cannot be entered, here or behind ssh.

use std::fs;
use std::os::unix::fs::symlink;

use super::refused::{DATABASE_HINT, NOWHERE, TABLE, behind, direct, harmless, refused};
use super::{OWN_SOCKET, first_hop, is_root};
use crate::support::{Container, Database, Sshd, container, docker, must, processes, wait_until};

#[test]
fn a_container_that_cannot_be_entered_is_refused_with_its_state() {
    let sshd = Sshd::start("");
    let stopped = Container::make(&[], &["sleep", "1000"]);
    let (name, ssh) = (stopped.name(), sshd.port());
    let behind = |name: &str| behind(&sshd, "jump", &in_container(name));
    let way = |name: &str| {
        format!(
            "ssh jump (127.0.0.1:{ssh}) → {} {OWN_SOCKET}",
            first_hop(name)
        )
    };
    refused(
        behind("no-such-container"),
        &way("no-such-container"),
        "cannot reach `prod`: there is no container `no-such-container` on ssh host `jump`; `docker ps` lists those \
         that run",
    );
    let is_not_running = |state: &str, fix: &str| {
        format!(
            "cannot reach `prod`: container `{name}` on ssh host `jump` is not running (its state is `{state}`); start \
             it with `docker {fix} {name}`"
        )
    };
    refused(
        behind(name),
        &way(name),
        &is_not_running("created", "start"),
    );
    must(docker().args(["start", name]));
    refused(
        behind(name),
        &(way(name) + &no_host_socket(name, "on ssh host `jump`")),
        &format!(
            "cannot reach `prod`: no server answers in container `{name}`: /var/run/postgresql/.s.PGSQL.5432: No such \
             file or directory, /tmp/.s.PGSQL.5432: No such file or directory, 127.0.0.1:5432: Connection refused; is \
             it up? a socket elsewhere is named by its folder in the url (`?host=/folder`)"
        ),
    );
    nothing_runs_but("sleep 1000", &stopped);
    must(docker().args(["pause", name]));
    refused(
        behind(name),
        &way(name),
        &is_not_running("paused", "unpause"),
    );
    must(docker().args(["unpause", name]));
    must(docker().args(["kill", name]));
    refused(behind(name), &way(name), &is_not_running("exited", "start"));
    sshd.assert_left();
    assert_eq!(processes::with_argument(name), [""; 0]);
}

#[test]
fn a_login_refused_in_a_container_leaves_no_relay() {
    let database = Database::with(container(), TABLE);
    let before = database.state();
    let sshd = Sshd::start("");
    let name = container().name();
    let (ssh, hop) = (sshd.port(), first_hop(name));
    let way = format!("ssh jump (127.0.0.1:{ssh}) → {hop} {OWN_SOCKET}");
    refused(
        behind(&sshd, "jump", &in_container(name)),
        &way,
        &format!(
            "`prod` refused the connection: database \"nowhere\" does not exist\n{DATABASE_HINT}"
        ),
    );
    sshd.assert_left();
    database.assert_as_before(&before);
}

#[test]
fn without_docker_or_its_engine_it_is_said_where() {
    let folder = tempfile::tempdir().unwrap();
    symlink("/bin/sh", folder.path().join("sh")).unwrap();
    let path = folder.path().to_str().unwrap();
    let here = |name: &str, value: &str| direct(&in_container("pg")).env(name, value);
    let way = format!("{} {OWN_SOCKET}", first_hop("pg"));
    refused(
        here("PATH", path),
        &way,
        "cannot reach `prod`: no container can be reached on this machine: there is neither `docker` nor `podman` on \
         PATH; install one, or set `ssh` to the host the container runs on",
    );
    refused(
        here("DOCKER_HOST", "unix:///no/such/engine"),
        &way,
        "cannot reach `prod`: docker cannot be used on this machine: Cannot connect to the Docker daemon at \
         unix:///no/such/engine. Is the docker daemon running?",
    );
    let sshd = Sshd::start(&format!("SetEnv PATH={path}\n"));
    refused(
        behind(&sshd, "jump", &in_container("pg")),
        &format!("ssh jump (127.0.0.1:{}) → {way}", sshd.port()),
        "cannot reach `prod`: no container can be reached on ssh host `jump`: there is neither `docker` nor `podman` \
         on the PATH that commands over ssh have",
    );
    sshd.assert_left();
}

#[test]
fn no_terminal_sees_an_escape_that_an_ssh_host_or_a_container_sent() {
    let folder = tempfile::tempdir().unwrap();
    let banner = folder.path().join("banner");
    fs::write(&banner, "a\u{1b}[2Jb\u{9b}c\u{7}\n").unwrap();
    let sshd = Sshd::start(&format!("Banner {}\n", banner.display()));
    // A perl that is none: it complains, and ends.
    let script = "printf '#!/bin/sh\nprintf \"d\\\\033[2Je\\\\007\" >&2; exit 3\n' >/usr/bin/perl; \
                  rm -f /usr/bin/nc* /bin/nc* /bin/bash /usr/bin/python3 /usr/bin/busybox; exec sleep 1000";
    let noisy = Container::make(&["--user", "root"], &["sh", "-c", script]);
    must(docker().args(["start", noisy.name()]));
    nothing_runs_but("sleep 1000", &noisy);
    let name = noisy.name();
    // With the folder of the socket, so that no port is tried.
    let folder = "url = \"postgres://postgres@/nowhere?host=/srv\"";
    let target = format!("{folder}\ndocker = \"{name}\"");
    let runner = behind(&sshd, "jump", &target).playbook("connect \"prod\"");
    let ran = harmless(runner).code(1);
    assert_eq!(
        ran.stderr
            .matches("jump says: a\\u{1b}[2Jb\\u{9b}c\\u{7}\n")
            .count(),
        1
    );
    let said = format!(
        "the perl relay in container `{name}` exited with code 3 before it connected: d\\u{{1b}}[2Je\\u{{7}}\n"
    );
    assert!(ran.stderr.contains(&said), "{}", ran.stderr);
    sshd.assert_left();
}

/// What is said, to root only, of a container in which no server runs.
fn no_host_socket(name: &str, place: &str) -> String {
    if !is_root() {
        return String::new();
    }
    format!(
        "\nprod: not by docker {name} (its socket, through /proc): container `{name}` {place}: no socket at \
         /run/postgresql/.s.PGSQL.5432 /var/run/postgresql/.s.PGSQL.5432 /tmp/.s.PGSQL.5432 (symbolic links are not \
         followed)"
    )
}

/// The settings of a target whose database there is not.
fn in_container(name: &str) -> String {
    format!("{NOWHERE}\ndocker = \"{name}\"")
}

#[track_caller]
fn nothing_runs_but(command: &str, container: &Container) {
    wait_until("nothing else runs in the container", || {
        let running = container.processes();
        running.lines().skip(1).all(|line| line.ends_with(command))
    });
}
