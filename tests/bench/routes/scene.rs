//! The servers, the ssh host in front of one of them, and the commands that are compared.

use std::fmt::Write as _;
use std::fs;
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use runner::sandbox::{Bin, Cluster};

use crate::measure::{Figures, from_env, measure};
use crate::support::{Sshd, free_port, sshd, wait_until};
use crate::table;

/// What both sides encrypt with.
const CIPHER: &str = "aes128-gcm@openssh.com";

/// A target that takes rows as fast as it can, for what is measured before them.
const UNLOGGED: &str = "CREATE UNLOGGED TABLE bench (id integer, name text, at timestamptz, doc jsonb, amount numeric)";

/// ssh tells by its LocalCommand that it forwards.
const FORWARDING: &str = r#"
mkfifo "$SCRATCH/up"
ssh -F "$SSH_CONFIG" -c "$CIPHER" -o PermitLocalCommand=yes -o LocalCommand="echo >'$SCRATCH/up'" -N \
  -L "127.0.0.1:$PGPORT:$PLACE" jump </dev/null & ssh=$!
read -r up <"$SCRATCH/up"
rm "$SCRATCH/up"
SCRIPT
kill $ssh
wait $ssh || true
"#;

pub struct Scene {
    pub bin: Bin,
    pub from: Cluster,
    pub to: Cluster,
    pub rows: u64,
    pub rounds: usize,
    runtime: tokio::runtime::Runtime,
    folder: tempfile::TempDir,
    /// Its hosts are those of [`sshd`] and `no-sockets`, from which no socket in a container is reached.
    ssh_config: PathBuf,
}

impl Scene {
    pub fn start() -> Self {
        let rows = from_env("BENCH_ROWS", table::ROWS);
        let rounds = usize::try_from(from_env("BENCH_ROUNDS", 5)).unwrap();
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let bin = Bin::find().unwrap();
        let clusters = table::clusters(&bin, folder.path(), rows, UNLOGGED);
        let (from, to) = runtime.block_on(clusters);
        let ssh_config = folder.path().join("ssh_config");
        let no_sockets = Sshd::start("AllowStreamLocalForwarding no\n");
        let host = format!(
            "Host no-sockets\n  HostName 127.0.0.1\n  Port {}\n  IdentityFile {}\n  UserKnownHostsFile {}\n",
            no_sockets.port(),
            no_sockets.file("user_key").display(),
            no_sockets.file("known_hosts").display()
        );
        sshd().config_with(&ssh_config, &host);
        Self {
            bin,
            from,
            to,
            rows,
            rounds,
            runtime,
            folder,
            ssh_config,
        }
    }

    pub fn stop(self) {
        for cluster in [self.from, self.to] {
            self.runtime.block_on(cluster.stop()).unwrap();
        }
    }

    /// Measures a command that fills the table of `to` with so many rows.
    pub fn fill(&self, rows: u64, command: Command) -> Figures {
        self.runtime.block_on(table::empty(&self.to));
        let figures = measure(command);
        self.runtime.block_on(table::check(&self.to, rows));
        figures
    }

    /// The program with a playbook, in a project that has the target `from` as described, and `to`.
    pub fn runner(&self, from: &str, playbook: &str) -> Command {
        let project = self.folder.path().join("project");
        fs::create_dir_all(&project).unwrap();
        let (folder, port) = (self.to.socket_folder(), self.to.port());
        let mut toml = format!("[ssh]\nconfig = \"{}\"\n", self.ssh_config.display());
        let _ = write!(toml, "[targets.from]\n{from}\n");
        let _ = write!(
            toml,
            "[targets.to]\nhost = \"{}\"\nport = {port}\nuser = \"postgres\"\ndatabase = \"postgres\"\n",
            folder.display()
        );
        fs::write(project.join("runner.toml"), toml).unwrap();
        let file = project.join("bench.lua");
        fs::write(&file, playbook).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_runner"));
        command.arg("--quiet").arg(file);
        command
    }

    /// The target `from` over TCP.
    pub fn over_tcp(&self) -> String {
        format!("url = \"{}\"", self.from.url("postgres").expose())
    }

    /// The target `from` over its unix socket.
    pub fn over_socket(&self) -> String {
        format!(
            "host = \"{}\"\nport = {}\nuser = \"postgres\"\ndatabase = \"postgres\"",
            self.from.socket_folder().display(),
            self.from.port()
        )
    }

    /// What `ssh -L` forwards to, for each of them.
    pub fn forwarded_tcp(&self) -> String {
        format!("127.0.0.1:{}", self.from.port())
    }

    pub fn forwarded_socket(&self) -> String {
        let (folder, port) = (self.from.socket_folder(), self.from.port());
        format!("{}/.s.PGSQL.{port}", folder.display())
    }

    /// The password that the server asks for over TCP.
    fn password(&self) -> String {
        let url = self.from.url("postgres");
        let login = url.expose().split_once('@').unwrap().0;
        login.rsplit_once(':').unwrap().1.to_owned()
    }

    /// A command of psql's family, connected to `from` through a port of this machine.
    pub fn client(&self, program: &str, port: u16) -> Command {
        let mut command = self.connected(Command::new(self.bin.program(program)));
        command.env("PGPORT", port.to_string());
        command
    }

    /// A script of sh that has psql connected to `from` through `ssh -L`.
    pub fn forwarding(&self, place: &str, script: &str) -> Command {
        let mut command = self.script(&FORWARDING.replace("SCRIPT", script));
        command
            .env("PGPORT", free_port().to_string())
            .env("PLACE", place);
        command
    }

    /// A script of sh; `$TO` has the words that connect psql to `to`.
    pub fn script(&self, script: &str) -> Command {
        let mut command = self.connected(Command::new("sh"));
        let path = std::env::var("PATH").unwrap();
        command
            .args(["-euc", script])
            .env("PATH", format!("{}:{path}", self.bin.folder().display()))
            .env("CIPHER", CIPHER)
            .env("SSH_CONFIG", &self.ssh_config)
            .env("SCRATCH", self.folder.path())
            .env("TO", self.to_words());
        command
    }

    /// What libpq needs to connect to `to`.
    fn to_words(&self) -> String {
        let (folder, port) = (self.to.socket_folder(), self.to.port());
        format!(
            "host={} port={port} user=postgres dbname=postgres",
            folder.display()
        )
    }

    fn connected(&self, mut command: Command) -> Command {
        command
            .env("PGHOST", "127.0.0.1")
            .env("PGUSER", "postgres")
            .env("PGDATABASE", "postgres")
            .env("PGPASSWORD", self.password());
        command
    }

    pub fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, text).unwrap();
        path
    }

    /// A place for a file.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

/// `ssh -L`, from a free port to somewhere behind the ssh host, while it lives.
pub struct Forward {
    ssh: Child,
    pub port: u16,
}

impl Forward {
    pub fn to(place: &str) -> Self {
        let port = free_port();
        let ssh = Command::new("ssh")
            .arg("-F")
            .arg(sshd().config())
            .args(["-c", CIPHER, "-N", "-L"])
            .args([&format!("127.0.0.1:{port}:{place}"), "jump"])
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        wait_until("ssh forwards", || {
            TcpStream::connect(("127.0.0.1", port)).is_ok()
        });
        Self { ssh, port }
    }
}

impl Drop for Forward {
    fn drop(&mut self) {
        // It fails where it has ended by itself.
        let _ = self.ssh.kill();
        let _ = self.ssh.wait();
    }
}
