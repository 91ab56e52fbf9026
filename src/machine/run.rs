//! Running a command to its end.

use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;
use tokio::io::AsyncReadExt;

use super::command::{Command, Ran};
use super::lines::Lines;
use super::process::{Process, Where};
use super::{Error, Machine};
use crate::human;
use crate::interrupt;
use crate::progress::Event;
use crate::ssh::process::Exit;
use crate::ssh::wait::{Cut, within};

/// What is kept of stdout.
const KEPT: usize = 16 * 1024 * 1024;
/// Something that the command left running may hold its stdout open.
const LATE: Duration = Duration::from_secs(1);

/// Where the stdout of a command goes.
pub trait Taker: Send {
    fn take(&mut self, bytes: Vec<u8>) -> BoxFuture<'_, Result<(), Error>>;
}

impl Machine {
    /// Runs `command` to its end. How it ended is part of the answer: [`Ran::checked`] makes an error of it.
    pub async fn run(&self, command: Command) -> Result<Ran, Error> {
        self.run_at(Where::Host, command, self.name()).await
    }

    /// `source` stands before the lines that are told.
    pub(super) async fn run_at(
        &self,
        place: Where<'_>,
        command: Command,
        source: &str,
    ) -> Result<Ran, Error> {
        let mut kept = Kept {
            bytes: Vec::new(),
            left_out: 0,
            lines: command.told.then(|| Lines::new(&self.0.reporter, source)),
        };
        let shown = command.to_string();
        let mut ran = self.run_into(place, command, source, &mut kept).await?;
        if kept.left_out > 0 {
            self.0.reporter.event(&Event::Warning(format!(
                "`{shown}` {} printed {} more than are kept; have it write to a file, and `download` that",
                self.words(),
                human::bytes(kept.left_out)
            )));
        }
        ran.stdout = std::mem::take(&mut kept.bytes);
        Ok(ran)
    }

    /// Runs a command whose stdout goes to `out`.
    pub(super) async fn run_into(
        &self,
        place: Where<'_>,
        mut command: Command,
        source: &str,
        out: &mut dyn Taker,
    ) -> Result<Ran, Error> {
        let begun = Instant::now();
        let mut process = self.start(place, &command).await?;
        let limit = command.timeout;
        let running = self.converse(&mut process, &mut command, source, out);
        let exit = match limit {
            Some(limit) => within(limit, running).await,
            None => interrupt::race(running).await.map_err(|_| Cut::Interrupted),
        };
        let exit = match exit {
            Ok(Ok(exit)) => exit,
            Ok(Err(error)) => {
                interrupt::shielded(process.stop()).await;
                return Err(error);
            }
            Err(cut) => {
                let gone = interrupt::shielded(process.stop()).await;
                return Err(match (cut, limit) {
                    (Cut::TimedOut, Some(limit)) => Error::TimedOut {
                        command: command.to_string(),
                        place: self.words(),
                        limit,
                        gone,
                    },
                    _ => Error::Interrupted,
                });
            }
        };
        let stderr = process.ending.stderr();
        self.refused(process, &exit, &command).await?;
        Ok(Ran {
            exit,
            stdout: Vec::new(),
            stderr,
            seconds: begun.elapsed().as_secs_f64(),
        })
    }

    /// Feeds the command and takes what it prints, until it has ended.
    async fn converse(
        &self,
        process: &mut Process,
        command: &mut Command,
        source: &str,
        out: &mut dyn Taker,
    ) -> Result<Exit, Error> {
        let Process {
            stdin,
            stdout,
            ending,
            mark,
            ..
        } = process;
        let tail = ending.tail().clone();
        let mut lines = Lines::new(&self.0.reporter, source);
        let mut seen = 0;
        let mut listen = |mark: Option<&str>| {
            let (bytes, total) = tail.since(seen);
            seen = total;
            // The script's complaints are for us.
            if command.told && !mark.is_some_and(|mark| bytes.starts_with(mark.as_bytes())) {
                lines.push(&bytes);
            }
        };
        let mark = mark.as_deref();
        let exited = ending.wait(Duration::MAX);
        let taking = async {
            tokio::pin!(exited);
            let mut exit = None;
            let mut buffer = vec![0; 64 * 1024];
            loop {
                let late = async {
                    match exit {
                        None => (&mut exited).await,
                        Some(_) => {
                            tokio::time::sleep(LATE).await;
                            None
                        }
                    }
                };
                tokio::select! {
                    biased;
                    read = stdout.read(&mut buffer) => match read {
                        Ok(length @ 1..) => out.take(buffer[..length].to_vec()).await?,
                        _ => break,
                    },
                    ended = late => match ended {
                        Some(ended) => exit = Some(ended),
                        None => break,
                    },
                }
            }
            match exit {
                Some(exit) => Ok(exit),
                None => Ok(exited.await.unwrap_or(Exit::Unknown)),
            }
        };
        let feeding = async {
            Process::feed(stdin, &mut command.input, mark.is_some()).await;
            std::future::pending::<()>().await;
        };
        let listening = async {
            loop {
                tail.pushed().await;
                listen(mark);
            }
        };
        let exit = tokio::select! {
            exit = taking => exit,
            () = feeding => Ok(Exit::Unknown),
            () = listening => Ok(Exit::Unknown),
        };
        listen(mark);
        exit
    }

    /// The errors of a command that never ran, or whose end nobody saw.
    async fn refused(&self, process: Process, exit: &Exit, command: &Command) -> Result<(), Error> {
        if *exit == Exit::Unknown {
            return Err(Error::Lost {
                command: command.to_string(),
                place: self.words(),
                complaint: process.reason().await,
            });
        }
        match process.refusal(exit).as_deref() {
            None => Ok(()),
            Some("folder") => Err(self.no_folder(command)),
            Some("program") => Err(self.no_program(&command.argv[0])),
            Some(_) => Err(Error::Unstartable {
                program: command.argv[0].clone(),
                place: self.words(),
                reason: "no pipe can be made for its input; is the disk of `/tmp` full?".to_owned(),
            }),
        }
    }
}

impl Ran {
    /// An error unless the command ended well. `shown` is the command in words.
    pub fn checked(self, shown: &str, machine: &Machine) -> Result<Self, Error> {
        if self.succeeded() {
            return Ok(self);
        }
        Err(Error::Failed {
            command: shown.to_owned(),
            place: machine.words(),
            complaint: self.complaint(),
            exit: self.exit,
            stderr: self.stderr,
        })
    }
}

/// Keeps the first bytes, and tells the lines of all.
struct Kept<'a> {
    bytes: Vec<u8>,
    left_out: u64,
    lines: Option<Lines<'a>>,
}

impl Taker for Kept<'_> {
    fn take(&mut self, bytes: Vec<u8>) -> BoxFuture<'_, Result<(), Error>> {
        if let Some(lines) = &mut self.lines {
            lines.push(&bytes);
        }
        let room = (KEPT - self.bytes.len()).min(bytes.len());
        self.bytes.extend(&bytes[..room]);
        self.left_out += (bytes.len() - room) as u64;
        Box::pin(std::future::ready(Ok(())))
    }
}
