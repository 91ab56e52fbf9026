//! Tunnels for other programs, used by those programs: on a port, around one command, and from a playbook. How a
//! tunnel ends is in `ended`.

mod command;
mod ended;
mod playbook;
mod port;
mod routes;
mod tls;

use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicU16, Ordering};

use runner::sandbox::Bin;

use crate::support::{Database, Ran, Runner, Running, must, wait_until};

/// One of PostgreSQL's programs.
fn program(name: &str) -> String {
    let path = Bin::find().unwrap().program(name);
    path.to_str().unwrap().to_owned()
}

/// `runner tunnel prod`, with `more` words.
fn tunnel(runner: Runner, more: &[&str]) -> Runner {
    runner.args(["tunnel", "prod"]).args(more.iter().copied())
}

/// A tunnel around a shell script, in which `psql` and its kin are found.
fn around(runner: Runner, script: &str) -> Runner {
    let path = PathBuf::from(program("psql"));
    let folder = path.parent().unwrap().display();
    let script = format!("PATH={folder}:$PATH; {script}");
    tunnel(runner, &["--", "sh", "-c", &script])
}

/// A psql that shows nothing but rows.
const PSQL: &str = "psql -XqAt -v ON_ERROR_STOP=1";

/// A port of 127.0.0.1 that nobody listens on, and that no system gives to whoever asks for any.
fn own_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let begin = u16::try_from(std::process::id() % 10_000).unwrap();
    loop {
        let port = 20_000 + (begin + NEXT.fetch_add(1, Ordering::Relaxed)) % 10_000;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

/// A tunnel on a port that is open.
struct Open {
    running: Running,
    port: u16,
}

impl Open {
    #[track_caller]
    fn start(runner: Runner, more: &[&str]) -> Self {
        let port = own_port().to_string();
        Self::anywhere(runner, &[&["--port", &port], more].concat())
    }

    #[track_caller]
    fn anywhere(runner: Runner, more: &[&str]) -> Self {
        let running = tunnel(runner, more).start();
        running.wait_for_stderr("until Ctrl-C\n");
        let told = running.stderr();
        let (before, _) = told.split_once(" leads to `prod`").unwrap();
        let port = before.rsplit(':').next().unwrap().parse().unwrap();
        Self { running, port }
    }

    /// psql through it, to `database`.
    fn psql(&self, database: &Database) -> Command {
        let mut psql = Command::new(program("psql"));
        psql.args(["-XqAt", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1"])
            .args(["-p", &self.port.to_string(), "-U", "postgres"])
            .env("PGPASSWORD", password(database))
            .args(["-d", database.name()]);
        psql
    }

    /// Fails if somebody still listens.
    #[track_caller]
    fn assert_closed(port: u16) {
        assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
    }

    /// Ends it by a signal; nothing may be left of it.
    #[track_caller]
    fn end(self, signal: rustix::process::Signal, code: i32) -> Ran {
        self.running.signal(signal);
        let ran = self.running.finish(code);
        Self::assert_closed(self.port);
        ran.assert_left();
        ran
    }
}

/// That of the url; empty for a server without one.
fn password(database: &Database) -> String {
    if database.socket_url().contains("?host=") {
        let url = database.url();
        let (login, _) = url.split_once('@').unwrap();
        return login.rsplit(':').next().unwrap().to_owned();
    }
    String::new()
}

/// Waits until a statement like `query` runs in the database.
#[track_caller]
fn wait_until_runs(database: &Database, query: &str) {
    let mut session = database.session();
    let sql = format!(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'active'
         AND pid <> pg_backend_pid() AND query LIKE '%{query}%'"
    );
    wait_until("the statement runs", || session.query(&sql) != "0");
}

/// The folders of tunnels that are there.
fn folders() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(std::env::temp_dir()).unwrap();
    entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.to_string_lossy().contains("runner-tunnel-"))
        .collect()
}

/// What a dump of the database holds, without what differs from dump to dump.
fn without_marks(dump: &str) -> String {
    let lines = dump.lines();
    lines
        .filter(|line| !line.starts_with("\\restrict") && !line.starts_with("\\unrestrict"))
        .collect::<Vec<_>>()
        .join("\n")
}

fn dump(database: &Database) -> String {
    must(&mut database.client("pg_dump"))
}
