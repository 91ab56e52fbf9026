//! A real Docker engine and in it a `PostgreSQL` that no network reaches: the relay is the one way in.
//!
//! The engine that runs on the machine is used; where none does, one of our own is started, with everything
//! it owns in one folder. The image is made out of the machine's own package archive (`image.sh`), once.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{LazyLock, Once};

use rustix::process::{Pid, test_kill_process};

use super::{must, output, reaper, sh_word, wait_until};

/// Raise the number when `image.sh` makes something else.
const IMAGE: &str = "runner-test-postgres:2";
const IMAGE_SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/image.sh");
/// Marks our containers, with the number of the test process they belong to.
const LABEL: &str = "runner-test";

static ENGINE: LazyLock<Engine> = LazyLock::new(Engine::find);
static CONTAINER: LazyLock<Container> = LazyLock::new(|| Container::start(&[]));
static WITHOUT_RELAY: LazyLock<Container> = LazyLock::new(|| Container::with_only(&[], &[], &[]));

/// Takes every program away that is not named, then starts the server. What the script itself runs last is held open.
const PRUNE: &str = r#"
exec 3</usr/bin/setpriv
keep=; for name in $1; do keep="$keep $name $(basename "$(readlink -f "/usr/bin/$name")")"; done
shift; server=$*; set --
for file in /usr/bin/* /usr/sbin/*; do
  case " $keep " in *" ${file##*/} "*) ;; *) set -- "$@" "$file" ;; esac
done
rm "$@"
exec /proc/self/fd/3 --reuid postgres --regid postgres --clear-groups $server
"#;
const SERVER: [&str; 3] = ["/srv/bin/postgres", "-D", "/srv/postgres"];

/// The container all tests share; each has a database of its own in it.
pub fn container() -> &'static Container {
    &CONTAINER
}

/// One in which there is no shell and no program that could relay.
pub fn container_without_relay() -> &'static Container {
    &WITHOUT_RELAY
}

pub struct Container {
    name: String,
    small_disk: Once,
}

impl Container {
    /// Bytes that fit on the disk of [`Container::small_disk`].
    pub const SMALL_DISK: usize = 24 << 20;

    /// Another container of the image, ended with the run: `options` go to `docker run`.
    #[track_caller]
    pub fn start(options: &[&str]) -> Self {
        Self::serving(options, &[])
    }

    /// The same with `settings` for the server, each a word of its command line.
    #[track_caller]
    pub fn serving(options: &[&str], settings: &[&str]) -> Self {
        Self::make(options, &[&SERVER, settings].concat()).up()
    }

    /// One whose image has the server and, in the folders of PATH, only these programs; entered as root, as most are.
    #[track_caller]
    pub fn with_only(programs: &[&str], options: &[&str], settings: &[&str]) -> Self {
        let root = ["--user", "root", "--env", "PGUSER=postgres"];
        let prune = ["sh", "-c", PRUNE, "sh", &programs.join(" ")];
        let command = [&prune, &SERVER[..], settings].concat();
        Self::make(&[&root, options].concat(), &command).up()
    }

    fn up(self) -> Self {
        self.serve();
        self
    }

    /// Starts the server, and waits until it is ready.
    #[track_caller]
    pub fn serve(&self) {
        must(docker().args(["start", &self.name]));
        wait_until("the container's server is ready", || {
            let mut psql = self.client("psql", "postgres");
            output(psql.args(["-c", "SELECT 1"])).status.success()
        });
    }

    /// A container that has not been started, to run `command` instead of the server.
    #[track_caller]
    pub fn make(options: &[&str], command: &[&str]) -> Self {
        static NUMBER: AtomicUsize = AtomicUsize::new(1);
        ENGINE.have_image();
        let pid = std::process::id();
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("runner-test-{pid}-{number}");
        reaper::at_end(&format!("{} docker rm -f {name}", ENGINE.sh_environment()));
        let small_disk = format!("/srv/small:mode=1777,size={}", Self::SMALL_DISK);
        must(
            docker()
                .args(["create", "--tmpfs", &small_disk])
                .args(if options.contains(&"--network") {
                    &[][..]
                } else {
                    &["--network", "none"]
                })
                .args(["--name", &name, "--label", &format!("{LABEL}={pid}")])
                .args(options)
                .arg(IMAGE)
                .args(command),
        );
        Self {
            name,
            small_disk: Once::new(),
        }
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// The command lines of what runs in the container.
    #[track_caller]
    pub fn processes(&self) -> String {
        must(docker().args(["top", &self.name, "-eo", "pid,args"]))
    }

    /// A `PostgreSQL` program in the container, as the superuser of its server.
    pub fn client(&self, program: &str, database: &str) -> Command {
        let mut docker = ENGINE.docker();
        docker
            .args(["exec", "-i", "-e", &format!("PGDATABASE={database}")])
            .args([&self.name, &format!("/srv/bin/{program}")]);
        docker
    }

    /// Any program in the container.
    pub fn exec(&self, words: &[&str]) -> Command {
        let mut docker = ENGINE.docker();
        docker.args(["exec", "-i", &self.name]).args(words);
        docker
    }

    /// The name of a tablespace on a small disk.
    #[track_caller]
    pub fn small_disk(&self) -> &'static str {
        self.small_disk.call_once(|| {
            must(&mut self.exec(&["mkdir", "/srv/small/tablespace"]));
            let sql = "CREATE TABLESPACE small LOCATION '/srv/small/tablespace'";
            must(self.client("psql", "postgres").args(["-c", sql]));
        });
        "small"
    }
}

/// A bridge that only the containers in it and their host are on; gone with the run.
pub struct Bridge(String);

impl Bridge {
    #[track_caller]
    pub fn make() -> Self {
        static NUMBER: AtomicUsize = AtomicUsize::new(1);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("runner-test-{}-net-{number}", std::process::id());
        let docker_words = format!("{} docker", ENGINE.sh_environment());
        reaper::at_end(&format!(
            "{docker_words} rm -f $({docker_words} ps -aq --filter network={name}); {docker_words} network rm {name}"
        ));
        must(docker().args(["network", "create", &name]));
        Self(name)
    }

    pub fn name(&self) -> &str {
        &self.0
    }
}

/// The client, told where its engine is.
pub fn docker() -> Command {
    ENGINE.docker()
}

/// Has the containers with this label, which compose or the program makes, removed when the run ends.
pub fn removed_at_end(label: &str) {
    let environment = ENGINE.sh_environment();
    let label = sh_word(Path::new(&format!("label={label}")));
    reaper::at_end(&format!(
        "{environment} docker ps --all --quiet --filter {label} | {environment} xargs -r docker rm -f"
    ));
}

/// Where `docker` reaches its engine: `DOCKER_HOST`, which the program under test is given too.
pub fn engine_host() -> Option<String> {
    ENGINE.host.clone()
}

struct Engine {
    host: Option<String>,
}

impl Engine {
    fn find() -> Self {
        let given = Self {
            host: std::env::var("DOCKER_HOST").ok(),
        };
        let engine = if given.answers() {
            given
        } else {
            Self::start()
        };
        engine.sweep();
        engine
    }

    fn docker(&self) -> Command {
        let mut docker = Command::new("docker");
        if let Some(host) = &self.host {
            docker.env("DOCKER_HOST", host);
        }
        docker
    }

    /// The variable a shell needs to reach the engine.
    fn sh_environment(&self) -> String {
        match &self.host {
            Some(host) => format!("DOCKER_HOST={}", sh_word(Path::new(host))),
            None => String::new(),
        }
    }

    fn answers(&self) -> bool {
        output(self.docker().arg("version")).status.success()
    }

    /// An engine of our own: no network, no part of the machine's configuration.
    fn start() -> Self {
        let folder = tempfile::Builder::new()
            .prefix("runner-docker-")
            .tempdir()
            .unwrap()
            .keep();
        let place = |name: &str| folder.join(name).into_os_string();
        let host = format!("unix://{}", folder.join("docker.sock").display());
        std::fs::write(place("daemon.json"), "{}").unwrap();
        let log = std::fs::File::create(place("log")).unwrap();
        let mut dockerd = as_root("dockerd");
        dockerd
            .args(["--host", &host, "--bridge=none", "--iptables=false"])
            .args(["--group", &rustix::process::getgid().as_raw().to_string()])
            .arg("--config-file")
            .arg(place("daemon.json"))
            .arg("--data-root")
            .arg(place("data"))
            .arg("--exec-root")
            .arg(place("exec"))
            .arg("--pidfile")
            .arg(place("pid"))
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log);
        let mut dockerd = dockerd.spawn().unwrap();
        let sudo = sudo().join(" ");
        let folder_word = sh_word(&folder);
        // Containers are removed before their engine, which leaves a mount behind.
        reaper::at_very_end(&format!(
            "end \"$(cat {folder_word}/pid)\" {sudo}; {sudo} umount {folder_word}/exec/netns/default 2>/dev/null; \
             {sudo} rm -rf {folder_word}"
        ));
        let engine = Self { host: Some(host) };
        wait_until("dockerd answers", || {
            if let Some(status) = dockerd.try_wait().unwrap() {
                let log = std::fs::read_to_string(folder.join("log")).unwrap();
                panic!("dockerd ended with {status}; has `tests/setup --tests` been run?\n{log}");
            }
            engine.answers()
        });
        engine
    }

    /// Removes containers whose test process is no more.
    fn sweep(&self) {
        let format = format!("{{{{.ID}}}} {{{{.Label \"{LABEL}\"}}}}");
        let listed = must(self.docker().args([
            "ps",
            "--all",
            "--filter",
            &format!("label={LABEL}"),
            "--format",
            &format,
        ]));
        for line in listed.lines() {
            let (id, pid) = line.split_once(' ').unwrap();
            let owner = pid.parse().ok().and_then(Pid::from_raw);
            if owner.is_none_or(|pid| test_kill_process(pid).is_err()) {
                // Another run may be at it, too, and be quicker.
                let _ = output(self.docker().args(["rm", "--force", id]));
            }
        }
    }

    fn have_image(&self) {
        if output(self.docker().args(["image", "inspect", IMAGE]))
            .status
            .success()
        {
            return;
        }
        must(
            self.docker()
                .args(["import", "--change", "USER postgres", "--change"])
                .arg(r#"CMD ["/srv/bin/postgres", "-D", "/srv/postgres"]"#)
                .arg(archive())
                .arg(IMAGE),
        );
    }
}

/// The file system of the image. Kept between runs: an engine of our own starts without images.
#[track_caller]
pub fn archive() -> &'static Path {
    static ARCHIVE: LazyLock<PathBuf> = LazyLock::new(|| {
        let name = format!("{}.tar", IMAGE.replace(':', "-"));
        let archive = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        if !archive.exists() {
            must(as_root(IMAGE_SCRIPT).arg(&archive));
        }
        archive
    });
    &ARCHIVE
}

/// The words before a command that needs root.
pub fn sudo() -> &'static [&'static str] {
    if rustix::process::geteuid().is_root() {
        &[]
    } else {
        &["sudo", "-n"]
    }
}

/// A program that needs root, run as such.
pub fn as_root(program: &str) -> Command {
    let mut words = sudo().iter().copied().chain([program]);
    let mut command = Command::new(words.next().unwrap());
    command.args(words);
    command
}
