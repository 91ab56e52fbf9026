//! `host(alias)` and `host()`: the same calls on another machine, which is this one behind the real sshd, and here.

mod careful;
mod compose;
mod containers;
mod ended;
mod files;
mod run;

use crate::support::Runner;

/// The two machines: what a playbook writes for each, and its name in messages.
const MACHINES: [(&str, &str, &str); 2] = [
    ("host 'jump'", "jump", "on `jump`"),
    ("host()", "localhost", "on this machine"),
];

/// A run with `h`, the machine.
fn on(machine: &str, lua: &str) -> Runner {
    Runner::new()
        .over_ssh()
        .playbook(&format!("local h = {machine}\n{lua}"))
}

/// Bytes that do not repeat soon.
fn content(size: u32) -> Vec<u8> {
    let byte = |i: u32| (i ^ i >> 11).to_le_bytes()[0];
    (0..size).map(byte).collect()
}
