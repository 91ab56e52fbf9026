//! One throw-away `PostgreSQL` cluster: made, started, filled, stopped.

use std::fs::{self, File};
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use super::account::{self, Account};
use super::keeper::{Keeper, dies_with_us};
use super::{Error, find::Bin, process};
use crate::config::Secret;

/// The port in the name of a socket nobody else listens beside.
const DEFAULT_PORT: u16 = 5432;
/// Another program may take a free port between our look and the server's.
const PORT_ATTEMPTS: usize = 5;
const READY_WITHIN: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_millis(10);
const LOG_TAIL_LINES: usize = 5;
/// How a server is ended, from polite to not.
const SHUTDOWN: [(Signal, Duration); 3] = [
    (Signal::INT, Duration::from_secs(20)),
    (Signal::QUIT, Duration::from_secs(10)),
    (Signal::KILL, Duration::from_secs(5)),
];

/// What differs from cluster to cluster.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Listens on 127.0.0.1 too, where a password is asked for; else on its unix socket only.
    pub tcp: bool,
    /// Settings of the server, each `name=value`.
    pub settings: Vec<String>,
}

/// A running cluster. Dropped without [`Cluster::stop`], it is ended at once and waited for.
#[derive(Debug)]
pub struct Cluster {
    place: Place,
    port: u16,
    password: Secret,
    server: Keeper,
}

/// Where a cluster lives and whose it is.
#[derive(Debug, Clone)]
struct Place {
    bin: Bin,
    folder: PathBuf,
    account: Option<Account>,
}

impl Cluster {
    /// Makes a cluster in `folder`, which must not exist yet, and waits until it accepts connections.
    pub async fn start(bin: &Bin, folder: &Path, options: &Options) -> Result<Self, Error> {
        let place = Place {
            bin: bin.clone(),
            folder: folder.to_owned(),
            account: Account::of_servers()?,
        };
        let password = Secret::new(format!("{:032x}", rand::random::<u128>()));
        place.make(&password).await?;
        let mut attempts = PORT_ATTEMPTS;
        loop {
            let (port, server) = place.launch(options)?;
            let cluster = Self {
                place: place.clone(),
                port,
                password: password.clone(),
                server,
            };
            attempts -= 1;
            match cluster.ready().await {
                Err(Error::Died { log, .. })
                    if attempts > 0 && log.contains("Address already in use") => {}
                outcome => return outcome.map(|()| cluster),
            }
        }
    }

    /// Waits until line 8 of `postmaster.pid` says so, which unlike a connection leaves no trace.
    async fn ready(&self) -> Result<(), Error> {
        let pid_file = self.data_folder().join("postmaster.pid");
        let begun = Instant::now();
        loop {
            if let Some(status) = self.server.status() {
                return Err(Error::Died {
                    name: self.place.name(),
                    status: status.to_string(),
                    log: self.place.log_tail(),
                });
            }
            let text = fs::read_to_string(&pid_file).unwrap_or_default();
            if text.lines().nth(7).is_some_and(|it| it.trim() == "ready") {
                return Ok(());
            }
            if begun.elapsed() > READY_WITHIN {
                return Err(Error::NotReady {
                    name: self.place.name(),
                    seconds: READY_WITHIN.as_secs(),
                    log: self.place.log_tail(),
                });
            }
            tokio::time::sleep(POLL).await;
        }
    }

    /// Shuts the server down, politely at first, and waits until it has ended.
    pub async fn stop(mut self) -> Result<(), Error> {
        for (signal, patience) in SHUTDOWN {
            self.server.signal(signal);
            if self.server.ends_within(patience).await {
                return Ok(());
            }
        }
        Err(Error::NotEnding {
            name: self.place.name(),
            pid: self.server.pid(),
        })
    }

    /// Runs statements through `psql`, which stops at the first error.
    pub async fn run_sql(&self, database: &str, sql: &str) -> Result<(), Error> {
        let mut psql = self.client("psql", database);
        psql.args(["-X", "-q", "-v", "ON_ERROR_STOP=1"]);
        let purpose = format!("run SQL on `{}`", self.place.name());
        process::run(psql, &purpose, sql.as_bytes()).await
    }

    pub async fn create_database(&self, name: &str) -> Result<(), Error> {
        let mut createdb = self.client("createdb", "postgres");
        createdb.arg(name);
        process::run(createdb, &format!("create the database `{name}`"), b"").await
    }

    /// Writes a custom-format dump of one table of `database`.
    pub async fn dump_table(&self, database: &str, table: &str, to: &Path) -> Result<(), Error> {
        let mut pg_dump = self.client("pg_dump", database);
        pg_dump
            .args(["--format=custom", "--table", table, "--file"])
            .arg(to);
        process::run(pg_dump, &format!("dump `{table}`"), b"").await
    }

    /// One of the client programs, told to connect here over the socket as superuser.
    pub fn client(&self, program: &str, database: &str) -> Command {
        let mut command = Command::new(self.place.bin.program(program));
        process::bare(&mut command)
            .env("PGHOST", self.socket_folder())
            .env("PGPORT", self.port.to_string())
            .env("PGUSER", "postgres")
            .env("PGDATABASE", database);
        command
    }

    /// The url over TCP, password included; only a cluster started with `tcp` listens there.
    pub fn url(&self, database: &str) -> Secret {
        let (password, port) = (self.password.expose(), self.port);
        Secret::new(format!(
            "postgres://postgres:{password}@127.0.0.1:{port}/{database}"
        ))
    }

    pub fn socket_folder(&self) -> PathBuf {
        self.place.folder.join("socket")
    }

    pub fn data_folder(&self) -> PathBuf {
        self.place.data()
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// The process id of the postmaster.
    pub fn pid(&self) -> i32 {
        self.server.pid()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.server.end_with(Signal::QUIT);
    }
}

impl Place {
    fn name(&self) -> String {
        let name = self.folder.file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// Makes the folders, closed to everybody but the server (and root), and the cluster.
    async fn make(&self, password: &Secret) -> Result<(), Error> {
        for folder in [self.folder.clone(), self.data(), self.folder.join("socket")] {
            fs::create_dir(&folder).map_err(Error::file("make the folder", &folder))?;
            fs::set_permissions(&folder, fs::Permissions::from_mode(0o700))
                .map_err(Error::file("close the folder", &folder))?;
            account::give(&folder, self.account)?;
        }
        let password_file = self.folder.join("password");
        fs::write(&password_file, password.expose())
            .map_err(Error::file("write", &password_file))?;
        account::give(&password_file, self.account)?;
        let mut initdb = self.server_command(Command::new(self.bin.program("initdb")));
        initdb
            .args(["--username=postgres", "--auth-local=trust"])
            .args(["--auth-host=scram-sha-256", "--encoding=UTF8"])
            .args(["--no-locale", "--no-sync", "--pwfile"])
            .arg(&password_file)
            .arg("--pgdata")
            .arg(self.data());
        process::run(initdb, &format!("make the cluster `{}`", self.name()), b"").await?;
        fs::remove_file(&password_file).map_err(Error::file("remove", &password_file))
    }

    fn launch(&self, options: &Options) -> Result<(u16, Keeper), Error> {
        let port = if options.tcp {
            free_port()?
        } else {
            DEFAULT_PORT
        };
        let program = self.bin.program("postgres");
        let mut command = self.server_command(dies_with_us(&program, "INT"));
        let address = if options.tcp { "127.0.0.1" } else { "" };
        command
            .arg("-D")
            .arg(self.data())
            .arg("-k")
            .arg(self.folder.join("socket"))
            .args(["-c", &format!("port={port}")])
            .args(["-c", &format!("listen_addresses={address}")])
            .args(["-c", "fsync=off", "-c", "shared_buffers=16MB"]);
        for setting in &options.settings {
            command.args(["-c", setting]);
        }
        // A file, never a pipe: one that nobody reads stalls the server after some long messages.
        let log = self.log();
        let log = File::create(&log).map_err(Error::file("write", &log))?;
        let errors = log.try_clone().map_err(Error::file("write", &self.log()))?;
        command
            .process_group(0) // Ctrl-C in the terminal is not for the servers
            .stdin(std::process::Stdio::null())
            .stdout(log)
            .stderr(errors);
        let server = Keeper::spawn(command).map_err(|source| Error::Spawn {
            program: program.display().to_string(),
            source,
        })?;
        Ok((port, server))
    }

    fn server_command(&self, mut command: Command) -> Command {
        process::bare(&mut command).current_dir(&self.folder);
        account::run_as(&mut command, self.account);
        command
    }

    fn log(&self) -> PathBuf {
        self.folder.join("log")
    }

    fn log_tail(&self) -> String {
        let text = fs::read_to_string(self.log()).unwrap_or_default();
        let lines: Vec<_> = text.lines().collect();
        lines[lines.len().saturating_sub(LOG_TAIL_LINES)..].join("\n")
    }
}

/// A port of 127.0.0.1 that nobody listens on at this moment.
fn free_port() -> Result<u16, Error> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port())
        .map_err(Error::Listen)
}
