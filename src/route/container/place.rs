//! Where the docker client runs: on this machine, or behind ssh.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::task::JoinHandle;

use super::child;
use super::engine::Engine;
use super::handshake::Failure;
use crate::route::{Error, Stream};
use crate::ssh::Session;
use crate::ssh::process::{Ending, Exit, Output, collect};
use crate::ssh::wait::{Cut, within};

const OUTPUT_LIMIT: Duration = Duration::from_secs(30);

pub enum Place<'a> {
    Here(&'a Children),
    There(&'a Session),
}

impl Place<'_> {
    /// The place in words, to stand behind a noun.
    pub fn words(&self) -> String {
        match self {
            Self::Here(_) => "on this machine".to_owned(),
            Self::There(session) => format!("on ssh host `{}`", session.alias()),
        }
    }

    /// Starts a command with its stdin and stdout as a stream.
    pub async fn spawn(&self, argv: &[&str]) -> Result<(Stream, Ending), Failure> {
        match self {
            Self::Here(children) => {
                let (stream, ending) =
                    child::spawn(argv, children).map_err(|error| match error {
                        error if error.kind() == io::ErrorKind::NotFound => self.no_engine(),
                        error => failed(argv, &error.to_string()),
                    })?;
                Ok((Stream::new(stream), ending))
            }
            Self::There(session) => {
                let (stream, ending) = session.spawn(argv).await.map_err(Error::from)?;
                Ok((Stream::new(stream), ending))
            }
        }
    }

    /// Runs a command to its end without input. Where the program is not there it exits with 127, as from a shell.
    pub async fn output(&self, argv: &[&str]) -> Result<Output, Error> {
        let children = match self {
            Self::There(session) => return Ok(session.output(argv, OUTPUT_LIMIT).await?),
            Self::Here(children) => children,
        };
        let running = async {
            let (mut stream, ending) = child::spawn(argv, children)?;
            stream.hang_up();
            collect(&mut stream, &ending).await
        };
        match within(OUTPUT_LIMIT, running).await {
            Ok(Ok(output)) => Ok(output),
            Ok(Err(error)) if error.kind() == io::ErrorKind::NotFound => Ok(Output {
                exit: Exit::Code(127),
                stdout: String::new(),
                stderr: error.to_string(),
            }),
            Ok(Err(error)) => Err(failed(argv, &error.to_string())),
            Err(Cut::Interrupted) => Err(Error::Interrupted),
            Err(Cut::TimedOut) => {
                let seconds = OUTPUT_LIMIT.as_secs();
                Err(failed(argv, &format!("no answer within {seconds} s")))
            }
        }
    }

    pub fn no_engine(&self) -> Error {
        Error::NoEngine {
            place: self.words(),
            remedy: match self {
                Self::Here(_) => {
                    "on PATH; install one, or set `ssh` to the host the container runs on"
                }
                Self::There(_) => "on the PATH that commands over ssh have",
            },
        }
    }

    pub fn unusable(&self, engine: Engine, reason: &str) -> Error {
        Error::EngineUnusable {
            engine,
            place: self.words(),
            reason: reason.to_owned(),
        }
    }
}

fn failed(argv: &[&str], reason: &str) -> Error {
    Error::Command {
        program: argv.first().copied().unwrap_or_default().to_owned(),
        reason: reason.to_owned(),
    }
}

/// The tasks that look after child processes; each ends with its process.
#[derive(Debug, Clone, Default)]
pub struct Children(Arc<Mutex<Vec<JoinHandle<()>>>>);

impl Children {
    pub fn add(&self, task: JoinHandle<()>) {
        let mut tasks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tasks.retain(|task| !task.is_finished());
        tasks.push(task);
    }

    /// Gives the processes time to end by themselves, then kills those that have not.
    pub async fn end(&self) {
        let tasks = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        let deadline = tokio::time::Instant::now() + child::GRACE;
        for mut task in tasks {
            if tokio::time::timeout_at(deadline, &mut task).await.is_err() {
                // Drops the process, which kills it.
                task.abort();
                let _ = task.await;
            }
        }
    }
}
