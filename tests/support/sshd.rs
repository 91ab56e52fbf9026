//! A real OpenSSH server for this user, on a free port of 127.0.0.1, with keys made for the run.

use std::fmt::Write as _;
use std::fs;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;

use super::{docker, free_port, must, output, processes, reaper, sh_word, wait_until};

static SSHD: LazyLock<Sshd> = LazyLock::new(|| Sshd::start(""));

pub fn sshd() -> &'static Sshd {
    &SSHD
}

pub struct Sshd {
    port: u16,
    pid: u32,
    folder: PathBuf,
}

impl Sshd {
    /// Another server, with `lines` added to its configuration; ended with the run.
    pub fn start(lines: &str) -> Self {
        let folder = tempfile::Builder::new()
            .prefix("runner-sshd-")
            .tempdir()
            .unwrap()
            .keep();
        for key in ["host_key", "other_host_key", "user_key", "refused_key"] {
            must(
                Command::new("ssh-keygen")
                    .args(["-q", "-t", "ed25519", "-N", "", "-C", key, "-f"])
                    .arg(folder.join(key)),
            );
        }
        fs::copy(folder.join("user_key.pub"), folder.join("authorized_keys")).unwrap();
        let (port, pid) = serve(&folder, lines);
        reaper::at_end(&format!("kill {pid}; rm -rf {}", sh_word(&folder)));
        let sshd = Self { port, pid, folder };
        sshd.write_known_hosts();
        sshd.write_config();
        sshd
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// For `[ssh] config` and `ssh -F`. Its hosts: `jump`, which works, and those that do not, each named
    /// for why: `unknown-host`, `changed-host`, `refused-key`, `closed-port`, `no-such-name`.
    pub fn config(&self) -> PathBuf {
        self.folder.join("config")
    }

    /// A configuration with more hosts than [`config`](Self::config) has, kept in `file`.
    pub fn config_with(&self, file: &Path, hosts: &str) {
        let rest = self.config();
        let text = format!("{hosts}\nHost *\n  Include {}\n", rest.display());
        fs::write(file, text).unwrap();
    }

    /// How a host key of the folder is named in `known_hosts` and shown in messages.
    pub fn fingerprint(&self, key: &str) -> String {
        let shown = must(Command::new("ssh-keygen").arg("-lf").arg(self.file(key)));
        shown.split(' ').nth(1).unwrap().to_owned()
    }

    /// The processes that serve sessions, one for each.
    pub fn sessions(&self) -> Vec<u32> {
        processes::children(self.pid)
    }

    /// Fails unless every session has ended, which a server does a moment after its client.
    #[track_caller]
    pub fn assert_left(&self) {
        wait_until("no ssh session is left", || self.sessions().is_empty());
    }

    /// A file of the folder: `user_key`, `refused_key`, `known_hosts`, `known_hosts_changed`.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    fn write_known_hosts(&self) {
        let entry = |key: &str| {
            let key = fs::read_to_string(self.file(key)).unwrap();
            format!("[127.0.0.1]:{} {key}", self.port)
        };
        fs::write(self.file("known_hosts"), entry("host_key.pub")).unwrap();
        fs::write(
            self.file("known_hosts_changed"),
            entry("other_host_key.pub"),
        )
        .unwrap();
        fs::write(self.file("known_hosts_empty"), "").unwrap();
    }

    fn write_config(&self) {
        let host = |alias: &str, name: &str, port: u16, key: &str, known: &str| {
            format!(
                "Host {alias}\n  HostName {name}\n  Port {port}\n  IdentityFile {}\n  UserKnownHostsFile {}\n",
                self.file(key).display(),
                self.file(known).display()
            )
        };
        let (here, port) = ("127.0.0.1", self.port);
        let hosts = [
            host("jump", here, port, "user_key", "known_hosts"),
            host("unknown-host", here, port, "user_key", "known_hosts_empty"),
            host(
                "changed-host",
                here,
                port,
                "user_key",
                "known_hosts_changed",
            ),
            host("refused-key", here, port, "refused_key", "known_hosts"),
            host("closed-port", here, free_port(), "user_key", "known_hosts"),
            host(
                "no-such-name",
                "no-such-name.invalid",
                port,
                "user_key",
                "known_hosts",
            ),
            format!(
                "Host *\n  User {}\n  IdentitiesOnly yes\n  IdentityAgent none\n  StrictHostKeyChecking yes\n  \
                 GlobalKnownHostsFile /dev/null\n",
                user()
            ),
        ];
        fs::write(self.config(), hosts.concat()).unwrap();
    }
}

/// Who logs in.
pub fn user() -> String {
    must(Command::new("id").arg("-un")).trim().to_owned()
}

/// Starts the server; another port where somebody else was quicker to take ours.
fn serve(folder: &Path, lines: &str) -> (u16, u32) {
    // Only on PATH for root; and OpenSSH insists on an absolute path, to start itself again.
    let program = PathBuf::from("/usr/sbin/sshd");
    if rustix::process::geteuid().is_root() {
        fs::create_dir_all("/run/sshd").unwrap(); // its privilege separation's, made by the service otherwise
    }
    loop {
        let port = free_port();
        let config = folder.join("sshd_config");
        // The first of two equal settings counts, so what a test asks for stands in front.
        let mut text = lines.to_owned() + &server_config(folder, port, &program);
        // Of two settings of one subsystem none counts: the server does not start.
        if !lines.contains("Subsystem") {
            text.push_str("Subsystem sftp internal-sftp\n");
        }
        fs::write(&config, text).unwrap();
        let mut server = Command::new(&program)
            .args(["-D", "-e", "-f"])
            .arg(&config)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(fs::File::create(folder.join("log")).unwrap())
            .spawn()
            .unwrap_or_else(|error| {
                panic!(
                    "{}: {error}; has `tests/setup --tests` been run?",
                    program.display()
                )
            });
        if listens(&mut server, port, folder) {
            return (port, server.id());
        }
    }
}

fn listens(server: &mut Child, port: u16, folder: &Path) -> bool {
    let mut taken = false;
    wait_until("sshd listens", || {
        if server.try_wait().unwrap().is_some() {
            let log = fs::read_to_string(folder.join("log")).unwrap();
            assert!(log.contains("Address already in use"), "sshd ended: {log}");
            taken = true;
        }
        taken || TcpStream::connect(("127.0.0.1", port)).is_ok()
    });
    !taken
}

fn server_config(folder: &Path, port: u16, program: &Path) -> String {
    let place = |name: &str| folder.join(name).display().to_string();
    let mut config = format!(
        "ListenAddress 127.0.0.1\nPort {port}\nHostKey {}\nAuthorizedKeysFile {}\nPidFile none\n\
         PasswordAuthentication no\nKbdInteractiveAuthentication no\nUsePAM no\nStrictModes no\n\
         PermitRootLogin prohibit-password\nMaxStartups 100\nLogLevel VERBOSE\n",
        place("host_key"),
        place("authorized_keys"),
    );
    if let Some(engine) = docker::engine_host() {
        let _ = writeln!(config, "SetEnv DOCKER_HOST={engine}");
    }
    // Newer servers keep whoever failed to log in away for a while: the tests fail on purpose.
    let penalties = "PerSourcePenalties=no";
    let config_file = folder.join("sshd_config.try");
    fs::write(&config_file, &config).unwrap();
    let knows = output(
        Command::new(program)
            .args(["-t", "-o", penalties, "-f"])
            .arg(&config_file),
    );
    if knows.status.success() {
        config.push_str("PerSourcePenalties no\n");
    }
    config
}
