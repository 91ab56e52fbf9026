//! A primary with two standbys, one of which lets nobody in.

use std::fs::{self, File, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use runner::sandbox::{Bin, Cluster};

use crate::support::{free_port, must, reaper, servers, sh_word, wait_until};

/// A primary of its own: what follows it must not be disturbed by what the other tests do.
pub static PRIMARY: LazyLock<Cluster> = LazyLock::new(|| servers::start("primary"));
/// The port of a hot standby.
pub static STANDBY: LazyLock<u16> = LazyLock::new(|| follow("standby", "on"));
/// The port of one that answers `57P03`.
pub static COLD: LazyLock<u16> = LazyLock::new(|| follow("cold", "off"));

/// The password of the superuser, at all of them.
pub fn password() -> String {
    let url = PRIMARY.url("postgres").expose().to_owned();
    let after = url.split_once("postgres:").unwrap().1;
    let after = after.strip_prefix("//postgres:").unwrap();
    after.split_once('@').unwrap().0.to_owned()
}

/// Copies the primary and starts the copy as a standby.
fn follow(name: &str, hot: &str) -> u16 {
    let primary = PRIMARY.data_folder();
    let folder = primary.parent().unwrap().with_file_name(name);
    let data = folder.join("data");
    for folder in [&folder, &data] {
        fs::create_dir(folder).unwrap();
        fs::set_permissions(folder, Permissions::from_mode(0o700)).unwrap();
        let owner = fs::metadata(&primary).unwrap();
        chown(folder, Some(owner.uid()), Some(owner.gid())).unwrap();
    }
    must(
        as_owner(&primary, PRIMARY.client("pg_basebackup", "postgres"))
            .current_dir(&folder)
            .args(["-R", "-X", "stream", "-c", "fast", "-D"])
            .arg(&data),
    );
    for _ in 0..5 {
        let port = free_port();
        if start(&data, hot, port) {
            return port;
        }
    }
    panic!("{}", fs::read_to_string(folder.join("log")).unwrap());
}

/// Whether it came up; another program may take the port first.
fn start(data: &Path, hot: &str, port: u16) -> bool {
    let log = data.with_file_name("log");
    let program = Bin::find().unwrap().program("postgres");
    let mut postgres = as_owner(data, Command::new(program));
    let settings = [
        format!("port={port}"),
        format!("hot_standby={hot}"),
        "listen_addresses=127.0.0.1".to_owned(),
        "unix_socket_directories=".to_owned(),
        "fsync=off".to_owned(),
        // As at the primary, or recovery refuses.
        "max_connections=200".to_owned(),
        "max_prepared_transactions=5".to_owned(),
    ];
    for setting in &settings {
        postgres.args(["-c", setting]);
    }
    let mut child = postgres
        .arg("-D")
        .arg(data)
        .env_clear()
        .current_dir(data)
        .process_group(0)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(File::create(log).unwrap())
        .spawn()
        .unwrap();
    reaper::at_end(&format!("end {}; rm -rf {}", child.id(), sh_word(data)));
    let pid_file = data.join("postmaster.pid");
    let mut up = false;
    wait_until("the standby is up or has ended", || {
        let text = fs::read_to_string(&pid_file).unwrap_or_default();
        let state = text.lines().nth(7).unwrap_or_default().trim();
        up = state == "ready" || (hot == "off" && state == "standby");
        up || child.try_wait().unwrap().is_some()
    });
    up
}

/// Runs a command as whoever owns a folder; servers refuse to be run by root.
fn as_owner(folder: &Path, mut command: Command) -> Command {
    let owner = fs::metadata(folder).unwrap();
    if rustix::process::geteuid().is_root() {
        command.uid(owner.uid()).gid(owner.gid());
    }
    command
}
