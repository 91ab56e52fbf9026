//! Hosts that only the user's own `ssh` reaches: what it is asked for, what it asks, and that it goes with the run.
//! GSSAPI and keys on hardware are not here: no machine that runs tests has them.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{ASK, behind, host, in_container, leads_to, socket_of_dev, with_host};
use crate::support::{
    Database, Runner, Sshd, Terminal, as_root, container, dev, must, output, processes, reaper,
    wait_until,
};

/// After kill -9: a master goes five seconds after the last connection to it.
const IN_THE_END: Duration = Duration::from_secs(20);
const SEEN_THERE: &str = "(the url names a host, as the ssh host sees it)";

/// A user whose password is `PASSWORD`, gone with the run. Made by root, as whom the tests then have to run.
static OTHER: LazyLock<String> = LazyLock::new(|| {
    let name = format!("runner-t{}", std::process::id());
    must(as_root("useradd").args(["-M", "-N", "-s", "/bin/sh", &name]));
    reaper::at_end(&format!("userdel {name}"));
    let hashed = must(Command::new("openssl").args(["passwd", "-6", PASSWORD]));
    must(as_root("usermod").args(["-p", hashed.trim(), &name]));
    name
});
const PASSWORD: &str = "correct horse";

/// A target behind a host that is reached by a command.
fn by_command(sshd: &Sshd, url: &str) -> Runner {
    let runner = behind(sshd, "by-command", url);
    let more = format!("  ProxyCommand {}\n", command(sshd));
    having_host(runner, sshd, "by-command", &more)
}

/// The command through which the host is reached: an `ssh` of its own.
fn command(sshd: &Sshd) -> String {
    format!("ssh -F {} -W %h:%p jump", sshd.config().display())
}

fn having_host(runner: Runner, sshd: &Sshd, alias: &str, more: &str) -> Runner {
    let hosts = host(sshd, alias, "user_key") + more;
    sshd.config_with(&runner.path().join("ssh_config"), &hosts);
    runner
}

/// The hops to `to` of a target made by [`by_command`].
fn way(sshd: &Sshd, to: &str) -> String {
    format!(
        "ssh by-command (127.0.0.1:{}) over `ssh -W`, since it is reached by `ProxyCommand {}` → {to}",
        sshd.port(),
        command(sshd)
    )
}

/// A target behind a host that wants the password of [`OTHER`], besides a key or alone.
fn with_password(methods: &str) -> (Database, Sshd, Runner) {
    let lines = format!("PasswordAuthentication yes\nAuthenticationMethods {methods}\n");
    let (database, sshd) = (Database::empty(dev()), Sshd::start(&lines));
    let runner = behind(&sshd, "asking", &database.url());
    let runner = having_host(runner, &sshd, "asking", &format!("  User {}\n", *OTHER));
    (database, sshd, runner)
}

#[track_caller]
fn nothing_is_left(sshd: &Sshd, runner: &Path) {
    let mark = format!("HOME={}/", runner.display());
    wait_until("no process of the run is left", || {
        processes::with_environment(&mark).is_empty()
    });
    sshd.assert_left();
}

#[test]
fn a_host_reached_by_a_command_is_reached_by_the_users_own_ssh() {
    let (database, sshd) = (Database::empty(dev()), Sshd::start(""));
    let to = format!("127.0.0.1:{} {SEEN_THERE}", dev().port());
    let runner = by_command(&sshd, &database.url());
    leads_to(&database, runner, &way(&sshd, &to));
    sshd.assert_left();

    let to = format!(
        "{} (the url names a folder of sockets, as the ssh host sees it)",
        socket_of_dev()
    );
    let runner = by_command(&sshd, &database.socket_url());
    leads_to(&database, runner, &way(&sshd, &to));
    sshd.assert_left();
}

#[test]
fn a_container_is_entered_over_the_users_own_ssh() {
    let (database, sshd) = (Database::empty(container()), Sshd::start(""));
    let ssh = "ssh = \"by-command\"\n[ssh]\nconfig = \"ssh_config\"";
    let runner = Runner::new().toml(&in_container(&database, container(), ssh));
    let more = format!("  ProxyCommand {}\n", command(&sshd));
    let ran = having_host(runner, &sshd, "by-command", &more)
        .playbook(ASK)
        .stdout("here\n")
        .success();
    ran.assert_left();
    sshd.assert_left();
}

#[test]
fn the_ladder_is_climbed_over_the_users_own_ssh_for_the_same_reasons() {
    let (database, sshd) = (Database::empty(dev()), Sshd::start(""));
    let port = dev().port();
    let url = database.url().replace(&format!("127.0.0.1:{port}/"), "/");
    let url = format!("{url}?port={port}");
    let passed = |runner: Runner| {
        let ran = runner.playbook(ASK).stdout("here\n").success();
        ran.assert_left();
        let lines = ran.stderr.lines().filter(|line| line.contains("not by"));
        lines
            .map(|line| line.replace("by-command", "jump"))
            .collect::<Vec<_>>()
    };
    let by_russh = passed(behind(&sshd, "jump", &url));
    assert_eq!(by_russh.len(), 2);
    assert_eq!(passed(by_command(&sshd, &url)), by_russh);
}

#[test]
fn only_the_hosts_up_to_the_one_that_needs_it_take_the_users_own_ssh() {
    let (database, sshd) = (Database::empty(dev()), Sshd::start(""));
    let runner = behind(&sshd, "third", &database.url());
    let hosts = ["first", "second", "third"].map(|alias| host(&sshd, alias, "user_key"));
    // `KnownHostsCommand` is OpenSSH's alone; it adds nothing here.
    let more = "Host second\n  ProxyJump first\n  KnownHostsCommand /bin/true\nHost third\n  ProxyJump second\n";
    sshd.config_with(
        &runner.path().join("ssh_config"),
        &format!("{}{more}", hosts.concat()),
    );
    let (ssh, port) = (sshd.port(), dev().port());
    let way = format!(
        "ssh first (127.0.0.1:{ssh}) over `ssh -W`, since `second` behind it does → ssh second (127.0.0.1:{ssh}) over \
         `ssh -W`, since its host keys are told by `KnownHostsCommand /bin/true` → ssh third (127.0.0.1:{ssh}) → \
         127.0.0.1:{port} {SEEN_THERE}"
    );
    leads_to(&database, runner, &way);
    sshd.assert_left();
}

#[test]
fn a_subsystem_is_started_by_russh_and_by_the_users_own_ssh() {
    let sshd = Sshd::start("Subsystem sftp internal-sftp\n");
    let runner = by_command(&sshd, "postgres://postgres@/x");
    for alias in ["jump", "by-command"] {
        with_host(runner.path(), alias, async |host| {
            let session = host.connect().await.unwrap();
            let mut stream = session.subsystem("sftp").await.unwrap();
            // `init`, version 3, which is answered by `version`.
            stream
                .write_all(&[0, 0, 0, 5, 1, 0, 0, 0, 3])
                .await
                .unwrap();
            let mut answer = [0; 9];
            stream.read_exact(&mut answer).await.unwrap();
            assert_eq!((answer[4], answer[8]), (2, 3));
        });
        sshd.assert_left();
    }
}

#[test]
fn host_keys_are_checked_over_the_users_own_ssh() {
    let (database, sshd) = (Database::empty(dev()), Sshd::start(""));
    let refused = |known: &str, more: &str| {
        let runner = behind(&sshd, "checked", &database.url());
        let known = sshd.file(known);
        // There is no off switch.
        let more = format!(
            "Host checked\n  HostName 127.0.0.1\n  Port {}\n  IdentityFile {}\n  UserKnownHostsFile {}\n  \
             StrictHostKeyChecking no\n  ProxyCommand {}\n{more}",
            sshd.port(),
            sshd.file("user_key").display(),
            known.display(),
            command(&sshd)
        );
        sshd.config_with(&runner.path().join("ssh_config"), &more);
        let ran = runner.playbook(ASK).code(1);
        ran.assert_left();
        ran.stderr
    };
    let stderr = refused("known_hosts_empty", "");
    let (port, fix) = (
        sshd.port(),
        "-o StrictHostKeyChecking=ask checked true` to record it",
    );
    let unknown = format!(
        "cannot reach `prod`: `ssh` does not trust host `checked`: No ED25519 host key is known for [127.0.0.1]:{port} \
         and you have requested strict checking.; compare"
    );
    assert!(
        stderr.contains(&unknown) && stderr.contains(fix),
        "{stderr}"
    );
    let stderr = refused("known_hosts_changed", "");
    let known = sshd.file("known_hosts_changed");
    let changed = format!("Offending ED25519 key in {}:1", known.display());
    assert!(
        stderr.contains("does not trust host `checked`") && stderr.contains(&changed),
        "{stderr}"
    );
    sshd.assert_left();
}

#[test]
fn a_password_is_asked_for_once_and_never_shown() {
    let (database, sshd, runner) = with_password("publickey,password");
    // Two sessions, and another way to the same host.
    let other = format!(
        "[targets.other]\nurl = \"{}\"\nssh = \"asking\"",
        database.url()
    );
    let lua = r#"
      local db = connect "prod"
      for row in db:rows "SELECT 'here' AS word" do print(row.word) end
      print(connect("other"):value "SELECT 'there'")
    "#;
    let path = runner.path().to_owned();
    let terminal = runner.toml(&other).playbook(lua).terminal();
    let question = format!("asking: {}@127.0.0.1's password:", *OTHER);
    terminal.wait_for(&question);
    terminal.type_line("mistyped");
    wait_until("it is asked again", || {
        terminal.screen().matches(&question).count() == 2
    });
    terminal.type_line(PASSWORD);
    let (code, screen) = terminal.finish();
    assert_eq!(code, 0, "{screen}");
    assert!(
        screen.ends_with("there") && screen.contains("here\n"),
        "{screen}"
    );
    let note = "ssh asking over `ssh -W`, since it asks for password";
    assert!(screen.contains(note), "{screen}");
    assert_eq!(screen.matches(&question).count(), 2, "{screen}");
    assert!(!screen.contains(PASSWORD) && terminal.echoes(), "{screen}");
    nothing_is_left(&sshd, &path);
}

#[test]
fn a_question_that_cannot_be_asked_is_named_with_what_to_do() {
    // The second is how one-time codes are asked for.
    let by_pam = "keyboard-interactive\nUsePAM yes\nKbdInteractiveAuthentication yes";
    let user = &*OTHER;
    for (methods, question) in [
        ("password", format!("{user}@127.0.0.1's password:")),
        (by_pam, format!("({user}@127.0.0.1) Password:")),
    ] {
        let (_database, sshd, runner) = with_password(methods);
        let ran = runner.playbook(ASK).code(1);
        let expected = format!(
            "error: cannot reach `prod`: ssh host `asking` asks a question before it lets anybody in: no terminal to ask \
             `asking: {question}` on; give a key that the host takes alone, or log in before by a master connection \
             (`ControlMaster`, `ControlPersist`)\n"
        );
        assert!(ran.stderr.contains(&expected), "{}", ran.stderr);
        nothing_is_left(&sshd, ran.project.path());
    }
}

#[test]
fn ctrl_c_at_a_question_of_ssh_ends_the_run() {
    let (_database, sshd, runner) = with_password("password");
    let path = runner.path().to_owned();
    let terminal: Terminal = runner.playbook(ASK).terminal();
    terminal.wait_for("password:");
    terminal.press("C-c");
    let (code, screen) = terminal.finish();
    assert_eq!(code, 130, "{screen}");
    assert!(screen.contains("error: interrupted"), "{screen}");
    assert!(terminal.echoes());
    nothing_is_left(&sshd, &path);
}

/// A master connection as the user may have one open.
struct Open(Child);

impl Open {
    fn start(runner: &Runner, alias: &str, socket: &Path) -> Self {
        let ssh = Command::new("ssh")
            .arg("-F")
            .arg(runner.path().join("ssh_config"))
            .args(["-M", "-N", alias])
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        wait_until("the master listens", || socket.exists());
        Self(ssh)
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_master_connection_of_the_users_is_used_and_left_as_it_was() {
    let (database, sshd) = (Database::empty(dev()), Sshd::start(""));
    for (url, to) in [
        (
            database.url(),
            format!("127.0.0.1:{} {SEEN_THERE}", dev().port()),
        ),
        (
            database.socket_url(),
            format!(
                "{} (the url names a folder of sockets, as the ssh host sees it)",
                socket_of_dev()
            ),
        ),
    ] {
        let runner = behind(&sshd, "mastered", &url);
        let socket = runner.path().join("master");
        let more = format!("  ControlPath {}\n", socket.display());
        let runner = having_host(runner, &sshd, "mastered", &more);
        let mut open = Open::start(&runner, "mastered", &socket);
        let sessions = sshd.sessions();
        let way = format!(
            "ssh mastered (127.0.0.1:{}) over `ssh -W`, since a master connection is open at `{}` → {to}",
            sshd.port(),
            socket.display()
        );
        let ran = leads_to(&database, runner, &way);
        assert_eq!(sshd.sessions(), sessions);
        assert!(open.0.try_wait().unwrap().is_none());
        drop(open);
        drop(ran);
        sshd.assert_left();
    }
}

/// Starts a playbook that sleeps in the server, over a host that is reached by a command.
#[track_caller]
fn sleeping(database: &Database, sshd: &Sshd) -> crate::support::Running {
    let lua = r#"connect("prod"):query "SELECT pg_sleep(1000)""#;
    let running = by_command(sshd, &database.url()).playbook(lua).start();
    running.wait_for_stderr("prod: PostgreSQL");
    let active = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' AND \
                  application_name LIKE 'runner %'";
    wait_until("the statement runs", || database.query(active) == "1");
    running
}

#[test]
fn a_signal_leaves_nothing_of_the_users_own_ssh() {
    let (database, sshd) = (Database::empty(dev()), Sshd::start(""));
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let running = sleeping(&database, &sshd);
        running.signal(signal);
        let ran = running.finish(code);
        assert!(ran.stderr.contains("error: interrupted"), "{}", ran.stderr);
        ran.assert_left();
        database.assert_left();
        sshd.assert_left();
    }
}

#[test]
fn kill_9_leaves_the_users_own_ssh_for_seconds_only() {
    let (database, sshd) = (Database::empty(dev()), Sshd::start(""));
    let running = sleeping(&database, &sshd);
    let begun = Instant::now();
    let ran = running.killed();
    nothing_is_left(&sshd, ran.project.path());
    database.assert_left();
    let took = begun.elapsed();
    assert!(took < IN_THE_END, "it took {took:?}");
}

#[test]
fn a_lost_host_is_an_error_over_the_users_own_ssh_too() {
    let (database, sshd) = (Database::empty(dev()), Sshd::start(""));
    let running = sleeping(&database, &sshd);
    for pid in sshd.sessions() {
        // Fails where it has ended by itself meanwhile.
        let _ = output(Command::new("kill").args(["-s", "KILL", &pid.to_string()]));
    }
    let ran = running.finish(1);
    let error = "error: the connection to `prod` was lost: connection closed (the ssh connection to `by-command` is \
                 lost: the host closed the connection";
    assert!(ran.stderr.contains(error), "{}", ran.stderr);
    ran.assert_left();
    sshd.assert_left();
}

#[test]
fn without_openssh_what_it_is_needed_for_is_told() {
    let runner = Runner::new()
        .toml("[targets.prod]\nurl = \"postgres://postgres@127.0.0.1/x\"\nssh = \"far\"\n[ssh]\nconfig = \"ssh_config\"")
        .file("ssh_config", "Host far\n  ProxyCommand nc %h %p\n")
        .file("bin/none", "");
    let bin = runner.path().join("bin");
    let ran = runner
        .env("PATH", bin.to_str().unwrap())
        .playbook(ASK)
        .code(1);
    let expected = "error: cannot reach `prod`: ssh host `far` takes the user's own `ssh`, since it is reached by \
                    `ProxyCommand nc %h %p`; there is none on PATH: install OpenSSH's client\n";
    assert!(ran.stderr.contains(expected), "{}", ran.stderr);
}
