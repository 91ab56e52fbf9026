//! This program in the role of ssh's `SSH_ASKPASS`: the run that started ssh asks in its place.

use std::io::{self, Read, Write};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::path::Path;

/// Hands the question over to the run that listens at `socket` and prints the answer; an error where there is none.
pub fn askpass(socket: &Path, question: &str) -> io::Result<()> {
    // `confirm`, `none`, or that a secret is asked for.
    let kind = std::env::var("SSH_ASKPASS_PROMPT").unwrap_or_default();
    let mut run = UnixStream::connect(socket)?;
    run.write_all(format!("{kind}\n{question}").as_bytes())?;
    run.shutdown(Shutdown::Write)?;
    let mut answer = Vec::new();
    run.read_to_end(&mut answer)?;
    let answer = answer.strip_prefix(b"y").ok_or(io::ErrorKind::Other)?;
    let mut stdout = io::stdout().lock();
    stdout.write_all(answer)?;
    stdout.write_all(b"\n")?;
    stdout.flush()
}
