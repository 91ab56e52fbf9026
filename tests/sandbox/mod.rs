//! The sandbox: that it starts, what is in it, and that nothing is left of it.

mod command;
mod elsewhere;
mod jump;

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, LazyLock, Mutex};

use runner::config::Secret;
use runner::progress::{AskError, Event, Progress, Question, Reporter};
use runner::sandbox::{Bin, Cluster, Options, Sandbox};
use rustix::fs::{FlockOperation, flock};
use tokio::runtime::Runtime;

use crate::support::{output, reaper, sh_word, wait_until};

/// For the tests that only look. What is left of it at the end of the run is a folder.
static SHARED: LazyLock<Running> = LazyLock::new(|| {
    let sandbox = Running::start();
    let folder = sandbox.project().parent().unwrap().to_owned();
    for name in ["dev", "prod"] {
        reaper::at_end(&format!("end {}", postmaster(&folder.join(name))));
    }
    reaper::at_end(&format!("rm -rf {}", sh_word(&folder)));
    sandbox
});

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
