//! What ends a run over the longest way there is, into a container behind ssh: nothing goes on anywhere, and the
//! server in the container has not noticed.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::support::{
    Container, Database, Ran, Runner, Running, Sshd, docker, must, output, processes, wait_until,
};

/// After a signal: a cancel request on its way there and back.
pub const AT_ONCE: Duration = Duration::from_secs(10);
/// After kill -9: the relay gives its server three seconds, which looks for its client every five.
pub const IN_THE_END: Duration = Duration::from_secs(15);

const QUERY: &str = r#"connect("prod"):query "SELECT pg_sleep(1000)""#;
/// How many statements such as these run.
const ACTIVE: &str = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' \
     AND application_name LIKE 'runner %'";
const STREAM: &str = r#"
  for row in connect("prod"):rows "SELECT generate_series(1, 100000000) AS n, repeat('x', 1000) AS x" do
    if row.n == 1000 then print "streaming" end
  end
"#;

/// A container and an ssh server of a test's own, so that whatever is left in them is its doing.
pub struct Scene {
    container: &'static Container,
    database: Database,
    sshd: Sshd,
    server_started: String,
}

impl Scene {
    fn new() -> Self {
        Self::by_relay(Container::start(&[]))
    }

    /// Where root may not take the socket from outside.
    pub fn by_relay(container: Container) -> Self {
        Self::of(container, Sshd::start("AllowStreamLocalForwarding no\n"))
    }

    pub fn of(container: Container, sshd: Sshd) -> Self {
        let container: &'static Container = Box::leak(Box::new(container));
        let database = Database::empty(container);
        let server_started = database.query("SELECT pg_postmaster_start_time()");
        Self {
            container,
            database,
            sshd,
            server_started,
        }
    }

    pub fn name(&self) -> &str {
        self.container.name()
    }

    fn signal_sessions(&self, signal: &str) {
        for pid in self.sshd.sessions() {
            kill(signal, &pid.to_string());
        }
    }

    pub fn runner(&self, lua: &str) -> Runner {
        let (url, name) = (self.database.socket_url(), self.container.name());
        let runner = Runner::new().toml(&format!(
            "[targets.prod]\nurl = \"{url}\"\nssh = \"jump\"\ndocker = \"{name}\"\n\
             [ssh]\nconfig = \"ssh_config\""
        ));
        self.sshd.config_with(&runner.path().join("ssh_config"), "");
        runner.playbook(lua)
    }

    /// Starts a playbook that sleeps in the server, and waits until it does.
    #[track_caller]
    pub fn sleeping(&self) -> Running {
        self.sleeping_in(self.runner(QUERY))
    }

    #[track_caller]
    fn sleeping_in(&self, runner: Runner) -> Running {
        let mut session = self.database.session();
        let before = session.query(ACTIVE);
        let running = runner.start();
        running.wait_for_stderr("prod: PostgreSQL");
        wait_until("the statement runs", || session.query(ACTIVE) != before);
        running
    }

    #[track_caller]
    pub fn streaming(&self) -> Running {
        let running = self.runner(STREAM).start();
        running.wait_for_stdout("streaming");
        running
    }

    /// Fails unless `limit` after `begun` no backend, relay, docker client or ssh session is left.
    #[track_caller]
    pub fn assert_left(&self, begun: Instant, limit: Duration) {
        self.database.assert_left();
        wait_until("no relay is left in the container", || {
            self.relays().is_empty()
        });
        wait_until("no docker client is left", || {
            processes::with_argument(&format!("exec -i {}", self.container.name())).is_empty()
        });
        self.sshd.assert_left();
        let took = begun.elapsed();
        assert!(took < limit, "it took {took:?}");
        let started = self.database.query("SELECT pg_postmaster_start_time()");
        assert_eq!(started, self.server_started, "the server was restarted");
    }

    /// What runs in the container beside the server, and the clients of tests.
    pub fn relays(&self) -> Vec<String> {
        let running = self.container.processes();
        let others = running
            .lines()
            .skip(1)
            .filter(|line| !line.contains("postgres: ") && !line.contains("/srv/bin/"));
        others.map(str::to_owned).collect()
    }
}

/// Lets `running` end by the loss of its connection.
#[track_caller]
fn lost(running: Running, reason: &str) {
    let ran = running.finish(1);
    let error = format!(
        "error: the connection to `prod` was lost: {reason}\n  at playbook.lua:1\n  1 | {QUERY}\n"
    );
    assert!(ran.stderr.contains(&error), "{error}{}", ran.stderr);
    ran.assert_left();
}

#[test]
fn a_signal_leaves_nothing() {
    let scene = Scene::new();
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        for begin in [Scene::sleeping, Scene::streaming] {
            let running = begin(&scene);
            let mut session = scene.database.session();
            let begun = Instant::now();
            running.signal(signal);
            interrupted(&running.finish(code));
            // It was cancelled, and did not only lose its client.
            assert_eq!(session.query(ACTIVE), "0");
            drop(session);
            scene.assert_left(begun, AT_ONCE);
        }
    }
}

#[test]
fn a_lost_ssh_host_is_an_error_that_says_so() {
    let scene = Scene::new();
    let running = scene.sleeping();
    scene.signal_sessions("KILL");
    lost(
        running,
        "connection closed (the ssh connection to `jump` is lost: the host closed the connection)",
    );

    let alive = "Host jump\n  ServerAliveInterval 1\n  ServerAliveCountMax 1\n";
    let runner = scene.runner(QUERY);
    scene
        .sshd
        .config_with(&runner.path().join("ssh_config"), alive);
    let running = scene.sleeping_in(runner);
    scene.signal_sessions("STOP");
    let begun = Instant::now();
    lost(
        running,
        "connection closed (the ssh connection to `jump` is lost: the host no longer answers)",
    );
    let took = begun.elapsed();
    assert!(took < IN_THE_END, "it took {took:?}");
    scene.signal_sessions("KILL");
    scene.assert_left(Instant::now(), IN_THE_END);
}

#[test]
fn a_lost_container_is_an_error_that_says_so() {
    let scene = Scene::new();
    let name = scene.container.name();
    let killed = format!(
        "connection closed (the perl relay in container `{name}` was killed (exit code 137))"
    );
    let running = scene.sleeping();
    for relay in scene.relays() {
        kill("KILL", relay.split_whitespace().next().unwrap());
    }
    lost(running, &killed);
    scene.assert_left(Instant::now(), IN_THE_END);

    let running = scene.sleeping();
    must(docker().args(["kill", name]));
    // The server may be gone a moment before the relay, which then ends by itself.
    let ran = running.finish(1);
    let error = "error: the connection to `prod` was lost: connection closed";
    assert!(ran.stderr.contains(error), "{}", ran.stderr);
    ran.assert_left();
    scene.sshd.assert_left();
}

#[track_caller]
pub fn interrupted(ran: &Ran) {
    assert!(
        ran.stderr.contains("error: interrupted\n"),
        "{}",
        ran.stderr
    );
    ran.assert_left();
}

#[test]
fn an_ssh_host_that_never_answers_is_given_up() {
    let (_silent, port) = silent();
    let runner = |seconds| {
        let config = format!(
            "Host silent\n  HostName 127.0.0.1\n  Port {port}\n  ConnectTimeout {seconds}\n"
        );
        let target = "[targets.prod]\nssh = \"silent\"\nurl = \"postgres://postgres@/x\"";
        let runner = Runner::new().file("ssh_config", config).toml(target);
        runner
            .toml("[ssh]\nconfig = \"ssh_config\"")
            .playbook(QUERY)
    };
    given_up(
        &runner(1).code(1),
        "cannot reach `prod`: ssh host `silent` does not complete the ssh handshake: no answer within 1 s; is it an ssh \
         server?",
    );
    let running = runner(600).start();
    running.wait_for_stderr("prod: ssh silent");
    running.signal(Signal::INT);
    interrupted(&running.finish(130));
}

#[test]
fn a_server_that_never_answers_is_given_up() {
    let (_silent, port) = silent();
    let runner = |seconds| {
        let url = format!("postgres://postgres@127.0.0.1:{port}/x?connect_timeout={seconds}");
        let target = format!("[targets.prod]\nurl = \"{url}\"");
        Runner::new().toml(&target).playbook(QUERY)
    };
    given_up(
        &runner(1).code(1),
        "cannot connect to `prod`: it does not answer within 1 s; is it PostgreSQL that listens there?",
    );
    let running = runner(600).start();
    running.wait_for_stderr("prod: 127.0.0.1");
    running.signal(Signal::INT);
    interrupted(&running.finish(130));
}

#[test]
fn ctrl_c_ends_a_docker_that_never_answers() {
    let runner = Runner::new()
        .toml("[targets.prod]\nurl = \"postgres://postgres@/x\"\ndocker = \"pg\"")
        .file("bin/docker", "#!/bin/sh\n/bin/sleep 1000\n")
        .playbook(QUERY);
    let bin = runner.path().join("bin");
    fs::set_permissions(bin.join("docker"), fs::Permissions::from_mode(0o755)).unwrap();
    let running = runner.env("PATH", bin.to_str().unwrap()).start();
    running.wait_for_stderr("prod: docker");
    let asks = || processes::children(running.pid()).len() == 1;
    wait_until("docker is asked", asks);
    running.signal(Signal::INT);
    interrupted(&running.finish(130));
}

#[test]
fn an_ssh_host_that_is_none_is_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for (count, stream) in listener.incoming().enumerate() {
            let mut stream = stream.unwrap();
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
            // What is read to the end closes with an end, what is left unread with a reset: both mean the same.
            if count % 2 == 0 {
                let _ = stream.read(&mut [0; 256]);
            }
        }
    });
    let target =
        format!("[targets.prod]\nssh = \"127.0.0.1:{port}\"\nurl = \"postgres://postgres@/x\"");
    let ran = Runner::new().toml(&target).playbook(QUERY).code(1);
    given_up(
        &ran,
        &format!(
            "cannot reach `prod`: ssh host `127.0.0.1:{port}` does not complete the ssh handshake: the host closed the \
             connection; is it an ssh server, and does it let this machine in?"
        ),
    );
}

/// A port that takes connections and says nothing.
fn silent() -> (TcpListener, u16) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    (listener, port)
}

#[track_caller]
fn given_up(ran: &Ran, message: &str) {
    let error = format!("error: {message}\n");
    assert!(ran.stderr.contains(&error), "{error}{}", ran.stderr);
    ran.assert_left();
}

fn kill(signal: &str, pid: &str) {
    // Fails where it has ended by itself meanwhile.
    let _ = output(Command::new("kill").args(["-s", signal, pid]));
}
