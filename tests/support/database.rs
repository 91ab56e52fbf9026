//! A database of a test's own, on one of the shared servers; dropped with the value.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{LazyLock, Mutex};

use runner::sandbox::Cluster;

use super::{Container, must, output, wait_until};

/// Everything of a database that a failed run must leave as it was.
const STATE: &str = include_str!("state.sql");
/// What a run that has ended must not leave running.
const LEFTOVERS: &str = include_str!("leftovers.sql");
/// The schema and rows of the sandbox, which the first workflow is told in.
const LAW_SCHEMA: &str = include_str!("../../src/sandbox/schema.sql");
const LAW_GENERATE: &str = include_str!("../../src/sandbox/generate.sql");
const LAW_ROWS: &str = include_str!("../../src/sandbox/rows.sql");
const LAW_DEV: &str = include_str!("../../src/sandbox/dev.sql");
const LAW_PROD: &str = include_str!("../../src/sandbox/prod.sql");

static NUMBER: AtomicUsize = AtomicUsize::new(1);

/// Databases that others are cloned from, by server and by what they hold.
static TEMPLATES: LazyLock<Mutex<HashMap<(String, String), String>>> =
    LazyLock::new(Mutex::default);

#[derive(Clone, Copy)]
pub enum Server {
    Cluster(&'static Cluster),
    Container(&'static Container),
}

impl From<&'static Cluster> for Server {
    fn from(cluster: &'static Cluster) -> Self {
        Self::Cluster(cluster)
    }
}

impl From<&'static Container> for Server {
    fn from(container: &'static Container) -> Self {
        Self::Container(container)
    }
}

impl Server {
    /// One of the client programs, connected to `database` as superuser.
    fn client(self, program: &str, database: &str) -> Command {
        match self {
            Self::Cluster(cluster) => cluster.client(program, database),
            Self::Container(container) => container.client(program, database),
        }
    }

    fn key(self) -> String {
        match self {
            Self::Cluster(cluster) => cluster.socket_folder().display().to_string(),
            Self::Container(container) => container.name().to_owned(),
        }
    }
}

pub struct Database {
    server: Server,
    name: String,
}

impl Database {
    /// A database in which `sql` was run. Databases with the same `sql` are clones of one.
    #[track_caller]
    pub fn with(server: impl Into<Server>, sql: &str) -> Self {
        let server = server.into();
        let template = template(server, sql);
        Self::create(server, &["--template", &template])
    }

    #[track_caller]
    pub fn empty(server: impl Into<Server>) -> Self {
        Self::with(server, "")
    }

    /// The sandbox's dev: the six tables of the first workflow with all rows.
    #[track_caller]
    pub fn law_dev(server: impl Into<Server>) -> Self {
        let sql = [LAW_SCHEMA, LAW_GENERATE, LAW_ROWS, LAW_DEV].concat();
        Self::with(server, &sql)
    }

    /// The sandbox's prod: the same tables, behind dev, `lat` empty, one trigger off.
    #[track_caller]
    pub fn law_prod(server: impl Into<Server>) -> Self {
        let sql = [LAW_SCHEMA, LAW_GENERATE, LAW_ROWS, LAW_PROD].concat();
        Self::with(server, &sql)
    }

    /// A database on a disk of [`Container::SMALL_DISK`], its own catalogues included. One test at a time
    /// finds room there.
    #[track_caller]
    pub fn on_small_disk(container: &'static Container, sql: &str) -> Self {
        let database = Self::create(container.into(), &["--tablespace", container.small_disk()]);
        database.query(sql);
        database
    }

    /// A database in another encoding than that of the server.
    #[track_caller]
    pub fn encoded(server: impl Into<Server>, encoding: &str, sql: &str) -> Self {
        let database = Self::create(
            server.into(),
            &[
                "--template",
                "template0",
                "--locale",
                "C",
                "--encoding",
                encoding,
            ],
        );
        database.query(sql);
        database
    }

    #[track_caller]
    fn create(server: Server, options: &[&str]) -> Self {
        let name = format!("test_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        must(
            server
                .client("createdb", "postgres")
                .args(options)
                .arg(&name),
        );
        Self { server, name }
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// The container it is in.
    #[track_caller]
    pub fn container(&self) -> &'static Container {
        match self.server {
            Server::Container(container) => container,
            Server::Cluster(_) => panic!("`{}` is in no container", self.name),
        }
    }

    /// The url over TCP, password included.
    pub fn url(&self) -> String {
        match self.server {
            Server::Cluster(cluster) => cluster.url(&self.name).expose().to_owned(),
            Server::Container(_) => panic!("the container has no network; use `socket_url`"),
        }
    }

    /// The url over the unix socket.
    pub fn socket_url(&self) -> String {
        match self.server {
            Server::Cluster(cluster) => format!(
                "postgres://postgres@/{}?host={}&port={}",
                self.name,
                cluster.socket_folder().display(),
                cluster.port()
            ),
            Server::Container(_) => format!("postgres://postgres@/{}", self.name),
        }
    }

    /// Runs statements in a session of their own; gives the rows as psql prints them unaligned.
    #[track_caller]
    pub fn query(&self, sql: &str) -> String {
        self.session().query(sql)
    }

    /// A session that stays, e.g. to hold a lock.
    #[track_caller]
    pub fn session(&self) -> Session {
        Session::open(self.server.client("psql", &self.name))
    }

    /// `program` (`pg_dump`, `psql`) connected to this database.
    pub fn client(&self, program: &str) -> Command {
        self.server.client(program, &self.name)
    }

    /// Rows by table, sequences, and the state of every trigger and constraint, as a text to compare.
    #[track_caller]
    pub fn state(&self) -> String {
        self.query(STATE)
    }

    /// Fails unless everything is as it was in `before`, and nobody is connected or holds a lock any more.
    #[track_caller]
    pub fn assert_as_before(&self, before: &str) {
        self.assert_left();
        let now = self.state();
        let changes: Vec<_> = before
            .lines()
            .filter(|line| !now.lines().any(|other| other == *line))
            .map(|line| format!("was {line}"))
            .chain(
                now.lines()
                    .filter(|line| !before.lines().any(|other| other == *line))
                    .map(|line| format!("is  {line}")),
            )
            .collect();
        assert!(
            changes.is_empty(),
            "the database changed:\n{}",
            changes.join("\n")
        );
    }

    /// Fails unless no other session, prepared transaction or lock is left in this database. A backend ends
    /// a moment after its client.
    #[track_caller]
    pub fn assert_left(&self) {
        let mut session = self.session();
        wait_until("no session is left in the database", || {
            session.query(LEFTOVERS).is_empty()
        });
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // Fails only with the server, and then there is nothing to drop; a panic here would hide the test's.
        let _ = output(self.server.client("dropdb", "postgres").args([
            "--force",
            "--if-exists",
            &self.name,
        ]));
    }
}

/// The database that holds what `sql` makes, made at the first call.
#[track_caller]
fn template(server: Server, sql: &str) -> String {
    let mut templates = TEMPLATES
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    let key = (server.key(), sql.to_owned());
    if let Some(name) = templates.get(&key) {
        return name.clone();
    }
    let name = format!("template_{}", templates.len() + 1);
    must(
        server
            .client("createdb", "postgres")
            .args(["--template", "template0", &name]),
    );
    Session::open(server.client("psql", &name)).query(sql);
    templates.insert(key, name.clone());
    name
}

/// One psql that is fed statement by statement.
pub struct Session {
    psql: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
}

impl Session {
    #[track_caller]
    fn open(mut psql: Command) -> Self {
        let mut psql = psql
            .args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-f", "-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        Self {
            stdin: psql.stdin.take().unwrap(),
            stdout: BufReader::new(psql.stdout.take().unwrap()),
            psql,
        }
    }

    /// Runs statements and gives their rows, without the last newline.
    #[track_caller]
    pub fn query(&mut self, sql: &str) -> String {
        const END: &str = "-- end of the answer";
        self.send(&format!("{sql}\n;\\echo '{END}'"));
        let mut answer = String::new();
        loop {
            let begins = answer.len();
            let read = self.stdout.read_line(&mut answer).unwrap();
            assert!(read > 0, "psql ended: {}\n{sql}", self.complaint());
            if answer[begins..].trim_end() == END {
                answer.truncate(begins.saturating_sub(1));
                return answer;
            }
        }
    }

    /// Sends statements without waiting for them: a wait for a lock, say.
    #[track_caller]
    pub fn send(&mut self, sql: &str) {
        // Where psql has ended, the next `query` says why.
        let _ = writeln!(self.stdin, "{sql}");
    }

    fn complaint(&mut self) -> String {
        let stderr = self.psql.stderr.take().unwrap();
        std::io::read_to_string(stderr).unwrap()
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let _ = self.psql.kill();
        let _ = self.psql.wait();
    }
}
