//! The sandbox's servers, reached by the clients people use.

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use runner::config::Secret;
use runner::progress::{AskError, Event, Progress, Question, Reporter};
use runner::sandbox::{Bin, Cluster, Options, Sandbox};
use rustix::fs::{FlockOperation, flock};
use tokio::runtime::Runtime;

use crate::support::{must, output, wait_until};

/// A sandbox on a runtime of its own, for tests that use it from outside.
struct Running {
    runtime: Runtime,
    sandbox: Sandbox,
    heard: Arc<Heard>,
}

impl Running {
    fn start() -> Self {
        let runtime = Runtime::new().unwrap();
        let heard = Arc::new(Heard::default());
        let reporter: Reporter = Arc::<Heard>::clone(&heard);
        let sandbox = runtime.block_on(Sandbox::start(&reporter)).unwrap();
        Self {
            runtime,
            sandbox,
            heard,
        }
    }

    fn project(&self) -> PathBuf {
        self.sandbox.project_dir().to_owned()
    }

    /// OpenSSH's own client, configured by the file of the project.
    fn ssh(&self, args: &[&str]) -> Command {
        let mut ssh = Command::new("ssh");
        ssh.arg("-F")
            .arg(self.project().join("ssh_config"))
            .args(args);
        ssh
    }

    fn on_jump(&self, command: &str) -> Command {
        self.ssh(&["sertantai-hz", command])
    }

    fn stop(self) {
        self.runtime.block_on(self.sandbox.stop()).unwrap();
    }
}

#[derive(Default)]
struct Heard(Mutex<Vec<String>>);

impl Progress for Heard {
    fn event(&self, event: &Event) {
        self.0.lock().unwrap().push(format!("{event:?}"));
    }

    fn ask(&self, _: &Question) -> Result<Secret, AskError> {
        Err(AskError::Interrupted)
    }
}

#[test]
fn a_command_on_the_jump_host_has_its_streams_and_its_status() {
    let sandbox = Running::start();
    let ran = output(&mut sandbox.on_jump("echo to stdout; echo to stderr >&2; exit 7"));
    assert_eq!(ran.stdout, b"to stdout\n");
    assert_eq!(ran.stderr, b"to stderr\n");
    assert_eq!(ran.status.code(), Some(7));

    let mut upper = sandbox
        .on_jump("wc -c; exit 3")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    upper
        .stdin
        .take()
        .unwrap()
        .write_all(&vec![b'x'; 5_000_000])
        .unwrap();
    let counted = upper.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&counted.stdout).trim(), "5000000");
    assert_eq!(counted.status.code(), Some(3));

    let killed = output(&mut sandbox.ssh(&["-v", "sertantai-hz", "kill -KILL $$"]));
    let log = String::from_utf8_lossy(&killed.stderr);
    assert!(log.contains("exit-signal"), "{log}");
    sandbox.stop();
}

#[test]
fn a_command_ends_with_its_session() {
    let sandbox = Running::start();
    let mark = sandbox.project().join("mark");
    let script = format!(
        "sh -c 'echo $$ >{}; exec sleep 1000' & wait",
        mark.display()
    );
    let mut client = sandbox
        .on_jump(&script)
        .stdin(Stdio::null())
        .spawn()
        .unwrap();
    let mut pid = String::new();
    wait_until("the command runs", || {
        pid = fs::read_to_string(&mark).unwrap_or_default();
        pid.ends_with('\n')
    });
    client.kill().unwrap();
    client.wait().unwrap();
    let pid = pid.trim();
    wait_until("the command has ended", || !is_alive(pid));
    sandbox.stop();
}

#[test]
fn only_the_key_of_the_sandbox_is_let_in() {
    let sandbox = Running::start();
    let key = sandbox.project().join("stranger");
    must(
        Command::new("ssh-keygen")
            .args(["-q", "-t", "ed25519", "-N", "", "-f"])
            .arg(&key),
    );
    let config = fs::read_to_string(sandbox.project().join("ssh_config")).unwrap();
    let mine = sandbox.project().join("id_ed25519");
    let theirs = sandbox.project().join("stranger_config");
    fs::write(
        &theirs,
        config.replace(mine.to_str().unwrap(), key.to_str().unwrap()),
    )
    .unwrap();
    let refused = output(
        Command::new("ssh")
            .arg("-F")
            .arg(theirs)
            .args(["sertantai-hz", "true"]),
    );
    let log = String::from_utf8_lossy(&refused.stderr);
    assert!(log.contains("Permission denied (publickey)"), "{log}");
    sandbox.stop();
}

#[test]
fn ports_and_sockets_are_forwarded_and_closed_ones_refused() {
    let sandbox = Running::start();
    let socket = prod_socket(&sandbox.project());
    let local = sandbox.project().join(".s.PGSQL.5432");
    let forward = format!("{}:{}", local.display(), socket.display());
    let mut tunnel = sandbox
        .ssh(&["-N", "-L", &forward, "sertantai-hz"])
        .spawn()
        .unwrap();
    wait_until("the tunnel listens", || local.exists());
    assert_eq!(count_laws(&sandbox.project()), "1003\n");
    tunnel.kill().unwrap();
    tunnel.wait().unwrap();

    let port = dev_port(&sandbox.project());
    let mut through = sandbox
        .ssh(&["-W", &format!("127.0.0.1:{port}"), "sertantai-hz"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    // An SSLRequest, which the server answers with one letter.
    let request = [0, 0, 0, 8, 4, 210, 22, 47];
    through.stdin.take().unwrap().write_all(&request).unwrap();
    assert_eq!(through.wait_with_output().unwrap().stdout, b"N");

    let refused = output(&mut sandbox.ssh(&["-W", "127.0.0.1:1", "sertantai-hz"]));
    let log = String::from_utf8_lossy(&refused.stderr);
    assert!(log.contains("open failed: connect failed"), "{log}");
    sandbox.stop();
}

#[test]
fn prod_is_a_container_to_whoever_asks_docker() {
    let sandbox = Running::start();
    let inspected = must(&mut sandbox.on_jump("docker inspect shared_postgres"));
    let inspected: serde_json::Value = serde_json::from_str(&inspected).unwrap();
    assert_eq!(inspected[0]["State"]["Running"], true);
    assert!(inspected[0]["State"]["Pid"].is_u64());
    assert!(inspected[0]["NetworkSettings"]["Networks"].is_object());

    let query = "docker exec -i shared_postgres psql -U postgres -d sertantai_legal_prod -Atc 'SELECT count(*) FROM uk_lrt'";
    assert_eq!(must(&mut sandbox.on_jump(query)), "1003\n");

    for (command, code, stdout, stderr) in [
        (
            "docker inspect other",
            1,
            "[]\n",
            "Error: No such object: other\n",
        ),
        (
            "docker exec -i other true",
            1,
            "",
            "Error: No such container: other\n",
        ),
        (
            "docker exec -i shared_postgres nothing",
            126,
            "OCI runtime exec failed: ",
            "",
        ),
        (
            "docker frobnicate",
            1,
            "",
            "docker: 'frobnicate' is not a docker command.\n",
        ),
    ] {
        let ran = output(&mut sandbox.on_jump(command));
        assert_eq!(ran.status.code(), Some(code), "{command}");
        assert!(ran.stdout.starts_with(stdout.as_bytes()), "{command}");
        assert_eq!(String::from_utf8_lossy(&ran.stderr), stderr, "{command}");
    }
    sandbox.stop();
}

#[test]
fn the_snapshot_goes_into_prod_as_it_is() {
    let sandbox = Running::start();
    let dump = fs::read(sandbox.project().join("snapshots/lat.dump")).unwrap();
    let restore = "docker exec -i shared_postgres sh -c 'psql -qU postgres -c \"ALTER TABLE lat DISABLE TRIGGER USER\" sertantai_legal_prod \
         && pg_restore -U postgres -d sertantai_legal_prod --data-only --no-owner'";
    let mut ssh = sandbox
        .on_jump(restore)
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    ssh.stdin.take().unwrap().write_all(&dump).unwrap();
    assert!(ssh.wait().unwrap().success());
    sandbox.stop();
}

#[test]
fn nothing_is_left_of_a_sandbox() {
    let sandbox = Running::start();
    let folder = sandbox.project().parent().unwrap().to_owned();
    assert_eq!(mode(&sandbox.project()), 0o700);
    assert_eq!(mode(&sandbox.project().join("id_ed25519")), 0o600);
    let pids: Vec<_> = ["dev", "prod"]
        .map(|name| postmaster(&folder.join(name)))
        .into();
    sandbox.stop();
    assert!(!folder.exists());
    assert!(!pids.iter().any(|pid| is_alive(pid)));
}

/// What kill -9 leaves: a folder that nobody holds, and where parents' deaths go unnoticed a server in it.
#[test]
fn a_dead_sandbox_is_removed_by_the_next() {
    let dead = tempfile::Builder::new()
        .prefix("runner-sandbox-")
        .tempdir()
        .unwrap()
        .keep();
    let lock = fs::File::open(&dead).unwrap();
    flock(&lock, FlockOperation::LockExclusive).unwrap();
    fs::set_permissions(&dead, fs::Permissions::from_mode(0o711)).unwrap();
    let (bin, dev) = (Bin::find().unwrap(), dead.join("dev"));
    let cluster = Runtime::new()
        .unwrap()
        .block_on(Cluster::start(&bin, &dev, &Options::default()))
        .unwrap();
    let pid = cluster.pid().to_string();
    drop(lock);
    let sandbox = Running::start();
    // Another test's sandbox may have been quicker, and still be at it.
    wait_until("the dead sandbox is gone", || !dead.exists());
    assert!(!is_alive(&pid));
    let heard = sandbox.heard.0.lock().unwrap().join("\n");
    assert!(!heard.contains("Warning"), "{heard}");
    sandbox.stop();
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn postmaster(cluster: &Path) -> String {
    let text = fs::read_to_string(cluster.join("data/postmaster.pid")).unwrap();
    text.lines().next().unwrap().to_owned()
}

fn is_alive(pid: &str) -> bool {
    output(Command::new("kill").args(["-0", pid]))
        .status
        .success()
}

fn prod_socket(project: &Path) -> PathBuf {
    project.parent().unwrap().join("prod/socket/.s.PGSQL.5432")
}

fn dev_port(project: &Path) -> String {
    let env = fs::read_to_string(project.join(".env")).unwrap();
    let after = env.rsplit_once(':').unwrap().1;
    after.split_once('/').unwrap().0.to_owned()
}

fn count_laws(socket_folder: &Path) -> String {
    must(
        Command::new(Bin::find().unwrap().program("psql"))
            .arg("-h")
            .arg(socket_folder)
            .args(["-U", "postgres", "-d", "sertantai_legal_prod", "-Atc"])
            .arg("SELECT count(*) FROM uk_lrt"),
    )
}
