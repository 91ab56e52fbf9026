//! Hosts that limit what may be done on them: another way is taken, or the error says whose setting it is.

use std::fs;

use futures_util::future::join_all;
use runner::ssh::Session;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{ASK, behind, host, in_container, with_host};
use crate::support::{Database, Runner, Sshd, as_root, container, dev, must, reaper};

/// A target in the container behind `alias` of the server.
fn container_behind(sshd: &Sshd, alias: &str) -> (Database, Runner) {
    let database = Database::empty(container());
    let more = format!("ssh = \"{alias}\"\n[ssh]\nconfig = \"ssh_config\"");
    let runner = Runner::new().toml(&in_container(&database, container(), &more));
    sshd.config_with(&runner.path().join("ssh_config"), "");
    (database, runner)
}

/// Has the host `over-ssh` reached by the user's own `ssh`.
fn over_openssh(runner: Runner, sshd: &Sshd) -> Runner {
    let command = format!("ssh -F {} -W %h:%p jump", sshd.config().display());
    let hosts = host(sshd, "over-ssh", "user_key") + &format!("  ProxyCommand {command}\n");
    sshd.config_with(&runner.path().join("ssh_config"), &hosts);
    runner
}

#[track_caller]
fn works(runner: Runner, sshd: &Sshd) -> String {
    let ran = runner.playbook(ASK).stdout("here\n").success();
    ran.assert_left();
    sshd.assert_left();
    ran.stderr
}

#[track_caller]
fn fails(runner: Runner, sshd: &Sshd, message: &str) {
    let ran = runner.playbook(ASK).code(1);
    let error = format!("error: cannot reach `prod`: {message}\n");
    assert!(ran.stderr.contains(&error), "{error}{}", ran.stderr);
    ran.assert_left();
    sshd.assert_left();
}

/// Two commands at a time, each of which ends when we say so.
async fn two_at_a_time(session: &Session) {
    let (mut first, _) = session.spawn(&["cat"]).await.unwrap();
    let (mut second, _) = session.spawn(&["cat"]).await.unwrap();
    for stream in [&mut second, &mut first] {
        stream.write_all(b"back").await.unwrap();
        stream.shutdown().await.unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).await.unwrap();
        assert_eq!(text, "back");
    }
}

#[test]
fn without_sessions_servers_are_reached_and_containers_are_not() {
    let sshd = Sshd::start("MaxSessions 0\n");
    let database = Database::empty(dev());
    works(behind(&sshd, "jump", &database.url()), &sshd);
    works(behind(&sshd, "jump", &database.socket_url()), &sshd);
    let direct = behind(&sshd, "over-ssh", &database.socket_url());
    works(over_openssh(direct, &sshd), &sshd);
    let message = |alias: &str| {
        format!(
            "ssh host `{alias}` lets no command run: `MaxSessions` of its sshd allows none, or no further one; a server \
             that it can reach by TCP needs none"
        )
    };
    fails(container_behind(&sshd, "jump").1, &sshd, &message("jump"));
    let (_database, runner) = container_behind(&sshd, "over-ssh");
    fails(over_openssh(runner, &sshd), &sshd, &message("over-ssh"));
}

#[test]
fn where_one_command_may_run_at_a_time_the_second_gets_a_connection_of_its_own() {
    let sshd = Sshd::start("MaxSessions 1\n");
    works(container_behind(&sshd, "jump").1, &sshd);
    let (_database, runner) = container_behind(&sshd, "over-ssh");
    let runner = over_openssh(runner, &sshd);
    let folder = runner.path().to_owned();
    for alias in ["jump", "over-ssh"] {
        with_host(&folder, alias, async |host| {
            let session = host.connect().await.unwrap();
            two_at_a_time(&session).await;
        });
        sshd.assert_left();
    }
    works(runner, &sshd);
}

#[test]
fn many_connections_at_once_pass_a_host_that_takes_two_logins_at_a_time() {
    let sshd = Sshd::start("MaxStartups 2\n");
    let folder = tempfile::tempdir().unwrap();
    sshd.config_with(&folder.path().join("ssh_config"), "");
    with_host(folder.path(), "jump", async |host| {
        let connecting = (0..8).map(|_| host.connect());
        for session in join_all(connecting).await {
            session.unwrap().close().await;
        }
    });
    sshd.assert_left();
}

#[test]
fn where_forwarding_to_sockets_is_forbidden_the_next_rung_is_taken() {
    let sshd = Sshd::start("AllowStreamLocalForwarding no\n");
    let database = Database::empty(dev());
    let port = dev().port();
    let url = database.url().replace(&format!("127.0.0.1:{port}/"), "/");
    let url = format!("{url}?port={port}");
    for alias in ["jump", "over-ssh"] {
        let stderr = works(over_openssh(behind(&sshd, alias, &url), &sshd), &sshd);
        let passed = format!(
            "prod: not by /tmp/.s.PGSQL.{port}: from ssh host `{alias}`, `/tmp/.s.PGSQL.{port}` cannot be reached: nothing \
             accepts connections there; is the server running, and does the host's sshd allow it \
             (`AllowStreamLocalForwarding`)?\n"
        );
        assert!(stderr.contains(&passed), "{stderr}");
    }
}

#[test]
fn forbidden_forwarding_is_told_with_the_setting_and_needs_none_into_a_container() {
    let port = dev().port();
    let message = |alias: &str| {
        format!(
            "from ssh host `{alias}`, `127.0.0.1:{port}` cannot be reached: the host does not permit it; see \
             `AllowTcpForwarding` and `PermitOpen` of its sshd, and the options of the key in its `authorized_keys`"
        )
    };
    let database = Database::empty(dev());
    for setting in ["AllowTcpForwarding no", "PermitOpen 127.0.0.1:1"] {
        let sshd = Sshd::start(&format!("{setting}\n"));
        fails(
            behind(&sshd, "jump", &database.url()),
            &sshd,
            &message("jump"),
        );
        let folder = tempfile::tempdir().unwrap();
        sshd.config_with(&folder.path().join("ssh_config"), "");
        // No `ssh -W` passes such a host either, so the command connects by itself.
        let command = format!(
            "bash -c 'exec 3<>/dev/tcp/127.0.0.1/{}; cat <&3 & cat >&3'",
            sshd.port()
        );
        let hosts = host(&sshd, "over-ssh", "user_key") + &format!("  ProxyCommand {command}\n");
        let runner = behind(&sshd, "over-ssh", &database.url());
        sshd.config_with(&runner.path().join("ssh_config"), &hosts);
        fails(runner, &sshd, &message("over-ssh"));
        works(container_behind(&sshd, "jump").1, &sshd);
    }
}

#[test]
fn a_host_that_runs_another_command_in_place_of_ours_is_told_so() {
    let sshd = Sshd::start("ForceCommand echo Backups only.\n");
    let message = |alias: &str, said: &str| {
        format!(
            "ssh host `{alias}` runs another command in place of ours, which {said}; a forced command (`ForceCommand` of \
             its sshd, `command=` in `authorized_keys`) or the login shell of the user is in the way"
        )
    };
    let said = "exited with code 0 saying: Backups only.";
    fails(
        container_behind(&sshd, "jump").1,
        &sshd,
        &message("jump", said),
    );
    // It forbids no forwarding.
    works(behind(&sshd, "jump", &Database::empty(dev()).url()), &sshd);

    let sshd = Sshd::start("");
    let key = fs::read_to_string(sshd.file("user_key.pub")).unwrap();
    let forced = format!("command=\"exit 3\" {key}");
    fs::write(sshd.file("authorized_keys"), forced).unwrap();
    let said = "exited with code 3 without a word";
    fails(
        container_behind(&sshd, "jump").1,
        &sshd,
        &message("jump", said),
    );
}

#[test]
fn a_login_shell_that_lets_nobody_in_is_told_so() {
    let name = format!("runner-n{}", std::process::id());
    must(as_root("useradd").args(["-M", "-N", "-d", "/", "-s", "/usr/sbin/nologin", &name]));
    reaper::at_end(&format!("userdel {name}"));
    // Without a password, but not locked.
    must(as_root("usermod").args(["-p", "*", &name]));
    let sshd = Sshd::start("");
    let (_database, runner) = container_behind(&sshd, "nobody");
    let hosts = host(&sshd, "nobody", "user_key") + &format!("  User {name}\n");
    sshd.config_with(&runner.path().join("ssh_config"), &hosts);
    let message = "ssh host `nobody` runs another command in place of ours, which exited with code 1 saying: This account \
                   is currently not available.; a forced command (`ForceCommand` of its sshd, `command=` in \
                   `authorized_keys`) or the login shell of the user is in the way";
    fails(runner, &sshd, message);
}

#[test]
fn what_a_login_shell_says_before_a_command_is_passed_over() {
    let sshd =
        Sshd::start("ForceCommand echo Welcome; echo news; eval \"$SSH_ORIGINAL_COMMAND\"\n");
    works(container_behind(&sshd, "jump").1, &sshd);
    works(
        over_openssh(container_behind(&sshd, "over-ssh").1, &sshd),
        &sshd,
    );
}
