//! A real ssh agent.

use std::path::Path;
use std::process::{Child, Command, Stdio};

use super::{must, wait_until};

/// An agent that holds one key.
pub struct Agent {
    process: Child,
    pub socket: String,
}

impl Agent {
    pub fn start(socket: &Path, key: &Path) -> Self {
        let process = Command::new("ssh-agent")
            .arg("-D")
            .arg("-a")
            .arg(socket)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let agent = Self {
            process,
            socket: socket.to_str().unwrap().to_owned(),
        };
        wait_until("the agent listens", || socket.exists());
        must(
            Command::new("ssh-add")
                .arg("-q")
                .arg(key)
                .env("SSH_AUTH_SOCK", socket),
        );
        agent
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
