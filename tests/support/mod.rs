//! What the tests stand on: real servers shared by the whole run, databases of a test's own, and the builder
//! that runs the real program. All of it is gone when the run ends, however it ends (`reaper`).

mod agent;
mod database;
mod docker;
mod network;
mod podman;
pub mod processes;
pub mod reaper;
mod runner;
mod running;
pub mod servers;
mod sshd;
mod terminal;

pub use agent::Agent;
pub use database::Database;
pub use docker::{
    Bridge, Container, as_root, container, container_without_relay, docker, removed_at_end,
};
pub use network::Network;
pub use podman::Podman;
pub use runner::{Ran, Runner, without_caret};
pub use running::Running;
pub use servers::{dev, prod};
pub use sshd::{Sshd, sshd, user};
pub use terminal::Terminal;

use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

/// How long anything a test waits for may take on a loaded machine.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Runs a command that must succeed; gives what it printed.
#[track_caller]
pub fn must(command: &mut Command) -> String {
    let output = output(command);
    assert!(
        output.status.success(),
        "{command:?} ended with {}\n{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

#[track_caller]
pub fn output(command: &mut Command) -> Output {
    command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}; has `tests/setup --tests` been run?"))
}

/// Looks again until `is_so`, and fails with `what` where that takes too long.
#[track_caller]
pub fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < PATIENCE, "waited in vain until {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// A port of 127.0.0.1 that nobody listens on at this moment.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.local_addr().unwrap().port()
}

/// A path as one word of a shell script.
pub fn sh_word(path: &Path) -> String {
    format!("'{}'", path.to_str().unwrap().replace('\'', r"'\''"))
}
