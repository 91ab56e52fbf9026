//! A tunnel on a port of 127.0.0.1: who reaches it, what it says, and what is said to those it cannot help.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::process::Command;

use rustix::process::Signal;

use super::{Open, password, program, tunnel};
use crate::support::{Container, Database, Runner, dev, docker, free_port, must, output};

fn prod(database: &Database) -> Runner {
    Runner::new().target("prod", database)
}

#[test]
fn the_command_it_prints_works_for_many_at_a_time() {
    let database = Database::empty(dev());
    let open = Open::start(prod(&database), &[]);
    let (port, name) = (open.port, database.name());
    let line = format!("psql postgres://postgres@127.0.0.1:{port}/{name}\n");
    let through = |name: &str, words: &[&str]| {
        let mut program = Command::new(program(name));
        program
            .args(["-h", "127.0.0.1", "-p", &port.to_string(), "-U", "postgres"])
            .args(words)
            .env("PGPASSWORD", password(&database));
        must(&mut program)
    };
    through("pgbench", &["-iq", database.name()]);
    let told = through(
        "pgbench",
        &["-c", "20", "-j", "2", "-t", "20", database.name()],
    );
    assert!(told.contains("processed: 400/400"), "{told}");
    let typed = format!("PATH={}:$PATH; {} -Atc 'SELECT 1'", folder(), line.trim());
    let asked = must(
        Command::new("sh")
            .args(["-c", &typed])
            .env("PGPASSWORD", password(&database)),
    );
    assert_eq!(asked, "1\n");
    let ran = open.end(Signal::INT, 130);
    assert_eq!(ran.stdout, line);
    database.assert_left();
}

fn folder() -> String {
    let path = std::path::PathBuf::from(program("psql"));
    path.parent().unwrap().display().to_string()
}

#[test]
fn only_127_0_0_1_listens() {
    let database = Database::empty(dev());
    let open = Open::start(prod(&database), &[]);
    let port = format!(":{:04X}", open.port);
    let listens = |file: &str| {
        let table = fs::read_to_string(format!("/proc/net/{file}")).unwrap();
        let local = table.lines().filter_map(|line| {
            let mut words = line.split_whitespace().skip(1);
            let (local, state) = (words.next()?, words.nth(1)?);
            (state == "0A" && local.ends_with(&port)).then(|| local.to_owned())
        });
        local.collect::<Vec<_>>()
    };
    assert_eq!(listens("tcp"), [format!("0100007F{port}")]);
    assert_eq!(listens("tcp6"), [""; 0]);
    open.end(Signal::TERM, 143);
}

#[test]
fn a_port_that_is_taken_is_told() {
    let database = Database::empty(dev());
    let other = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = other.local_addr().unwrap().port().to_string();
    let ran = tunnel(prod(&database), &["--port", &port])
        .stdout("")
        .code(1);
    let expected = format!(
        "error: no tunnel to `prod`: port {port} of 127.0.0.1 is taken by another program; choose another one, or \
         none to get one that is free\n"
    );
    assert!(ran.stderr.ends_with(&expected), "{}", ran.stderr);
    database.assert_left();
}

#[test]
fn where_none_is_asked_for_a_free_one_is_found() {
    let database = Database::empty(dev());
    let [one, two] = [(); 2].map(|()| Open::anywhere(prod(&database), &[]));
    assert_ne!(one.port, two.port);
    for open in [one, two] {
        assert_eq!(must(open.psql(&database).args(["-c", "SELECT 1"])), "1\n");
        open.running.signal(Signal::INT);
        open.running.finish(130).assert_left();
    }
    database.assert_left();
}

#[test]
fn clients_that_it_has_no_room_for_wait() {
    let database = Database::empty(dev());
    let open = Open::start(prod(&database), &[]);
    let (pid, port) = (open.running.pid().to_string(), open.port);
    let files = fs::read_dir(format!("/proc/{pid}/fd")).unwrap().count() + 4;
    must(Command::new("prlimit").args(["--pid", &pid, &format!("--nofile={files}:")]));
    let clients = [(); 10].map(|()| TcpStream::connect(("127.0.0.1", port)).unwrap());
    let told = "warning: tunnel to `prod`: no client can be taken: ";
    open.running.wait_for_stderr(told);
    drop(clients);
    assert_eq!(must(open.psql(&database).args(["-c", "SELECT 1"])), "1\n");
    let ran = open.end(Signal::INT, 130);
    assert_eq!(ran.stderr.matches(told).count(), 1, "{}", ran.stderr);
}

#[test]
fn a_closed_port_behind_it_fails_before_it_listens() {
    let port = free_port();
    let target = format!("[targets.prod]\nurl = \"postgres://postgres@127.0.0.1:{port}/postgres\"");
    let ran = tunnel(Runner::new().toml(&target), &[]).stdout("").code(1);
    let refused = format!("error: cannot reach `prod`: `127.0.0.1:{port}` refuses connections");
    assert!(ran.stderr.contains(&refused), "{}", ran.stderr);
    assert!(!ran.stderr.contains("tunnel:"), "{}", ran.stderr);
}

#[test]
fn what_is_no_postgresql_is_no_way() {
    let other = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = other.local_addr().unwrap().port();
    let greeter = std::thread::spawn(move || {
        use std::io::Write;
        let (mut client, _) = other.accept().unwrap();
        client.write_all(b"SSH-2.0-x\r\n").unwrap();
    });
    let target = format!("[targets.prod]\nurl = \"postgres://postgres@127.0.0.1:{port}/postgres\"");
    tunnel(Runner::new().toml(&target), &[])
        .stdout("")
        .stderr_has("error: cannot connect to `prod`: ")
        .code(1);
    greeter.join().unwrap();
}

#[test]
fn with_json_it_is_one_document() {
    let database = Database::empty(dev());
    let open = Open::start(prod(&database), &["--json"]);
    let (port, name) = (open.port, database.name());
    let url = format!("postgres://postgres@127.0.0.1:{port}/{name}");
    let expected = format!(
        "{{\"target\":\"prod\",\"host\":\"127.0.0.1\",\"port\":{port},\"url\":\"{url}\",\"psql\":\"psql {url}\"}}\n"
    );
    assert_eq!(open.end(Signal::INT, 130).stdout, expected);
}

#[test]
fn a_server_that_does_not_let_us_in_lets_in_who_knows_the_password() {
    let database = Database::empty(dev());
    let (port, name) = (dev().port(), database.name());
    let target = format!("[targets.prod]\nurl = \"postgres://postgres@127.0.0.1:{port}/{name}\"");
    let open = Open::start(Runner::new().toml(&target), &[]);
    assert_eq!(must(open.psql(&database).args(["-c", "SELECT 1"])), "1\n");
    let ran = open.end(Signal::INT, 130);
    let note = "so nobody could ask the server whether it is protected";
    assert!(ran.stderr.contains(note), "{}", ran.stderr);
}

#[test]
fn a_protected_server_asks_for_its_phrase_first() {
    let database = Database::empty(dev());
    let told = "error: `prod` is protected and there is no terminal to ask its phrase on; give `--confirm \"GO ON\"`\n";
    let refused = tunnel(prod(&database).protected("GO ON"), &[]).code(1);
    assert!(refused.stderr.ends_with(told), "{}", refused.stderr);
    let confirmed = prod(&database)
        .protected("GO ON")
        .args(["--confirm", "prod=GO ON"]);
    Open::start(confirmed, &[]).end(Signal::INT, 130);
    // By whatever name.
    database.query(&format!(
        "ALTER DATABASE {} SET runner.protect = 'GO ON'",
        database.name()
    ));
    let refused = tunnel(prod(&database), &["--", "true"]).code(1);
    assert!(refused.stderr.ends_with(told), "{}", refused.stderr);
    let terminal = tunnel(prod(&database), &["--", "echo", "in"]).terminal();
    terminal.wait_for("To open a tunnel to `prod`, type GO ON:");
    terminal.type_line("GO ON");
    let (code, screen) = terminal.finish();
    assert_eq!(code, 0, "{screen}");
    assert!(screen.ends_with("in"), "{screen}");
}

#[test]
fn there_is_none_in_a_dry_run() {
    let database = Database::empty(dev());
    tunnel(prod(&database).args(["--dry-run"]), &["--", "true"])
        .stderr(
            "error: what another program does through a tunnel cannot be held back, so there is none in a dry run\n",
        )
        .code(2);
}

#[test]
fn a_client_for_which_there_is_no_link_is_told_why() {
    let container: &'static Container = Box::leak(Box::new(Container::start(&[])));
    let database = Database::empty(container);
    let open = Open::start(Runner::new().local_container_target("prod", &database), &[]);
    must(docker().args(["kill", container.name()]));
    let told = output(open.psql(&database).args(["-c", "SELECT 1"]));
    let told = String::from_utf8(told.stderr).unwrap();
    let reason = format!("container `{}`", container.name());
    assert!(
        told.contains("FATAL:  runner: cannot reach `prod`: ") && told.contains(&reason),
        "{told}"
    );
    let ran = open.end(Signal::INT, 130);
    let warning = "warning: tunnel to `prod`: cannot reach `prod`: ";
    assert!(ran.stderr.contains(warning), "{}", ran.stderr);
}
