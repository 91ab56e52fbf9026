//! Programs that run to their end: `initdb`, `psql`, `pg_dump`.

use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

use tokio::io::AsyncWriteExt;

use super::Error;

/// Takes the environment away but for what a program needs to start, so that no `PG*` variable of the user's
/// leads it to another server.
pub fn bare(command: &mut Command) -> &mut Command {
    command.env_clear().env("LC_ALL", "C").env("TZ", "UTC");
    // A PostgreSQL unpacked outside the system's folders finds its libraries by the latter.
    for name in ["PATH", "LD_LIBRARY_PATH"] {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    command
}

/// Runs `command` with `input` as its stdin and waits for it; killed where the wait is dropped.
/// `purpose` completes "it was to ...".
pub async fn run(mut command: Command, purpose: &str, input: &[u8]) -> Result<(), Error> {
    let program = command.get_program().display().to_string();
    let spawn_error = |source: io::Error| Error::Spawn {
        program: program.clone(),
        source,
    };
    command
        .process_group(0) // Ctrl-C is ours to handle
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    let mut child = tokio::process::Command::from(command)
        .kill_on_drop(true)
        .spawn()
        .map_err(spawn_error)?;
    let stdin = child.stdin.take();
    let feed = async move {
        if let Some(mut stdin) = stdin {
            // A program that stops reading says why by its status and stderr.
            let _ = stdin.write_all(input).await;
        }
    };
    let ((), output) = tokio::join!(feed, child.wait_with_output());
    let output = output.map_err(spawn_error)?;
    if output.status.success() {
        return Ok(());
    }
    Err(Error::Failed {
        program,
        purpose: purpose.to_owned(),
        status: output.status,
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    })
}
