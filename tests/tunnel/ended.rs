//! However a tunnel ends, nothing of it is left: no port, no process, no backend, and nobody is in the dark.

use std::process::Stdio;

use rustix::process::Signal;

use super::{Open, PSQL, around, wait_until_runs};
use crate::support::{
    Container, Database, Runner, Sshd, container, dev, must, processes, wait_until,
};

fn behind(sshd: &Sshd, database: &Database) -> Runner {
    let config = sshd.config();
    Runner::new().target("prod", database).toml(&format!(
        "ssh = \"jump\"\n[ssh]\nconfig = \"{}\"",
        config.display()
    ))
}

#[test]
fn by_a_signal_with_clients_at_work() {
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143), (Signal::HUP, 129)] {
        let (database, sshd) = (Database::empty(dev()), Sshd::start(""));
        let open = Open::start(behind(&sshd, &database), &[]);
        let mut busy = open.psql(&database);
        busy.args(["-c", "SELECT pg_sleep(600)"])
            .stderr(Stdio::piped());
        let busy = busy.spawn().unwrap();
        wait_until_runs(&database, "pg_sleep");
        let mut idle = open.psql(&database);
        idle.stdin(Stdio::piped()).stderr(Stdio::null());
        let mut idle = idle.spawn().unwrap();
        wait_until("both have their links", || sshd.sessions().len() == 2);
        open.end(signal, code);
        let told = busy.wait_with_output().unwrap();
        assert!(!told.status.success());
        let told = String::from_utf8_lossy(&told.stderr).into_owned();
        assert!(told.contains("server closed the connection"), "{told}");
        drop(idle.stdin.take());
        idle.wait().unwrap();
        database.assert_left();
        sshd.assert_left();
    }
}

#[test]
fn by_a_signal_to_us_while_the_command_works() {
    let container: &'static Container = Box::leak(Box::new(Container::start(&[])));
    let database = Database::empty(container);
    let script = format!("exec {PSQL} -c 'SELECT pg_sleep(600)'");
    let runner = Runner::new().local_container_target("prod", &database);
    let running = around(runner, &script).start();
    wait_until_runs(&database, "pg_sleep");
    running.signal(Signal::TERM);
    let ran = running.finish(143);
    ran.assert_left();
    database.assert_left();
    wait_until("no relay is left in the container", || {
        !container.processes().contains("RUNNER_OK")
    });
}

#[test]
fn by_kill_9() {
    let container: &'static Container = Box::leak(Box::new(Container::start(&[])));
    let database = Database::empty(container);
    let open = Open::start(Runner::new().local_container_target("prod", &database), &[]);
    let mut idle = open.psql(&database);
    let mut idle = idle.stdin(Stdio::piped()).spawn().unwrap();
    let mut session = database.session();
    wait_until("psql is connected", || {
        session.query("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'psql' AND pid <> pg_backend_pid() AND datname = current_database()") == "1"
    });
    drop(session);
    let port = open.port;
    let ran = open.running.killed();
    Open::assert_closed(port);
    drop(idle.stdin.take());
    idle.wait().unwrap();
    database.assert_left();
    let mark = format!("HOME={}/", ran.project.path().display());
    wait_until("the docker clients have ended", || {
        processes::with_environment(&mark).is_empty()
    });
}

#[test]
fn a_client_that_is_killed_at_work_leaves_no_backend() {
    let database = Database::empty(container());
    let open = Open::start(Runner::new().container_target("prod", &database), &[]);
    let mut busy = open.psql(&database);
    busy.args(["-c", "SELECT count(*) FROM generate_series(1, 1000000000)"]);
    let mut busy = busy.spawn().unwrap();
    wait_until_runs(&database, "generate_series");
    busy.kill().unwrap();
    busy.wait().unwrap();
    // While the tunnel stays.
    database.assert_left();
    assert_eq!(must(open.psql(&database).args(["-c", "SELECT 1"])), "1\n");
    open.end(Signal::INT, 130);
}

#[test]
fn a_link_that_is_lost_ends_its_client_and_is_told() {
    let (database, sshd) = (Database::empty(dev()), Sshd::start(""));
    let open = Open::start(behind(&sshd, &database), &[]);
    let mut busy = open.psql(&database);
    busy.args(["-c", "SELECT pg_sleep(600)"])
        .stderr(Stdio::piped());
    let busy = busy.spawn().unwrap();
    wait_until_runs(&database, "pg_sleep");
    for session in sshd.sessions() {
        must(std::process::Command::new("kill").args(["-KILL", &session.to_string()]));
    }
    let told = busy.wait_with_output().unwrap();
    let told = String::from_utf8_lossy(&told.stderr).into_owned();
    assert!(told.contains("server closed the connection"), "{told}");
    open.running.wait_for_stderr(
        "warning: tunnel to `prod`: a connection was lost: the ssh connection to `jump` is lost: ",
    );
    // The next one has a link of its own.
    assert_eq!(must(open.psql(&database).args(["-c", "SELECT 1"])), "1\n");
    open.end(Signal::INT, 130);
    database.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep%' AND pid <> pg_backend_pid() AND datname = current_database()");
    database.assert_left();
}

#[test]
fn a_backend_that_is_terminated_ends_its_client_with_the_servers_words() {
    let database = Database::empty(dev());
    let open = Open::start(Runner::new().target("prod", &database), &[]);
    let mut busy = open.psql(&database);
    busy.args(["-c", "SELECT pg_sleep(600)"])
        .stderr(Stdio::piped());
    let busy = busy.spawn().unwrap();
    wait_until_runs(&database, "pg_sleep");
    database.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep%' AND pid <> pg_backend_pid() AND datname = current_database()");
    let told = busy.wait_with_output().unwrap();
    let told = String::from_utf8_lossy(&told.stderr).into_owned();
    assert!(
        told.contains("terminating connection due to administrator command"),
        "{told}"
    );
    let ran = open.end(Signal::INT, 130);
    assert!(!ran.stderr.contains("warning"), "{}", ran.stderr);
}
