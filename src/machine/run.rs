//! Running a command to its end.

use std::time::Instant;

use futures_util::future::BoxFuture;

use super::command::{Command, Ran};
use super::converse::{Taker, converse};
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

impl Machine {
    /// Runs `command` to its end. How it ended is part of the answer; [`Ran::checked`] makes an error of it.
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
            lines: command.told.then(|| self.lines(source)),
        };
        let mut ran = self.run_into(place, command, source, &mut kept).await?;
        if kept.left_out > 0 {
            self.0.reporter.event(&Event::Warning(format!(
                "`{}` {} printed {} more than are kept; have it write to a file, and `download` that",
                ran.shown,
                ran.place,
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
        let mut process = Box::pin(self.start(place, &command)).await?;
        let lines = command.told.then(|| self.lines(source));
        let running = converse(&mut process, &mut command.input, lines, out);
        let exit = match command.timeout {
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
                return Err(self.cut(place, &command, cut, gone));
            }
        };
        let stderr = process.ending.stderr();
        self.refused(place, process, &exit, &command).await?;
        Ok(Ran {
            shown: command.to_string(),
            place: place.words(self),
            exit,
            stdout: Vec::new(),
            stderr,
            seconds: begun.elapsed().as_secs_f64(),
        })
    }

    fn lines<'a>(&'a self, source: &'a str) -> Lines<'a> {
        Lines::new(&self.0.reporter, source)
    }

    fn cut(&self, place: Where<'_>, command: &Command, cut: Cut, gone: bool) -> Error {
        match (cut, command.timeout) {
            (Cut::TimedOut, Some(limit)) => Error::TimedOut {
                command: command.to_string(),
                place: place.words(self),
                limit,
                gone,
            },
            _ => Error::Interrupted,
        }
    }

    /// The errors of a command that never ran, or whose end nobody saw.
    async fn refused(
        &self,
        place: Where<'_>,
        process: Process,
        exit: &Exit,
        command: &Command,
    ) -> Result<(), Error> {
        if *exit == Exit::Unknown {
            return Err(Error::Lost {
                command: command.to_string(),
                place: place.words(self),
                complaint: process.reason().await,
            });
        }
        let refusal = process.refusal(exit);
        let program = &command.argv[0];
        match refusal.as_deref() {
            None => Ok(()),
            Some("folder") => Err(self.no_folder(place, command)),
            Some("program") => Err(self.no_program(place, program)),
            Some(_) => Err(Error::Unstartable {
                program: program.clone(),
                place: place.words(self),
                reason: "no pipe can be made for its input; is the disk of `/tmp` full?".to_owned(),
            }),
        }
    }
}

impl Ran {
    /// An error unless the command ended well.
    pub fn checked(self) -> Result<Self, Error> {
        if self.succeeded() {
            return Ok(self);
        }
        Err(Error::Failed {
            complaint: self.complaint(),
            command: self.shown,
            place: self.place,
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
