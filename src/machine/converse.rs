//! Talking with a command while it runs: its input, what it prints, its end.

use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::io::{AsyncRead, AsyncReadExt};

use super::Error;
use super::command::Input;
use super::lines::Lines;
use super::process::Process;
use crate::human;
use crate::ssh::Tail;
use crate::ssh::process::{Ending, Exit};

/// Something that the command left running may hold its stdout open.
const LATE: Duration = Duration::from_secs(1);

/// Where the stdout of a command goes.
pub trait Taker: Send {
    fn take(&mut self, bytes: Vec<u8>) -> BoxFuture<'_, Result<(), Error>>;
}

/// Feeds the command and takes what it prints, until it has ended. The lines of stderr go to `lines`.
pub async fn converse(
    process: &mut Process,
    input: &mut Input,
    lines: Option<Lines<'_>>,
    out: &mut dyn Taker,
) -> Result<Exit, Error> {
    let Process {
        stdin,
        stdout,
        ending,
        mark,
        ..
    } = process;
    let mut listener = Listener {
        tail: ending.tail().clone(),
        heard: 0,
        lines,
        mark: mark.as_deref(),
    };
    let feeding = async {
        Process::feed(stdin, input, mark.is_some()).await;
        std::future::pending::<()>().await;
    };
    let exit = tokio::select! {
        exit = take_all(stdout, ending, out) => exit,
        () = feeding => Ok(Exit::Unknown),
        () = listener.listen() => Ok(Exit::Unknown),
    };
    listener.hear();
    exit
}

async fn take_all(
    stdout: &mut (dyn AsyncRead + Send + Unpin),
    ending: &Ending,
    out: &mut dyn Taker,
) -> Result<Exit, Error> {
    let exited = ending.wait(Duration::MAX);
    tokio::pin!(exited);
    let mut exit = None;
    let mut buffer = vec![0; 64 * 1024];
    loop {
        tokio::select! {
            biased;
            read = stdout.read(&mut buffer) => match read {
                Ok(length @ 1..) => out.take(buffer[..length].to_vec()).await?,
                _ => break,
            },
            ended = &mut exited, if exit.is_none() => exit = ended.or(Some(Exit::Unknown)),
            () = tokio::time::sleep(LATE), if exit.is_some() => break,
        }
    }
    Ok(match exit {
        Some(exit) => exit,
        None => exited.await.unwrap_or(Exit::Unknown),
    })
}

/// Hears what a command writes to stderr.
struct Listener<'a> {
    tail: Tail,
    /// How many bytes were heard or missed.
    heard: u64,
    lines: Option<Lines<'a>>,
    mark: Option<&'a str>,
}

impl Listener<'_> {
    /// Never ends by itself.
    async fn listen(&mut self) {
        loop {
            self.tail.pushed().await;
            self.hear();
        }
    }

    fn hear(&mut self) {
        let (bytes, total) = self.tail.since(self.heard);
        let missed = total - self.heard - bytes.len() as u64;
        self.heard = total;
        let Some(lines) = &mut self.lines else { return };
        if missed > 0 {
            lines.push(format!("... {} more\n", human::bytes(missed)).as_bytes());
        }
        // The script's complaints are for us.
        let is_ours = |mark: &str| bytes.starts_with(mark.as_bytes());
        if !self.mark.is_some_and(is_ours) {
            lines.push(&bytes);
        }
    }
}
